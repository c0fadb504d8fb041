"""From all rounds of looks to one verdict.

The rules are those of the field as this project reads them: a match proves presence and nothing
else does; gone needs a definite sign, repeated, from more than one place, on a host that is
otherwise well; everything else is unknown, and unknown is never gone.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Literal

from ansim.verdicts.emptied import is_as_it_was
from ansim.verdicts.reasons import Reason
from ansim.verdicts.rounds import Judgement, MediaView, Round, Verdict, View
from ansim.verdicts.signs import (
    Kind,
    Sign,
    front_page_loads,
    host_is_well,
    media_sign,
    page_sign,
    really_moved,
)
from ansim.verdicts.vouching import stands_alone

MISSES_NEEDED = 3
WINDOW = timedelta(hours=72)
LEAST_VANTAGES = 2
_LONGEST_RETRY = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class _Read:
    """One view with what it says."""

    view: View
    sign: Sign
    matches: tuple[MediaView, ...]
    other_media: tuple[Sign, ...]


def judge(
    rounds: Sequence[Round],
    *,
    kind: Literal["page", "search_result"] = "page",
    home_country: str = "KR",
    misses_needed: int = MISSES_NEEDED,
    window: timedelta = WINDOW,
) -> Judgement:
    """The verdict on one link from every round of looks at it, in any order. Pure.

    ``home_country`` is the country whose blocks are told apart from removal. ``misses_needed``
    consecutive definite misses over at least ``window`` confirm that a page is gone.
    """
    ordered = sorted(rounds, key=lambda one: one.at)
    if not ordered or not ordered[-1].views:
        return Judgement(Verdict.UNKNOWN, (Reason("no_looks"),), unknowns=_trailing(ordered))
    last = ordered[-1]
    if kind == "search_result":
        judgement = _judge_listing(last)
    else:
        reads = _read_all(last, ordered[:-1])
        judgement = (
            _judge_matches(reads, home_country)
            or _judge_signs(reads)
            or _judge_misses(ordered, reads, misses_needed, window)
        )
    return replace(
        judgement,
        unknowns=_trailing(ordered) if judgement.verdict is Verdict.UNKNOWN else 0,
        not_before=_not_before(last),
    )


def _read_all(one: Round, past: Sequence[Round]) -> list[_Read]:
    return [_read(view, past) for view in one.views]


def _read(view: View, past: Sequence[Round]) -> _Read:
    matches = tuple(m for m in view.media if m.distance is not None)
    others = tuple(
        media_sign(m, view)
        for m in view.media
        if m.distance is None and (m.recorded or m.near is not None)
    )
    sign = page_sign(view)
    if sign.code == "media_gone" and not is_as_it_was(view, past):
        sign = Sign(Kind.OPEN, "no_match_seen")
    return _Read(view, sign, matches, others)


def _judge_matches(reads: Sequence[_Read], home_country: str) -> Judgement | None:
    """A verdict when media that matches was seen in the last round."""
    matching = [read for read in reads if read.matches]
    if not matching:
        return None
    vantages = ", ".join(sorted({read.view.vantage for read in matching}))
    match = Reason("match", (("vantages", vantages),))
    if all(read.sign.kind is Kind.GONE for read in matching) and not _differs(reads):
        reasons = [Reason("cached")]
        if any(_from_cache(m) for read in matching for m in read.matches):
            reasons.append(Reason("cache_headers"))
        return Judgement(Verdict.CACHED_COPY, (*reasons, match))
    missing = [read for read in reads if not read.matches]
    if any(read.sign.kind is Kind.LEGAL for read in missing):
        return Judgement(Verdict.GEO_DENIED, (Reason("geo_451"), match))
    at_home = [read for read in reads if read.view.country == home_country]
    lost = (Kind.GONE, Kind.BLOCKED)
    if at_home and all(not read.matches and read.sign.kind in lost for read in at_home):
        reason = Reason("blocked_at_home", (("country", home_country),))
        return Judgement(Verdict.BLOCKED_IN_COUNTRY, (reason, match))
    if _differs(reads):
        return Judgement(Verdict.GEO_DENIED, (Reason("geo_differs"), match))
    if all(really_moved(read.view.page) for read in matching):
        return Judgement(Verdict.MOVED, (Reason("match_moved"), match))
    return Judgement(Verdict.PRESENT, (match,))


def _differs(reads: Sequence[_Read]) -> bool:
    """Whether some vantage point was definitely denied what another one was given."""
    denied = {Kind.LEGAL, Kind.RESTRICTED, Kind.BLOCKED, Kind.GONE}
    matching = [read for read in reads if read.matches]
    if all(read.sign.kind is Kind.GONE for read in matching):
        # Only a media address still answers; what differs then is the media, not the page.
        denied = {Kind.LEGAL}
    return any(not read.matches and read.sign.kind in denied for read in reads)


def _from_cache(media: MediaView) -> bool:
    seen = media.observation
    return seen.header("age") not in {"", "0"} or "hit" in seen.header("x-cache").lower()


def _judge_signs(reads: Sequence[_Read]) -> Judgement | None:
    """A verdict without a match when some sign forbids to speak of gone; None when none does."""
    kinds = {read.sign.kind for read in reads}
    media_kinds = {sign.kind for read in reads for sign in read.other_media}
    reasons = _sign_reasons(reads)
    if Kind.LEGAL in kinds:
        return Judgement(Verdict.GEO_DENIED, reasons)
    if Kind.RESTRICTED in kinds or Kind.RESTRICTED in media_kinds:
        return Judgement(Verdict.RESTRICTED, reasons)
    if Kind.GONE not in kinds:
        return Judgement(Verdict.UNKNOWN, reasons)
    if kinds & {Kind.WALLED, Kind.OPEN, Kind.BLOCKED}:
        return Judgement(Verdict.UNKNOWN, (Reason("contradiction"), *reasons))
    return None


def _judge_misses(
    ordered: Sequence[Round], reads: Sequence[_Read], needed: int, window: timedelta
) -> Judgement:
    """Gone, and how surely: at least one definite sign in the last round, and nothing against."""
    misses, confirmable = _misses(ordered)
    reasons = list(_sign_reasons(reads))
    if not _definite(reads):
        silent = any(read.sign.kind is not Kind.GONE for read in reads)
        reasons.append(Reason("partly_unclear" if silent else "media_unclear"))
    provisional = Judgement(
        Verdict.GONE_PROVISIONAL,
        tuple(reasons),
        misses=len(misses),
        first_miss_at=misses[0] if misses else None,
        confirmable_misses=len(confirmable),
    )
    lacking = _lacking(reads, ordered[:-1], confirmable, needed, window)
    if lacking:
        return replace(provisional, reasons=(*reasons, *lacking))
    hours = int((confirmable[-1] - confirmable[0]).total_seconds() // 3600)
    confirmed = Reason("confirmed", (("misses", str(len(confirmable))), ("hours", str(hours))))
    return replace(
        provisional, verdict=Verdict.GONE_CONFIRMED, reasons=(*provisional.reasons, confirmed)
    )


def _lacking(
    reads: Sequence[_Read],
    past: Sequence[Round],
    confirmable: Sequence[datetime],
    needed: int,
    window: timedelta,
) -> list[Reason]:
    """What a confirmation still needs."""
    lacking = []
    if len({read.view.vantage for read in reads}) < LEAST_VANTAGES:
        lacking.append(Reason("second_vantage"))
    if not all(host_is_well(read.view) for read in reads):
        lacking.append(Reason("home_needed"))
    if not all(stands_alone(read.view, past) for read in reads if read.sign.kind is Kind.GONE):
        lacking.append(Reason("witness_needed"))
    if len(confirmable) < needed or not confirmable:
        counts = (("needed", str(needed)), ("misses", str(len(confirmable))))
        lacking.append(Reason("more_misses", counts))
    elif confirmable[-1] - confirmable[0] < window:
        hours = f"{window.total_seconds() / 3600:g}"
        lacking.append(Reason("longer_window", (("hours", hours),)))
    if not lacking and not _definite(reads):
        lacking.append(Reason("partly_unclear"))
    return lacking


def _definite(reads: Sequence[_Read]) -> bool:
    return all(
        not read.matches
        and read.sign.kind is Kind.GONE
        and all(sign.kind is Kind.GONE for sign in read.other_media)
        for read in reads
    )


def _misses(ordered: Sequence[Round]) -> tuple[list[datetime], list[datetime]]:
    """When the consecutive definite misses at the end were, and those that can confirm.

    These are seen from two places, on a host that was well at that time. A round that could not
    see (no answer, an error, "too often") breaks no series and adds nothing to it; one that was
    shown something else, or was kept out, begins it anew.
    """
    misses: list[datetime] = []
    confirmable: list[datetime] = []
    for place in range(len(ordered) - 1, -1, -1):
        one = ordered[place]
        reads = _read_all(one, ordered[:place])
        if reads and _definite(reads):
            misses.insert(0, one.at)
            if _can_confirm(reads, ordered[:place]):
                confirmable.insert(0, one.at)
        elif not _tells_nothing(reads):
            break
    return misses, confirmable


def _can_confirm(reads: Sequence[_Read], past: Sequence[Round]) -> bool:
    places = {read.view.vantage for read in reads}
    return len(places) >= LEAST_VANTAGES and all(
        host_is_well(read.view) and stands_alone(read.view, past) for read in reads
    )


def _tells_nothing(reads: Sequence[_Read]) -> bool:
    """Whether nothing in a round speaks against gone: definite signs and silence only."""
    quiet = {Kind.GONE, Kind.SILENT}
    signs = [sign for read in reads for sign in (read.sign, *read.other_media)]
    return not any(read.matches for read in reads) and all(
        sign.kind in quiet or sign.code == "rate_limited" for sign in signs
    )


def _sign_reasons(reads: Sequence[_Read]) -> tuple[Reason, ...]:
    """One reason for each different sign, the most frequent first, order-independent."""
    signs = Counter(read.sign for read in reads)
    ranked = sorted(signs.items(), key=lambda item: (-item[1], item[0].code, item[0].status or 0))
    reasons: dict[Reason, None] = {}
    counts: Counter[str] = Counter()
    for sign, count in ranked:
        counts[sign.code] += count
    for sign, _ in ranked:
        params: tuple[tuple[str, str], ...] = ()
        if sign.kind is Kind.GONE:
            params = (("count", str(counts[sign.code])),)
        elif sign.code in {"denied", "server_error", "odd_status"}:
            params = (("status", str(sign.status)),)
        reasons.setdefault(Reason(sign.code, params))
    return tuple(reasons)


def _judge_listing(last: Round) -> Judgement:
    """Judge a search result by whether the link is still listed."""
    listing = sorted({view.vantage for view in last.views if view.listed})
    if listing:
        return Judgement(Verdict.PRESENT, (Reason("listed", (("vantages", ", ".join(listing)),)),))
    if all(view.listed is False and _listing_opens(view) for view in last.views):
        return Judgement(Verdict.DEINDEXED, (Reason("not_listed"),))
    return Judgement(Verdict.UNKNOWN, (Reason("listing_unclear"),))


def _listing_opens(view: View) -> bool:
    """Whether the result page itself came, and no gate or other page in its place."""
    page = view.page.page
    if not front_page_loads(view.page) or really_moved(view.page) or page is None:
        return False
    return not (page.asks_login or page.age_gate or (page.consent_gate and page.link_count == 0))


def _trailing(ordered: Sequence[Round]) -> int:
    """How many rounds at the end have no sign of gone, no match and no definite denial."""
    count = 0
    telling = {Kind.GONE, Kind.RESTRICTED, Kind.LEGAL}
    for place in range(len(ordered) - 1, -1, -1):
        reads = _read_all(ordered[place], ordered[:place])
        if any(read.matches or read.sign.kind in telling for read in reads):
            break
        count += 1
    return count


def _not_before(last: Round) -> datetime | None:
    """The latest moment that any Retry-After of the round names, at most a week on (RFC 9110)."""
    moments = []
    for view in last.views:
        for seen in (view.page, *(media.observation for media in view.media)):
            value = seen.header("retry-after").strip()
            if value.isascii() and value.isdigit():
                seconds = min(int(value[:9]), _LONGEST_RETRY.total_seconds())
                moments.append(seen.at + timedelta(seconds=seconds))
            elif value:
                moments += _http_date(value, seen.at)
    return max(moments, default=None)


def _http_date(value: str, at: datetime) -> list[datetime]:
    try:
        moment = parsedate_to_datetime(value)
    except (TypeError, ValueError, IndexError, OverflowError):
        return []
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return [min(max(moment, at), at + _LONGEST_RETRY)]
