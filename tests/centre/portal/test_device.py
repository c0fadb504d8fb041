"""Numbers from a person's device are taken as a stranger's, and kept with where they came from."""

import contextlib
import json
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from ansim.centre.portal.device import (
    MOST_CHARS,
    MOST_FILES,
    MOST_FRAMES,
    NAMES,
    MalformedNumbers,
    fingerprints_from,
    problems_from,
)
from ansim.centre.portal.draft import Draft
from ansim.fingerprints import Fingerprint
from tests.centre.portal.people import KOREAN, NOON, Known, draft_in, title_of

HASH = "0f" * 32
KEPT = "지문만 보관"


def picture_numbers(number: int = 1, **others: object) -> dict[str, Any]:
    """What the page's script makes of a picture."""
    return {
        "kind": "picture", "format": "JPEG", "sha256": f"{number:064x}", "pdq": HASH, "quality": 90,
        "dihedral": [HASH] * 8, "alternates": [], "frames": [], "truncated": False,
        "width": 640, "height": 480,
    } | others  # fmt: skip


def video_numbers(frames: int = 3, **others: object) -> dict[str, Any]:
    """What the page's script makes of a video."""
    seen = [{"seconds": at, "pdq": HASH, "quality": 70} for at in range(frames)]
    return picture_numbers(
        kind="video", format="MP4", quality=70, dihedral=[], frames=seen, **others
    )


def sent(*records: object) -> list[Fingerprint]:
    return fingerprints_from(json.dumps(records))


def test_a_picture_and_a_video_are_read_and_say_where_they_come_from() -> None:
    extra = {"reason": "small_copy", "pdq": "ab" * 32, "quality": 60}
    one, other = sent(picture_numbers(alternates=[extra]), video_numbers(sha256="b" * 64))
    assert (one.kind, one.origin, one.md5, one.sha1) == ("picture", "device", "", "")
    assert (one.alternates[0].reason, one.dihedral[0]) == ("small_copy", one.pdq)
    assert (other.kind, other.origin, len(other.frames)) == ("video", "device", 3)


def test_the_same_file_twice_is_one() -> None:
    assert len(sent(picture_numbers(1), picture_numbers(1), picture_numbers(2))) == 2


def test_nothing_sent_is_nothing_found() -> None:
    assert fingerprints_from("") == []


WRONG = {
    "not json": "{",
    "no list": "{}",
    "an empty list": "[]",
    "nan": "[NaN]",
    "deep": "[" * 100_000,
    "a long number": f"[{'9' * 5000}]",
    "too long": " " * (MOST_CHARS + 1),
}


@pytest.mark.parametrize("field", WRONG.values(), ids=WRONG)
def test_what_no_script_of_ours_writes_is_refused(field: str) -> None:
    with pytest.raises(MalformedNumbers):
        fingerprints_from(field)


WRONG_RECORDS: dict[str, object] = {
    "a text": "x",
    "a name too many": picture_numbers(name="me.jpg"),
    "md5": picture_numbers(md5="0" * 32),
    "a name too few": {k: v for k, v in picture_numbers().items() if k != "sha256"},
    "upper case": picture_numbers(pdq="0F" * 32),
    "short": picture_numbers(sha256="0" * 63),
    "quality above": picture_numbers(quality=101),
    "quality below": picture_numbers(quality=-1),
    "quality as truth": picture_numbers(quality=True),
    "quality as text": picture_numbers(quality="90"),
    "kind": picture_numbers(kind="sound"),
    "kind as a list": picture_numbers(kind=[]),
    "format": picture_numbers(format="EXE"),
    "format as a list": picture_numbers(format=["JPEG"]),
    "no turned ones": picture_numbers(dihedral=[]),
    "another first turn": picture_numbers(dihedral=["a" * 64, *[HASH] * 7]),
    "frames of a picture": picture_numbers(frames=video_numbers()["frames"]),
    "no width": picture_numbers(width=0),
    "too many pixels": picture_numbers(width=10_000, height=10_000),
    "alternates": picture_numbers(alternates=[{"reason": "strip", "pdq": HASH, "quality": 1}]),
    "many alternates": picture_numbers(
        alternates=[{"reason": "bare", "pdq": HASH, "quality": 1}] * 4
    ),
    "truncated as a number": picture_numbers(truncated=0),
    "a video without frames": video_numbers(0),
    "a video of too many frames": video_numbers(MOST_FRAMES + 1),
    "frames out of order": video_numbers() | {"frames": video_numbers()["frames"][::-1]},
    "a video with turns": video_numbers() | {"dihedral": [HASH] * 8},
    "a best frame from nowhere": video_numbers() | {"quality": 99},
    "late frames": video_numbers() | {"frames": [{"seconds": 1e9, "pdq": HASH, "quality": 70}]},
    "endless": video_numbers() | {"frames": [{"seconds": 1e999, "pdq": HASH, "quality": 70}]},
}


@pytest.mark.parametrize("record", WRONG_RECORDS.values(), ids=WRONG_RECORDS)
def test_numbers_that_cannot_be_are_refused(record: object) -> None:
    with pytest.raises(MalformedNumbers):
        fingerprints_from(json.dumps([picture_numbers(7), record]))


def test_there_is_an_end_to_how_many() -> None:
    assert len(sent(*map(picture_numbers, range(MOST_FILES)))) == MOST_FILES
    with pytest.raises(MalformedNumbers):
        sent(*map(picture_numbers, range(MOST_FILES + 1)))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=70),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=6,
)


@given(st.sampled_from(sorted(NAMES)), JSON, st.sampled_from([picture_numbers, video_numbers]))
def test_whatever_stands_in_a_field_gives_a_fingerprint_or_the_one_error(
    name: str, value: object, make: Any
) -> None:
    """And what is taken survives the draft that travels with the page."""
    try:
        found = fingerprints_from(json.dumps([make() | {name: value}]))
    except MalformedNumbers:
        return
    draft = Draft.begin(NOON).with_materials(tuple(found))
    assert Draft.open(draft.seal(b"s" * 32, b"b" * 32), b"s" * 32, b"b" * 32, now=NOON) == draft


@given(st.text(max_size=60))
def test_any_text_gives_the_one_error_or_nothing(field: str) -> None:
    with contextlib.suppress(MalformedNumbers):
        assert fingerprints_from(field) == []


@pytest.mark.django_db
def test_on_the_report_they_are_listed_and_can_be_taken_back() -> None:
    client = Client(headers=KOREAN)
    page = client.get("/report/1")
    given_ = {"draft": draft_in(page), "step": 3, "do": "upload", "device": json.dumps(
        [picture_numbers(1), video_numbers(sha256="a" * 64)])}  # fmt: skip
    page = client.post("/report/3", given_, follow=True)
    text = page.content.decode()
    assert "사진 1 · 지문만 보관" in text
    assert "영상 2 · 지문만 보관" in text
    for number in (2, 1):
        page = client.post(
            "/report/3", {"draft": draft_in(page), "step": 3, "do": f"drop:{number}"}, follow=True
        )
    assert KEPT not in page.content.decode()


def test_wrong_numbers_say_so_and_what_was_typed_stays() -> None:
    client = Client(headers=KOREAN)
    page = client.get("/report/1")
    typed = {"draft": draft_in(page), "step": 3, "do": "next", "story": "바다", "device": "[1]"}
    page = client.post("/report/4", typed)
    text = page.content.decode()
    assert "(3/6)" in title_of(page)
    assert "파일을 다시 골라 주세요" in text
    assert ">바다</textarea>" in text or ">\n바다</textarea>" in text


def test_a_case_keeps_them_once_with_their_origin(jiwoo: Known) -> None:
    client = jiwoo.client()
    sent_ = {"do": "next", "device": json.dumps([picture_numbers(5)])}
    for _ in range(2):
        client.post("/mine/links", sent_)
    (material,) = jiwoo.case.materials.all()
    assert material.sha256 == f"{5:064x}"
    assert (material.pdq, material.md5, material.fingerprint["origin"]) == (HASH, "", "device")


@pytest.mark.django_db
def test_no_more_are_kept_than_there_is_room_for() -> None:
    client = Client(headers=KOREAN)
    page = client.get("/report/1")
    many = json.dumps([picture_numbers(n) for n in range(MOST_FILES)])
    page = client.post(
        "/report/3", {"draft": draft_in(page), "step": 3, "do": "upload", "device": many}, follow=True
    )
    page = client.post(
        "/report/3",
        {"draft": draft_in(page), "step": 3, "do": "upload",
         "device": json.dumps([picture_numbers(99)])}, follow=True,
    )  # fmt: skip
    assert page.content.decode().count(KEPT) >= MOST_FILES
    assert f"{MOST_FILES}개까지" in page.content.decode()


def test_what_the_device_could_not_read_is_said_in_words() -> None:
    one, other = problems_from("2:other 3:large")
    assert one.startswith("2번째 파일:")
    assert other.startswith("3번째 파일:")
    assert problems_from("") == []


@pytest.mark.parametrize(
    "field", ["2:evil", "0:other", "other", "2:other ", "2:other\n", "2:other " * 101]
)
def test_words_that_the_script_has_not_are_refused(field: str) -> None:
    with pytest.raises(MalformedNumbers):
        problems_from(field)
