"""Acts that ask once more who is there: a password or a passkey of the last ten minutes."""

from collections.abc import Callable
from functools import wraps
from time import time
from typing import Concatenate, Final, ParamSpec
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from ansim.centre.access.carried import drop_carried
from ansim.centre.access.door import keep_typed
from ansim.centre.access.entering import FRESH_AT
from ansim.centre.access.permissions import StaffRequest

P = ParamSpec("P")
FRESH_SECONDS: Final = 10 * 60


def is_fresh(request: HttpRequest) -> bool:
    """Whether a proof was given within FRESH_SECONDS, by the system's clock."""
    return 0 <= time() - float(request.session.get(FRESH_AT, 0)) <= FRESH_SECONDS


def ask_again(request: StaffRequest) -> HttpResponse:
    """To the page that asks; what was typed is kept until after it."""
    back = request.get_full_path() if request.method == "GET" else ""
    drop_carried(request)
    keep_typed(request, request.user)
    query = f"?{urlencode({'next': back})}" if back else ""
    return HttpResponseRedirect(reverse("staff-again") + query)


def fresh_view(
    view: Callable[Concatenate[StaffRequest, P], HttpResponse],
) -> Callable[Concatenate[StaffRequest, P], HttpResponse]:
    """For a view under ``staff_view`` whose act asks for a proof of the last ten minutes.

    Use: ``@staff_view("case.erase")`` above ``@fresh_view``. Without the proof the page that asks
    comes first; then a GET goes on, and what a POST had in it is shown and sent with one press.
    """

    @wraps(view)
    def guarded(request: StaffRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not is_fresh(request):
            return ask_again(request)
        return view(request, *args, **kwargs)

    guarded.needs_fresh = True  # type: ignore[attr-defined]  # for docs/permissions.md
    return guarded
