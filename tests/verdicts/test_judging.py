"""Every row of "is it really gone?", and the rules that must hold whatever was seen."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansim.fetching import Observation, PageFeatures
from ansim.fingerprints import Fingerprint
from ansim.verdicts import Judgement, MediaView, Pace, Round, Verdict, View, judge, next_look
from ansim.verdicts.reasons import SENTENCES

NOON = datetime(2026, 11, 22, 3, tzinfo=UTC)
URL = "http://moa.test/board/1"
MEDIA = "http://cdn.test/1.jpg"
PLACES = (("seoul", "KR"), ("berlin", "DE"))
CONTENT = PageFeatures("a", 300, "0f" * 8, media=(MEDIA,), media_count=1)
GHOST = PageFeatures("b", 90, "f0" * 8)
GHOST_TOO = PageFeatures("b", 92, "f0" * 7 + "f3")
FRONT = PageFeatures("c", 900, "3c" * 8)
PICTURE = Fingerprint("picture", "ab" * 32, 100, "0" * 32, "0" * 40, "0" * 64, 8, 8, "JPEG")


def seen(
    status: int | None = 200, page: PageFeatures | None = FRONT, **more: object
) -> Observation:
    values = {
        "url": URL,
        "final_url": URL,
        "vantage": "seoul",
        "country": "KR",
        "at": NOON,
        "seconds": 0.1,
        "outcome": "answered",
        "status": status,
        "page": page,
    } | more
    return Observation(**values)  # type: ignore[arg-type]


def failed(outcome: str, reason: str = "x") -> Observation:
    return seen(None, None, outcome=outcome, reason=reason)


HOME = seen(url="http://moa.test/", final_url="http://moa.test/")
CONTROL = seen(200, GHOST_TOO)
MATCH = MediaView(MEDIA, seen(200, None, fingerprint=PICTURE), 4)
REPLACED = MediaView(MEDIA, seen(200, None, fingerprint=PICTURE), None)
LOST = MediaView(MEDIA, seen(404, GHOST), None)
SHUT = MediaView(MEDIA, seen(403, GHOST), None)

PRESENT = {"page": seen(200, CONTENT), "media": (MATCH,)}
GONE = {"page": seen(404, GHOST), "media": (LOST,)}
SOFT = {"page": seen(200, GHOST), "control": CONTROL}
CAPTCHA = PageFeatures("d", 40, "55" * 8, captcha=True)
LOGIN = PageFeatures("e", 40, "66" * 8, asks_login=True)
AGE = PageFeatures("g", 60, "77" * 8, age_gate=True)
PAYWALL = PageFeatures("h", 60, "88" * 8, paywall=True)
CONSENT = PageFeatures("b", 90, "f0" * 8, consent_gate=True)
POST_URL = "http://moa.test/board/2"
POST = seen(200, PageFeatures("p", 400, "99" * 8), url=POST_URL, final_url=POST_URL)
BOX = PageFeatures("", 0, "0" * 16, brief="1" * 64)
NEAR = MediaView(MEDIA, seen(200, None, fingerprint=PICTURE), None, near=44)
LOGO = MediaView("http://moa.test/logo.svg", seen(200, None), None, recorded=False)
AWAY = {"redirects": ("http://ads.test/x",), "final_url": "http://ads.test/x"}
ELSEWHERE = {"redirects": ("http://moa.test/new",), "final_url": "http://moa.test/new"}
ROOT = {"redirects": ("http://moa.test/",), "final_url": "http://moa.test/"}


def around(*views: dict[str, object], at: datetime = NOON) -> Round:
    """A round with one view for each place; the last one given serves the places that are left."""
    chosen = [views[min(n, len(views) - 1)] for n in range(len(PLACES))]
    return Round(
        at,
        tuple(
            View(name, country, **({"home": HOME} | view))  # type: ignore[arg-type]
            for (name, country), view in zip(PLACES, chosen, strict=True)
        ),
    )


GONE_P = "gone_provisional"
ROWS: list[tuple[str, tuple[dict[str, object], ...], str]] = [
    ("content", (PRESENT,), "present"),
    (
        "a recorded media address still matches, the page is shut",
        ({"page": seen(503), "media": (MATCH,)},),
        "present",
    ),
    (
        "match behind a www redirect",
        (
            {
                "page": seen(
                    200,
                    CONTENT,
                    redirects=("https://www.moa.test/board/1/",),
                    final_url="https://www.moa.test/board/1/",
                ),
                "media": (MATCH,),
            },
        ),
        "present",
    ),
    ("404", (GONE,), "gone_provisional"),
    ("410", ({"page": seen(410, GHOST)},), "gone_provisional"),
    (
        "404 with an empty body",
        ({"page": seen(404, PageFeatures("", 0, "0" * 16))},),
        "gone_provisional",
    ),
    ("soft 404", (SOFT,), "gone_provisional"),
    ("sent to the front page", ({"page": seen(200, FRONT, **ROOT)},), "gone_provisional"),
    ("no such name", ({"page": failed("name_not_found"), "home": None},), "gone_provisional"),
    (
        "media replaced at its own address",
        (
            {
                "page": seen(200, None, fingerprint=PICTURE, url=MEDIA, final_url=MEDIA),
                "media": (REPLACED,),
            },
        ),
        "gone_provisional",
    ),
    (
        "gone in one place, silent in the other",
        (GONE, {"page": failed("timed_out")}),
        "gone_provisional",
    ),
    ("login form", ({"page": seen(200, LOGIN)},), "restricted"),
    ("403 with a login form", ({"page": seen(403, LOGIN)},), "restricted"),
    ("402", ({"page": seen(402)},), "restricted"),
    ("gone here, login there", (GONE, {"page": seen(200, LOGIN)}), "restricted"),
    ("blocked at home by 404", (GONE, PRESENT), "blocked_in_country"),
    (
        "blocked at home by reset",
        ({"page": failed("connect_failed", "reset")}, PRESENT),
        "blocked_in_country",
    ),
    (
        "block page at home",
        (
            {
                "page": seen(
                    200,
                    FRONT,
                    redirects=("http://warning.or.kr/",),
                    final_url="http://warning.or.kr/",
                )
            },
            PRESENT,
        ),
        "blocked_in_country",
    ),
    ("451 everywhere", ({"page": seen(451)},), "geo_denied"),
    ("451 here, content there", ({"page": seen(451)}, PRESENT), "geo_denied"),
    ("content at home, 404 abroad", (PRESENT, GONE), "geo_denied"),
    (
        "page gone, media still at the CDN",
        ({"page": seen(404, GHOST), "media": (MATCH,)},),
        "cached_copy",
    ),
    ("soft 404, media still at the CDN", (SOFT | {"media": (MATCH,)},), "cached_copy"),
    ("moved", ({"page": seen(200, CONTENT, **ELSEWHERE), "media": (MATCH,)},), "moved"),
    (
        "moved to the front page",
        ({"page": seen(200, CONTENT, **ROOT), "media": (MATCH,)},),
        "moved",
    ),
    (
        "bot wall served as 404 to one vantage",
        ({"page": seen(404, GHOST), "home": seen(404, GHOST)}, PRESENT),
        "present",
    ),
    (
        "bot wall served as 404 to all",
        ({"page": seen(404, GHOST), "home": seen(404, GHOST)},),
        "unknown",
    ),
    ("age gate", ({"page": seen(200, AGE)},), "restricted"),
    ("paywall", ({"page": seen(200, PAYWALL)},), "restricted"),
    ("a soft 404, another post loads", (SOFT | {"witness": POST},), "gone_provisional"),
    (
        "every post answers with the same notice",
        (SOFT | {"witness": seen(200, GHOST_TOO, url=POST_URL, final_url=POST_URL)},),
        "unknown",
    ),
    (
        "every post is sent to the front page",
        (
            {
                "page": seen(200, FRONT, **ROOT),
                "witness": seen(200, FRONT, **(ROOT | {"url": POST_URL})),
            },
        ),
        "unknown",
    ),
    (
        "404 for posts that the front page shows",
        (GONE | {"witness": seen(404, GHOST, url=POST_URL, final_url=POST_URL)},),
        "unknown",
    ),
    ("404, the other post does not answer", (GONE | {"witness": failed("timed_out")},), GONE_P),
    ("the same frame with other words", (SOFT | {"notice": "other"},), "unknown"),
    (
        "the same words in another frame",
        ({"page": seen(200, CONTENT), "control": CONTROL, "notice": "same", "media": (LOST,)},),
        GONE_P,
    ),
    ("consent like the control", ({"page": seen(200, CONSENT), "control": CONTROL},), "unknown"),
    (
        "a cookie banner on a lost page",
        ({"page": seen(200, CONSENT), "control": CONTROL, "witness": POST},),
        GONE_P,
    ),
    (
        "a box that says lost",
        ({"page": seen(200, BOX), "control": seen(200, BOX), "witness": POST},),
        GONE_P,
    ),
    ("a box, nobody vouches", ({"page": seen(200, BOX), "control": seen(200, BOX)},), "unknown"),
    (
        "a crop at the recorded address",
        (
            {
                "page": seen(200, None, fingerprint=PICTURE, url=MEDIA, final_url=MEDIA),
                "media": (NEAR,),
            },
        ),
        "unknown",
    ),
    (
        "one picture for all pictures",
        (
            {
                "page": seen(200, None, fingerprint=PICTURE, url=MEDIA, final_url=MEDIA),
                "media": (REPLACED,),
                "witness": seen(200, None, fingerprint=PICTURE),
            },
        ),
        "unknown",
    ),
    (
        "the whole host is sent to another site",
        ({"page": seen(200, GHOST, **AWAY), "control": seen(200, GHOST_TOO, **AWAY)},),
        "unknown",
    ),
    ("another site's 404", ({"page": seen(404, GHOST, **AWAY)},), "unknown"),
    (
        "sent to a name that is no more",
        ({"page": seen(None, None, outcome="name_not_found", **AWAY)},),
        "unknown",
    ),
    (
        "a challenge that only its header names",
        ({"page": seen(404, GHOST, headers=(("cf-mitigated", "challenge"),))},),
        "unknown",
    ),
    (
        "block page in a frame at home",
        (
            {"page": seen(200, PageFeatures("", 0, "0" * 16, links=("http://warning.or.kr/i",)))},
            PRESENT,
        ),
        "blocked_in_country",
    ),
    ("captcha served as 404", ({"page": seen(404, CAPTCHA)},), "unknown"),
    ("captcha", ({"page": seen(200, CAPTCHA)},), "unknown"),
    ("404 here, 403 there", (GONE, {"page": seen(403)}), "unknown"),
    ("404 here, an open page there", (GONE, {"page": seen(200, CONTENT)}), "unknown"),
    ("401", ({"page": seen(401)},), "unknown"),
    ("403", ({"page": seen(403)},), "unknown"),
    ("408", ({"page": seen(408)},), "unknown"),
    ("429", ({"page": seen(429)},), "unknown"),
    ("500", ({"page": seen(500)},), "unknown"),
    ("503", ({"page": seen(503)},), "unknown"),
    ("a redirect without a target", ({"page": seen(302)},), "unknown"),
    ("consent page", ({"page": seen(200, FRONT, **ELSEWHERE), "control": CONTROL},), "unknown"),
    (
        "empty body",
        ({"page": seen(200, PageFeatures("", 0, "0" * 16)), "control": CONTROL},),
        "unknown",
    ),
    (
        "one shell for every address",
        ({"page": seen(200, GHOST), "control": CONTROL, "home": seen(200, GHOST)},),
        "unknown",
    ),
    (
        "like the control, but with a picture nobody compared",
        (
            {
                "page": seen(200, PageFeatures("b", 90, "f0" * 8, media=(MEDIA,), media_count=1)),
                "control": CONTROL,
            },
        ),
        "unknown",
    ),
    (
        "the same, slimmed",
        ({"page": seen(200, PageFeatures("b", 90, "f0" * 8, media_count=1)), "control": CONTROL},),
        "unknown",
    ),
    ("200 without a match", ({"page": seen(200, CONTENT), "control": CONTROL},), "unknown"),
    ("page media unreadable", ({"page": seen(200, None, reason="media:undecodable")},), "unknown"),
    (
        "sent to another site's front page",
        (
            {
                "page": seen(
                    200, FRONT, redirects=("http://ads.test/",), final_url="http://ads.test/"
                )
            },
        ),
        "unknown",
    ),
    ("servfail", ({"page": failed("name_service_failed")},), "unknown"),
    ("tls", ({"page": failed("tls_failed")},), "unknown"),
    ("timeout", ({"page": failed("timed_out")},), "unknown"),
    ("reset everywhere", ({"page": failed("connect_failed", "reset")},), "unknown"),
    ("refused by us", ({"page": failed("refused", "robots")},), "unknown"),
    ("too large", ({"page": failed("too_large")},), "unknown"),
    ("broken", ({"page": failed("broken")},), "unknown"),
]


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


def after(hours: float, *views: dict[str, object]) -> Round:
    return around(*views, at=NOON + timedelta(hours=hours))


NXDOMAIN = {"page": failed("name_not_found"), "home": None}
BUSY = {"page": seen(503)}
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


any_view = st.sampled_from([view for row in ROWS for view in row[1]])
any_round = st.builds(after, st.integers(0, 200), any_view, any_view)


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


GONE_VIEWS = [view for row in ROWS if row[2] == GONE_P for view in row[1]]


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


@settings(max_examples=150, deadline=None)
@given(st.lists(any_round, min_size=1, max_size=5), st.integers(0, 50), st.integers(-100, 400))
def test_the_next_look_is_bounded_and_keeps_the_promise(
    rounds: list[Round], looks: int, promise: int
) -> None:
    at = max(one.at for one in rounds)
    ends = at + timedelta(hours=promise)
    pace = Pace(rate=1 / (1 + looks), price=0.4)
    moment, reason = next_look(judge(rounds), at=at, promise_ends=ends, pace=pace)
    assert timedelta(0) < moment - at <= timedelta(days=30)
    assert moment - at >= timedelta(hours=6) or moment == ends
    assert moment <= ends or ends <= at
    assert reason.sentence("ko")


def test_the_looks_that_confirm_are_spread_over_the_window() -> None:
    def following(*hours: float) -> float:
        judgement = judge([after(h, GONE) for h in hours])
        at = NOON + timedelta(hours=hours[-1])
        moment, _ = next_look(judgement, at=at, promise_ends=None)
        return (moment - NOON).total_seconds() / 3600

    assert following(0) == 36
    assert following(0, 36) == 72
    assert following(0, 70) == 76  # never sooner than six hours


def test_unknown_backs_off_and_a_host_may_name_the_time() -> None:
    def wait(count: int, **more: object) -> timedelta:
        page = seen(429, headers=(("retry-after", "172800"),)) if more else seen(503)
        judgement: Judgement = judge([after(n, {"page": page}) for n in range(count)])
        at = NOON + timedelta(hours=count - 1)
        return next_look(judgement, at=at, promise_ends=None)[0] - at

    assert [wait(n).total_seconds() / 3600 for n in (1, 2, 3, 9)] == [6, 12, 24, 168]
    assert wait(1, retry=True) == timedelta(hours=48)
