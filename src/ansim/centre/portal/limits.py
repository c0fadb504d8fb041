"""How often a code may be tried: counted like failed sign-ins, by keyed digests only."""

from datetime import datetime, timedelta
from typing import ClassVar, Final

from django.conf import settings
from django.http import HttpRequest

from ansim.centre.access.models import SignInAttempt
from ansim.centre.access.throttle import digest
from ansim.errors import AnsimError

WINDOW: Final = timedelta(minutes=15)
BY_ADDRESS: Final = 10
OVERALL: Final = 300


class TooManyTries(AnsimError):
    """Too many wrong codes from one address, or from everywhere together."""

    code = "too_many_tries"
    sentences: ClassVar[dict[str, str]] = {
        "en": "There were too many attempts. Please wait {minutes} minutes and try again.",
        "ko": "여러 번 맞지 않아 잠시 쉬어 가야 해요. {minutes}분 뒤에 다시 적어 주세요.",
    }


def address_of(request: HttpRequest) -> str:
    """Where a request comes from; behind the TLS proxy, what the proxy itself saw."""
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "")
    if settings.SECURE_PROXY_SSL_HEADER and forwarded:
        return str(forwarded).rsplit(",", 1)[-1].strip()
    return str(request.META.get("REMOTE_ADDR", ""))


def check(address: str, now: datetime) -> None:
    """Raise TooManyTries after BY_ADDRESS or OVERALL wrong codes within WINDOW."""
    recent = SignInAttempt.objects.filter(
        at__gt=now - WINDOW, username_digest=digest("receipt", "every")
    )
    counted = (
        (recent.filter(address_digest=digest("receipt-address", address)), BY_ADDRESS),
        (recent, OVERALL),
    )
    for tries, limit in counted:
        times = list(tries.order_by("-at").values_list("at", flat=True)[:limit])
        if len(times) == limit:
            seconds = (times[-1] + WINDOW - now).total_seconds()
            raise TooManyTries(minutes=max(1, -int(-seconds // 60)))


def note_wrong(address: str, now: datetime) -> None:
    """Count one wrong code, and forget those that no longer count."""
    everyone = digest("receipt", "every")
    SignInAttempt.objects.filter(username_digest=everyone, at__lt=now - WINDOW).delete()
    SignInAttempt.objects.create(
        username_digest=everyone, address_digest=digest("receipt-address", address), at=now
    )
