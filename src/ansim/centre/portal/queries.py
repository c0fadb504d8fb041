"""What a person sees of their own case: read from real looks and requests, nothing embellished."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Max, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import npgettext, pgettext

from ansim.centre.cases.models import Case
from ansim.centre.cases.taxonomy import taxonomy
from ansim.centre.materials.models import Look, Sighting
from ansim.centre.portal.timeline import Event, events_of, what_now

MOST_RINGS = 24
GONE = "gone_confirmed"
LOOKS_GONE = "gone_provisional"
DEINDEXED = "deindexed"
# What needs the person or the centre most comes first; what is done comes last.
GROUP_ORDER = (
    "present", "cached_copy", "moved", "restricted", "blocked_in_country", "geo_denied",
    "unknown", "", LOOKS_GONE, DEINDEXED, GONE,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class LinkLine:
    """One link, or all links that are gone, as the person sees them."""

    numbers: tuple[int, ...]
    name: str
    verdict: str
    what: Sequence[Promise | str]
    events: Sequence[Event]
    sighting: Sighting | None


@dataclass(frozen=True, slots=True)
class MyCase:
    """The first page of the person's own pages."""

    heading: str
    sentences: Sequence[str]
    verdicts: Sequence[str]
    counts: dict[str, int]
    last_looked: datetime | None
    lines: Sequence[LinkLine]
    listings: Sequence[LinkLine] = field(default_factory=tuple)
    to_decide: str = ""
    unread: int = 0
    materials: int = 0

    @property
    def many(self) -> bool:
        """Whether there are too many links for a ring each."""
        return len(self.verdicts) > MOST_RINGS


def own_pages(case: Case) -> QuerySet[Sighting]:
    """The pages that count: given by the person, or found with a match."""
    counted = Q(origin=Sighting.Origin.GIVEN) | Q(matched_at__isnull=False)
    return _ready(case.sightings.filter(counted, kind=Sighting.Kind.PAGE))


def own_listings(case: Case) -> QuerySet[Sighting]:
    """Where search engines list them."""
    return _ready(case.sightings.filter(kind=Sighting.Kind.SEARCH_RESULT))


def _ready(sightings: QuerySet[Sighting]) -> QuerySet[Sighting]:
    return sightings.order_by("number").prefetch_related("looks", "requests__replies")


def verdict_of(sighting: Sighting) -> str:
    """The verdict's code; "" before the first look."""
    return str(sighting.verdict) if sighting.looks_done else ""


def my_case(case: Case, *, put_off: Iterable[str], now: datetime) -> MyCase:
    """Everything on the first page. ``put_off``: decisions that the person left for later."""
    pages, listings = list(own_pages(case)), list(own_listings(case))
    verdicts = [verdict_of(one) for one in pages]
    counts = dict(Counter(verdicts))
    watched = case.allows("search", now)
    looked = Look.objects.filter(sighting__case=case).aggregate(last=Max("at"))["last"]
    return MyCase(
        heading=heading_of(counts),
        sentences=sentences_of(counts),
        verdicts=verdicts,
        counts=counts,
        last_looked=looked,
        lines=lines_of(pages, settled=GONE, watched=watched, now=now),
        listings=lines_of(listings, settled=DEINDEXED, watched=False, now=now),
        to_decide=to_decide(case, pages, listings, put_off=put_off, now=now),
        unread=unread_of(case),
        materials=case.materials.filter(withdrawn_at=None).count(),
    )


def unread_of(case: Case) -> int:
    """How many messages of the centre the person has not read yet."""
    return case.messages.filter(from_person=False, read_at=None).count()


def heading_of(counts: dict[str, int]) -> str:
    """“7개 중 4개가 내려갔어요”: only what was confirmed counts as gone."""
    total, gone = sum(counts.values()), counts.get(GONE, 0)
    if not total:
        return pgettext("portal", "There is no link yet")
    if gone == total:
        return npgettext("portal", "The link is gone", "All %(total)d links are gone", total) % {
            "total": total
        }
    if gone:
        return pgettext("portal", "%(gone)d of %(total)d are gone") % {"gone": gone, "total": total}
    return npgettext(
        "portal", "We are working on one link", "We are working on %(total)d links", total
    ) % {"total": total}


def sentences_of(counts: dict[str, int]) -> list[str]:
    """What the heading does not say, in whole sentences; zero says nothing."""
    unsure = counts.get("unknown", 0)
    fresh = counts.get("", 0)
    left = sum(counts.values()) - counts.get(GONE, 0) - counts.get(LOOKS_GONE, 0) - unsure - fresh
    provisional = counts.get(LOOKS_GONE, 0)
    said = []
    if provisional:
        said.append(npgettext("portal",
            "%(count)d looks gone, and we are still checking.",
            "%(count)d look gone, and we are still checking.", provisional,
        ) % {"count": provisional})  # fmt: skip
    if left:
        said.append(npgettext("portal",
            "%(count)d can still be seen somewhere, and we go on with it.",
            "%(count)d can still be seen somewhere, and we go on with them.", left,
        ) % {"count": left})  # fmt: skip
    if unsure:
        said.append(npgettext("portal",
            "We cannot tell yet about %(count)d.", "We cannot tell yet about %(count)d.", unsure
        ) % {"count": unsure})  # fmt: skip
    if fresh:
        said.append(npgettext("portal",
            "We will soon look at %(count)d for the first time.",
            "We will soon look at %(count)d for the first time.", fresh,
        ) % {"count": fresh})  # fmt: skip
    return said


def lines_of(
    sightings: Sequence[Sighting], *, settled: str, watched: bool, now: datetime
) -> list[LinkLine]:
    """One line a link, what needs most first; links of the ``settled`` verdict share one line."""
    done = [one for one in sightings if verdict_of(one) == settled]
    rest = [one for one in sightings if verdict_of(one) != settled] if len(done) > 1 else sightings
    rest = sorted(rest, key=lambda one: (GROUP_ORDER.index(verdict_of(one)), one.number))
    lines = [_line(one, watched=watched, now=now) for one in rest]
    if len(done) > 1:
        lines.append(_settled_line(done, settled, watched=watched, now=now))
    return lines


def _line(sighting: Sighting, *, watched: bool, now: datetime) -> LinkLine:
    verdict = verdict_of(sighting)
    looks, requests = list(sighting.looks.all()), list(sighting.requests.all())
    return LinkLine(
        numbers=(sighting.number,),
        name=name_of(sighting),
        verdict=verdict,
        what=what_now(sighting, verdict, requests, watched=watched, now=now),
        events=events_of(sighting, looks, requests, now=now),
        sighting=sighting,
    )


def _settled_line(
    sightings: Sequence[Sighting], settled: str, *, watched: bool, now: datetime
) -> LinkLine:
    numbers = tuple(one.number for one in sightings)
    first = sightings[0]
    said = {
        GONE: pgettext("portal", "Link %(number)d: we checked, and it is gone."),
        DEINDEXED: pgettext("portal", "Link %(number)d: out of search results."),
    }[settled]
    events = [
        Event(one.verdict_at, said % {"number": one.number}, "ok")
        for one in sightings
        if one.verdict_at is not None
    ]
    return LinkLine(
        numbers=numbers,
        name=pgettext("portal", "Links %(numbers)s") % {"numbers": ", ".join(map(str, numbers))},
        verdict=settled,
        what=what_now(first, settled, (), watched=watched, now=now),
        events=sorted(events, key=lambda event: event.at, reverse=True),
        sighting=None,
    )


def name_of(sighting: Sighting) -> str:
    """“링크 3 · 게시판”: its number and the kind of place, never the address."""
    if sighting.place == "unknown":
        return pgettext("portal", "Link %(number)d") % {"number": sighting.number}
    place = taxonomy().label("place", sighting.place)
    return pgettext("portal", "Link %(number)d · %(place)s") % {
        "number": sighting.number,
        "place": place,
    }


def to_decide(
    case: Case,
    pages: Sequence[Sighting],
    listings: Sequence[Sighting],
    *,
    put_off: Iterable[str],
    now: datetime,
) -> str:
    """The one purpose that something real is waiting for, or "".

    A removal before a search result, and never one that the person has put off.
    """
    waiting = {
        "notify": any(verdict_of(one) in {"present", "cached_copy", "moved"} for one in pages),
        "search_engines": any(verdict_of(one) in {"present", ""} for one in listings),
    }
    for purpose, real in waiting.items():
        if real and purpose not in put_off and not case.allows(purpose, now):
            return purpose
    return ""
