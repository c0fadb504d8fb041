"""Writes about watch targets: those of files, and those that staff add on a page."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction

from ansim.centre.access.permissions import require
from ansim.centre.custody.services import record
from ansim.centre.materials.services import on_grid
from ansim.centre.patrol import targetfiles
from ansim.centre.patrol.models import Run, Target
from ansim.sources import WatchTarget

if TYPE_CHECKING:
    from ansim.centre.access.models import Staff

SEARCH_KINDS = ("json_search", "html_search")
LONGEST_BACKOFF = timedelta(days=7)
FIELDS = (
    "host", "source", "url", "place", "scope", "depth", "rate", "pages", "every_hours",
    "legal_basis", "owner", "settings",
)  # fmt: skip


def described(target: Target, words: tuple[str, ...] = ()) -> WatchTarget:
    """The target in the form that its plug-in takes; ``words`` are what a search is asked for."""
    return WatchTarget(
        code=target.code, source=target.source, url=target.url, legal_basis=target.legal_basis,
        owner=target.owner, scope=target.scope, depth=target.depth, rate=target.rate,  # type: ignore[arg-type]
        every_hours=target.every_hours, pages=target.pages, place=target.place,
        settings=target.settings, words=words, folder=targetfiles.lists_folder(),
    )  # fmt: skip


def _values(spec: WatchTarget) -> dict[str, object]:
    values: dict[str, object] = {
        name: getattr(spec, name) for name in FIELDS if name not in {"host", "owner"}
    }
    return values | {"host": spec.host, "owner": "" if spec.owner == "-" else spec.owner}


@transaction.atomic
def sync_targets(*, now: datetime) -> int:
    """Take over the targets of the data files; returns how many there are.

    Targets that staff added stay as they are; one of a file that is gone rests.
    """
    codes = []
    # A target that staff added, with its own basis and owner, is not to change silently.
    theirs = Target.objects.filter(from_file=False).values_list("code", flat=True)
    for spec in targetfiles.targets(theirs):
        codes.append(spec.code)
        target, fresh = Target.objects.update_or_create(
            code=spec.code, defaults={**_values(spec), "from_file": True, "active": True}
        )
        if fresh:
            target.next_run_at = now + timedelta(hours=spec.every_hours)
            target.save(update_fields=["next_run_at"])
    Target.objects.filter(from_file=True).exclude(code__in=codes).update(active=False)
    return len(codes)


@transaction.atomic
def save_target(spec: WatchTarget, *, by: "Staff", now: datetime, there: Target | None) -> Target:
    """Add a target, or change ``there``. Raises MalformedTarget when its kind lacks something."""
    require(by, "patrol.manage")
    targetfiles.kinds().get(spec.source).check(spec)
    target = there or Target(code=spec.code, from_file=False, next_run_at=now)
    values = _values(spec)
    changed = [name for name, value in values.items() if getattr(target, name) != value]
    for name, value in values.items():
        setattr(target, name, value)
    target.save()
    action = "target.added" if there is None else "target.changed"
    record(action, actor=by, obj=target, fields=changed, at=now)
    return target


@transaction.atomic
def override_robots(target: Target, reason: str, *, by: "Staff", now: datetime) -> None:
    """Walk a target although robots.txt asks not to, for a recorded reason; "" obeys it again."""
    require(by, "robots.override")
    target.robots_reason = reason.strip()
    target.save(update_fields=["robots_reason"])
    action = "robots.overridden" if target.robots_reason else "robots.obeyed"
    record(action, actor=by, obj=target, fields=["robots_reason"], at=now)


@transaction.atomic
def pause(target: Target, *, by: "Staff", now: datetime, active: bool) -> None:
    """Let a target rest, or take it up again."""
    require(by, "patrol.manage")
    if target.active == active:
        return
    target.active = active
    if active:
        target.next_run_at = now
    target.save(update_fields=["active", "next_run_at"])
    record("target.taken_up" if active else "target.rests", actor=by, obj=target, at=now)


@transaction.atomic
def run_now(target: Target, *, by: "Staff", now: datetime) -> None:
    """A person asks for a walk now."""
    require(by, "patrol.decide")
    target.next_run_at = now
    target.save(update_fields=["next_run_at"])
    record("source.run_asked", actor=by, obj=target, fields=["next_run_at"], at=now)


@transaction.atomic
def put_off(
    target_id: UUID, *, now: datetime, run: Run | None = None, planned: datetime | None = None
) -> None:
    """Set when a target is walked next; each failure in a row doubles the time, up to a week.

    ``planned``: its next walk as it stood when this one began. When somebody has asked for another
    walk meanwhile, that stands.
    """
    target = Target.objects.select_for_update().get(pk=target_id)
    if run is not None:
        failed = run.failures > 0 and run.pages == 0
        target.failed_in_row = target.failed_in_row + 1 if failed else 0
        if not failed:
            target.last_well_at = now
    wait = timedelta(hours=max(1, target.every_hours))
    doubled = wait * 2 ** min(target.failed_in_row, 7)
    if planned is None or target.next_run_at == planned:
        target.next_run_at = on_grid(now + max(wait, min(doubled, LONGEST_BACKOFF)))
    target.run_queued = False
    target.save(
        update_fields=["next_run_at", "run_queued", "failed_in_row", "last_well_at"]
    )
