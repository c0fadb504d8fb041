"""How the sites react: what each notice sets in motion, and what falls due when.

Every act is an :class:`Event` with a time of its own, applied in order when the clock has passed
it. How long an act takes depends on the seed, the site and the post, not on the order of mails.
"""

import heapq
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from ansim.sandbox import mailroom
from ansim.sandbox.chance import dice
from ansim.sandbox.mailroom import Maildir, Received
from ansim.sandbox.sites import BY_HOST, Manner, Site
from ansim.sandbox.truth import Change, Copy, Listing, Mail
from ansim.sandbox.world import MediaFile, Post, World

Act = Callable[[datetime], None]


@dataclass(order=True, slots=True)
class Event:
    """Something that will happen at ``due``; ``order`` keeps ties in the order they were made."""

    due: datetime
    order: int
    act: Act = field(compare=False)


class Reactions:
    """The agenda of one world. Not locked: see Internet."""

    def __init__(
        self,
        seed: int,
        world: World,
        maildir: Maildir,
        *,
        centre_domain: str,
        on_host_down: Callable[[str], None],
    ) -> None:
        self._seed = seed
        self._world = world
        self._maildir = maildir
        self._centre_domain = centre_domain.lower()
        self._on_host_down = on_host_down
        self._agenda: list[Event] = []
        self._order = itertools.count()
        self._begun: set[tuple[str, str]] = set()
        self._seen: set[tuple[str, str]] = set()
        self._removed_by_host: dict[str, int] = {}

    # What falls due.

    def begin(self, started_at: datetime) -> None:
        """Put up what stands at the start and note down what comes later by itself."""
        for post in self._world.all_posts():
            if post.follows:
                continue
            if post.posted_at <= started_at:
                self._appear(post, post.posted_at)
            else:
                self._later(post.posted_at, partial(self._appear, post))
        self.apply(started_at)

    def next_at(self) -> datetime | None:
        """When the next event falls due; None when nothing is planned."""
        return self._agenda[0].due if self._agenda else None

    def apply(self, now: datetime) -> int:
        """Apply all events due by ``now``, in order, also those that they bring; how many."""
        done = 0
        while self._agenda and self._agenda[0].due <= now:
            event = heapq.heappop(self._agenda)
            event.act(event.due)
            done += 1
        return done

    def _later(self, due: datetime, act: Act) -> None:
        heapq.heappush(self._agenda, Event(due, next(self._order), act))

    def _delay(self, hours: float, *name: object) -> timedelta:
        """``hours`` give or take a fifth."""
        quarters = round(4 * hours * dice(self._seed, "delay", *name).uniform(0.8, 1.2))
        return timedelta(minutes=15 * quarters)

    def _once(self, what: str, address: str) -> bool:
        """True the first time: asking again sets nothing new in motion."""
        fresh = (what, address) not in self._begun
        self._begun.add((what, address))
        return fresh

    # Mail.

    def known(self, address: str) -> bool:
        """Whether the mail server takes mail for ``address``."""
        domain = address.rpartition("@")[2].lower()
        return domain == self._centre_domain or domain in BY_HOST

    def receive(self, data: bytes, sender: str, recipients: list[str], now: datetime) -> None:
        """Take one message: record it, deliver the centre's own, let sites react to notices."""
        notice = mailroom.read(data, sender)
        for recipient in recipients:
            mark = (notice.message_id, recipient.lower())
            duplicate = bool(notice.message_id) and mark in self._seen
            self._seen.add(mark)
            self._world.truth.mail.append(
                Mail(
                    message_id=notice.message_id,
                    to=recipient,
                    sender=sender,
                    at=now,
                    subject=notice.subject,
                    urls=notice.urls,
                    duplicate=duplicate,
                )
            )
            domain = recipient.rpartition("@")[2].lower()
            if domain == self._centre_domain:
                self._maildir.put(data, now)
            elif not notice.automatic:
                self._react(BY_HOST[domain], notice, recipient, now)

    def _answer(self, due: datetime, address: str, write: Callable[[datetime], bytes]) -> None:
        """Mail to ``address`` at ``due``; only the centre has a mailbox here."""
        if address.rpartition("@")[2].lower() == self._centre_domain:
            self._later(due, lambda at: self._maildir.put(write(at), at))

    def _react(self, site: Site, notice: Received, recipient: str, now: datetime) -> None:
        # By what is asked, not by the message's random name: the same story gives the same delays.
        asked = (site.host, *sorted(notice.urls))
        minutes = dice(self._seed, "minutes", *asked).choice((5, 10, 15, 20))
        soon = now + timedelta(minutes=minutes)
        if site.manner is Manner.BOUNCES:
            due = now + timedelta(minutes=2)
            self._answer(
                due, notice.return_path, lambda at: mailroom.bounce(site, notice, recipient, at)
            )
            return
        if site.acknowledges:
            self._answer(soon, notice.sender, lambda at: mailroom.acknowledgement(site, notice, at))
        if site.manner is Manner.PRETENDS:
            due = now + self._delay(site.delay_hours, *asked)
            self._answer(due, notice.sender, lambda at: mailroom.polite_claim(site, notice, at))
        for url in notice.urls:
            found = self._world.at(url)
            if found and found[0].appeared:
                self._consider(site, *found, now)

    def _consider(self, site: Site, post: Post, file: MediaFile | None, now: datetime) -> None:
        """Plan what ``site`` does about one address; nothing if it is not its own business."""
        own = post.host == site.host
        act: Act | None = None
        match site.manner:
            case Manner.REMOVES | Manner.SOFT_404 if own:
                act = partial(self._remove, post, files=True)
            case Manner.LEAVES_MEDIA if own:
                act = partial(self._remove, post, files=False)
            case Manner.ASKS_LOGIN if own:
                act = partial(self._hide, post)
            case Manner.BLOCKS_COUNTRY if own:
                act = partial(self._block, post)
            case Manner.MEDIA_STORE if file and file.host == site.host:
                act = partial(self._drop, post, file)
            case Manner.HOSTING if post.site.hosted_by == site.host:
                act = partial(self._take_down, post)
            case Manner.SEARCH:
                act = partial(self._unlist, post)
            case _:
                return
        address = file.url if file and site.manner is Manner.MEDIA_STORE else post.url
        if self._once(site.host, address):
            self._later(now + self._delay(site.delay_hours, site.host, address), act)

    # What can happen to a post.

    def _appear(self, post: Post, at: datetime) -> None:
        post.appeared, post.posted_at = True, at
        listing_at = at + self._delay(6, "index", post.url)
        self._later(listing_at, partial(self._list, post))
        if post.planted is not None:
            post.copy = Copy(
                key=post.planted.key,
                url=post.url,
                media_urls=tuple(file.url for file in post.files if file.hunted),
                site=post.host,
                material=post.planted.material,
                owner=post.planted.owner,
                origin=post.planted.origin,
                findable_by=post.planted.findable_by,
                appeared_at=at,
                keywords=post.planted.keywords,
            )
            self._world.truth.copies.append(post.copy)

    def _changed(self, post: Post, change: Change) -> None:
        if post.copy is not None:
            post.copy.changes.append(change)

    def _remove(self, post: Post, at: datetime, *, files: bool) -> None:
        if files:
            for file in post.files:
                self._drop(post, file, at)
        if post.page_gone:
            return
        post.page_gone = True
        self._changed(post, Change(at, "page_removed"))
        # The engine comes by again only after some days; until then its result is stale.
        self._later(at + self._delay(60, "stale", post.url), partial(self._unlist, post))
        for again in self._world.following(post.planted.key) if post.planted else ():
            days = dice(self._seed, "again", again.url).uniform(3, 9)
            self._later(at + timedelta(days=days), partial(self._appear, again))

    def _drop(self, post: Post, file: MediaFile, at: datetime) -> None:
        if not file.gone:
            file.gone = True
            self._changed(post, Change(at, "media_removed", file.url))

    def _hide(self, post: Post, at: datetime) -> None:
        post.login = True
        self._changed(post, Change(at, "login"))

    def _block(self, post: Post, at: datetime) -> None:
        post.blocked_in = "KR"
        self._changed(post, Change(at, "blocked", "KR"))

    def _take_down(self, post: Post, at: datetime) -> None:
        """The hosting company removes the post; after enough of them, the whole customer."""
        if post.page_gone:
            return
        self._remove(post, at, files=True)
        count = self._removed_by_host.get(post.host, 0) + (post.planted is not None)
        self._removed_by_host[post.host] = count
        if count == self._world.suspends_after.get(post.host):
            self._world.down.add(post.host)
            for other in self._world.posts[post.host]:
                self._changed(other, Change(at, "host_down"))
                stale = self._delay(60, "stale", other.url)
                self._later(at + stale, partial(self._unlist, other))
            self._on_host_down(post.host)

    def _list(self, post: Post, at: datetime) -> None:
        if post.standing:
            self._world.truth.listings[post.url] = Listing(post.url, at)

    def _unlist(self, post: Post, at: datetime) -> None:
        listing = self._world.truth.listings.get(post.url)
        if listing is not None and listing.listed_until is None:
            listing.listed_until = at
