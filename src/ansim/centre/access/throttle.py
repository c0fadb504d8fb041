"""Growing delays after failed attempts: by account, by address and over all accounts.

Passwords, app codes, recovery codes and passkeys are counted alike. Nobody is locked out for good,
and a name that came in from an address before waits only for what failed from there: a stranger
who guesses elsewhere cannot keep its owner out. The system's clock counts, not the centre's.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import IPv6Address, ip_address

from django.conf import settings
from django.db.models import QuerySet
from django.utils.crypto import salted_hmac

from ansim.centre.access.errors import SignInLocked
from ansim.centre.access.models import SignInAttempt

FAILED, IN = SignInAttempt.Outcome.FAILED, SignInAttempt.Outcome.IN
KEEP = timedelta(days=1)
KNOWN_FOR = timedelta(days=30)
# Somebody's own network: one line has at least a /64 of addresses to choose from.
IPV6_PREFIX = 64


@dataclass(frozen=True, slots=True)
class Limit:
    """``free`` failures a day cost nothing; then each doubles the wait, from ``first`` to ``most``."""

    free: int
    first: int
    most: int

    def wait(self, failures: int) -> int:
        """Seconds from the last failure until the next attempt."""
        if failures < self.free:
            return 0
        return int(min(self.most, self.first * 2 ** min(failures - self.free, 20)))


ACCOUNT = Limit(free=5, first=15, most=15 * 60)
ADDRESS = Limit(free=30, first=15, most=15 * 60)
OVERALL = Limit(free=300, first=1, most=60)


def now() -> datetime:
    """The system's time."""
    return datetime.now(UTC)


def digest(kind: str, value: str) -> str:
    """A keyed digest, meaningless outside this installation."""
    salt = f"ansim.access.throttle.{kind}"
    return salted_hmac(salt, value, secret=settings.SECRET_KEY, algorithm="sha256").hexdigest()


def network(address: str) -> str:
    """What is counted as one address: an IPv4 address, or the /64 of an IPv6 one."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return f"{parsed.exploded[:19]}::/{IPV6_PREFIX}"


def begin(username: str, address: str) -> SignInAttempt:
    """Count an attempt as failed until ``passed`` says otherwise. Raises SignInLocked.

    It is written down before anything is compared, so that a hundred attempts at the same moment
    are not a hundred free ones. The answer is the same whether the user name exists or not.
    """
    moment = now()
    SignInAttempt.objects.filter(outcome=FAILED, at__lt=moment - KEEP).delete()
    SignInAttempt.objects.filter(outcome=IN, at__lt=moment - KNOWN_FOR).delete()
    who, where = digest("username", username), digest("address", network(address))
    row = SignInAttempt.objects.create(
        username_digest=who, address_digest=where, at=moment, outcome=FAILED
    )
    seconds = max(_left(failed, limit, moment) for failed, limit in _counted(row))
    if seconds > 0:
        row.delete()
        raise SignInLocked(seconds=seconds)
    return row


def _counted(row: SignInAttempt) -> list[tuple[QuerySet[SignInAttempt], Limit]]:
    own = {"username_digest": row.username_digest}
    place = {"address_digest": row.address_digest}
    others = SignInAttempt.objects.filter(outcome=FAILED).exclude(pk=row.pk)
    if SignInAttempt.objects.filter(outcome=IN, **own, **place).exists():
        return [(others.filter(**own, **place), ACCOUNT)]
    return [
        (others.filter(**own), ACCOUNT),
        (others.filter(**place), ADDRESS),
        (others, OVERALL),
    ]


def _left(failed: QuerySet[SignInAttempt], limit: Limit, moment: datetime) -> int:
    wait = limit.wait(failed.count())
    if not wait:
        return 0
    last = failed.order_by("-at").values_list("at", flat=True)[0]
    return -int(-(last + timedelta(seconds=wait) - moment).total_seconds() // 1)


def passed(attempt: SignInAttempt) -> None:
    """The attempt did not fail."""
    attempt.delete()


def came_in(username: str, address: str) -> None:
    """Somebody is in with every factor: the count of the name begins anew, the place is known."""
    who, where = digest("username", username), digest("address", network(address))
    SignInAttempt.objects.filter(username_digest=who, outcome=FAILED).delete()
    known = {"username_digest": who, "address_digest": where, "outcome": IN}
    SignInAttempt.objects.filter(**known).delete()
    SignInAttempt.objects.create(at=now(), **known)
