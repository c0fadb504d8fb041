"""What can be seen at a link, and rounds of it from two places."""

from datetime import UTC, datetime, timedelta

from ansim.fetching import Observation, PageFeatures
from ansim.fingerprints import Fingerprint
from ansim.verdicts import MediaView, Round, View

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


def after(hours: float, *views: dict[str, object]) -> Round:
    return around(*views, at=NOON + timedelta(hours=hours))


NXDOMAIN = {"page": failed("name_not_found"), "home": None}
BUSY = {"page": seen(503)}
