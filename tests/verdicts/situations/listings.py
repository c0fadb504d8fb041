"""Families of search engines' result pages."""

from collections.abc import Callable

from ansim.verdicts import Verdict
from tests.verdicts.situations.building import FAMILIES, make
from tests.verdicts.situations.cases import Change, Situation, Truth
from tests.verdicts.situations.served import Answer, Ask, Reply
from tests.verdicts.situations.sites import TARGET, Site
from tests.verdicts.situations.walls import captcha

# Search engines.


def _listing(
    name: str,
    seed: int,
    truth: Truth,
    verdict: Verdict,
    shown: Callable[[Ask], bool],
    wall: Change | None = None,
) -> Situation:
    def change(at: Site, ask: Ask) -> Answer | None:
        if ask.host != "find.test":
            return None
        if wall is not None and (answer := wall(at, ask)) is not None:
            return answer
        wrapped = f"/url?q={at.link}&sa=U" if at.seed % 2 else at.link
        rows = "".join(
            f"<li><a href='http://a{n}.test/{n}'>{t}</a>" for n, t in enumerate(at.titles)
        )
        found = f"<li><a href='{wrapped}'>{at.titles[TARGET]}</a>" if shown(ask) else ""
        return at.page(f"<ol>{rows}{found}</ol>")

    built = make(name, seed, truth, verdict, change, hours=(0.0, 24.0))
    built.link, built.target = "http://find.test/search?q=x", built.site.link
    return built


def listing(
    name: str,
    truth: Truth,
    verdict: Verdict,
    shown: Callable[[Ask], bool],
    wall: Change | None = None,
) -> None:
    FAMILIES[name] = lambda seed: _listing(name, seed, truth, verdict, shown, wall)


def _wall(change: Callable[[Site, Ask], Answer], country: str = "") -> Change:
    return lambda at, ask: change(at, ask) if ask.step and country in {"", ask.country} else None


listing("listing: taken out", "removed", Verdict.DEINDEXED, lambda ask: not ask.step)
listing("listing: never in", "removed", Verdict.DEINDEXED, lambda _: False)
listing("listing: still in", "there", Verdict.PRESENT, lambda _: True)
listing("listing: out at home alone", "there", Verdict.PRESENT, lambda ask: ask.country != "KR")
listing("listing: captcha", "there", Verdict.UNKNOWN, lambda _: True, _wall(captcha))
listing(
    "listing: consent",
    "there",
    Verdict.UNKNOWN,
    lambda _: True,
    _wall(
        lambda at, ask: at.bare(f"<div class=consent><p>{at.tongue.cookies} {at.foot}</p></div>")
    ),
)
listing(
    "listing: asked too often in one place",
    "removed",
    Verdict.UNKNOWN,
    lambda _: False,
    _wall(lambda _a, _b: Reply(429), "DE"),
)
