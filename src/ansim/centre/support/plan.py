"""The support plan as it is read: each kind of support, what came of it, whose turn it is."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.functional import Promise
from django.utils.translation import ngettext, pgettext_lazy

from ansim.centre.cases import keyring
from ansim.centre.cases.models import Case
from ansim.centre.cases.taxonomy import taxonomy
from ansim.centre.custody.services import record
from ansim.centre.support.models import Service
from ansim.vault import CaseKey

if TYPE_CHECKING:
    from ansim.centre.access.models import Staff

TURNS: dict[str, Promise | str] = {
    "ongoing": pgettext_lazy("whose turn", "Centre"),
    "not_reached": pgettext_lazy("whose turn", "Centre"),
    "referred": pgettext_lazy("whose turn", "Other agency"),
}
TONES = {"done": "ok", "ongoing": "info", "referred": "wait", "not_reached": "wait"}


@dataclass(frozen=True, slots=True)
class PlanRow:
    """One kind of support: how often, with whom, whose turn, how it stands."""

    word: str
    sub: str
    turn: Promise | str
    last_at: datetime
    who: str
    state: str
    tone: str


@dataclass(frozen=True, slots=True)
class GivenRow:
    """One support that was given. ``note`` is None when there is none, "" when it stays sealed."""

    service: Service
    word: str
    outcome: str
    tone: str
    note: str | None


def plan_rows(case: Case) -> list[PlanRow]:
    """One line for each kind of support that was given or offered, in the taxonomy's order."""
    lists = taxonomy()
    by_kind: dict[str, list[Service]] = {}
    for service in case.services.select_related("recorded_by"):
        by_kind.setdefault(service.kind, []).append(service)
    rows = []
    for kind in lists.codes("service"):
        given = by_kind.get(kind)
        if not given:
            continue
        last = given[0]
        times = ngettext("%(n)d time", "%(n)d times", len(given)) % {"n": len(given)}
        rows.append(
            PlanRow(
                lists.label("service", kind),
                f"{times} · {last.provider}" if last.provider else times,
                TURNS.get(last.outcome, "—"),
                last.given_at,
                last.recorded_by.name if last.recorded_by else "—",
                lists.label("outcome", last.outcome),
                TONES.get(last.outcome, "mute"),
            )
        )
    return rows


def given_rows(
    case: Case, *, key: CaseKey | None, reader: "Staff", now: datetime
) -> list[GivenRow]:
    """Every support given, newest first; notes opened (and logged) where ``key`` is held."""
    lists = taxonomy()
    services = list(case.services.select_related("recorded_by"))
    if key is not None and any(service.note_box is not None for service in services):
        record("service.read", actor=reader, obj=case, case=case, fields=["note"], at=now)
    return [
        GivenRow(
            service,
            lists.label("service", service.kind),
            lists.label("outcome", service.outcome),
            TONES.get(service.outcome, "mute"),
            _note(service, case, key),
        )
        for service in services
    ]


def _note(service: Service, case: Case, key: CaseKey | None) -> str | None:
    if service.note_box is None:
        return None
    if key is None:
        return ""
    return keyring.open_text(key, bytes(service.note_box), service, "note_box", case)
