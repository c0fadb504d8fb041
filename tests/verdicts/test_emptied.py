"""A page that stays without its picture: what must hold before that counts as gone."""

from dataclasses import replace

import pytest

from ansim.fetching import Observation, PageFeatures
from ansim.fingerprints import Fingerprint
from ansim.matching import HuntedFingerprint, HuntedIndex
from ansim.verdicts import MediaView, Round, Verdict, View, judge
from ansim.verdicts.emptied import is_as_it_was, with_rest
from tests.verdicts.views import HOME, LOST, MATCH, MEDIA, PICTURE, POST_URL, SHUT, after, seen

BESIDE = "http://cdn.test/2.jpg"
THEN = PageFeatures("a", 300, "0f" * 8, media=(MEDIA,), media_count=1)
EMPTY = PageFeatures("a", 300, "0f" * 8)
FRONT = replace(HOME, page=PageFeatures("c", 900, "3c" * 8, links=(POST_URL,), media=(BESIDE,)))
OTHER = Fingerprint("picture", "54" * 32, 100, "1" * 32, "1" * 40, "1" * 64, 8, 8, "JPEG")
FILE = seen(200, None, fingerprint=OTHER, url=BESIDE, final_url=BESIDE)
HUNTED = HuntedIndex([HuntedFingerprint.of("m", PICTURE)])
MATCHED = {"page": seen(200, THEN), "media": (MATCH,)}
LEFT = {"page": seen(200, EMPTY), "media": (LOST,), "rest": 0}


def looked_at(
    page: PageFeatures, *, beside: Observation = FILE, media: MediaView = LOST, **looked: Observation
) -> View:
    view = View("seoul", "KR", seen(200, page), home=FRONT, media=(media,))
    known = {f"http://cdn.test/{name}.jpg": one for name, one in looked.items()}
    return with_rest(view, known, HUNTED, 60, lambda url, _: beside if url == BESIDE else seen(404, None))


def showing(*media: str, frames: tuple[str, ...] = ()) -> PageFeatures:
    return replace(EMPTY, media=media, media_count=len(media), frames=frames)


NEW = "http://cdn.test/new.jpg"


def test_what_the_page_still_shows_is_counted_when_all_of_it_is_something_else() -> None:
    assert looked_at(EMPTY).rest == 0
    assert looked_at(showing(MEDIA)).rest == 0  # named still, and gone
    assert looked_at(showing(NEW), new=FILE).rest == 1
    assert looked_at(showing(NEW), new=seen(404, None)).rest == 1


@pytest.mark.parametrize(
    "found", [None, seen(403, None), seen(200, None), seen(200, None, fingerprint=PICTURE)]
)
def test_what_nobody_could_compare_may_be_the_picture(found: Observation | None) -> None:
    assert looked_at(showing(NEW), **({} if found is None else {"new": found})).rest is None


def test_a_crop_of_it_is_no_other_picture() -> None:
    near = f"{int(PICTURE.pdq or '', 16) ^ (2**50 - 1):064x}"
    crop = seen(200, None, fingerprint=replace(PICTURE, pdq=near, md5="2" * 32, sha1="2" * 40, sha256="2" * 64))
    assert looked_at(showing(NEW), new=crop).rest is None


def test_a_frame_of_its_own_may_hold_the_picture() -> None:
    assert looked_at(showing(frames=("http://cdn.test/player",))).rest is None


def test_a_file_beside_the_lost_one_must_load_and_the_lost_one_be_lost() -> None:
    assert looked_at(EMPTY, beside=seen(404, None)).rest is None
    assert looked_at(EMPTY, beside=seen(403, None)).rest is None
    assert looked_at(EMPTY, media=SHUT).rest is None
    assert looked_at(EMPTY, media=replace(LOST, recorded=False)).rest is None


def view_of(page: PageFeatures, rest: int | None = 0) -> View:
    return View("seoul", "KR", seen(200, page), media=(LOST,), rest=rest)


def past(*views: dict[str, object]) -> list[Round]:
    return [after(hours, view) for hours, view in enumerate(views)]


def test_the_page_must_be_the_one_that_the_picture_was_on() -> None:
    assert is_as_it_was(view_of(EMPTY), past(MATCHED))
    assert not is_as_it_was(view_of(EMPTY), [])
    assert not is_as_it_was(view_of(EMPTY), past(LEFT))
    assert not is_as_it_was(view_of(EMPTY, rest=1), past(MATCHED))
    assert not is_as_it_was(view_of(EMPTY, rest=None), past(MATCHED))
    assert not is_as_it_was(view_of(replace(EMPTY, title_digest="z")), past(MATCHED))
    assert not is_as_it_was(view_of(replace(EMPTY, structure="f0" * 8)), past(MATCHED))
    assert not is_as_it_was(view_of(replace(EMPTY, inline=1)), past(MATCHED))
    assert not is_as_it_was(view_of(replace(EMPTY, link_count=1)), past(MATCHED))


def test_answers_add_up_below_a_post_but_another_post_is_a_leap() -> None:
    steps = [f"{int('0f' * 8, 16) ^ (2 ** (10 * n) - 1):016x}" for n in range(1, 4)]
    grown = [{**LEFT, "page": seen(200, replace(EMPTY, structure=one))} for one in steps]
    last = view_of(replace(EMPTY, structure=steps[2]))
    assert is_as_it_was(last, past(MATCHED, *grown[:2]))
    assert not is_as_it_was(last, past(MATCHED))
    assert not is_as_it_was(last, past(MATCHED, LEFT))


def test_three_looks_from_two_places_confirm_and_one_match_does_not() -> None:
    rounds = [after(0, MATCHED), *(after(hours, LEFT) for hours in (24, 60, 97))]
    judged = judge(rounds)
    assert judged.verdict is Verdict.GONE_CONFIRMED
    assert judged.reasons[0].code == "media_gone"
    assert "사라" in judged.reasons[0].sentence("ko") or "없어" in judged.reasons[0].sentence("ko")
    assert judge(rounds[:3]).verdict is Verdict.GONE_PROVISIONAL
    assert judge(rounds[1:]).verdict is Verdict.UNKNOWN
    assert judge([*rounds, after(120, LEFT, MATCHED)]).verdict is Verdict.BLOCKED_IN_COUNTRY
    assert judge([*rounds, after(120, MATCHED)]).verdict is Verdict.PRESENT
    shut = after(60, LEFT | {"media": (SHUT,)})
    assert judge([rounds[0], rounds[1], shut, rounds[3]]).verdict is Verdict.GONE_PROVISIONAL


def test_it_is_kept_with_the_round() -> None:
    one = after(0, LEFT)
    assert Round.from_json(one.slim().to_json()).views[0].rest == 0
    old = one.to_json()
    for view in old["views"]:  # type: ignore[attr-defined]
        del view["rest"]
    assert Round.from_json(old).views[0].rest is None
