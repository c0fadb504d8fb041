"""Every row of "is it really gone?", and the rules that must hold whatever was seen."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansim.verdicts import Round, Verdict, judge
from ansim.verdicts.reasons import SENTENCES
from tests.verdicts.rows import GONE_VIEWS, ROWS, any_round
from tests.verdicts.views import (
    BUSY,
    GHOST,
    GONE,
    GONE_P,
    LOGIN,
    LOGO,
    LOST,
    NOON,
    NXDOMAIN,
    POST,
    PRESENT,
    SHUT,
    SOFT,
    after,
    around,
    failed,
    seen,
)


@pytest.mark.parametrize(
    ("views", "verdict"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS]
)
def test_each_situation_has_its_verdict(views: tuple[dict[str, object], ...], verdict: str) -> None:
    judgement = judge([around(*views)])
    assert judgement.verdict == verdict
    for language in ("ko", "en"):
        for reason in judgement.reasons:
            assert reason.sentence(language).endswith((".", "."))


def test_all_ten_verdicts_are_reachable() -> None:
    reached = {row[2] for row in ROWS}
    assert {*Verdict} - reached == {Verdict.GONE_CONFIRMED, Verdict.DEINDEXED}


SERIES: list[tuple[str, Sequence[Round], str, int]] = [
    ("three misses over the window", [after(h, GONE) for h in (0, 36, 72)], "gone_confirmed", 3),
    ("in any order", [after(h, GONE) for h in (72, 0, 36)], "gone_confirmed", 3),
    ("two misses", [after(h, GONE) for h in (0, 72)], "gone_provisional", 2),
    ("too short a window", [after(h, GONE) for h in (0, 36, 71.9)], "gone_provisional", 3),
    (
        "silence adds nothing and breaks nothing",
        [after(0, GONE), after(20, BUSY), after(40, GONE), after(72, GONE)],
        "gone_confirmed",
        3,
    ),
    (
        "silence is not a miss",
        [after(0, GONE), after(36, BUSY), after(72, GONE)],
        "gone_provisional",
        2,
    ),
    (
        "a wall breaks the series",
        [after(0, GONE), after(20, {"page": seen(403)}), after(40, GONE), after(80, GONE)],
        "gone_provisional",
        2,
    ),
    (
        "a match breaks the series",
        [after(0, GONE), after(20, PRESENT), after(40, GONE), after(80, GONE)],
        "gone_provisional",
        2,
    ),
    ("unknown at the end", [*(after(h, GONE) for h in (0, 36, 72)), after(80, BUSY)], "unknown", 0),
    ("reopened", [*(after(h, GONE) for h in (0, 36, 72)), after(80, PRESENT)], "present", 0),
    (
        "no front page seen",
        [after(h, GONE | {"home": None}) for h in (0, 36, 72)],
        "gone_provisional",
        3,
    ),
    (
        "no such name, no front page needed",
        [after(h, NXDOMAIN) for h in (0, 36, 72)],
        "gone_confirmed",
        3,
    ),
    (
        "a media address that denies",
        [after(h, {"page": seen(404, GHOST), "media": (SHUT,)}) for h in (0, 36, 72)],
        "gone_provisional",
        0,
    ),
    (
        "asked too often in between",
        [after(0, GONE), after(20, {"page": seen(429)}), after(40, GONE), after(72, GONE)],
        "gone_confirmed",
        3,
    ),
    (
        "what the lost page shows beside need not go",
        [after(h, GONE | {"media": (LOST, LOGO)}) for h in (0, 36, 72)],
        "gone_confirmed",
        3,
    ),
    (
        "the front page was down in one of three",
        [after(0, GONE), after(36, GONE | {"home": failed("timed_out")}), after(72, GONE)],
        "gone_provisional",
        2,
    ),
    (
        "nobody looked at the front page in one of three",
        [after(0, GONE), after(36, GONE | {"home": None}), after(72, GONE)],
        "gone_provisional",
        3,
    ),
    (
        "the front page asks for a login",
        [after(h, GONE | {"home": seen(200, LOGIN)}) for h in (0, 36, 72)],
        "gone_provisional",
        3,
    ),
    (
        "soft 404, and a board's other posts could not be seen",
        [after(h, SOFT | {"witness_sought": True}) for h in (0, 36, 72)],
        "gone_provisional",
        3,
    ),
    (
        "soft 404, and another post loads",
        [after(h, SOFT | {"witness_sought": True, "witness": POST}) for h in (0, 36, 72)],
        "gone_confirmed",
        3,
    ),
    ("one silent vantage", [after(h, GONE, BUSY) for h in (0, 36, 72)], "gone_provisional", 0),
    (
        "one vantage",
        [Round(r.at, r.views[:1]) for r in (after(h, GONE) for h in (0, 36, 72))],
        "gone_provisional",
        3,
    ),
]


@pytest.mark.parametrize(
    ("rounds", "verdict", "misses"), [row[1:] for row in SERIES], ids=[row[0] for row in SERIES]
)
def test_gone_is_confirmed_only_by_repetition(
    rounds: Sequence[Round], verdict: str, misses: int
) -> None:
    judgement = judge(rounds)
    assert (judgement.verdict, judgement.misses) == (verdict, misses)


@pytest.mark.parametrize(
    ("listed", "status", "verdict"),
    [
        ((True, False), 200, "present"),
        ((False, False), 200, "deindexed"),
        ((False, None), 200, "unknown"),
        ((False, False), 429, "unknown"),
        ((None, None), 200, "unknown"),
    ],
)
def test_a_search_result_is_deindexed_only_when_every_page_loads(
    listed: tuple[bool | None, ...], status: int, verdict: str
) -> None:
    views = [{"page": seen(status), "listed": one} for one in listed]
    assert judge([around(*views)], kind="search_result").verdict == verdict


@pytest.mark.parametrize(
    "value",
    [
        "Mon, 01 Jan 99999999999999999999 00:00:00 GMT",
        "Mon, 01 Jan 2026 00:00:00 +99999999999999999999",
        "Fri, 31 Dec 9999 23:59:59 -2359",
        "Thu, 01 Jan 0001 00:00:00 +2359",
        "9" * 300,
        "soon",
        ", , ,",
    ],
)
def test_a_host_cannot_break_the_judge_by_when_to_come_back(value: str) -> None:
    judgement = judge([after(0, {"page": seen(503, headers=(("retry-after", value),))})])
    assert judgement.verdict == "unknown"
    latest = judgement.not_before
    assert latest is None or NOON <= latest <= NOON + timedelta(days=7)


def test_reasons_are_whole_sentences_in_both_languages() -> None:
    reasons = judge([around(GONE)]).reasons
    assert reasons[0].sentence("ko") == "두 지역에서 모두 없는 페이지라고 답했습니다."
    assert (
        reasons[0].sentence("en")
        == "Two vantage points both answered that the page does not exist."
    )
    assert all(set(texts) == {"ko", "en"} for texts in SENTENCES.values())
    assert judge([]).verdict == "unknown"


def test_rounds_survive_json_and_slimming_does_not_turn_unknown_into_gone() -> None:
    for _, views, _ in ROWS:
        one = around(*views)
        assert Round.from_json(json.loads(json.dumps(one.to_json()))) == one
        before, now = judge([one]).verdict, judge([one.slim()]).verdict
        assert not now.startswith("gone") or before.startswith("gone")


def test_rounds_that_an_older_ansim_kept_are_read_and_judged() -> None:
    old = json.loads(json.dumps(around(GONE).to_json()))
    for view in old["views"]:
        for name in ("witness", "witness_sought", "notice"):
            del view[name]
        for media in view["media"]:
            del media["near"], media["recorded"]
        for name in ("brief", "pieces", "refresh", "scores", "age_gate", "paywall", "link_count"):
            del view["page"]["page"][name]
    assert Round.from_json(old) == around(GONE)
    assert judge([Round.from_json(old)]).verdict == GONE_P


@settings(max_examples=300, deadline=None)
@given(st.lists(any_round, min_size=1, max_size=6))
def test_gone_is_never_said_lightly(rounds: list[Round]) -> None:
    judgement = judge(rounds)
    # Two rounds of one moment have no order, so that the last one is not defined.
    latest = max(one.at for one in rounds)
    last = [one for one in rounds if one.at == latest]
    if len(last) == 1 and any(m.distance is not None for v in last[0].views for m in v.media):
        assert not judgement.verdict.startswith("gone")
    if judgement.verdict == "gone_confirmed":
        assert len({view.vantage for view in last[0].views}) >= 2
        assert judgement.misses >= 3
        assert judgement.first_miss_at is not None
        assert latest - judgement.first_miss_at >= timedelta(hours=72)
        assert len(rounds) >= 3


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(GONE_VIEWS), st.sampled_from(GONE_VIEWS)), min_size=3))
def test_gone_needs_two_places_and_a_host_that_is_well(pairs: list[tuple[dict, dict]]) -> None:
    rounds = [after(40 * n, one, two) for n, (one, two) in enumerate(pairs)]
    alone = [Round(one.at, one.views[:1]) for one in rounds]
    assert judge(alone).verdict != Verdict.GONE_CONFIRMED
    homeless = [
        Round(one.at, tuple(replace(view, home=None) for view in one.views)) for one in rounds
    ]
    if all(view.page.outcome == "answered" for one in rounds for view in one.views):
        assert judge(homeless).verdict != Verdict.GONE_CONFIRMED
    before = [one.to_json() for one in rounds]
    assert judge(rounds) == judge(rounds[::-1]) == judge(tuple(rounds))
    assert [one.to_json() for one in rounds] == before


@settings(max_examples=200, deadline=None)
@given(st.lists(any_round, max_size=6))
def test_a_match_reopens_whatever_was_before(rounds: list[Round]) -> None:
    judgement = judge([*rounds, after(500, PRESENT)])
    assert (judgement.verdict, judgement.misses) == (Verdict.PRESENT, 0)
    again = judge([*rounds, after(500, PRESENT), after(540, GONE)])
    assert (again.verdict, again.misses) == (Verdict.GONE_PROVISIONAL, 1)


@settings(max_examples=100, deadline=None)
@given(st.lists(any_round, min_size=1, max_size=4))
def test_the_order_of_views_means_nothing(rounds: list[Round]) -> None:
    turned = [Round(one.at, views) for one in rounds for views in list(permutations(one.views))[1:]]
    assert judge(turned) == judge(rounds)
