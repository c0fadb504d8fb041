"""Families of true removals, sure and not sure yet."""

from ansim.verdicts import Verdict
from tests.verdicts.situations import pictures
from tests.verdicts.situations.building import (
    MANNERS,
    both,
    family,
    make,
    media_link,
    removed,
    seen_by_no_one,
    simple,
)
from tests.verdicts.situations.cases import Situation
from tests.verdicts.situations.served import Answer, Ask, Reply
from tests.verdicts.situations.sites import TARGET, Site
from tests.verdicts.situations.walls import login

# True removals: gone_confirmed.

for manner in MANNERS:
    simple(
        f"removed: {manner}", "removed", Verdict.GONE_CONFIRMED, removed, lost_by=manner
    )  # fmt: skip
simple(
    "removed: busy soft", "removed", Verdict.GONE_CONFIRMED, removed, lost_by="busy soft"
)  # fmt: skip

simple(
    "removed: soft 404 in a long frame", "removed", Verdict.GONE_CONFIRMED,
    lambda at, ask: at.long(at.tongue.lost)
    if ask.step and at.is_page(ask) and (at.is_target(ask) or ask.path not in at.paths)
    else removed(at, ask),
)  # fmt: skip


def _with_login_form(at: Site, ask: Ask) -> Answer | None:
    answer = removed(at, ask)
    if not at.is_page(ask) or (ask.path in at.paths and answer is None):
        return answer
    return Reply(404, login(at, ask).body)


simple(
    "removed: login form on the 404 page",
    "removed",
    Verdict.GONE_CONFIRMED,
    _with_login_form,
    lost_by="404",
)


def _suggesting(at: Site, ask: Ask) -> Answer | None:
    if (at.is_target(ask) and ask.step) or (at.is_page(ask) and ask.path not in at.paths):
        shown = "".join(
            f"<a href='{at.path(n)}'><img src='{at.media_url(n)}'></a>" for n in (0, 2, 3)
        )
        status = 404 if at.seed % 2 else 200
        return Reply(status, at.page(f"<h2>{at.tongue.lost}</h2>{shown}").body)
    return removed(at, ask)


simple("removed: lost page with other pictures", "removed", Verdict.GONE_CONFIRMED, _suggesting)


def _cookie_banner(at: Site, ask: Ask) -> Answer | None:
    answer = removed(at, ask)
    if not at.is_page(ask) or (ask.path in at.paths and answer is None):
        return answer
    return at.page(f"<h2>{at.tongue.lost}</h2><div id=onetrust-banner>{at.tongue.cookies}</div>")


simple("removed: soft 404 with a cookie banner", "removed", Verdict.GONE_CONFIRMED, _cookie_banner)


def _account(at: Site, ask: Ask) -> Answer | None:
    if (
        ask.step
        and at.is_page(ask)
        and ask.path in at.paths
        and at.paths[ask.path] in {TARGET, 2, 7}
    ):
        return at.lost(ask.path)
    return removed(at, ask)


simple("removed: the whole account", "removed", Verdict.GONE_CONFIRMED, _account)
simple(
    "removed: outage in between", "removed", Verdict.GONE_CONFIRMED,
    lambda at, ask: Reply(503, b"busy") if ask.step == 2 else removed(at, ask),
    hours=(0.0, 24.0, 40.0, 60.0, 97.0),
)  # fmt: skip
simple(
    "removed: asked too often in between", "removed", Verdict.GONE_CONFIRMED,
    lambda at, ask: Reply(429, b"slow") if ask.step == 2 else removed(at, ask),
    hours=(0.0, 24.0, 40.0, 60.0, 97.0),
)  # fmt: skip
simple(
    "removed: no connection in between", "removed", Verdict.GONE_CONFIRMED,
    lambda at, ask: "hang up" if ask.step == 2 else removed(at, ask),
    hours=(0.0, 24.0, 40.0, 60.0, 97.0),
)  # fmt: skip
simple(
    "removed: the CDN forgets a day later", "removed", Verdict.GONE_CONFIRMED,
    lambda at, ask: removed(at, ask, media=ask.step > 1),
    hours=(0.0, 24.0, 48.0, 84.0, 121.0), own_media=False,
)  # fmt: skip


@family("removed: no such name any more")
def _no_name(seed: int) -> Situation:
    name = "removed: no such name any more"
    return make(
        name, seed, "removed", Verdict.GONE_CONFIRMED, lambda _a, _b: None,
        names=lambda _host, step: "nxdomain" if step else "",
    )  # fmt: skip


@family("removed: the link is the picture")
def _picture_gone(seed: int) -> Situation:
    name = "removed: the link is the picture"
    return media_link(name, seed, "removed", Verdict.GONE_CONFIRMED, removed)


@family("removed: a placeholder at the picture's address")
def _placeholder(seed: int) -> Situation:
    def change(at: Site, ask: Ask) -> Answer | None:
        if ask.step and at.is_target_media(ask):
            return Reply(body=pictures.placeholder(at.seed), kind="image/jpeg")
        return None

    name = "removed: a placeholder at the picture's address"
    return media_link(name, seed, "removed", Verdict.GONE_CONFIRMED, change)


def _twice(at: Site, ask: Ask) -> Answer | None:
    """Removed, put up again, removed for good."""
    return removed(at, ask) if ask.step != 2 else None


simple(
    "removed: again, after it had come back", "removed", Verdict.GONE_CONFIRMED, _twice,
    hours=(0.0, 24.0, 48.0, 72.0, 108.0, 145.0),
)  # fmt: skip

# True removals that cannot be told for sure yet: gone_provisional.

simple("provisional: one miss", "removed", Verdict.GONE_PROVISIONAL, removed, hours=(0.0, 24.0))
simple(
    "provisional: two misses", "removed", Verdict.GONE_PROVISIONAL, removed, hours=(0.0, 24.0, 97.0)
)
simple(
    "provisional: too soon", "removed", Verdict.GONE_PROVISIONAL, removed,
    hours=(0.0, 24.0, 36.0, 60.0, 90.0),
)  # fmt: skip
simple(
    "provisional: one place cannot see", "removed", Verdict.GONE_PROVISIONAL,
    lambda at, ask: Reply(503) if ask.step and ask.country == "DE" and at.is_page(ask) else removed(at, ask),
)  # fmt: skip
simple(
    "provisional: the file's host refuses", "there", Verdict.GONE_PROVISIONAL,
    both(seen_by_no_one, removed), own_media=False, lost_by="404",
)  # fmt: skip
simple(
    "provisional: a wall began the count anew", "removed", Verdict.GONE_PROVISIONAL,
    lambda at, ask: Reply(403, b"no") if ask.step == 2 and at.is_page(ask) else removed(at, ask),
    hours=(0.0, 24.0, 48.0, 70.0, 110.0),
)  # fmt: skip
