"""Why a verdict is what it is, in full sentences for the reader."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Reason:
    """A code with its values; ``sentence`` puts it into words."""

    code: str
    params: tuple[tuple[str, str], ...] = ()

    def to_json(self) -> dict[str, object]:
        """A JSON-able form; see :meth:`from_json`."""
        return {"code": self.code, "params": dict(self.params)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """The reason that ``to_json`` wrote."""
        params = data.get("params", {})
        return cls(data["code"], tuple((name, str(value)) for name, value in params.items()))

    def sentence(self, language: str = "en") -> str:
        """One full sentence in Korean ("ko") or English (any other language)."""
        chosen = language[:2] if language[:2] in SENTENCES[self.code] else "en"
        values = dict(self.params)
        if "count" in values:
            values["places"] = _places(int(values["count"]), chosen)
        return SENTENCES[self.code][chosen].format(**values)


SENTENCES: dict[str, dict[str, str]] = {
    # What decided the verdict.
    "no_looks": {
        "ko": "아직 확인한 적이 없습니다.",
        "en": "Nobody has looked yet.",
    },
    "match": {
        "ko": "찾는 자료와 일치하는 자료가 있습니다(확인 지역: {vantages}).",
        "en": "Media that matches the hunted material is there (seen from: {vantages}).",
    },
    "match_moved": {
        "ko": "링크가 다른 주소로 넘어가고, 그곳에 일치하는 자료가 있습니다.",
        "en": "The link leads to another address, and media that matches is there.",
    },
    "cached": {
        "ko": "페이지는 없지만 자료 파일의 주소에서는 일치하는 자료가 아직 나옵니다.",
        "en": "The page is gone, but the address of the media file still gives media that matches.",
    },
    "cache_headers": {
        "ko": "중간 저장 서버(CDN)가 보관하던 사본으로 답했습니다.",
        "en": "A cache (CDN) answered with a copy that it had kept.",
    },
    "blocked_at_home": {
        "ko": "국내({country})에서는 열리지 않지만 다른 지역에서는 일치하는 자료가 보입니다. "
        "삭제된 것이 아닙니다.",
        "en": "It does not open in {country}, but elsewhere media that matches is seen. "
        "It has not been removed.",
    },
    "geo_451": {
        "ko": "사이트가 법적인 이유로 일부 지역에 보여 주지 않는다고 답했습니다(451).",
        "en": "The site answered that it withholds the page for legal reasons (451).",
    },
    "geo_differs": {
        "ko": "지역에 따라 다르게 답합니다. 일치하는 자료가 보이는 지역이 있습니다.",
        "en": "The answer differs by place, and from some places media that matches is seen.",
    },
    "listed": {
        "ko": "검색 결과에 아직 나옵니다(확인 지역: {vantages}).",
        "en": "The search results still list it (seen from: {vantages}).",
    },
    "not_listed": {
        "ko": "모든 지역에서 검색 결과 페이지가 열리고, 링크는 더 이상 나오지 않습니다.",
        "en": "The result page loads from every place and no longer lists the link.",
    },
    "listing_unclear": {
        "ko": "검색 결과 페이지를 제대로 확인하지 못한 지역이 있습니다.",
        "en": "From some place the result page could not be read properly.",
    },
    # What is still missing, or is there, for a confirmation.
    "confirmed": {
        "ko": "{hours}시간에 걸쳐 {misses}번 연속으로 모든 지역에서 없는 것을 확인했습니다.",
        "en": "It was found gone {misses} times in a row from every place, over {hours} hours.",
    },
    "more_misses": {
        "ko": "확정하려면 {needed}번 연속 확인이 필요하고, 지금까지 {misses}번 확인했습니다.",
        "en": "A confirmation needs {needed} looks in a row; so far: {misses}.",
    },
    "longer_window": {
        "ko": "확정하려면 첫 확인부터 {hours}시간이 지나야 합니다.",
        "en": "A confirmation needs {hours} hours from the first miss.",
    },
    "second_vantage": {
        "ko": "확정하려면 두 곳 이상의 지역에서 확인해야 합니다.",
        "en": "A confirmation needs looks from at least two vantage points.",
    },
    "home_needed": {
        "ko": "확정하려면 같은 사이트의 첫 페이지가 열리는지 확인해야 합니다.",
        "en": "A confirmation needs the same site's front page to be seen loading.",
    },
    "witness_needed": {
        "ko": "확정하려면 같은 게시판의 다른 글이 열리는지 확인해야 합니다.",
        "en": "A confirmation needs another post of the same board to be seen loading.",
    },
    "media_unclear": {
        "ko": "페이지는 없지만, 자료 파일의 주소가 모두 없어졌는지는 아직 알 수 없습니다.",
        "en": "The page is gone, but it is not yet clear that all its media addresses are too.",
    },
    "partly_unclear": {
        "ko": "없는 것으로 확인된 지역이 있지만, 다른 지역에서는 확인하지 못했습니다.",
        "en": "It is gone from one place, but from another the look told nothing.",
    },
    "contradiction": {
        "ko": "지역마다 답이 서로 맞지 않아 없어졌다고 볼 수 없습니다.",
        "en": "The answers contradict one another, so it cannot be called gone.",
    },
    # Signs of one look.
    "not_found": {
        "ko": "{places} 없는 페이지라고 답했습니다.",
        "en": "{places} answered that the page does not exist.",
    },
    "soft_404": {
        "ko": "{places} 이 사이트의 없는 주소와 똑같은 안내 페이지가 나왔습니다.",
        "en": "{places} got the same notice page as this site gives for an address that never was.",
    },
    "redirect_root": {
        "ko": "{places} 자료 없이 사이트의 첫 페이지로 넘어갔습니다.",
        "en": "{places} ended on the site's front page, without the media.",
    },
    "nxdomain": {
        "ko": "{places} 사이트의 이름이 더 이상 없다고 확인되었습니다.",
        "en": "{places} found that the site's name no longer exists.",
    },
    "media_replaced": {
        "ko": "{places} 같은 주소에 찾는 자료가 아닌 다른 자료가 나왔습니다.",
        "en": "{places} got other media than the hunted material at the same address.",
    },
    "media_gone": {
        "ko": "{places} 페이지는 그대로지만 그 자료가 없고, 자료의 주소도 없어졌습니다. 옆의 다른 파일은 열렸습니다.",
        "en": "{places} found the page as it was but without the media, whose own address is gone, while a file beside it loads.",
    },
    "login": {
        "ko": "로그인해야 볼 수 있는 페이지입니다. 자료가 남아 있을 수 있습니다.",
        "en": "The page asks for a login; the content may still be there.",
    },
    "payment": {
        "ko": "돈을 내야 볼 수 있는 페이지입니다. 자료가 남아 있을 수 있습니다.",
        "en": "The page asks for payment; the content may still be there.",
    },
    "age_gate": {
        "ko": "나이를 확인해야 볼 수 있는 페이지입니다. 자료가 남아 있을 수 있습니다.",
        "en": "The page asks for the visitor's age; the content may still be there.",
    },
    "consent": {
        "ko": "쿠키 동의 화면이 막고 있어 알 수 없습니다.",
        "en": "A page that asks for consent to cookies stood in the way, so nothing can be told.",
    },
    "same_for_all": {
        "ko": "있는 것이 분명한 페이지에도 똑같이 답해 알 수 없습니다.",
        "en": "The site answers pages that surely exist in the same way, so nothing can be told.",
    },
    "same_picture": {
        "ko": "사이트가 다른 그림에도 똑같은 그림으로 답해 알 수 없습니다.",
        "en": "The site answers other pictures with the same one, so nothing can be told.",
    },
    "media_near": {
        "ko": "일치한다고 할 수는 없지만 찾는 자료와 많이 닮은 자료가 있습니다.",
        "en": "There is media too like the hunted material to be called gone, but no match.",
    },
    "elsewhere": {
        "ko": "다른 사이트로 넘어가 알 수 없습니다.",
        "en": "The link leads to another site, so nothing can be told.",
    },
    "no_match_seen": {
        "ko": "페이지는 열렸지만 일치하는 자료도, 없어졌다는 표시도 보이지 않았습니다.",
        "en": "The page opened, but showed neither media that matches nor a sign that it is gone.",
    },
    "captcha": {
        "ko": "사람인지 확인하는 화면(캡차)이 막고 있어 알 수 없습니다.",
        "en": "A captcha stood in the way, so nothing can be told.",
    },
    "bot_wall": {
        "ko": "없는 페이지라고 답했지만 첫 페이지도 열리지 않아, 접근을 막은 것일 수 있습니다.",
        "en": "It answered that the page does not exist, but the front page fails too: "
        "this may be a wall against programs.",
    },
    "home_silent": {
        "ko": "없는 페이지라고 답했지만 사이트의 첫 페이지도 답하지 않아 알 수 없습니다.",
        "en": "It answered that the page does not exist, but the site's front page did not answer "
        "either, so nothing can be told.",
    },
    "denied": {
        "ko": "사이트가 접근을 거절해({status}) 알 수 없습니다.",
        "en": "The site denied access ({status}), so nothing can be told.",
    },
    "rate_limited": {
        "ko": "사이트가 너무 잦은 접근이라고 답해(429) 알 수 없습니다.",
        "en": "The site answered that it was asked too often (429), so nothing can be told.",
    },
    "server_error": {
        "ko": "사이트에 오류가 나서({status}) 알 수 없습니다.",
        "en": "The site had an error ({status}), so nothing can be told.",
    },
    "odd_status": {
        "ko": "사이트의 답({status})만으로는 알 수 없습니다.",
        "en": "The site's answer ({status}) tells nothing.",
    },
    "empty": {
        "ko": "빈 페이지가 나와 알 수 없습니다.",
        "en": "The page was empty, so nothing can be told.",
    },
    "block_page": {
        "ko": "접속 차단 안내 페이지가 나왔습니다. 삭제된 것이 아닙니다.",
        "en": "A page of the access block came. That is no removal.",
    },
    "media_unreadable": {
        "ko": "자료 파일을 읽을 수 없어 알 수 없습니다.",
        "en": "The media file could not be read, so nothing can be told.",
    },
    "refused": {
        "ko": "규칙에 따라 링크를 열지 않았습니다.",
        "en": "The link was not opened, by our own rules.",
    },
    "name_service_failed": {
        "ko": "이름 서비스(DNS)가 답하지 않아 알 수 없습니다.",
        "en": "The name service did not answer, so nothing can be told.",
    },
    "connect_failed": {
        "ko": "사이트에 연결하지 못해 알 수 없습니다.",
        "en": "No connection to the site was possible, so nothing can be told.",
    },
    "tls_failed": {
        "ko": "보안 연결을 맺지 못해 알 수 없습니다.",
        "en": "No secure connection was possible, so nothing can be told.",
    },
    "timed_out": {
        "ko": "사이트가 제시간에 답하지 않아 알 수 없습니다.",
        "en": "The site did not answer in time, so nothing can be told.",
    },
    "too_large": {
        "ko": "응답이 너무 커서 끝까지 읽지 못해 알 수 없습니다.",
        "en": "The answer was too large to be read, so nothing can be told.",
    },
    "broken": {
        "ko": "사이트의 응답이 깨져 있어 알 수 없습니다.",
        "en": "The site's answer was broken, so nothing can be told.",
    },
    # Why the next look comes when it does.
    "look_daily": {
        "ko": "아직 남아 있으므로 정해진 간격으로 다시 확인합니다.",
        "en": "It is still there, so it is looked at again at a regular interval.",
    },
    "look_paced_hours": {
        "ko": "이 사이트에서는 보통 약 {hours}시간 만에 내려갑니다. 빨리 내려가는 곳일수록 자주 확인합니다.",
        "en": "On this site things usually go within about {hours} h, and quick sites "
        "are looked at more often.",
    },
    "look_paced_days": {
        "ko": "이 사이트에서는 보통 약 {days}일 만에 내려갑니다. 빨리 내려가는 곳일수록 자주 확인합니다.",
        "en": "On this site things usually go within about {days} days, and quick sites "
        "are looked at more often.",
    },
    "look_polite": {
        "ko": "이 사이트에서는 보통 약 {days}일 만에 내려갑니다. 확인할 링크가 많아 사이트에 부담이 되지 않게 간격을 늘렸습니다.",
        "en": "On this site things usually go within about {days} days; there are many links to look "
        "at, so each waits longer and the site is not burdened.",
    },
    "look_at_promise": {
        "ko": "답변 기한이 끝나는 때에 맞춰 다시 확인합니다.",
        "en": "The next look is set for the end of the recipient's time.",
    },
    "look_to_confirm": {
        "ko": "없어진 것을 확정하기 위해 간격을 두고 다시 확인합니다.",
        "en": "The looks are spread out to confirm that it is gone.",
    },
    "look_watch": {
        "ko": "없어진 뒤에도 다시 나타나는지 지켜봅니다.",
        "en": "It is watched for coming back.",
    },
    "look_backoff": {
        "ko": "확인하지 못했으므로 점점 간격을 늘려 다시 확인합니다.",
        "en": "The look told nothing, so it is repeated at growing intervals.",
    },
    "look_retry_after": {
        "ko": "사이트가 알려 준 시각 이후에 다시 확인합니다.",
        "en": "The site said when to come back; the next look is after that.",
    },
}

_KOREAN_COUNTS = {1: "한", 2: "두", 3: "세", 4: "네", 5: "다섯"}
_ENGLISH_COUNTS = {2: "Two", 3: "Three", 4: "Four", 5: "Five"}


def _places(count: int, language: str) -> str:
    """Such as "두 지역에서 모두" or "Two vantage points both": the subject of a sign's sentence."""
    if language == "ko":
        number = _KOREAN_COUNTS.get(count, str(count))
        return f"{number} 지역에서" if count == 1 else f"{number} 지역에서 모두"
    if count == 1:
        return "One vantage point"
    number = _ENGLISH_COUNTS.get(count, str(count))
    return f"{number} vantage points " + ("both" if count == 2 else "all")  # noqa: PLR2004
