"""One's own account, the proof that is asked again, and what was typed before the door closed."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.forms import Form
from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from ansim.centre.access import entering, factors, passkeys, services
from ansim.centre.access.addresses import client_address, local_path
from ansim.centre.access.carried import carried, drop_carried
from ansim.centre.access.enrol_views import draw_codes
from ansim.centre.access.errors import LastFactor, PasskeyRefused, SignInLocked, WeakPassword
from ansim.centre.access.forms import (
    LanguageForm,
    NewPasswordForm,
    PasskeyForm,
    PasswordForm,
)
from ansim.centre.access.keycookie import require_key
from ansim.centre.access.models import Factor
from ansim.centre.access.permissions import StaffRequest, staff_view
from ansim.centre.access.queries import SignIn, last_sign_ins
from ansim.centre.access.reauth import fresh_view
from ansim.centre.access.views import spoken
from ansim.vault import WrongPassword, open_staff_key

BY: dict[str, Promise] = {
    "password": pgettext_lazy("sign-in step", "password"),
    "totp": pgettext_lazy("sign-in step", "app code"),
    "passkey": pgettext_lazy("sign-in step", "passkey"),
    "recovery_code": pgettext_lazy("sign-in step", "recovery code"),
    "enrolled": pgettext_lazy("sign-in step", "second step set up"),
}


@require_GET
@staff_view()
def account(request: StaffRequest) -> HttpResponse:
    """Second steps, password, language, sessions, the last times somebody came in."""
    staff = request.user
    words = {
        "factors": list(staff.factors.all()),
        "codes_left": staff.recovery_codes.filter(used_at=None).count(),
        "language_form": LanguageForm(initial={"language": staff.language}),
        "sign_ins": [(one.at, _by(one)) for one in last_sign_ins(staff)],
    }
    return render(request, "access/account.html", words)


def _by(one: SignIn) -> str:
    return ", ".join(str(BY.get(step, step)) for step in one.steps)


@require_http_methods(["GET", "POST"])
@staff_view()
@fresh_view
def remove_factor(request: StaffRequest, factor: UUID) -> HttpResponse:
    """A page that asks first; the last second step stays."""
    found = get_object_or_404(Factor, pk=factor, staff=request.user)
    only = request.user.factors.count() == 1
    if request.method == "POST":
        try:
            factors.remove(request.user, found.pk)
        except LastFactor:
            only = True
        else:
            messages.success(request, _("The second step was removed."))
            return HttpResponseRedirect(reverse("staff-account"))
    return render(request, "access/remove_factor.html", {"factor": found, "only": only})


@require_POST
@staff_view()
@fresh_view
def new_codes(request: StaffRequest) -> HttpResponse:
    """Ten new recovery codes."""
    return draw_codes(request)


@sensitive_post_parameters("old", "new", "again")
@require_http_methods(["GET", "POST"])
@staff_view()
def password(request: StaffRequest) -> HttpResponse:
    """A new password for the same key; every other session ends."""
    must_change = request.user.must_change_password
    form = NewPasswordForm(request.POST or None)
    if form.is_valid():
        given, address = form.cleaned_data, client_address(request)
        try:
            with services.one_try(request.user, address, "password"):
                staff = services.change_password(request.user, given["old"], given["new"])
        except (WrongPassword, SignInLocked) as error:
            form.add_error("old", spoken(error))
        except WeakPassword as error:
            form.add_error("new", spoken(error))
        else:
            # A new session id, and the only session that knows the new mark.
            update_session_auth_hash(request, staff)
            entering.prove_again(request)
            messages.success(request, _("The password is changed. Every other session has ended."))
            return HttpResponseRedirect(reverse("staff-account"))
    return render(request, "access/password.html", {"form": form, "must_change": must_change})


@require_POST
@staff_view()
def language(request: StaffRequest) -> HttpResponse:
    """The language that the staff pages begin in."""
    form = LanguageForm(request.POST)
    if form.is_valid():
        services.choose_language(request.user, form.cleaned_data["language"])
        messages.success(request, _("The language is saved."))
    return HttpResponseRedirect(reverse("staff-account"))


@require_POST
@staff_view()
@fresh_view
def end_other_sessions(request: StaffRequest) -> HttpResponse:
    """Whoever else is in as this member of staff is out."""
    update_session_auth_hash(request, services.end_sessions(request.user))
    messages.success(request, _("Every other session has ended."))
    return HttpResponseRedirect(reverse("staff-account"))


@sensitive_post_parameters("password", "answer", "prf")
@require_http_methods(["GET", "POST"])
@staff_view()
def again(request: StaffRequest) -> HttpResponse:
    """The password or a passkey once more, before something that cannot be taken back."""
    next_address = local_path(request.POST.get("next") or request.GET.get("next", ""))
    by_passkey = "answer" in request.POST
    form = PasswordForm(request.POST or None if not by_passkey else None)
    passkey_form = PasskeyForm(request.POST) if by_passkey else None
    tried = passkey_form or form
    if tried.is_valid() and _proved(request, tried, by_passkey=by_passkey):
        request.session.cycle_key()
        entering.prove_again(request)
        if entering.CARRIED in request.session:
            return HttpResponseRedirect(reverse("staff-kept"))
        home = reverse("staff-account")
        return HttpResponseRedirect(home if next_address == "/" else next_address)
    held = request.user.factors.filter(kind=Factor.Kind.PASSKEY).exists()
    words = {
        "form": form,
        "passkey_form": passkey_form,
        "next": next_address,
        "passkeys": held and passkeys.possible(request),
    }
    return render(request, "access/again.html", words)


def _proved(request: StaffRequest, form: Form, *, by_passkey: bool) -> bool:
    staff, given = request.user, form.cleaned_data
    kind = "passkey" if by_passkey else "password"
    try:
        with services.one_try(staff, client_address(request), kind):
            if by_passkey:
                passkeys.prove(request, staff, given["answer"])
            else:
                open_staff_key(bytes(staff.private_box), given["password"])
    except (WrongPassword, PasskeyRefused, SignInLocked) as error:
        form.add_error(None if by_passkey else "password", spoken(error))
        return False
    factors.record("staff.proved_again", staff, staff, [kind])
    return True


@require_POST
@staff_view()
def again_options(request: StaffRequest) -> HttpResponse:
    """What the browser asks one's own passkeys; JSON for passkey.js."""
    return JsonResponse(passkeys.assertion_options(request, request.user))


@require_http_methods(["GET", "POST"])
@staff_view()
def kept(request: StaffRequest) -> HttpResponse:
    """What was typed before the door closed: to send now, or to throw away.

    The POST has the fields of the first form in it and is led on to where that form went.
    """
    held = carried(request, request.user, require_key(request))
    if held is None or request.method == "POST":
        drop_carried(request)
        if held is not None and "throw_away" not in request.POST:
            return HttpResponseRedirect(held.path, preserve_request=True)
        return HttpResponseRedirect(reverse("staff-today"))
    others = len(held.fields) - len(held.typed)
    return render(request, "access/kept.html", {"kept": held, "others": others})
