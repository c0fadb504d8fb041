"""What may be used once: a solved puzzle, a finished draft."""

from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.crypto import salted_hmac

from ansim.centre.portal.models import Spent


def digest(kind: str, value: str) -> str:
    """A keyed digest, meaningless outside this installation."""
    salt = f"ansim.portal.{kind}"
    return salted_hmac(salt, value, secret=settings.SECRET_KEY, algorithm="sha256").hexdigest()


def spend(kind: str, value: str, *, until: datetime, now: datetime) -> bool:
    """Use ``value`` up; False when it was used before. Forgotten after ``until``.

    The database decides (a unique column), so that two requests at one moment are not both first.
    """
    Spent.objects.filter(until__lt=now).delete()
    try:
        with transaction.atomic():
            Spent.objects.create(digest=digest(kind, value), until=until)
    except IntegrityError:
        return False
    return True
