"""Counting failed attempts to sign in, by user name and by address."""

from datetime import datetime, timedelta

from django.conf import settings
from django.utils.crypto import salted_hmac

from ansim.centre.access.errors import SignInLocked
from ansim.centre.access.models import SignInAttempt

WINDOW = timedelta(minutes=15)
BY_USERNAME = 5
BY_ADDRESS = 30
KEEP = timedelta(days=1)


def digest(kind: str, value: str) -> str:
    """A keyed digest, meaningless outside this installation."""
    salt = f"ansim.access.throttle.{kind}"
    return salted_hmac(salt, value, secret=settings.SECRET_KEY, algorithm="sha256").hexdigest()


def check(username: str, address: str, now: datetime) -> None:
    """Raise SignInLocked after BY_USERNAME or BY_ADDRESS failures within WINDOW.

    The answer is the same whether the user name exists or not.
    """
    recent = SignInAttempt.objects.filter(at__gt=now - WINDOW)
    counted = (
        (recent.filter(username_digest=digest("username", username)), BY_USERNAME),
        (recent.filter(address_digest=digest("address", address)), BY_ADDRESS),
    )
    for attempts, limit in counted:
        times = list(attempts.order_by("-at").values_list("at", flat=True)[:limit])
        if len(times) == limit:
            seconds = (times[-1] + WINDOW - now).total_seconds()
            raise SignInLocked(minutes=max(1, -int(-seconds // 60)))


def note_failure(username: str, address: str, now: datetime) -> None:
    """Count one failure and forget those of yesterday."""
    SignInAttempt.objects.filter(at__lt=now - KEEP).delete()
    SignInAttempt.objects.create(
        username_digest=digest("username", username),
        address_digest=digest("address", address),
        at=now,
    )


def forget(username: str) -> None:
    """A success clears the count of its user name (not of the address)."""
    SignInAttempt.objects.filter(username_digest=digest("username", username)).delete()
