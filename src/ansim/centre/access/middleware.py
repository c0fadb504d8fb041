"""A session that nobody uses ends."""

from collections.abc import Callable
from time import time
from typing import Final

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest, HttpResponse

from ansim.centre.access.keycookie import cookie_name, drop_key

# The session's field of ``carried``; that module needs the settings' user model, this one does not.
CARRIED: Final = "carried"
SEEN: Final = "seen_at"
GRAIN_SECONDS: Final = 30


class IdleTimeoutMiddleware:
    """Ends sessions of staff and of people with a code after ANSIM_IDLE_SECONDS without use.

    It reads the system's clock and not the centre's: a sandbox that skips a fortnight must not
    sign everybody out.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Flush an idle session before anyone reads it; note the time of use."""
        known = settings.SESSION_COOKIE_NAME in request.COOKIES
        ended = known and self._idle(request)
        if ended:
            # Whose it was, so that what they had typed can be kept for them alone.
            request.idle_staff = request.session.get(SESSION_KEY)  # type: ignore[attr-defined]
            carried = request.session.get(CARRIED)
            request.session.flush()
            if carried:  # it has a life of its own, and opens for nobody but its owner
                request.session[CARRIED] = carried
            request.idle_ended = True  # type: ignore[attr-defined]
        response = self.get_response(request)
        if ended and cookie_name() not in response.cookies:
            drop_key(request, response)
        if (known or request.session.modified) and not request.session.is_empty():
            self._note(request)
        return response

    def _idle(self, request: HttpRequest) -> bool:
        seen = request.session.get(SEEN)
        return seen is not None and time() - seen > settings.ANSIM_IDLE_SECONDS

    def _note(self, request: HttpRequest) -> None:
        seen = request.session.get(SEEN)
        if seen is None or time() - seen >= GRAIN_SECONDS:
            request.session[SEEN] = int(time())
