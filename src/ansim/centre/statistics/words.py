"""Titles, class names and notes of the month's tables, in each language."""

from ansim.figures import Text

SUPPORTS: Text = {"ko": "지원 종류", "en": "Supports by type"}
SUPPORTS_NOTE: Text = {
    "ko": "보낸 삭제 요청은 한 건을 지원 한 건으로, 경찰에 넘긴 것은 수사·법률 지원으로 셉니다. "
    "요청은 ‘삭제됨’이 아닙니다.",
    "en": "Each removal request that was sent counts as one support; what was handed to the police "
    "counts as investigation support. A request is not a removal.",
}
REQUESTS: Text = {"ko": "보낸 요청, 받는 곳", "en": "Requests sent, by recipient"}
REQUESTS_NOTE: Text = {
    "ko": "이 달에 보낸 요청입니다. 답이 왔는지, 내려갔는지는 말하지 않습니다.",
    "en": "Requests sent in the month. They do not say whether anyone answered or removed.",
}
STANDING: Text = {"ko": "달 끝의 판정", "en": "Verdicts at the month’s end"}
PLACES: Text = {"ko": "발견된 곳", "en": "Where it was found"}
PLACES_NOTE: Text = {
    "ko": "이 달에 처음 알려지거나 찾아낸 곳입니다.",
    "en": "Places that were first given or found in the month.",
}
HITS: Text = {"ko": "센터가 찾아낸 곳", "en": "Found by the centre"}
HITS_NOTE: Text = {
    "ko": "찾기와 감시에서 지문이 맞은 곳만 셉니다.",
    "en": "Only places where search or watch matched a fingerprint.",
}
AGE: Text = {"ko": "나이", "en": "Age"}
HARM: Text = {"ko": "피해 유형", "en": "Kinds of harm"}
NO_CONSENT: Text = {
    "ko": "통계 동의 없음(전체 수에만)",
    "en": "No consent to statistics (in n only)",
}
REMOVAL_SUPPORTS: Text = {"ko": "삭제 지원", "en": "Removal supports"}
SENT: Text = {"ko": "보낸 삭제 요청", "en": "removal requests sent"}
RECORDED: Text = {"ko": "기록한 지원", "en": "recorded"}
CONFIRMED: Text = {"ko": "삭제 확인", "en": "Confirmed gone"}
STILL_GONE: Text = {"ko": "달 끝에도 없음", "en": "still gone"}
BACK: Text = {"ko": "달 끝에는 아님", "en": "no longer so"}

RECIPIENT_KINDS: dict[str, Text] = {
    "platform": {"ko": "플랫폼·게시판", "en": "Platform or site"},
    "media_host": {"ko": "이미지·영상 서버", "en": "Media host"},
    "host": {"ko": "서버 업체", "en": "Hosting company"},
    "search": {"ko": "검색엔진", "en": "Search engine"},
    "regulator": {"ko": "규제기관", "en": "Regulator"},
    "police": {"ko": "경찰", "en": "Police"},
    "hash_sharing": {"ko": "지문 목록을 받는 곳", "en": "Takes lists of fingerprints"},
}
VERDICTS: dict[str, Text] = {
    "gone_confirmed": {"ko": "삭제 확인", "en": "Gone, confirmed"},
    "gone_provisional": {"ko": "삭제 추정", "en": "Looks gone"},
    "deindexed": {"ko": "검색 제외", "en": "De-indexed"},
    "blocked_in_country": {"ko": "국내 차단", "en": "Blocked in Korea"},
    "geo_denied": {"ko": "지역별 다름", "en": "Differs by place"},
    "restricted": {"ko": "접근 제한", "en": "Restricted"},
    "moved": {"ko": "옮겨짐", "en": "Moved"},
    "cached_copy": {"ko": "사본 남음", "en": "Copy remains"},
    "present": {"ko": "있음", "en": "Present"},
    "unknown": {"ko": "확인 불가", "en": "Cannot tell"},
}
ORIGINS: dict[str, Text] = {
    "search": {"ko": "요청을 받고 찾음", "en": "Search for a case"},
    "watch": {"ko": "재유포 감시", "en": "Re-upload watch"},
    "patrol": {"ko": "선제 감시", "en": "Patrol without a request"},
}


def standing_note(confirmed: int, back: int, asked: int) -> Text:
    """What the verdict table says of confirmed removals, with those that came back told apart."""
    return {
        "ko": (
            "지난달까지 삭제가 확인된 곳은 뺐습니다. "
            f"이 달에 처음 삭제를 확인한 {confirmed:,}곳 가운데 요청을 보낸 곳은 {asked:,}곳, "
            f"달 끝에 판정이 바뀐 곳은 {back:,}곳입니다."
        ),
        "en": (
            "Places confirmed gone in an earlier month are left out. "
            f"Confirmed gone for the first time this month: {confirmed:,}; "
            f"asked about: {asked:,}; no longer so at its end: {back:,}."
        ),
    }


def consent_note(silent: int) -> Text:
    """What a table of people says of those who did not consent to statistics."""
    return {
        "ko": (
            f"통계 동의가 없는 {silent:,}명은 전체 수에만 넣고 나누어 세지 않았습니다. "
            "동의는 표를 만든 때를 기준으로 봅니다."
        ),
        "en": (
            f"People without consent to statistics ({silent:,}) are in n and in no class. "
            "Consent is taken as it stands when the table is made."
        ),
    }
