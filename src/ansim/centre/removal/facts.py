"""What a look proves beside its answer: name service, connection, robots and time, in words."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext, ngettext, pgettext_lazy

from ansim.centre.shell.moments import day
from ansim.fetching import Observation
from ansim.fetching.facts import TlsFacts

_COMMA: Final = re.compile(r"(?<!\\),")
DNS: Final[dict[str, Promise]] = {
    "literal": pgettext_lazy("name service", "an address without a name"),
    "nxdomain": pgettext_lazy("name service", "the name does not exist (NXDOMAIN)"),
    "servfail": pgettext_lazy("name service", "the name server failed (SERVFAIL)"),
    "timeout": pgettext_lazy("name service", "the name server did not answer"),
    "nxdomain_once": pgettext_lazy(
        "name service", "only one name server says that the name does not exist"
    ),
    "no_servers": pgettext_lazy("name service", "no name server is known"),
    "name_service": pgettext_lazy("name service", "the name service failed"),
    "refused": pgettext_lazy("name service", "the name server refused"),
    "no_address": pgettext_lazy("name service", "the name has no address"),
    "dangling": pgettext_lazy("name service", "the name points to one that does not exist"),
}
CERTIFICATES: Final[dict[str, Promise]] = {
    "expired": pgettext_lazy("certificate", "expired"),
    "not_yet_valid": pgettext_lazy("certificate", "not yet valid"),
    "self_signed": pgettext_lazy("certificate", "signed by itself"),
    "unknown_issuer": pgettext_lazy("certificate", "from an unknown issuer"),
    "revoked": pgettext_lazy("certificate", "revoked"),
    "other_host": pgettext_lazy("certificate", "of another host"),
}
ROBOTS: Final[dict[str, Promise]] = {
    "allowed": pgettext_lazy("robots.txt", "robots.txt allows it"),
    "disallowed": pgettext_lazy("robots.txt", "robots.txt forbids it"),
    "overridden": pgettext_lazy("robots.txt", "robots.txt set aside for a recorded reason"),
    "none": pgettext_lazy("robots.txt", "no robots.txt"),
}

# Shorter times are not told apart, in seconds.
QUICK: Final = 0.01


def facts_of(page: Observation) -> tuple[str, ...]:
    """Short sentences or phrases; no address of the link and nothing of what it shows."""
    return tuple(_facts(page))


def _facts(page: Observation) -> Iterator[str]:
    language = (get_language() or "ko")[:2]
    refusal = page.refusal_sentence(language) if page.outcome == "refused" else ""
    if refusal:
        yield refusal
    if page.redirects:
        hops = len(page.redirects)
        yield ngettext("%(count)d redirect", "%(count)d redirects", hops) % {"count": hops}
    yield from _names(page)
    if page.tls is not None:
        yield _secure(page.tls)
    if page.robots in ROBOTS:
        yield str(ROBOTS[page.robots])
    yield _took(page)


def _names(page: Observation) -> Iterator[str]:
    if page.dns in DNS:
        yield str(DNS[page.dns])
    if page.peer:
        others = len(set(page.resolved) - {page.peer})
        if not others:
            yield gettext("server %(address)s") % {"address": page.peer}
            return
        said = ngettext(
            "server %(address)s and %(count)d more", "server %(address)s and %(count)d more", others
        )
        yield said % {"address": page.peer, "count": others}


def _secure(tls: TlsFacts) -> str:
    if tls.error:
        error = CERTIFICATES.get(tls.error, tls.error)
        return gettext("certificate not valid: %(error)s") % {"error": error}
    parts = [tls.version or "TLS"]
    issuer = _name_in(tls.issuer)
    if issuer:
        parts.append(gettext("certificate of %(issuer)s") % {"issuer": issuer})
    until = _moment(tls.not_after)
    if until is not None:
        parts.append(gettext("valid until %(day)s") % {"day": day(until)})
    return ", ".join(parts)


def _name_in(issuer: str) -> str:
    """The organisation, else the common name, of a name as RFC 4514 writes it."""
    parts = dict(part.split("=", 1) for part in _COMMA.split(issuer) if "=" in part)
    return (parts.get("O") or parts.get("CN", "")).replace("\\", "")


def _moment(stamp: str) -> datetime | None:
    try:
        return datetime.fromisoformat(stamp)
    except ValueError:
        return None


def _took(page: Observation) -> str:
    if page.seconds < QUICK:
        return gettext("took less than 0.01 s")
    seconds = f"{page.seconds:.2f}"
    timings = page.timings
    if timings is None or not timings.first_byte:
        return gettext("took %(seconds)s s") % {"seconds": seconds}
    first = f"{timings.first_byte:.2f}"
    return gettext("took %(seconds)s s, first byte after %(first)s s") % {
        "seconds": seconds, "first": first,
    }  # fmt: skip
