"""Joint acts: one person asks, another confirms, the first one does it once, in time.

What may be asked for is data (joint_acts.toml). The pages are the desk's; whoever does the act
itself calls ``use`` in the same transaction::

    joint.use("case.erase", case, by, now)   # raises NeedsSecondPerson

``by`` None is the operator at the command line, who may ask and use, and never confirm.
"""

from datetime import date, datetime
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q, QuerySet

from ansim.centre.access import reasons
from ansim.centre.access.acts import JointAct
from ansim.centre.access.errors import (
    ActAnswered,
    NeedsSecondPerson,
    NotPermitted,
    SamePerson,
    UnknownJointAct,
)
from ansim.centre.access.joint_rules import JointRule, joint_rules, rule_of
from ansim.centre.access.models import Staff
from ansim.centre.access.permissions import can, case_of
from ansim.centre.custody.services import record
from ansim.vault import CaseKey

EXPIRED: Final = "expired"
State = JointAct.State


def may_ask(staff: Staff | None, kind: str, obj: models.Model | str, now: datetime) -> bool:
    """Whether ``staff`` may ask for the act and, once it is confirmed, do it.

    None is the operator, who may ask for the centre's own acts only.
    """
    rule = rule_of(kind)
    if not rule.in_force(_day(now)) or (rule.on == "case") != (_case(obj) is not None):
        return False
    if staff is None:
        return rule.on == "centre" and "operator" in rule.may_ask
    target = None if isinstance(obj, str) else obj
    return staff.role in rule.may_ask and can(staff, kind, target)


def may_answer(staff: Staff, act: JointAct, now: datetime) -> bool:
    """Whether ``staff`` may confirm or refuse: the role, the case, and not whoever asked."""
    if act.asked_by_id == staff.pk or act.kind not in joint_rules():
        return False
    rule = rule_of(act.kind)
    return rule.in_force(_day(now)) and _may_confirm(staff, rule, act)


@transaction.atomic
def ask(
    kind: str,
    obj: models.Model | str,
    by: Staff | None,
    reason: str,
    now: datetime,
    *,
    key: CaseKey | None = None,
) -> JointAct:
    """Ask for an act on ``obj``: a record, or a text of up to 64 letters that names a thing.

    ``key``: the sealed key of the case, where the asking person holds it, for the reason. An
    asking of the same person for the same thing that still waits is replaced. Raises
    NotPermitted, ReasonTooShort, UnknownJointAct.
    """
    rule, case = rule_of(kind), _case(obj)
    if not may_ask(by, kind, obj, now):
        raise NotPermitted
    act = JointAct(
        kind=kind,
        case_id=None if case is None else case.pk,
        object_kind="" if isinstance(obj, str) else obj._meta.label_lower,
        object_id=_id(obj),
        asked_by=by,
        asked_at=now,
        expires_at=now + rule.holds,
        reason_is_sealed=key is not None,
    )
    said = reasons.checked_reason(reason)
    act.reason_box = reasons.seal_reason(said, act, "reason_box", act.case_id, key)
    JointAct.objects.filter(
        kind=kind, object_id=act.object_id, asked_by=by, state=State.WAITING
    ).delete()
    act.save(force_insert=True)
    _write("joint.asked", act, by, now, ["kind", "reason"])
    return act


@transaction.atomic
def confirm(act: JointAct, by: Staff, now: datetime) -> JointAct:
    """A second person agrees. Raises SamePerson, NotPermitted, ActAnswered."""
    return _answer(act, by, now, State.CONFIRMED, "joint.confirmed")


@transaction.atomic
def refuse(act: JointAct, by: Staff, now: datetime) -> JointAct:
    """A second person disagrees. Raises SamePerson, NotPermitted, ActAnswered."""
    return _answer(act, by, now, State.REFUSED, "joint.refused")


@transaction.atomic
def use(kind: str, obj: models.Model | str, by: Staff | None, now: datetime) -> JointAct:
    """Mark the confirmed act as used, in the caller's transaction: it counts once.

    Only whoever asked may use it, while they may still ask for it and the second person is
    still one who could confirm. Raises NeedsSecondPerson, UnknownJointAct.
    """
    act = ready(kind, obj, by, now)
    if act is None:
        raise NeedsSecondPerson
    taken = JointAct.objects.filter(pk=act.pk, state=State.CONFIRMED).update(
        state=State.USED, used_at=now
    )
    if not taken:  # somebody was quicker with the same act
        raise NeedsSecondPerson
    act.refresh_from_db()
    _write("joint.used", act, by, now, ["state"])
    return act


def ready(kind: str, obj: models.Model | str, by: Staff | None, now: datetime) -> JointAct | None:
    """The act that ``use`` would take, or None."""
    rule = rule_of(kind)
    if not may_ask(by, kind, obj, now):
        return None
    confirmed = JointAct.objects.select_related("answered_by").filter(
        kind=kind, object_id=_id(obj), asked_by=by, state=State.CONFIRMED, expires_at__gt=now
    )
    for act in confirmed:
        second = act.answered_by
        if second is None or act.answered_at is None or now >= act.answered_at + rule.to_use:
            continue
        if second.pk != act.asked_by_id and _may_confirm(second, rule, act):
            return act
    return None


def waiting(kind: str, obj: models.Model | str, by: Staff | None, now: datetime) -> JointAct | None:
    """The asking of ``by`` that nobody has answered yet, or None."""
    return JointAct.objects.filter(
        kind=kind, object_id=_id(obj), asked_by=by, state=State.WAITING, expires_at__gt=now
    ).first()


def waiting_for(staff: Staff, now: datetime) -> list[JointAct]:
    """What waits for the answer of ``staff``."""
    listed = _listed().filter(state=State.WAITING, expires_at__gt=now)
    return [act for act in listed if may_answer(staff, act, now)]


def asked_by(staff: Staff, since: datetime) -> QuerySet[JointAct]:
    """What ``staff`` asked for, newest first."""
    return _listed().filter(asked_by=staff, asked_at__gte=since)


def act_for(staff: Staff, act_id: UUID, now: datetime) -> JointAct | None:
    """One act that ``staff`` asked for, answered, or may answer; None tells no more."""
    act = _listed().filter(pk=act_id).first()
    if act is None or not (
        staff.pk in {act.asked_by_id, act.answered_by_id} or may_answer(staff, act, now)
    ):
        return None
    return act


def state_of(act: JointAct, now: datetime) -> str:
    """The state in which the act is at ``now``: one of State, or EXPIRED."""
    if act.state in {State.WAITING, State.CONFIRMED} and now >= use_until(act):
        return EXPIRED
    return act.state


def use_until(act: JointAct) -> datetime:
    """The moment at which the act runs out: unanswered, or confirmed and not used."""
    if act.answered_at is None or act.kind not in joint_rules():
        return act.expires_at
    return min(act.expires_at, act.answered_at + rule_of(act.kind).to_use)


def reason_of(act: JointAct, key: CaseKey | None) -> str | None:
    """The reason, or None when it is sealed and ``key`` is not its case's."""
    if act.reason_is_sealed and key is None:
        return None
    lid = key if act.reason_is_sealed else None
    return reasons.open_reason(act.reason_box, act, "reason_box", act.case_id, lid)


def _answer(act: JointAct, by: Staff, now: datetime, state: State, word: str) -> JointAct:
    act = JointAct.objects.select_for_update(of=("self",)).get(pk=act.pk)
    if act.asked_by_id == by.pk:
        raise SamePerson
    if not may_answer(by, act, now):
        raise NotPermitted
    if act.state != State.WAITING or now >= act.expires_at:
        raise ActAnswered
    act.state, act.answered_by, act.answered_at = state, by, now
    act.save(update_fields=["state", "answered_by", "answered_at"])
    _write(word, act, by, now, ["state"])
    return act


def _may_confirm(staff: Staff, rule: JointRule, act: JointAct) -> bool:
    if not staff.is_active or staff.role not in rule.may_confirm:
        return False
    if act.case_id is None:
        return True
    # Who may see the case is asked at the one door; the act itself is the asking person's.
    return any(can(staff, action, act) for action in ("case.list_own", "case.list_all_working"))


def _listed() -> QuerySet[JointAct]:
    known = Q(kind__in=list(joint_rules()))
    return JointAct.objects.filter(known).select_related("case", "asked_by", "answered_by")


def _case(obj: models.Model | str) -> models.Model | None:
    return None if isinstance(obj, str) else case_of(obj)


def _id(obj: models.Model | str) -> str:
    return obj if isinstance(obj, str) else str(obj.pk)


def _day(now: datetime) -> date:
    return now.astimezone(ZoneInfo(settings.ANSIM_ZONE)).date()


def _write(action: str, act: JointAct, by: Staff | None, now: datetime, fields: list[str]) -> None:
    kind = "operator" if by is None else "staff"
    record(
        action, actor=by, actor_kind=kind, obj=act, case=act.case, fields=[*fields, act.kind],
        at=now,
    )  # fmt: skip


__all__ = [
    "EXPIRED", "UnknownJointAct", "act_for", "ask", "asked_by", "confirm", "may_answer", "may_ask",
    "ready", "reason_of", "refuse", "state_of", "use", "use_until", "waiting", "waiting_for",
]  # fmt: skip
