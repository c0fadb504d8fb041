"""Situations of one round with their verdicts, and any rounds made of them."""

from hypothesis import strategies as st

from ansim.fetching import PageFeatures
from tests.verdicts.views import (
    AGE,
    AWAY,
    BOX,
    CAPTCHA,
    CONSENT,
    CONTENT,
    CONTROL,
    ELSEWHERE,
    FRONT,
    GHOST,
    GHOST_TOO,
    GONE,
    GONE_P,
    LOGIN,
    LOST,
    MATCH,
    MEDIA,
    NEAR,
    PAYWALL,
    PICTURE,
    POST,
    POST_URL,
    PRESENT,
    REPLACED,
    ROOT,
    SOFT,
    after,
    failed,
    seen,
)

MAIN = "http://moa.test/main"

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
    (
        "sent to where the front page leads",
        (
            {
                "page": seen(200, FRONT, redirects=(MAIN,), final_url=MAIN),
                "home": seen(200, FRONT, url="http://moa.test/", redirects=(MAIN,), final_url=MAIN),
            },
        ),
        "gone_provisional",
    ),
    (
        "the link is where the front page leads",
        (
            {
                "page": seen(200, FRONT, url=MAIN, redirects=(MAIN + "/",), final_url=MAIN + "/"),
                "home": seen(200, FRONT, url="http://moa.test/", redirects=(MAIN,), final_url=MAIN),
            },
        ),
        "unknown",
    ),
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
    (
        "a login of its own on the 404",
        ({"page": seen(404, LOGIN), "control": seen(404, GHOST)},),
        "restricted",
    ),
    (
        "an age gate of its own on the 404",
        ({"page": seen(404, AGE), "control": seen(404, GHOST)},),
        "restricted",
    ),
    ("a login on every 404", ({"page": seen(404, LOGIN), "control": seen(404, LOGIN)},), GONE_P),
    ("a login on the 404, no control", ({"page": seen(404, LOGIN)},), GONE_P),
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


any_view = st.sampled_from([view for row in ROWS for view in row[1]])
any_round = st.builds(after, st.integers(0, 200), any_view, any_view)


GONE_VIEWS = [view for row in ROWS if row[2] == GONE_P for view in row[1]]
