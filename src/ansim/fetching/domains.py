"""From a host to the domain that somebody registered: the unit of politeness and of learned rates.

The rules are the Public Suffix List (https://publicsuffix.org) as the library ships it. Its
private part counts too: two blogs under ``blogspot.com`` or ``github.io`` are two people's sites.
"""

from functools import lru_cache
from ipaddress import ip_address

from publicsuffixlist import PublicSuffixList


def registered_domain(host: str) -> str:
    """The registered domain of ``host``, in lower case and without a final dot.

    ``cdn.img.example.co.kr`` gives ``example.co.kr``. An address, a public suffix itself, a name
    of one label, and a name under a suffix that the list does not know give the host itself.
    """
    name = host.strip().strip("[]").removesuffix(".").lower()
    return _of_name(name) or name


@lru_cache(maxsize=1)
def _suffixes() -> PublicSuffixList:
    # A suffix that nobody listed is not guessed at: its names stay apart.
    return PublicSuffixList(accept_unknown=False)


@lru_cache(maxsize=8192)
def _of_name(name: str) -> str:
    if not name or "." not in name or _is_address(name):
        return ""
    return _suffixes().privatesuffix(name) or ""


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
