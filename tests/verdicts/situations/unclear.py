"""Families in which nothing can be told, whatever the truth is."""

from ansim.verdicts import Verdict
from tests.verdicts.situations import pictures
from tests.verdicts.situations.building import (
    FAMILIES,
    both,
    family,
    make,
    media_link,
    on,
    removed,
    seen_by_no_one,
    simple,
    target,
    whole,
)
from tests.verdicts.situations.cases import Change, Situation, Truth
from tests.verdicts.situations.served import Answer, Ask, Reply
from tests.verdicts.situations.sites import TARGET, Site
from tests.verdicts.situations.walls import captcha, consent, parked, shell, unnamed_wall, upkeep

# Nothing can be told.

FORBIDDEN = Reply(403, b"")


def unknown(name: str, change: Change, truth: Truth = "there", **more: object) -> None:
    """The file is as hard to see as the page, unless said otherwise."""
    simple(f"unknown: {name}", truth, Verdict.UNKNOWN, both(change, seen_by_no_one), **more)


unknown("wall of 404 on the whole host", whole(lambda _a, _b: Reply(404, b"<h1>Not Found</h1>")))
unknown(
    "wall of 404, front page open",
    lambda at, ask: Reply(404, at.page(at.tongue.lost).body)
    if ask.step and ask.host == at.host and ask.path != "/" else None,
    lost_by="404", own_media=True,
)  # fmt: skip
unknown(
    "wall of 404, front page open, files too",
    lambda at, ask: Reply(404, b"") if ask.step and ask.path != "/" else None, own_media=True,
)  # fmt: skip
unknown("captcha", on(captcha))
unknown("captcha on the whole host", whole(captcha), own_media=True)
unknown("a wall without a name", on(unnamed_wall))
unknown(
    "a wall without a name, lost pages are soft", both(
        lambda at, ask: Reply(404) if ask.step and at.is_target_media(ask) else None, on(unnamed_wall)
    ), lost_by="soft",
)  # fmt: skip
unknown(
    "for friends only, in the frame of lost pages", both(
        lambda at, ask: Reply(404) if ask.step and at.is_target_media(ask) else None,
        target(lambda at, _: at.page(f"<h2>{at.tongue.login}</h2>", title=at.tongue.lost)),
    ), lost_by="soft",
)  # fmt: skip
# A long frame, so that one sentence more or less hardly shows in the structure.
unknown(
    "for friends only, in a long frame", both(
        lambda at, ask: Reply(404) if ask.step and at.is_target_media(ask) else None,
        lambda at, ask: at.long(at.tongue.lost if ask.path != at.path(TARGET) else at.tongue.login)
        if ask.step and at.is_page(ask) and (at.is_target(ask) or ask.path not in at.paths) else None,
    ), lost_by="soft",
)  # fmt: skip
unknown(
    "blank page, lost pages are boxes", on(lambda _a, _b: Reply(body=b"<!-- -->")), lost_by="box"
)
unknown(
    "one box for every page", both(
        lambda at, ask: Reply(404) if ask.step and at.is_target_media(ask) else None,
        on(lambda at, _: Reply(body=f"<script>alert('{at.tongue.wait}')</script>".encode())),
    ), lost_by="box",
)  # fmt: skip
unknown("consent", on(consent))
unknown("consent on the whole host", whole(consent), own_media=True)


def _to_consent(at: Site, ask: Ask) -> Answer | None:
    other = f"consent.{at.host}"
    if ask.host == other:
        return consent(at, ask)
    if ask.step and at.is_page(ask):
        return Reply(302, headers=(("Location", f"http://{other}/?back={ask.path}"),))
    return Reply(404) if ask.step and at.is_target_media(ask) else None


simple("unknown: sent to a consent page", "there", Verdict.UNKNOWN, _to_consent)
unknown(
    "every page sent to the front page",
    both(
        lambda at, ask: Reply(404) if ask.step and at.is_target_media(ask) else None,
        on(lambda _a, _b: Reply(302, headers=(("Location", "/"),))),
    ),
)  # fmt: skip
unknown("403", on(lambda at, _: Reply(403, at.foot.encode())))
unknown("401", on(lambda at, _: Reply(401, at.foot.encode())))
unknown("429", on(lambda at, _: Reply(429, at.foot.encode())))
unknown("500", on(lambda at, _: Reply(500 + at.seed % 4, at.foot.encode())))
unknown("no connection", whole(lambda _a, _b: "hang up"))
unknown("reset everywhere", whole(lambda _a, _b: "reset"))
unknown("empty page", on(lambda _a, _b: Reply()))
unknown(
    "one shell for every address", whole(shell, 0), own_media=False, hours=(0.0, 24.0, 60.0, 97.0)
)
unknown("upkeep on the whole host", whole(upkeep), own_media=True)
unknown(
    "upkeep, front page kept", both(
        lambda at, ask: Reply(404) if ask.step and at.is_target_media(ask) else None, on(upkeep)
    ),
)  # fmt: skip
unknown("outage: 404 for all, front page too", lambda _a, ask: Reply(404) if ask.step else None)
unknown("parked domain", whole(parked), "removed", own_media=True)
unknown(
    "the whole host sent elsewhere", both(
        lambda at, ask: parked(at, ask) if ask.host == "sale.test" else None,
        whole(lambda _a, _b: Reply(302, headers=(("Location", "http://sale.test/"),))),
    ), "removed", own_media=True,
)  # fmt: skip
unknown(
    "sent to another site's 404", both(
        lambda _a, ask: Reply(404, b"not here") if ask.host == "trap.test" else None,
        target(lambda _a, ask: Reply(302, headers=(("Location", f"http://trap.test{ask.path}"),))),
    ), own_media=True,
)  # fmt: skip
unknown(
    "404 here, refused there",
    lambda at, ask: FORBIDDEN if ask.step and ask.country == "DE" and at.is_page(ask) else removed(at, ask),
)  # fmt: skip
unknown(
    "other words in its place", both(
        lambda at, ask: Reply(404) if ask.step and at.is_target_media(ask) else None,
        target(lambda at, _: at.page(f"<p>{at.tongue.deleted} {at.foot}</p><p>{at.texts[0][0]}</p>")),
    ), "removed", lost_by="404",
)  # fmt: skip
unknown(
    "another picture in its place", target(lambda at, _: at.post(2)), "removed", own_media=False
)


@family("unknown: a crop at the picture's address")
def _cropped(seed: int) -> Situation:
    def change(at: Site, ask: Ask) -> Answer | None:
        if ask.step and at.is_target_media(ask):
            return Reply(body=pictures.variant(at.hunted), kind="image/jpeg")
        return None

    name = "unknown: a crop at the picture's address"
    return media_link(name, seed, "there", Verdict.UNKNOWN, change)


@family("unknown: one picture for every picture")
def _hotlinked(seed: int) -> Situation:
    def change(at: Site, ask: Ask) -> Answer | None:
        if ask.step and ask.path.startswith("/m/"):
            return Reply(body=pictures.placeholder(at.seed), kind="image/jpeg")
        return None

    name = "unknown: one picture for every picture"
    return media_link(name, seed, "there", Verdict.UNKNOWN, change)


def names(name: str, state: str, truth: Truth = "there") -> None:
    def build(seed: int) -> Situation:
        return make(
            f"unknown: {name}", seed, truth, Verdict.UNKNOWN, lambda _a, _b: None,
            names=lambda _host, step: state if step else "",  # type: ignore[return-value]
        )  # fmt: skip

    FAMILIES[f"unknown: {name}"] = build


names("the name service fails", "servfail")
names("nobody answers at the address", "refusing")


def _tls(manner: str) -> None:
    name = f"unknown: certificate {manner}"

    def build(seed: int) -> Situation:
        built = make(
            name,
            seed,
            "there",
            Verdict.UNKNOWN,
            lambda _a, _b: None,
            scheme="https",
            own_media=True,
        )
        built.certificates[built.site.host] = manner
        return built

    FAMILIES[name] = build


for _manner in ("expired", "wrong name", "self-signed"):
    _tls(_manner)
