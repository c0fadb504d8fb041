"""Staff and their roles: adding, changing, closing, and the way back after a lost password."""

from uuid import UUID

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ansim.centre import clock
from ansim.centre.access import managing
from ansim.centre.access.keycookie import require_key
from ansim.centre.access.models import Staff
from ansim.centre.access.permissions import StaffRequest, staff_view
from ansim.centre.access.reauth import fresh_view
from ansim.centre.cases import handing
from ansim.centre.cases.pages import UNPROCESSABLE, reader_language
from ansim.centre.desk import people
from ansim.centre.desk.staff_forms import AddForm, RoleForm, SuccessorForm
from ansim.errors import AnsimError


@require_safe
@staff_view(managing.MANAGE)
def staff_list(request: StaffRequest) -> HttpResponse:
    """Everybody, with role and state."""
    rows = [{"staff": one, "own": one.pk == request.user.pk} for one in people.everybody()]
    return render(request, "desk/staff_list.html", {"rows": rows})


@require_http_methods(["GET", "POST"])
@staff_view(managing.MANAGE)
@fresh_view
def add(request: StaffRequest) -> HttpResponse:
    """Somebody new; the temporary password is on the answer and nowhere else."""
    form = AddForm(_typed(request), initial={"language": reader_language()})
    if request.method == "POST" and form.is_valid():
        try:
            made, password = managing.add(by=request.user, **form.cleaned_data)
        except AnsimError as error:
            form.add_error(None, error.sentence(reader_language()))
        else:
            return _password_page(request, made, people.Renewed(password, [], [], []))
    status = UNPROCESSABLE if form.is_bound else None
    return render(request, "desk/staff_add.html", {"form": form}, status=status)


@require_http_methods(["GET", "POST"])
@staff_view(managing.MANAGE)
@fresh_view
def role(request: StaffRequest, staff_id: UUID) -> HttpResponse:
    """Another role."""
    staff = _found(staff_id)
    form = RoleForm(_typed(request), colleagues=people.successors(staff))
    form.initial = {"role": staff.role}
    if request.method == "POST" and form.is_valid():
        try:
            people.change_role(
                staff, form.cleaned_data["role"], by=request.user, successor=form.chosen(),
                private=request.private_key, now=clock.now(),
            )  # fmt: skip
        except AnsimError as error:
            form.add_error(None, error.sentence(reader_language()))
        else:
            messages.success(request, _("The role is changed. They sign in anew."))
            return redirect("staff-list")
    return _change_page(request, staff, form, "role")


@require_http_methods(["GET", "POST"])
@staff_view(managing.MANAGE)
@fresh_view
def close(request: StaffRequest, staff_id: UUID) -> HttpResponse:
    """Somebody leaves."""
    staff = _found(staff_id)
    form = SuccessorForm(_typed(request), colleagues=people.successors(staff))
    if request.method == "POST" and form.is_valid():
        try:
            handed = people.close(
                staff, by=request.user, successor=form.chosen(), private=request.private_key,
                now=clock.now(),
            )  # fmt: skip
        except AnsimError as error:
            form.add_error(None, error.sentence(reader_language()))
        else:
            count = len(handed.given)
            said = ngettext(
                "The account is closed. %(count)d case was handed over.",
                "The account is closed. %(count)d cases were handed over.",
                count,
            )
            messages.success(request, said % {"count": count})
            return redirect("staff-list")
    return _change_page(request, staff, form, "close")


@require_http_methods(["GET", "POST"])
@staff_view(managing.MANAGE)
@fresh_view
def lost_password(request: StaffRequest, staff_id: UUID) -> HttpResponse:
    """New keys and a temporary password; the answer says which cases are open again."""
    staff = _found(staff_id)
    form = Form(_typed(request))
    if form.is_valid():
        try:
            renewed = people.renew(
                staff, by=request.user, private=request.private_key, now=clock.now()
            )
        except AnsimError as error:
            form.add_error(None, error.sentence(reader_language()))
        else:
            return _password_page(request, staff, renewed)
    return _change_page(request, staff, form, "lost")


@require_http_methods(["GET", "POST"])
@staff_view(managing.MANAGE)
@fresh_view
def reset(request: StaffRequest, staff_id: UUID) -> HttpResponse:
    """Every second factor is forgotten."""
    staff = _found(staff_id)
    form = Form(_typed(request))
    if form.is_valid():
        try:
            people.reset_factors(staff, by=request.user)
        except AnsimError as error:
            form.add_error(None, error.sentence(reader_language()))
        else:
            messages.success(request, _("They set up a second step at their next sign-in."))
            return redirect("staff-list")
    return _change_page(request, staff, form, "reset")


@require_safe
@staff_view("keys.rewrap")
def waiting(request: StaffRequest) -> HttpResponse:
    """Colleagues who lost their password and wait for cases that the reader holds."""
    rows = people.waiting_colleagues(request.user)
    return render(request, "desk/staff_waiting.html", {"rows": rows})


@require_POST
@staff_view("keys.rewrap")
@fresh_view
def give_back(request: StaffRequest, staff_id: UUID) -> HttpResponse:
    """Open them again for one colleague."""
    staff = _found(staff_id)
    handed = people.give_back(staff, by=request.user, private=require_key(request), now=clock.now())
    count = len(handed.given)
    said = ngettext(
        "%(name)s can open %(count)d case again.",
        "%(name)s can open %(count)d cases again.",
        count,
    )
    messages.success(request, said % {"name": staff.name, "count": count})
    return redirect("staff-waiting")


def _found(staff_id: UUID) -> Staff:
    staff = people.everybody().filter(pk=staff_id, is_active=True).first()
    if staff is None:
        raise Http404
    return staff


def _change_page(request: StaffRequest, staff: Staff, form: Form, what: str) -> HttpResponse:
    words = {
        "form": form,
        "staff": staff,
        "what": what,
        "held": handing.held_by(staff).count(),
        "alone": len(handing.only_holder(staff)),
    }
    wrong = form.is_bound and form.errors
    return render(request, "desk/staff_change.html", words, status=UNPROCESSABLE if wrong else None)


def _password_page(request: StaffRequest, staff: Staff, renewed: people.Renewed) -> HttpResponse:
    words = {
        "staff": staff,
        "groups": renewed.password.split("-"),
        "password": renewed.password,
        "given": renewed.given,
        "left": renewed.left,
        "alone": renewed.alone,
    }
    answer = render(request, "desk/staff_password.html", words)
    answer["Cache-Control"] = "no-store"
    return answer


def _typed(request: StaffRequest) -> QueryDict | None:
    """What was posted, an empty form as well."""
    return request.POST if request.method == "POST" else None
