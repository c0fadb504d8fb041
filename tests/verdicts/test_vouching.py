"""A host whose front page leads nowhere is believed by what it was before."""

from dataclasses import replace

import pytest

from ansim.fetching import PageFeatures
from ansim.verdicts import Round, judge
from tests.verdicts.views import (
    CONTENT,
    CONTROL,
    FRONT,
    GHOST,
    GONE,
    HOME,
    LOST,
    PICTURE,
    PRESENT,
    REPLACED,
    ROOT,
    SOFT,
    after,
    failed,
    seen,
)

HOURS = (40, 76, 112)
LISTING = seen(200, replace(FRONT, link_count=9))
LOST_404 = seen(404, GHOST)
OTHER = seen(200, PageFeatures("", 90, "c3" * 8))
AT_ROOT = {"page": seen(200, FRONT, **ROOT), "control": seen(200, FRONT, **ROOT)}
SWAPPED = {
    "page": seen(200, None, fingerprint=PICTURE),
    "media": (replace(REPLACED, url=HOME.url),),
    "control": seen(200, None, fingerprint=PICTURE),
}


def series(first: dict[str, object] | None, then: dict[str, object]) -> list[Round]:
    before = [] if first is None else [after(0, first)]
    return [*before, *(after(hours, then) for hours in HOURS)]


@pytest.mark.parametrize(
    ("first", "then", "confirmed"),
    [
        (None, GONE, True),
        (PRESENT | {"control": LOST_404}, GONE | {"control": LOST_404}, True),
        (PRESENT | {"control": CONTROL}, SOFT | {"media": (LOST,)}, True),
        (PRESENT | {"control": AT_ROOT["control"]}, AT_ROOT, True),
        # A wall went up: what lost addresses get is not what they got before.
        (PRESENT | {"control": LOST_404}, SOFT, False),
        (PRESENT | {"control": OTHER}, SOFT, False),
        (PRESENT | {"control": LOST_404}, AT_ROOT, False),
        (PRESENT | {"control": seen(404, CONTENT)}, GONE | {"control": LOST_404}, False),
        (PRESENT | {"control": failed("timed_out")}, SOFT, False),
        (PRESENT, SOFT, False),
        # The front page led somewhere, and does no more.
        (PRESENT | {"home": LISTING, "control": LOST_404}, GONE | {"control": LOST_404}, False),
        # Never seen to show anything else: a shell for every address.
        (None, SOFT, False),
        (None, AT_ROOT, False),
        (SOFT, SOFT, False),
    ],
)
def test_without_another_post_the_hosts_past_decides(
    first: dict[str, object] | None, then: dict[str, object], *, confirmed: bool
) -> None:
    judgement = judge(series(first, then))
    assert judgement.verdict == ("gone_confirmed" if confirmed else "gone_provisional")
    needed = {reason.code for reason in judgement.reasons} & {"witness_needed"}
    assert bool(needed) is not confirmed


def test_another_place_past_does_not_count() -> None:
    first = after(0, PRESENT | {"control": CONTROL}, SOFT)
    then = [after(hours, SOFT) for hours in HOURS]
    assert judge([first, *then]).verdict == "gone_provisional"


def test_a_day_on_which_the_host_was_silent_is_not_its_past() -> None:
    silent = after(10, PRESENT | {"control": failed("timed_out")})
    told = after(0, PRESENT | {"control": CONTROL})
    then = [after(hours, SOFT) for hours in HOURS]
    assert judge([told, silent, *then]).verdict == "gone_confirmed"
    lost = [after(hours, GONE | {"control": LOST_404}) for hours in HOURS]
    assert judge([silent, *lost]).verdict == "gone_confirmed"


def test_a_placeholder_is_believed_where_lost_pictures_always_had_it() -> None:
    before = PRESENT | {"control": SWAPPED["control"]}
    lost = PRESENT | {"control": LOST_404}
    assert judge(series(before, SWAPPED)).verdict == "gone_confirmed"
    assert judge(series(lost, SWAPPED)).verdict == "gone_provisional"
