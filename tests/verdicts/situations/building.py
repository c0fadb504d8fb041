"""How a family is put together from what happens on a site."""

from collections.abc import Callable

from ansim.verdicts import Verdict
from tests.verdicts.situations.cases import Change, Situation, Truth
from tests.verdicts.situations.served import Answer, Ask, Reply
from tests.verdicts.situations.sites import TARGET, Lost, Site

GONE = (0.0, 24.0, 60.0, 97.0)  # seen once, then three misses over 73 hours
Build = Callable[[int], Situation]
FAMILIES: dict[str, Build] = {}
MANNERS: tuple[Lost, ...] = ("404", "410", "empty 404", "soft", "root", "refresh", "box")


def family(name: str) -> Callable[[Build], Build]:
    def keep(build: Build) -> Build:
        FAMILIES[name] = build
        return build

    return keep


def site(seed: int, name: str, lost_by: Lost = "404", **more: object) -> Site:
    slug = "".join(letter for letter in name.lower() if letter.isascii() and letter.isalpha())
    return Site(seed, f"{slug}{seed}.test", lost_by, **more)  # type: ignore[arg-type]


def make(
    name: str,
    seed: int,
    truth: Truth,
    verdict: Verdict,
    change: Change,
    hours: tuple[float, ...] = GONE,
    lost_by: Lost | None = None,
    **more: object,
) -> Situation:
    own = bool(more.pop("own_media", seed % 2))
    scheme = more.pop("scheme", "http")
    built = site(seed, name, lost_by or MANNERS[seed % 7], own_media=own, scheme=scheme)
    return Situation(name, built, truth, verdict, hours, change, **more)  # type: ignore[arg-type]


def simple(name: str, truth: Truth, verdict: Verdict, change: Change, **more: object) -> None:
    """A family that differs by seed alone: language, template, addresses, manner."""
    FAMILIES[name] = lambda seed: make(name, seed, truth, verdict, change, **more)  # type: ignore[arg-type]


def removed(at: Site, ask: Ask, step: int = 1, *, media: bool = True) -> Answer | None:
    """The post, and its file, are gone from round ``step`` on."""
    if ask.step < step:
        return None
    if at.is_target(ask):
        return at.lost(ask.path)
    if media and at.is_target_media(ask):
        return Reply(404, b"no such object", "text/plain")
    return None


def on(change: Callable[[Site, Ask], Answer], step: int = 1, *, country: str = "") -> Change:
    """``change`` for every page but the front page, from a round on, for a country."""

    def changed(at: Site, ask: Ask) -> Answer | None:
        if ask.step < step or (country and ask.country != country) or not at.is_page(ask):
            return None
        return change(at, ask)

    return changed


def whole(change: Callable[[Site, Ask], Answer], step: int = 1, *, country: str = "") -> Change:
    """``change`` for the whole host, pictures on it too."""

    def changed(at: Site, ask: Ask) -> Answer | None:
        if ask.step < step or (country and ask.country != country):
            return None
        return change(at, ask) if ask.host == at.host else None

    return changed


def target(
    change: Callable[[Site, Ask], Answer | None], step: int = 1, *, country: str = ""
) -> Change:
    """``change`` for the one link."""

    def changed(at: Site, ask: Ask) -> Answer | None:
        if ask.step < step or (country and ask.country != country):
            return None
        return change(at, ask) if at.is_target(ask) else None

    return changed


def both(*changes: Change) -> Change:
    def changed(at: Site, ask: Ask) -> Answer | None:
        return next((a for one in changes if (a := one(at, ask)) is not None), None)

    return changed


def seen_by_no_one(at: Site, ask: Ask) -> Answer | None:
    """The file is behind the same wall as the page."""
    return Reply(403, b"") if ask.step and at.is_target_media(ask) else None


def media_link(name: str, seed: int, truth: Truth, verdict: Verdict, change: Change) -> Situation:
    built = make(name, seed, truth, verdict, change, own_media=True)
    built.link = built.site.media_url(TARGET)
    return built
