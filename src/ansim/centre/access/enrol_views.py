"""Setting up a second step: at the first sign-in, and later from one's own account.

Somebody without a factor reaches nothing but these pages. Whoever is in already gets here only
with a proof of the last ten minutes.
"""

import base64
from dataclasses import dataclass, field
from typing import cast

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from ansim.centre.access import entering, factors, passkeys, services, totp
from ansim.centre.access.addresses import client_address
from ansim.centre.access.door import refusal
from ansim.centre.access.entering import Half, drop_pending, half_of, pending, set_pending
from ansim.centre.access.errors import (
    FactorThere,
    HalfWayLost,
    PasskeyRefused,
    SignInLocked,
    WrongCode,
)
from ansim.centre.access.forms import CodeForm, PasskeyForm, RecoveryForm
from ansim.centre.access.keycookie import require_key
from ansim.centre.access.models import Staff
from ansim.centre.access.permissions import StaffRequest
from ansim.centre.access.reauth import ask_again, is_fresh
from ansim.centre.access.views import spoken

# Short, so that the picture has few and large squares.
ISSUER = "Ansim"


@dataclass(frozen=True, slots=True)
class Setting:
    """Who sets up a second step; ``half`` while they are not in yet."""

    staff: Staff
    private: bytes = field(repr=False)
    half: Half | None


def setting(request: HttpRequest, *, codes: bool = False) -> Setting | HttpResponse:
    """Who is here, or where they go instead. ``codes``: only the codes are still to be kept."""
    try:
        half = half_of(request)
    except HalfWayLost:
        elsewhere = refusal(request)
        if elsewhere is not None:
            return elsewhere
        staff_request = cast("StaffRequest", request)
        if not is_fresh(request):
            return ask_again(staff_request)
        return Setting(staff_request.user, require_key(request), None)
    # Somebody who knows the password alone must not add a factor beside one that is there.
    if half.private is None or (factors.has_factor(half.staff) and not codes):
        return HttpResponseRedirect(entering.next_step(half))
    if codes and not half.enrolling:
        return HttpResponseRedirect(entering.next_step(half))
    return Setting(half.staff, half.private, half)


@sensitive_post_parameters("code")
@never_cache
@require_http_methods(["GET", "POST"])
def enrol(request: HttpRequest) -> HttpResponse:
    """The app's secret as a QR code and in letters; a code typed back shows that the app has it."""
    who = setting(request)
    if isinstance(who, HttpResponse):
        return who
    form = CodeForm(request.POST or None)
    if form.is_valid():
        try:
            with services.one_try(who.staff, client_address(request), "totp"):
                factors.add_app(who.staff, _secret(request), form.cleaned_data["code"])
        except (WrongCode, SignInLocked) as error:
            form.add_error("code", spoken(error))
        else:
            return _added(request, who)
    return _page(request, who, form)


@never_cache
@require_POST
def enrol_options(request: HttpRequest) -> HttpResponse:
    """What the browser asks of a new passkey; JSON for passkey.js."""
    who = setting(request)
    if isinstance(who, HttpResponse):
        return JsonResponse({}, status=403)
    return JsonResponse(passkeys.registration_options(request, who.staff))


@sensitive_post_parameters("answer", "prf")
@never_cache
@require_POST
def enrol_passkey(request: HttpRequest) -> HttpResponse:
    """A new passkey, with the private key in its own box where the authenticator can open one."""
    who = setting(request)
    if isinstance(who, HttpResponse):
        return who
    form = PasskeyForm(request.POST)
    if not form.is_valid():
        return _page(request, who, CodeForm(), form)
    given = form.cleaned_data
    label = given["label"] or _("Passkey")
    try:
        passkeys.register(request, who.staff, given["answer"], given["prf"], who.private, label)
    except (PasskeyRefused, FactorThere) as error:
        form.add_error(None, spoken(error))
        return _page(request, who, CodeForm(), form)
    return _added(request, who)


@sensitive_post_parameters("code")
@never_cache
@require_http_methods(["GET", "POST"])
def codes(request: HttpRequest) -> HttpResponse:
    """Ten recovery codes, shown until one of them is typed back; only then do they hold."""
    who = setting(request, codes=True)
    if isinstance(who, HttpResponse):
        return who
    drawn = pending(request).get("codes")
    if not drawn:
        return HttpResponseRedirect(_onward(who))
    form = RecoveryForm(request.POST or None)
    if form.is_valid():
        typed = "".join(one for one in form.cleaned_data["code"].upper() if one.isalnum())
        if typed in {code.replace("-", "") for code in drawn}:
            factors.store_recovery_codes(who.staff, drawn)
            drop_pending(request)
            return _done(request, who)
        form.add_error("code", _("This is none of the ten codes; type one as it stands here."))
    words = {"form": form, "codes": drawn, "enrolling": who.half is not None}
    return render(request, "access/codes.html", words)


def draw_codes(request: HttpRequest) -> HttpResponse:
    """New recovery codes are drawn; they take the old ones' place when one is typed back."""
    set_pending(request, {"codes": factors.draw_recovery_codes()})
    return HttpResponseRedirect(reverse("staff-codes"))


def _page(
    request: HttpRequest, who: Setting, form: Form, passkey_form: Form | None = None
) -> HttpResponse:
    secret = _secret(request)
    width, path = totp.qr_path(totp.address(secret, who.staff.username, ISSUER))
    words = {
        "form": form,
        "passkey_form": passkey_form,
        "enrolling": who.half is not None,
        "secret": totp.grouped(secret),
        "width": width,
        "path": path,
        "passkeys": passkeys.possible(request),
        "replaces": who.staff.factors.filter(kind="totp").exists(),
    }
    return render(request, "access/enrol.html", words)


def _secret(request: HttpRequest) -> bytes:
    told = pending(request)
    if "secret" not in told:
        told = {"secret": base64.b64encode(totp.new_secret()).decode()}
        set_pending(request, told)
    return base64.b64decode(told["secret"])


def _added(request: HttpRequest, who: Setting) -> HttpResponse:
    drop_pending(request)
    if who.half is None and who.staff.recovery_codes.filter(used_at=None).exists():
        return _done(request, who)
    return draw_codes(request)


def _done(request: HttpRequest, who: Setting) -> HttpResponse:
    if who.half is not None:
        used = [*who.half.proven, "enrolled"]
        return entering.complete(request, who.staff, who.private, used, who.half.next_address)
    messages.success(request, _("Your second step is set up."))
    return HttpResponseRedirect(reverse("staff-account"))


def _onward(who: Setting) -> str:
    return reverse("staff-account") if who.half is None else entering.next_step(who.half)
