"""How often a code may be tried and a report be sent: from one address, for one code, and at all.

Each try is written down before anything is derived, so that a hundred at one moment are not a
hundred free ones, and is struck out when it was right. Whoever shows work (see ``puzzles``) has
wider limits, and the work grows with the crowd: somebody who floods the door from everywhere pays
for it, and a person still comes in. What nobody can pass is the widest limit over all.

The sum for guessing, with ``CODES``: 3,000 wrong codes in 15 minutes are 105 million a year. Of
10^20 codes 10,000 are live, so that one is met after about 10^16 tries: 95 million years.
"""

import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar, Final

from django.db.models import Q, QuerySet

from ansim.centre.access.throttle import network
from ansim.centre.portal.models import Try
from ansim.centre.portal.once import digest
from ansim.errors import AnsimError

ALL_CODES: Final = 10**20
YEAR: Final = timedelta(days=365, hours=6)


@dataclass(frozen=True, slots=True)
class Width:
    """How many in a window: from one address, and from everywhere together."""

    address: int
    overall: int


@dataclass(frozen=True, slots=True)
class Rule:
    """The limits of one kind of try. ``bits``: the work of a quiet day; ``code``: one code's tries."""

    kind: str
    window: timedelta
    plain: Width
    worked: Width
    bits: int
    code: int = 0

    def bits_at(self, tries: int) -> int:
        """The work asked for when there were ``tries`` in the window: each doubling costs a bit."""
        crowd = tries * 2 // self.plain.overall
        return self.bits + (crowd.bit_length() + 1 if crowd else 0)


CODES: Final = Rule(
    "code", timedelta(minutes=15), Width(10, 300), Width(30, 3000), bits=10, code=10
)
REPORTS: Final = Rule("report", timedelta(hours=1), Width(5, 60), Width(20, 600), bits=10)


class TooManyTries(AnsimError):
    """Too many wrong codes from one address, or from everywhere together."""

    code = "too_many_tries"
    sentences: ClassVar[dict[str, str]] = {
        "en": "There were too many attempts. Wait {minutes} minutes and try again, or call us: "
        "somebody can help you on the telephone.",
        "ko": "시도가 많아 잠시 쉬어 가야 해요. {minutes}분 뒤에 다시 적거나 전화해 주세요. "
        "전화로도 도와드려요.",
    }


class TooManyReports(AnsimError):
    """Too many reports from one address, or from everywhere together."""

    code = "too_many_reports"
    sentences: ClassVar[dict[str, str]] = {
        "en": "A great deal is being sent to us at this moment. What you typed is still here: wait "
        "{minutes} minutes and send it again, or call us.",
        "ko": "지금 들어오는 접수가 많아 바로 받지 못했어요. 적은 내용은 그대로 있어요. "
        "{minutes}분 뒤에 다시 보내거나 전화해 주세요.",
    }


def bits_now(rule: Rule, now: datetime) -> int:
    """The work that the next page of this kind asks for."""
    return rule.bits_at(_counting(rule, now).count())


def begin(rule: Rule, address: str, *, work: int, now: datetime) -> Try:
    """Count a try until ``settle`` or ``withdraw`` says otherwise.

    ``work``: bits shown (0: none). Raises TooManyTries, TooManyReports; such a try costs nothing.
    """
    Try.objects.filter(kind=rule.kind, at__lte=now - rule.window).delete()
    place = digest(f"{rule.kind}-address", network(address))
    row = Try.objects.create(kind=rule.kind, address_digest=place, at=now)
    others = _counting(rule, now).exclude(pk=row.pk)
    everywhere = others.count()
    width = rule.worked if work >= rule.bits_at(everywhere) else rule.plain
    if everywhere >= width.overall:
        raise _refused(row, rule, others, width.overall, now)
    if not is_shared(address):
        here = others.filter(address_digest=place)
        if here.count() >= width.address:
            raise _refused(row, rule, here, width.address, now)
    return row


def settle(row: Try, rule: Rule, lookup: bytes, *, right: bool, now: datetime) -> None:
    """What came of it: a right code is no longer counted. One write, either way.

    Raises TooManyTries when this one code was looked up too often, right or wrong.
    """
    code = digest("code", lookup.hex())
    Try.objects.filter(pk=row.pk).update(code_digest=code, counts=not right)
    same = Try.objects.filter(kind=rule.kind, code_digest=code, at__gt=now - rule.window)
    if same.count() > rule.code:
        raise TooManyTries(minutes=_minutes(same, rule.code, rule, now))


def withdraw(row: Try) -> None:
    """The try came to nothing by our own fault: it is not counted."""
    row.delete()


def is_shared(address: str) -> bool:
    """Whether everybody seems to come from there: an onion service on this machine."""
    try:
        return ipaddress.ip_address(network(address)).is_loopback
    except ValueError:
        return False


def years_to_guess(live: int, rule: Rule = CODES) -> float:
    """Years until a live code is met, in expectation, at the widest overall rate.

    Codes are drawn without being put back: the first of ``live`` comes after (N + 1) / (live + 1).
    """
    tries_a_year = rule.worked.overall * (YEAR / rule.window)
    return (ALL_CODES + 1) / (live + 1) / tries_a_year


def _counting(rule: Rule, now: datetime) -> QuerySet[Try]:
    fresh = Q(kind=rule.kind, at__gt=now - rule.window)
    return Try.objects.filter(fresh, counts=True)


def _refused(
    row: Try, rule: Rule, tries: QuerySet[Try], limit: int, now: datetime
) -> TooManyTries | TooManyReports:
    row.delete()
    minutes = _minutes(tries, limit, rule, now)
    if rule.kind == REPORTS.kind:
        return TooManyReports(minutes=minutes)
    return TooManyTries(minutes=minutes)


def _minutes(tries: QuerySet[Try], limit: int, rule: Rule, now: datetime) -> int:
    """Until the oldest of the ``limit`` latest tries no longer counts; at least one."""
    times = list(tries.order_by("-at").values_list("at", flat=True)[:limit])
    seconds = (times[-1] + rule.window - now).total_seconds() if times else 0
    return max(1, -int(-seconds // 60))
