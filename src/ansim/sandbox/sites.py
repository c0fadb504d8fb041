"""The sites and desks of the small internet: who they are and how each takes a notice."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal

Place = Literal["sns", "video", "community", "adult", "search", "hosting", "other"]

SEARCH_HOST: Final = "chaja.test"
HOSTING_HOST: Final = "deungdae-host.test"
MEDIA_HOST: Final = "cdn.moa-media.test"


class Manner(StrEnum):
    """What happens after a notice has arrived. The first eight are manners of places with posts."""

    LEAVES_MEDIA = "leaves_media"
    REMOVES = "removes"
    SOFT_404 = "soft_404"
    ASKS_LOGIN = "asks_login"
    BLOCKS_COUNTRY = "blocks_country"
    IGNORES = "ignores"
    BOUNCES = "bounces"
    PRETENDS = "pretends"
    MEDIA_STORE = "media_store"
    HOSTING = "hosting"
    SEARCH = "search"
    DESK = "desk"


@dataclass(frozen=True, slots=True)
class Site:
    """One host name. ``delay_hours`` runs from the notice to the act, give or take a fifth.

    ``post_path`` and ``list_path`` hold ``{n}``; a site without ``post_path`` has no posts.
    ``media_host`` is where its files lie (itself unless said), ``hosted_by`` the host name of its
    hosting company, ``acknowledges`` whether an automatic answer comes within minutes.
    """

    host: str
    korean: str
    english: str
    place: Place
    manner: Manner
    delay_hours: float
    language: Literal["ko", "en"]
    post_path: str = ""
    list_path: str = ""
    feed: Literal["", "rss", "sitemap"] = ""
    media_host: str = ""
    hosted_by: str = ""
    acknowledges: bool = True
    takes_videos: bool = False
    colour: str = "#345"

    @property
    def has_posts(self) -> bool:
        """Whether people put posts here."""
        return bool(self.post_path)

    @property
    def files_at(self) -> str:
        """The host name that serves the files of its posts."""
        return self.media_host or self.host


SITES: Final = (
    Site(
        "moa.test", "모아", "Moa", "sns", Manner.LEAVES_MEDIA, 20, "ko",
        "/@{author}/{n}", "/explore/{n}", "sitemap", MEDIA_HOST,
        takes_videos=True, colour="#2b6f77",
    ),
    Site(
        "pado-video.test", "파도비디오", "Pado Video", "video", Manner.REMOVES, 30, "en",
        "/watch/{n}", "/latest/{n}", "rss", takes_videos=True, colour="#27508c",
    ),
    Site(
        "maru-board.test", "마루보드", "Maru Board", "community", Manner.SOFT_404, 26, "ko",
        "/board/{n}", "/board/page/{n}", colour="#7a5c2e",
    ),
    Site(
        "dalbit.test", "달빛", "Dalbit", "community", Manner.ASKS_LOGIN, 14, "ko",
        "/p/{n}", "/all/{n}", "rss", colour="#4b4a86",
    ),
    Site(
        "haneul.test", "하늘", "Haneul Photos", "other", Manner.BLOCKS_COUNTRY, 12, "en",
        "/photo/{n}", "/photos/{n}", "sitemap", hosted_by=HOSTING_HOST, colour="#3a77a8",
    ),
    Site(
        "gorae.test", "고래", "Gorae", "adult", Manner.IGNORES, 0, "en",
        "/t/{n}", "/new/{n}", hosted_by=HOSTING_HOST, acknowledges=False,
        takes_videos=True, colour="#38424a",
    ),
    Site(
        "byeok.test", "벽", "Byeok", "adult", Manner.BOUNCES, 0, "en",
        "/post/{n}.html", "/posts/{n}.html", hosted_by=HOSTING_HOST, acknowledges=False,
        colour="#6b3d3d",
    ),
    Site(
        "nabi.test", "나비", "Nabi", "video", Manner.PRETENDS, 5, "ko",
        "/album/{n}", "/albums/{n}", hosted_by=HOSTING_HOST, takes_videos=True,
        colour="#7d4a77",
    ),
    Site(
        MEDIA_HOST, "모아 미디어", "Moa Media", "hosting", Manner.MEDIA_STORE, 10, "en",
        colour="#2b6f77",
    ),
    Site(
        SEARCH_HOST, "차자", "Chaja", "search", Manner.SEARCH, 8, "ko", colour="#2c7a4b",
    ),
    Site(
        HOSTING_HOST, "등대호스팅", "Deungdae Hosting", "hosting", Manner.HOSTING, 18, "en",
        colour="#8a5a1c",
    ),
    Site("simui.test", "심의 창구", "Review Desk", "other", Manner.DESK, 0, "ko", colour="#444"),
    Site("police.test", "경찰 창구", "Police Desk", "other", Manner.DESK, 0, "ko", colour="#234"),
    Site("jimun.test", "지문 창구", "Hash Desk", "other", Manner.DESK, 0, "ko", colour="#342"),
)  # fmt: skip

BY_HOST: Final = {site.host: site for site in SITES}
PLACES_WITH_POSTS: Final = tuple(site for site in SITES if site.has_posts)
