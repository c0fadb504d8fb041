"""Families that hide the picture, or another post, from a look that is not careful."""

from ansim.verdicts import Verdict
from tests.verdicts.situations.building import both, on, removed, seen_by_no_one, simple, target
from tests.verdicts.situations.served import Answer, Ask, Reply
from tests.verdicts.situations.sites import TARGET, Site
from tests.verdicts.situations.walls import age, login, upkeep

# Where a page may name a picture.
NAMED = (
    "<img src=/blank.gif data-lazy-src='{u}'>",
    "<img data-srcset='{u} 640w, {u}?w=2 1280w'>",
    "<div style=\"background-image:url('{u}')\"></div>",
    "<style>.hero{{background:url({u})}}</style><div class=hero></div>",
    "<link rel=preload as=image href='{u}'>",
    '<script type="application/ld+json">{{"@type":"VideoObject","thumbnailUrl":["{u}"]}}</script>',
    '<script>player({{poster: "{u}"}})</script>',
    "<a class=lightbox data-full='{u}'>x</a>",
    "<svg><image href='{u}'/></svg>",
    "<object data='{u}' type=image/jpeg></object>",
    "<template><img src='{u}'></template>",
)  # fmt: skip


def _named(at: Site, ask: Ask) -> Answer | None:
    if not at.is_target(ask):
        return None
    shown = NAMED[at.seed % len(NAMED)].format(u=at.media_url(TARGET))
    text = f"<h1>{at.titles[TARGET]}</h1><p>{at.texts[TARGET][0]}</p>"
    return at.page(text + shown, title=at.titles[TARGET])


def _framed(at: Site, ask: Ask) -> Answer | None:
    if at.is_target(ask):
        shown = f"<p>{at.texts[TARGET][0]}</p><iframe src='/embed{ask.path}'></iframe>"
        return at.page(shown, title=at.titles[TARGET])
    if ask.host == at.host and ask.path.startswith("/embed/"):
        return at.bare(f"<img src='{at.media_url(TARGET)}'>")
    return None


def _page_gone(at: Site, ask: Ask) -> Answer | None:
    return removed(at, ask, media=False) if at.is_target(ask) else None


for name, shown in (("not in an img", _named), ("in a frame", _framed)):
    simple(f"present: {name}", "there", Verdict.PRESENT, shown, hours=(0.0, 24.0))
    simple(
        f"cached: {name}", "there", Verdict.CACHED_COPY, both(_page_gone, shown), own_media=False
    )  # fmt: skip

# A front page that leads nowhere, so that no other post can be asked for.


def _searched(at: Site, ask: Ask) -> Answer | None:
    if ask.host != at.host or ask.path != "/":
        return None
    return at.bare(f"<h1>{at.menu[0]}</h1><form action=/s><input name=q></form><p>{at.foot}</p>")


def _no_file(at: Site, ask: Ask) -> Answer | None:
    return Reply(404, b"") if ask.step and at.is_target_media(ask) else None


def _shell(at: Site, _: Ask) -> Answer:
    return at.page(f"<div id=root>{at.menu[1]} {at.tongue.wait}</div><script src=/a.js></script>")


for manner in ("404", "soft", "root"):
    simple(
        f"removed: front page of a search box, {manner}", "removed", Verdict.GONE_CONFIRMED,
        both(_searched, removed), lost_by=manner,
    )  # fmt: skip
simple(
    "provisional: front page of a search box, a wall for all", "there", Verdict.GONE_PROVISIONAL,
    both(_searched, _no_file, on(lambda at, _: at.page(f"<h2>{at.tongue.wait}</h2><p>{at.foot}</p>"))),
    lost_by="404",
)  # fmt: skip
simple(
    "provisional: front page of a search box, all sent to it", "there", Verdict.GONE_PROVISIONAL,
    both(_searched, _no_file, on(lambda _a, _b: Reply(302, headers=(("Location", "/"),)))),
    lost_by="404",
)  # fmt: skip
simple(
    "provisional: front page of a search box, a shell for all", "there", Verdict.GONE_PROVISIONAL,
    both(_searched, on(_shell, 0)), own_media=False,
)  # fmt: skip


def _upkeep_over_404(at: Site, ask: Ask) -> Answer | None:
    if not ask.step or ask.host != at.host:
        return _no_file(at, ask)
    return upkeep(at, ask) if ask.path == "/" else Reply(404, b"<h1>404</h1>")


simple(
    "provisional: the front page is for upkeep, all else is lost", "there",
    Verdict.GONE_PROVISIONAL, _upkeep_over_404,
)  # fmt: skip

# Walls that are told by other posts, and pages that hide behind a 404.


def _posts_lost(at: Site, ask: Ask) -> Answer | None:
    if ask.step and at.is_page(ask) and not ask.path.startswith("/c/"):
        return Reply(404, at.page(at.tongue.lost).body)
    if ask.host == at.host and ask.path.startswith("/c/"):
        number = int(ask.path[3])
        return at.page(f"<h1>{at.menu[number]}</h1><p>{' '.join(at.texts[number])}</p>")
    return _no_file(at, ask)


simple("unknown: 404 for every post, sections open", "there", Verdict.UNKNOWN, _posts_lost)
for label, gate in (("login", login), ("an age gate", age)):
    simple(
        f"restricted: a 404 with {label} of its own", "there", Verdict.RESTRICTED,
        both(seen_by_no_one, target(lambda at, ask, gate=gate: Reply(404, gate(at, ask).body))),
        lost_by="404",
    )  # fmt: skip
