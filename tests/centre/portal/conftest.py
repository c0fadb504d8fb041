"""People of the portal's tests: Jiwoo and Bora each asked for help; Lee is a counsellor."""

from collections.abc import Iterator
from datetime import datetime

import pytest
from django.utils import translation

from ansim.centre.access.models import Staff
from ansim.centre.access.services import create_staff
from tests.centre.portal.people import NOON, Known, known


@pytest.fixture(autouse=True)
def noon(monkeypatch: pytest.MonkeyPatch) -> datetime:
    """It is noon in Seoul on 20 November."""
    monkeypatch.setattr("ansim.centre.clock.now", lambda: NOON)
    return NOON


@pytest.fixture(autouse=True)
def korean() -> Iterator[None]:
    """Sentences made outside a request are Korean."""
    with translation.override("ko"):
        yield


@pytest.fixture
def lee(db: None) -> Staff:
    """A counsellor, so that reports can be taken in."""
    return create_staff("lee", "quiet water runs deep", "이상담", "Lee", "counsellor")


@pytest.fixture
def jiwoo(lee: Staff) -> Known:
    """Jiwoo gave two links."""
    return known(links=("https://forum.example.com/t/1", "https://pictures.example.net/2.jpg"))


@pytest.fixture
def bora(lee: Staff) -> Known:
    """Bora gave one link."""
    return known(links=("https://video.example.org/9",))
