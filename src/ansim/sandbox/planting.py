"""Making posts: the planted ones with copies, and all the innocent ones around them."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from ansim.sandbox import words
from ansim.sandbox.chance import dice, token
from ansim.sandbox.copies import SUFFIXES, Alteration, Format, altered
from ansim.sandbox.pictures import HUNTABLE_SAMPLES, SAMPLES, Picture
from ansim.sandbox.sites import BY_HOST, PLACES_WITH_POSTS, Site
from ansim.sandbox.studio import Artwork
from ansim.sandbox.truth import Origin
from ansim.sandbox.world import MediaFile, Planted, Post

PAST: Final = timedelta(days=20)
"""How far back the posts go that stand at the start."""
INNOCENT_POSTS: Final = (13, 22)
"""The fewest and the most of them on one site."""
FAR_FUTURE: Final = timedelta(days=3650)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A copy to be planted.

    ``hidden``: on no list page and in no feed; ``exact``: the same bytes; ``after``: how long after
    the start it appears; ``follows``: the copy whose removal brings it.
    """

    key: str
    host: str
    material: str
    original: Artwork
    owner: str
    origin: Origin
    keywords: tuple[str, ...] = ()
    language: str = ""
    hidden: bool = False
    exact: bool = False
    after: timedelta = timedelta(0)
    follows: str = ""


class Planter:
    """Collects posts and numbers them as their sites would."""

    def __init__(self, seed: int, started_at: datetime) -> None:
        self._seed = seed
        self._started_at = started_at
        self._posts: list[Post] = []

    def plant(self, wishes: list[Wanted]) -> None:
        """One post for each wish."""
        for wish in wishes:
            self._posts.append(self._planted(wish))

    def fill(self, styles: list[str], keywords: list[str]) -> None:
        """Innocent posts on every site: look-alikes in these styles, the rest unrelated.

        Some carry a keyword of a case, so that a word alone proves nothing.
        """
        spare = [sample for sample in SAMPLES if sample not in HUNTABLE_SAMPLES]
        for site in PLACES_WITH_POSTS:
            chance = dice(self._seed, "innocent", site.host)
            for number in range(chance.randint(*INNOCENT_POSTS)):
                key = f"{site.host}/{number}"
                alike = chance.choice(styles) if chance.random() < 0.35 else ""
                picture = Picture(f"innocent/{key}", style=alike)
                if number == 0 and spare:
                    picture = Picture(f"sample/{spare[0]}", sample=spare.pop(0))
                post = self._post(key, site, self._artworks(key, site, picture))
                if number < 2 and keywords:
                    post.text += f" ({chance.choice(keywords)})"
                self._posts.append(post)

    def posts(self) -> list[Post]:
        """All posts, numbered by age within each site."""
        for site in PLACES_WITH_POSTS:
            chance = dice(self._seed, "numbers", site.host)
            number = chance.randint(1000, 60000)
            own = [post for post in self._posts if post.host == site.host]
            for post in sorted(own, key=lambda post: post.posted_at):
                number += chance.randint(1, 37)
                post.number = number
        return self._posts

    def _artworks(self, key: str, site: Site, picture: Picture) -> list[tuple[Artwork, bool]]:
        chance = dice(self._seed, "artworks", key)
        video = site.place == "video" and chance.random() < 0.18
        if video:
            change = altered(self._seed, key, video=True)
            return [
                (Artwork("video", picture, change), False),
                (Artwork("poster", picture, change), False),
            ]
        shown = [(Artwork("picture", picture, altered(self._seed, key)), False)]
        if chance.random() < 0.3:
            second = Picture(f"{picture.key}/second")
            shown.append((Artwork("picture", second, altered(self._seed, key + "/2")), False))
        return shown

    def _copied(self, wish: Wanted) -> list[tuple[Artwork, bool]]:
        """The altered copy, for a film with its poster, and sometimes an innocent one beside it."""
        original = wish.original
        film = original.kind == "video"
        change = original.change if wish.exact else altered(self._seed, wish.key, video=film)
        if wish.follows:
            change = _other_format(change, altered(self._seed, wish.follows, video=film))
        shown = [(Artwork(original.kind, original.picture, change), True)]
        if film:
            shown.append((Artwork("poster", original.picture, change), True))
        elif dice(self._seed, "beside", wish.key).random() < 0.3:
            beside = Picture(f"beside/{wish.key}")
            shown.append((Artwork("picture", beside, altered(self._seed, wish.key + "/2")), False))
        return shown

    def _planted(self, wish: Wanted) -> Post:
        site = BY_HOST[wish.host]
        post = self._post(wish.key, site, self._copied(wish), later=wish.after)
        if wish.follows:
            post.posted_at = self._started_at + FAR_FUTURE
        chance = dice(self._seed, "visibility", wish.key)
        named = bool(wish.keywords) and (wish.hidden or chance.random() < 0.6)
        if named:
            post.title = f"{post.title} {wish.keywords[chance.randrange(len(wish.keywords))]}"
        # Some stand in the feed or sitemap only, some on the list pages only, most on both.
        way = chance.choice(("both", "both", "feed")) if site.feed == "sitemap" else "both"
        post.listed = not wish.hidden and way != "feed"
        post.in_feed = not wish.hidden
        post.follows = wish.follows
        ways = {
            "link": wish.origin == "given",
            "list": post.listed,
            "feed": post.in_feed and site.feed == "sitemap",
            "search": named,
        }
        post.planted = Planted(
            key=wish.key,
            material=wish.material,
            owner=wish.owner,
            origin=wish.origin,
            findable_by=tuple(name for name, open_ in ways.items() if open_),
            keywords=wish.keywords if named else (),
        )
        return post

    def _post(
        self,
        key: str,
        site: Site,
        shown: list[tuple[Artwork, bool]],
        *,
        later: timedelta = timedelta(0),
    ) -> Post:
        chance = dice(self._seed, "post", key)
        language = site.language if chance.random() < 0.75 else chance.choice(("ko", "en"))
        age = timedelta(minutes=chance.randint(300, int(PAST.total_seconds() // 60)))
        return Post(
            host=site.host,
            number=0,
            author=words.account(chance),
            title=words.title(chance, language),
            text=words.paragraph(chance, language),
            language=language,
            posted_at=self._started_at + later if later else self._started_at - age,
            files=[self._file(key, site, n, *one) for n, one in enumerate(shown)],
        )

    def _file(self, key: str, site: Site, number: int, artwork: Artwork, hunted: bool) -> MediaFile:
        suffix = "jpg" if artwork.kind == "poster" else SUFFIXES[artwork.change.format]
        name = token(self._seed, key, number, length=14)
        path = f"/{'m' if site.media_host else 'media'}/{name[:2]}/{name[2:]}.{suffix}"
        return MediaFile(site.files_at, path, artwork, hunted=hunted)


def _other_format(change: Alteration, before: Alteration) -> Alteration:
    """``change`` in a format that differs from that of the earlier copy."""
    turns: dict[Format, Format] = {
        "MP4": "WEBM",
        "WEBM": "MP4",
        "JPEG": "WEBP",
        "WEBP": "JPEG",
        "PNG": "JPEG",
    }
    if change.format != before.format:
        return change
    return replace(change, format=turns[before.format])
