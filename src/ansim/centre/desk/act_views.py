"""Acts that need two people: asking, answering, and the list of both."""

from datetime import datetime, timedelta
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from ansim.centre import clock
from ansim.centre.access import joint
from ansim.centre.access.acts import JointAct
from ansim.centre.access.addresses import address_of
from ansim.centre.access.errors import NotPermitted
from ansim.centre.access.joint_rules import joint_rules
from ansim.centre.access.models import Staff
from ansim.centre.access.permissions import StaffRequest, can, staff_view
from ansim.centre.access.reauth import fresh_view
from ansim.centre.cases import identity
from ansim.centre.cases.models import Case
from ansim.centre.cases.pages import (
    UNPROCESSABLE,
    case_view,
    reader_language,
    render_case,
    sealed_key,
)
from ansim.centre.desk.act_forms import AskForm, DecisionForm
from ansim.errors import AnsimError

LISTED = timedelta(days=30)
STATES: dict[str, tuple[Promise, str]] = {
    "waiting": (pgettext_lazy("joint act", "Waits for a second person"), "wait"),
    "confirmed": (pgettext_lazy("joint act", "Confirmed: you can do it now"), "ok"),
    "refused": (pgettext_lazy("joint act", "Refused"), "stop"),
    "used": (pgettext_lazy("joint act", "Done"), "mute"),
    "expired": (pgettext_lazy("joint act", "Its time is over"), "mute"),
}
# Where whoever asked goes to do it, once it is confirmed (a URL name that takes the case).
DOING = {"case.export_sealed": "case-export", "case.erase": "case-retention"}
SEALED = gettext_lazy("The reason is sealed for those who hold the case")


@require_safe
@staff_view()
def acts(request: StaffRequest) -> HttpResponse:
    """What waits for the reader's answer, and what the reader asked for."""
    now = clock.now()
    words = {
        "waiting": [_row(request, act) for act in joint.waiting_for(request.user, now)],
        "mine": [_row(request, act) for act in joint.asked_by(request.user, now - LISTED)],
    }
    return render(request, "desk/acts.html", words)


@require_http_methods(["GET", "POST"])
@staff_view()
@fresh_view
def act(request: StaffRequest, act_id: UUID) -> HttpResponse:
    """One act: what it will do, why it is asked for, and the second person's answer."""
    now = clock.now()
    found = joint.act_for(request.user, act_id, now)
    if found is None:
        raise Http404
    form = DecisionForm(_typed(request))
    if request.method == "POST" and form.is_valid():
        confirmed = form.cleaned_data["decision"] == "confirm"
        try:
            (joint.confirm if confirmed else joint.refuse)(found, request.user, now)
        except NotPermitted:
            raise
        except AnsimError as error:
            form.add_error(None, error.sentence(reader_language()))
        else:
            said = _("You confirmed it.") if confirmed else _("You refused it.")
            messages.success(request, said)
            return redirect("acts")
    words = {
        "form": form,
        "may_answer": joint.may_answer(request.user, found, now)
        and joint.state_of(found, now) == JointAct.State.WAITING,
        **_row(request, found),
    }
    status = UNPROCESSABLE if form.is_bound else None
    return render(request, "desk/act.html", words, status=status)


@require_http_methods(["GET", "POST"])
@case_view()
@fresh_view
def ask(request: StaffRequest, case: Case, kind: str) -> HttpResponse:
    """Ask for a joint act on a case; the reason is sealed where the reader holds its key."""
    if kind not in joint_rules():
        raise Http404
    now = clock.now()
    if not joint.may_ask(request.user, kind, case, now):
        raise NotPermitted
    key = sealed_key(request, case)
    form = AskForm(_typed(request))
    if request.method == "POST" and form.is_valid():
        joint.ask(kind, case, request.user, form.cleaned_data["reason"], now, key=key)
        messages.success(request, _("A colleague has to confirm it; you see their answer here."))
        return redirect("acts")
    rule, language = joint_rules()[kind], reader_language()
    words = {
        "form": form,
        "kind": kind,
        "act_title": rule.title[language],
        "does": rule.does[language],
        "sealed_reason": key is not None,
        "already": joint.waiting(kind, case, request.user, now),
        "hours": int(rule.holds.total_seconds() // 3600),
    }
    return render_case(request, case, "desk/act_ask.html", words)


def waiting_counts(staff: Staff, now: datetime) -> dict[str, int]:
    """How much waits for this reader, beside the navigation: acts, and requests for names."""
    counts = {"acts": len(joint.waiting_for(staff, now))}
    if can(staff, "identity.review"):
        counts["identity-review"] = identity.waiting().count()
    return {name: count for name, count in counts.items() if count}


def _row(request: StaffRequest, act: JointAct) -> dict[str, object]:
    """An act in words, for a line or a page."""
    now, rule = clock.now(), joint_rules()[act.kind]
    state = joint.state_of(act, now)
    key = sealed_key(request, act.case) if act.case is not None else None
    word, tone = STATES[state]
    name = DOING.get(act.kind, "")
    do = state == JointAct.State.CONFIRMED and act.asked_by_id == request.user.pk
    case_id = act.case_id
    return {
        "act": act,
        "act_title": rule.title[reader_language()],
        "does": rule.does[reader_language()],
        "state": word
        if act.asked_by_id == request.user.pk or state != "confirmed"
        else _("Confirmed"),
        "tone": tone,
        "reason": joint.reason_of(act, key) or SEALED,
        "until": joint.use_until(act) if state in {"waiting", "confirmed"} else None,
        "do": address_of(name, case_id) if do and name and case_id else "",
    }


def _typed(request: StaffRequest) -> QueryDict | None:
    """What was posted, an empty form as well."""
    return request.POST if request.method == "POST" else None
