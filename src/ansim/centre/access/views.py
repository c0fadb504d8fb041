"""Coming in, step by step, and going out."""

from django.contrib.auth import logout
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from ansim.centre.access import factors, passkeys, services
from ansim.centre.access.addresses import address_of, client_address, local_path
from ansim.centre.access.entering import (
    CARRIED,
    Half,
    begin_half,
    complete,
    half_of,
    next_step,
)
from ansim.centre.access.errors import (
    HalfWayLost,
    PasskeyRefused,
    SignInLocked,
    SignInRefused,
    WrongCode,
)
from ansim.centre.access.forms import CodeForm, PasskeyForm, PasswordForm, RecoveryForm, SignInForm
from ansim.centre.access.keycookie import drop_key
from ansim.centre.access.models import Factor, Staff
from ansim.errors import AnsimError
from ansim.vault import WrongPassword, open_staff_key

WHY: dict[str, Promise] = {
    "idle": gettext_lazy("The screen was locked because it was not used. Please sign in again."),
    "key": gettext_lazy("This window no longer holds your key. Please sign in again."),
    "kept": gettext_lazy(
        "The screen was locked because it was not used. "
        "What you had typed is kept for one hour and comes back when you have signed in."
    ),
    "late": gettext_lazy("The second step took too long. Please start again with your password."),
    "out": gettext_lazy("The screen is locked. Nothing was left in this browser."),
}


def spoken(error: AnsimError) -> str:
    """The error's sentence in the reader's language."""
    return error.sentence((translation.get_language() or "ko")[:2])


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """The first step: the password opens the key, and the second step is asked."""
    next_address = local_path(request.POST.get("next") or request.GET.get("next", ""))
    form = SignInForm(request.POST or None)
    if form.is_valid():
        given = form.cleaned_data
        try:
            signed_in = services.sign_in(
                given["username"], given["password"], client_address(request)
            )
        except (SignInRefused, SignInLocked) as error:
            form.add_error(None, spoken(error))
        else:
            staff = signed_in.staff
            enrolling = not factors.has_factor(staff)
            half = Half(staff, signed_in.private, ("password",), next_address, enrolling)
            response = HttpResponseRedirect(next_step(half))
            begin_half(request, response, half)
            return response
    return _first_page(request, form, next_address)


def _first_page(
    request: HttpRequest, form: Form, next_address: str, passkey: Form | None = None
) -> HttpResponse:
    why = None if request.method == "POST" else WHY.get(request.GET.get("why", ""))
    words = {
        "form": form,
        "passkey_form": passkey,
        "next": next_address,
        "why": why,
        "kept": CARRIED in request.session,
        "passkeys": passkeys.possible(request),
    }
    return render(request, "access/sign_in.html", words)


@never_cache
@require_POST
def passkey_options(request: HttpRequest) -> HttpResponse:
    """What the browser asks a passkey of anybody; JSON for passkey.js."""
    return JsonResponse(passkeys.assertion_options(request, None))


@sensitive_post_parameters("answer", "prf")
@never_cache
@require_POST
def passkey_sign_in(request: HttpRequest) -> HttpResponse:
    """A passkey that verified its user is both steps; without PRF the password is asked once."""
    next_address = local_path(request.POST.get("next", ""))
    form = PasskeyForm(request.POST)
    if not form.is_valid():
        return _first_page(request, SignInForm(), next_address, _refused(form, PasskeyRefused()))
    given, address = form.cleaned_data, client_address(request)
    staff = passkeys.owner(given["answer"])
    try:
        with services.one_try(staff, address, "passkey"):
            factor = passkeys.prove(request, staff, given["answer"])
    except (PasskeyRefused, SignInLocked) as error:
        return _first_page(request, SignInForm(), next_address, _refused(form, error))
    private = passkeys.open_key(factor, given["prf"])
    if private is not None:
        return complete(request, factor.staff, private, ["passkey"], next_address)
    response = HttpResponseRedirect(reverse("staff-open"))
    begin_half(request, response, Half(factor.staff, None, ("passkey",), next_address))
    return response


def _refused(form: Form, error: AnsimError) -> Form:
    if form.is_valid():
        form.add_error(None, spoken(error))
    return form


def _half_or_door(request: HttpRequest) -> Half | HttpResponse:
    try:
        return half_of(request)
    except HalfWayLost:
        if request.user.is_authenticated:
            return HttpResponseRedirect(address_of("staff-today") or "/")
        return HttpResponseRedirect(f"{reverse('staff-sign-in')}?why=late")


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "POST"])
def open_with_password(request: HttpRequest) -> HttpResponse:
    """After a passkey that cannot open the key: the password, once."""
    half = _half_or_door(request)
    if isinstance(half, HttpResponse):
        return half
    if half.private is not None:
        return HttpResponseRedirect(next_step(half))
    form = PasswordForm(request.POST or None)
    if form.is_valid():
        staff = half.staff
        try:
            with services.one_try(staff, client_address(request), "password"):
                private = open_staff_key(bytes(staff.private_box), form.cleaned_data["password"])
        except (WrongPassword, SignInLocked) as error:
            form.add_error("password", spoken(error))
        else:
            return complete(request, staff, private, ["passkey", "password"], half.next_address)
    return render(request, "access/open.html", {"form": form, "staff": half.staff})


@sensitive_post_parameters("code", "answer")
@never_cache
@require_http_methods(["GET", "POST"])
def second(request: HttpRequest) -> HttpResponse:
    """The second step: a code of the app, or a passkey."""
    half = _half_or_door(request)
    if isinstance(half, HttpResponse):
        return half
    if half.private is None or not factors.has_factor(half.staff):
        return HttpResponseRedirect(
            reverse("staff-open" if half.private is None else "staff-enrol")
        )
    by_passkey = "answer" in request.POST
    form = CodeForm(request.POST or None if not by_passkey else None)
    passkey_form = PasskeyForm(request.POST) if by_passkey else None
    tried = passkey_form or form
    if tried.is_valid():
        staff, kind = half.staff, "passkey" if by_passkey else "totp"
        try:
            with services.one_try(staff, client_address(request), kind):
                if by_passkey:
                    passkeys.prove(request, staff, tried.cleaned_data["answer"])
                else:
                    factors.check_app(staff, tried.cleaned_data["code"])
        except (WrongCode, PasskeyRefused, SignInLocked) as error:
            tried.add_error(None if by_passkey else "code", spoken(error))
        else:
            return complete(request, staff, half.private, [*half.proven, kind], half.next_address)
    kinds = {factor.kind for factor in half.staff.factors.all()}
    words = {
        "form": form,
        "passkey_form": passkey_form,
        "app": Factor.Kind.TOTP in kinds,
        "passkeys": Factor.Kind.PASSKEY in kinds and passkeys.possible(request),
        "code_of_the_moment": factors.code_of_the_moment(half.staff),
    }
    return render(request, "access/second.html", words)


@never_cache
@require_POST
def second_options(request: HttpRequest) -> HttpResponse:
    """What the browser asks the passkeys of whoever is half-way in; JSON for passkey.js."""
    half = _half_or_door(request)
    if isinstance(half, HttpResponse):
        return JsonResponse({}, status=403)
    return JsonResponse(passkeys.assertion_options(request, half.staff))


@sensitive_post_parameters("code")
@never_cache
@require_http_methods(["GET", "POST"])
def recovery(request: HttpRequest) -> HttpResponse:
    """The second step without any device: one recovery code, once."""
    half = _half_or_door(request)
    if isinstance(half, HttpResponse):
        return half
    if half.private is None or not factors.has_factor(half.staff):
        return HttpResponseRedirect(next_step(half))
    form = RecoveryForm(request.POST or None)
    if form.is_valid():
        staff = half.staff
        try:
            with services.one_try(staff, client_address(request), "recovery_code"):
                factors.use_recovery_code(staff, form.cleaned_data["code"])
        except (WrongCode, SignInLocked) as error:
            form.add_error("code", spoken(error))
        else:
            used = [*half.proven, "recovery_code"]
            return complete(request, staff, half.private, used, reverse("staff-account"))
    return render(request, "access/recovery.html", {"form": form})


@never_cache
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Lock the screen: the session, its key and what the browser cached are gone."""
    response = HttpResponseRedirect(f"{address_of('staff-sign-in')}?why=out")
    if isinstance(request.user, Staff):
        services.record_sign_out(request.user)
    drop_key(request, response)
    logout(request)
    response["Clear-Site-Data"] = '"cache", "storage"'
    return response
