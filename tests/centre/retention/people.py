"""Mina asked for help and told a lot; Bora did too. Lee is their counsellor, Jeong supervises."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from ansim.centre import clock
from ansim.centre.access.models import Staff
from ansim.centre.access.services import create_staff
from ansim.centre.cases.keyring import sealed_key_for_person
from ansim.centre.cases.models import Case
from ansim.centre.cases.services import close_case, post_message, write_note
from ansim.centre.intake.report import Report
from ansim.centre.intake.services import TakenIn, take_in
from ansim.centre.materials.models import Look
from ansim.centre.removal.models import Request
from ansim.centre.support.models import Service
from ansim.fingerprints import Fingerprint

NOON = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
PASSWORD = "still water runs deep"
LINKS = ("https://forum.example.com/t/1", "https://pictures.example.net/2.jpg")
numbers = count(1)


@dataclass
class Now:
    """The centre's clock, which a test moves."""

    at: datetime = NOON

    def go(self, **length: int) -> datetime:
        """Go on by days, hours and so on; returns the new moment."""
        self.at += timedelta(**length)
        return self.at


@pytest.fixture(autouse=True)
def now(monkeypatch: pytest.MonkeyPatch) -> Now:
    """It is noon in Seoul on 22 November."""
    hands = Now()
    monkeypatch.setattr(clock, "now", lambda: hands.at)
    return hands


@pytest.fixture
def lee(db: None) -> Staff:
    """A counsellor."""
    del db
    return create_staff("lee", PASSWORD, "이상담", "Lee", "counsellor")


@pytest.fixture
def jeong(db: None) -> Staff:
    """A supervisor."""
    del db
    return create_staff("jeong", PASSWORD, "정팀장", "Jeong", "supervisor")


@pytest.fixture
def told(lee: Staff, jeong: Staff) -> Callable[..., TakenIn]:
    """``told(age="teen")``: somebody's report, with everything that a case may come to have."""

    def tell(*, links: tuple[str, ...] = LINKS, **facts: object) -> TakenIn:
        given = {
            "consents": ("hold", "search", "notify", "statistics"), "harms": ("distribution",),
            "age": "twenties", "story": "Mina was filmed", "contact": {"phone": "010-1234-5678"},
            "links": links, "materials": (fingerprint(),) if links else (), **facts,
        }  # fmt: skip
        taken = take_in(Report(**given), now=NOON)  # type: ignore[arg-type]
        fill(taken, lee)
        return taken

    return tell


def fingerprint() -> Fingerprint:
    """A picture's numbers, another one each time."""
    number = next(numbers)
    return Fingerprint(
        kind="picture", pdq=f"{number:04x}" * 16, quality=90, md5="", sha1="",
        sha256=f"{number:064x}", width=9, height=9, format="png",
    )  # fmt: skip


def fill(taken: TakenIn, lee: Staff) -> None:
    """Messages, a note, a service, looks and requests, as the rooms leave them."""
    case = taken.case
    key = sealed_key_for_person(case, taken.private)
    post_message(case, "Please help", key=key, author=None, now=NOON)
    write_note(case, "She sounded afraid", key=key, author=lee, now=NOON)
    Service.objects.create(
        case=case, kind="psychological", provider="p", outcome="done", given_at=NOON
    )
    for link in case.sightings.all():
        Look.objects.create(sighting=link, number=1, at=NOON, verdict="present")
        link.verdict, link.looks_done = "gone_confirmed", 2
        link.save(update_fields=["verdict", "looks_done"])
        gone = NOON + timedelta(hours=5)
        Look.objects.create(sighting=link, number=2, at=gone, verdict="gone_confirmed")
        reference = f"R-{next(numbers):05}"
        Request.objects.create(
            reference=reference, sighting=link, rung=1, recipient="forum",
            recipient_kind="platform", regime="eu_dsa_16", why="first", language="en",
            basis="consent:notify", state="sent", sent_at=NOON, drafted_at=NOON,
            message_id=f"<{reference}.1@centre.test>",
        )  # fmt: skip


def closed(case: Case, by: Staff, at: datetime) -> Case:
    """The same case, closed."""
    close_case(case, by=by, now=at)
    case.refresh_from_db()
    return case
