"""The state of the small internet: posts, their files, the search index, the names."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from ansim.sandbox.sites import BY_HOST, Site
from ansim.sandbox.studio import Artwork
from ansim.sandbox.truth import Copy, Origin, Truth, canonical


@dataclass(frozen=True, slots=True)
class Planted:
    """What makes a post a true copy; becomes a :class:`Copy` when the post appears."""

    key: str
    material: str
    owner: str
    origin: Origin
    findable_by: tuple[str, ...]
    keywords: tuple[str, ...]


@dataclass(slots=True)
class MediaFile:
    """A file of a post. ``hunted`` says that it shows the material that the post is planted for."""

    host: str
    path: str
    artwork: Artwork
    hunted: bool = False
    gone: bool = False

    @property
    def url(self) -> str:
        """The file's address."""
        return f"http://{self.host}{self.path}"


@dataclass(slots=True)
class Post:
    """A page with files.

    ``listed``: on the list pages; ``in_feed``: in the RSS feed or sitemap; ``follows``: the key of
    the copy whose removal makes this post appear later.
    """

    host: str
    number: int
    author: str
    title: str
    text: str
    language: str
    posted_at: datetime
    files: list[MediaFile]
    listed: bool = True
    in_feed: bool = True
    planted: Planted | None = None
    follows: str = ""
    appeared: bool = False
    page_gone: bool = False
    login: bool = False
    blocked_in: str = ""
    copy: Copy | None = field(default=None, repr=False)

    @property
    def site(self) -> Site:
        """The site that it stands on."""
        return BY_HOST[self.host]

    @property
    def path(self) -> str:
        """The page's path."""
        return self.site.post_path.format(n=self.number, author=self.author)

    @property
    def url(self) -> str:
        """The page's address."""
        return f"http://{self.host}{self.path}"

    @property
    def standing(self) -> bool:
        """Whether there is a page, whoever may read it."""
        return self.appeared and not self.page_gone


class World:
    """All posts by address. Not locked: whoever runs it takes turns (see Internet)."""

    def __init__(self, posts: list[Post], *, suspends_after: dict[str, int]) -> None:
        self.truth = Truth()
        self.posts: dict[str, list[Post]] = {}
        self.down: set[str] = set()
        self.suspends_after = suspends_after
        self._by_address: dict[str, tuple[Post, MediaFile | None]] = {}
        for post in posts:
            self.posts.setdefault(post.host, []).append(post)
            self._by_address[canonical(post.url)] = (post, None)
            for file in post.files:
                self._by_address[canonical(file.url)] = (post, file)

    def at(self, url: str) -> tuple[Post, MediaFile | None] | None:
        """The post at ``url``, and the file when the address is a file's."""
        return self._by_address.get(canonical(url))

    def all_posts(self) -> Iterator[Post]:
        """Every post, also those that have not appeared yet or are gone."""
        for posts in self.posts.values():
            yield from posts

    def following(self, copy_key: str) -> Iterator[Post]:
        """The posts that come up again after this copy was removed."""
        return (post for post in self.all_posts() if post.follows == copy_key)

    def list_of(self, host: str) -> list[Post]:
        """What the list pages of ``host`` show, newest first."""
        shown = [post for post in self.posts.get(host, []) if post.standing and post.listed]
        return sorted(shown, key=lambda post: (post.posted_at, post.number), reverse=True)

    def feed_of(self, host: str) -> list[Post]:
        """What the RSS feed or sitemap of ``host`` may show, newest first."""
        shown = [post for post in self.posts.get(host, []) if post.standing and post.in_feed]
        return sorted(shown, key=lambda post: (post.posted_at, post.number), reverse=True)

    def search(self, query: str, now: datetime) -> list[Post]:
        """The posts in the index that hold every word of ``query``, newest first."""
        words = query.casefold().split()
        if not words:
            return []
        found = [
            self._by_address[url][0]
            for url, listing in self.truth.listings.items()
            if listing.at(now)
        ]
        hits = [
            post
            for post in found
            if all(word in f"{post.title} {post.text} {post.author}".casefold() for word in words)
        ]
        return sorted(hits, key=lambda post: (post.posted_at, post.url), reverse=True)
