"""What a situation is, and how it is played through the door and the judge."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from ansim.fetching import Door, Observation
from ansim.verdicts import Round, Verdict, judge
from ansim.verdicts.looking import Surroundings, look_at_listing, look_round
from tests.verdicts.situations import pictures
from tests.verdicts.situations.served import START, VANTAGES, Answer, Ask, NameState, Reply, Web
from tests.verdicts.situations.sites import Site

Truth = Literal["there", "removed"]
Change = Callable[[Site, Ask], Answer | None]
PLACES = [vantage.name for vantage in VANTAGES]


def _nothing(_site: Site, _ask: Ask) -> None:
    return None


def _no_names(_host: str, _step: int) -> NameState:
    return ""


@dataclass
class Situation:
    """One site over time.

    ``truth``: is the picture still on the web at the end, whoever may see it? ``verdict``: the
    right one by what was built, not by what our judge says. ``hours``: when the rounds are.
    """

    family: str
    site: Site
    truth: Truth
    verdict: Verdict
    hours: tuple[float, ...]
    change: Change = _nothing
    names: Callable[[str, int], NameState] = _no_names
    certificates: dict[str, str] = field(default_factory=dict)
    link: str = ""
    target: str = ""

    def reply(self, ask: Ask) -> Answer:
        changed = self.change(self.site, ask)
        return self.site.reply(ask) if changed is None else changed


def play(situation: Situation, web: Web, door: Door) -> list[Round]:
    """Every round of a situation, really looked at, then kept and read as the centre does."""
    web.play, web.names = situation.reply, situation.names
    web.certificates = situation.certificates

    def look(url: str, vantage: str, expect: Literal["page", "media", "any"]) -> Observation:
        return door.look(url, vantage=vantage, expect=expect)

    around = Surroundings(look)
    hunted = pictures.hunted(situation.site.hunted)
    recorded: dict[str, None] = {}
    rounds: list[Round] = []
    for step, hours in enumerate(situation.hours):
        web.step = step
        now = START + dt.timedelta(hours=hours)
        url = situation.link or situation.site.link
        if situation.target:
            seen = look_at_listing(url, situation.target, PLACES, look, now=now)
        else:
            seen = look_round(url, PLACES, look, around, hunted, list(recorded), now=now)
        recorded |= dict.fromkeys(hit.url for hit in seen.hits)
        rounds = [*(Round.from_json(one.slim().to_json()) for one in rounds), seen.round]
    return rounds


def verdict_of(situation: Situation, rounds: list[Round]) -> Verdict:
    return judge(rounds, kind="search_result" if situation.target else "page").verdict


PHRASES = (
    "not found", "no longer available", "removed", "deleted", "does not exist", "private",
    "찾을 수 없", "삭제", "introuvable", "eliminada", "gelöscht", "削除",
)  # fmt: skip


def peer_verdict(situation: Situation, door: Door) -> Verdict:
    """What a check by status and phrases says: the way of the peers (see the reference)."""
    last = len(situation.hours) - 1
    url = situation.link or situation.site.link
    seen = door.look(url, vantage=PLACES[0], expect="page")
    if seen.outcome == "name_not_found" or seen.status in {401, 403, 404, 410, 451}:
        return Verdict.GONE_CONFIRMED
    if seen.outcome != "answered" or (seen.status or 500) >= 400:
        return Verdict.UNKNOWN
    rest = seen.final_url.partition("://")[2]
    host, _, path = rest.partition("/")
    answer = situation.reply(Ask(host, f"/{path}", "KR", last))
    text = answer.body.decode("utf-8", "replace").lower() if isinstance(answer, Reply) else ""
    if situation.target:
        return Verdict.PRESENT if situation.target in text else Verdict.DEINDEXED
    if any(phrase in text for phrase in PHRASES):
        return Verdict.GONE_CONFIRMED
    return Verdict.PRESENT
