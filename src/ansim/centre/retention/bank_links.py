"""Links that a hash list led to, without a case: the centre's own rule for how long they stay."""

from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from ansim.centre.custody.services import record
from ansim.centre.materials.models import Sighting
from ansim.centre.removal.models import Request
from ansim.centre.retention.rules import rules
from ansim.centre.retention.terms import today_of
from ansim.verdicts import Verdict

AT_ONCE = 500
KeepLink = Callable[[Sighting], None]
_before: list[KeepLink] = []


def before_link_goes(function: KeepLink) -> KeepLink:
    """Register what a room keeps of a link (its part in the figures) before it goes."""
    _before.append(function)
    return function


@transaction.atomic
def drop_old_links(now: datetime) -> int:
    """Delete links of hash lists that were confirmed gone as long ago as the rule says."""
    rule = rules().rule_for(frozenset(), today_of(now).date(), "bank_link")
    if rule.keep is None:
        return 0
    rows = Sighting.objects.filter(
        bank__isnull=False, verdict=Verdict.GONE_CONFIRMED, verdict_at__lte=now - rule.keep.least
    ).exclude(pk__in=Request.objects.exclude(state=Request.State.CLOSED).values("sighting"))
    dropped = 0
    for link in rows.order_by("verdict_at")[:AT_ONCE]:
        if link.verdict_at is None or rule.keep.after(link.verdict_at) > now:
            continue
        for keep in _before:
            keep(link)
        record("link.dropped", obj=link, at=now)
        link.delete()
        dropped += 1
    return dropped
