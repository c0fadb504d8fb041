"""Coming in and going out."""

from django.contrib.auth import login, logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from ansim.centre.access import services
from ansim.centre.access.addresses import address_of, local_path
from ansim.centre.access.errors import SignInLocked, SignInRefused
from ansim.centre.access.forms import SignInForm
from ansim.centre.access.keycookie import drop_key, hold_key
from ansim.centre.access.models import Staff

# It only finds the member of staff of a session; opening the key is what proves the password.
SESSION_BACKEND = "django.contrib.auth.backends.ModelBackend"
WHY: dict[str, Promise] = {
    "idle": gettext_lazy("The screen was locked because it was not used. Please sign in again."),
    "key": gettext_lazy("This window no longer holds your key. Please sign in again."),
    "out": gettext_lazy("The screen is locked. Nothing was left in this browser."),
}


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """The form; on success the session holds the staff member's key."""
    next_address = local_path(request.POST.get("next") or request.GET.get("next", ""))
    form = SignInForm(request.POST or None)
    if form.is_valid():
        given = form.cleaned_data
        try:
            signed_in = services.sign_in(
                given["username"], given["password"], request.META.get("REMOTE_ADDR", "")
            )
        except (SignInRefused, SignInLocked) as error:
            form.add_error(None, error.sentence(translation.get_language() or "ko"))
        else:
            home = address_of("staff-today") or "/"
            response = HttpResponseRedirect(home if next_address == "/" else next_address)
            login(request, signed_in.staff, backend=SESSION_BACKEND)
            hold_key(request, response, signed_in.private)
            return response
    why = None if request.method == "POST" else WHY.get(request.GET.get("why", ""))
    words = {"form": form, "next": next_address, "why": why}
    return render(request, "access/sign_in.html", words)


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
