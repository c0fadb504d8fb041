"""What a person has typed travels with the page, locked."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansim.centre.portal.draft import (
    LIFE,
    MAX_CHARS,
    Draft,
    DraftExpired,
    DraftLost,
    DraftTooLarge,
)
from ansim.fingerprints import Fingerprint, FrameFingerprint

NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
SERVER, JIWOO, BORA = b"s" * 32, b"j" * 32, b"b" * 32
PDQ = "0f" * 32
TYPED = st.dictionaries(
    st.text(max_size=12), st.lists(st.text(max_size=80), max_size=4), max_size=6
)

SEALED = Draft.begin(NOW).seal(SERVER, JIWOO)


def video(frames: int = 2, number: int = 0) -> Fingerprint:
    return Fingerprint(
        kind="video", pdq=PDQ, quality=90, md5=f"{number:032x}", sha1=f"{number:040x}",
        sha256=f"{number:064x}", width=640, height=360, format="MP4",
        frames=tuple(FrameFingerprint(float(n), PDQ, 90) for n in range(frames)),
    )  # fmt: skip


@given(TYPED)
def test_what_goes_in_comes_out(typed: dict[str, list[str]]) -> None:
    draft = Draft.begin(NOW).keep(set(typed), typed).with_materials((video(),))
    assert Draft.open(draft.seal(SERVER, JIWOO), SERVER, JIWOO, now=NOW) == draft


def test_nothing_of_it_can_be_read_on_the_way() -> None:
    sealed = Draft.begin(NOW).keep({"story"}, {"story": ["he threatens me"]}).seal(SERVER, JIWOO)
    assert "threat" not in sealed
    assert sealed != Draft.begin(NOW).seal(SERVER, JIWOO)


@given(st.data())
def test_a_changed_field_does_not_open(data: st.DataObject) -> None:
    # The last character before the padding has bits that mean nothing: it is left out.
    at = data.draw(st.integers(0, len(SEALED) - 5))
    other = data.draw(st.sampled_from("ABCxyz019-_").filter(lambda char: char != SEALED[at]))
    with pytest.raises(DraftLost):
        Draft.open(SEALED[:at] + other + SEALED[at + 1 :], SERVER, JIWOO, now=NOW)


@given(st.text(max_size=200))
def test_nonsense_does_not_open(nonsense: str) -> None:
    with pytest.raises(DraftLost):
        Draft.open(nonsense, SERVER, JIWOO, now=NOW)


def test_bora_cannot_open_jiwoos_draft() -> None:
    sealed = Draft.begin(NOW).seal(SERVER, JIWOO)
    with pytest.raises(DraftLost):
        Draft.open(sealed, SERVER, BORA, now=NOW)


@pytest.mark.parametrize(("age", "opens"), [(LIFE, True), (LIFE + timedelta(seconds=1), False)])
def test_it_ends_after_twelve_hours(age: timedelta, *, opens: bool) -> None:
    sealed = Draft.begin(NOW).seal(SERVER, JIWOO)
    if opens:
        assert Draft.open(sealed, SERVER, JIWOO, now=NOW + age).answers == {}
        return
    with pytest.raises(DraftExpired, match="12 hours"):
        Draft.open(sealed, SERVER, JIWOO, now=NOW + age)


def test_a_draft_from_the_future_does_not_open() -> None:
    sealed = Draft.begin(NOW).seal(SERVER, JIWOO)
    with pytest.raises(DraftLost):
        Draft.open(sealed, SERVER, JIWOO, now=NOW - timedelta(seconds=1))


def test_more_than_a_page_carries_is_refused() -> None:
    noise = "".join(chr(0x1000 + (n * 7919) % 40000) for n in range(MAX_CHARS))
    with pytest.raises(DraftTooLarge):
        Draft.begin(NOW).keep({"story"}, {"story": [noise]}).seal(SERVER, JIWOO)


def test_twenty_long_videos_fit() -> None:
    draft = Draft.begin(NOW).with_materials(tuple(video(600, n) for n in range(20)))
    assert len(draft.seal(SERVER, JIWOO)) < MAX_CHARS


def test_the_same_file_counts_once() -> None:
    assert len(Draft.begin(NOW).with_materials((video(), video())).materials) == 1
