"""Somebody asks the demo centre for help, and everything that they and the staff write is known.

The words below are invented. After ``plant`` they have passed through every room that a person's
words pass through; the drill then looks for them in all that lies on the server.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ansim.centre.access.models import Staff
    from ansim.centre.cases.models import Case

NAME = "허도라지연"
PHONE = "010-2468-1357"
EMAIL = "dorae.lantern@mail.test"
CODE_WORD = "청자색 우산꽂이"
HOURS = "맏언니가 없는 저녁 일곱 시 뒤"
STORY = "작년 겨울 등대 카페에서 찍힌 사진이 퍼졌어요. 그 사람은 같은 합창단에 있었어요."
FROM_PERSON = "어젯밤에 또 연락이 왔어요, 이번에는 사촌 번호로요."
FROM_STAFF = "내일 점심때 다시 살펴보고 알려 드릴게요, 혼자가 아니에요."
NOTE = "본인은 합창단 지휘자를 걱정함; 다음 면담은 보라색 방에서."
SERVICE_NOTE = "두 번째 상담에서 잠을 못 잔다고 말함, 왼손잡이 언니가 동행."
LINK = "https://moa.test/p/planted-lantern-7731"
WORDS = {
    "name": NAME, "phone": PHONE, "email": EMAIL, "code_word": CODE_WORD, "hours": HOURS,
    "story": STORY, "message_from_person": FROM_PERSON, "message_from_staff": FROM_STAFF,
    "note": NOTE, "service_note": SERVICE_NOTE,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Planted:
    """The planted case, and every word that a thief must not find: what it is -> the word."""

    case: "Case"
    words: dict[str, str]


def plant(counsellor: "Staff", private: bytes, *, now: datetime) -> Planted:
    """A report, messages both ways, a note, a service: ``private`` is the counsellor's own key."""
    from ansim.centre.cases.keyring import sealed_key_for_staff
    from ansim.centre.cases.services import post_message, read_story, write_note
    from ansim.centre.intake.report import Report
    from ansim.centre.intake.services import take_in
    from ansim.centre.support.services import record_service

    taken = take_in(
        Report(
            language="ko", channel="web", links=(LINK,), story=STORY, harms=("distribution",),
            contact={"name": NAME, "phone": PHONE, "email": EMAIL, "code_word": CODE_WORD},
            safe_contact={"channel": "phone", "hours": HOURS, "voicemail": False},
            consents=("hold", "search", "notify"),
        ),
        now=now,
    )  # fmt: skip
    case = taken.case
    key = sealed_key_for_staff(case, counsellor, private)
    post_message(case, FROM_STAFF, key=key, author=counsellor, now=now)
    post_message(case, FROM_PERSON, key=key, author=None, now=now)
    write_note(case, NOTE, key=key, author=counsellor, now=now)
    record_service(
        case, kind="psychological", provider="가람 심리상담센터", outcome="ongoing", given_at=now,
        minutes=50, by=counsellor, note=SERVICE_NOTE, key=key, now=now,
    )  # fmt: skip
    if key is not None:
        read_story(case, key=key, reader=counsellor, now=now)
    return Planted(case, {**WORDS, "receipt_code": taken.code})
