"""The centre's doors to the outside, built from settings: web, mail, registry.

Every room that reaches out goes through here, so that a sandbox (or another transport) is
put in at one place, and production cannot be given a sandbox by mistake (see settings).
"""

import json
import re
from dataclasses import replace
from datetime import date
from functools import lru_cache
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

from django.conf import settings

from ansim.centre import clock
from ansim.centre.turns import DatabaseTurns
from ansim.errors import AnsimError
from ansim.fetching import Door, FetchPolicy, Vantage, production_policy
from ansim.fetching.confined import Decoder
from ansim.fetching.egress import MalformedProxy
from ansim.notices import Registry, SmtpSettings, load_registry


class MalformedVantage(AnsimError):
    """ANSIM_VANTAGES is not as it must be."""

    code = "malformed_vantage"
    sentences = {
        "en": "“{entry}” in ANSIM_VANTAGES is no vantage point. "
        "Write name:COUNTRY, name:COUNTRY:address or name:COUNTRY:http://host:port, each name once; "
        "for example seoul:KR frankfurt:DE:10.8.0.2 osaka:JP:http://10.8.0.3:3128.",
        "ko": "ANSIM_VANTAGES의 ‘{entry}’을(를) 읽을 수 없습니다. 이름:나라, 이름:나라:주소 또는 "
        "이름:나라:http://호스트:포트로, 이름은 한 번씩만 쓰세요. "
        "예: seoul:KR frankfurt:DE:10.8.0.2 osaka:JP:http://10.8.0.3:3128",
    }


_COUNTRY = re.compile(r"[A-Z]{2}")


@lru_cache(maxsize=1)
def sandbox() -> dict[str, Any] | None:
    """What the running sandbox internet wrote about itself; None outside demo and tests."""
    if not settings.ANSIM_SANDBOX:
        return None
    described: dict[str, Any] = json.loads(Path(settings.ANSIM_SANDBOX).read_text())
    return described


@lru_cache(maxsize=1)
def policy() -> FetchPolicy:
    """What the door may do here."""
    described = sandbox()
    if described is None:
        policy_here = production_policy()
        return replace(policy_here, vantages=vantages() or policy_here.vantages)
    from ansim.sandbox import FileResolver

    return FetchPolicy(
        resolver=FileResolver(Path(described["names_file"])),
        vantages=tuple(Vantage(**vantage) for vantage in described["vantages"]),
        permitted_networks=tuple(ip_network(net) for net in described["permitted_networks"]),
        per_host_rate=None,
        # Its time goes in leaps: a wait of the wall clock would outlast the story.
        honour_waits=False,
    )


def vantages() -> tuple[Vantage, ...]:
    """The vantage points of ANSIM_VANTAGES, such as ``seoul:KR frankfurt:DE:10.8.0.2``.

    Each is a name, a country and, where it is not this machine's usual way out, the source address
    to look from or the egress proxy to look through (``osaka:JP:http://10.8.0.3:3128``). Raises
    MalformedVantage.
    """
    found: dict[str, Vantage] = {}
    for entry in settings.ANSIM_VANTAGES.split():
        name, _, rest = entry.partition(":")
        country, _, way = rest.partition(":")
        if not name or name in found or not _COUNTRY.fullmatch(country):
            raise MalformedVantage(entry=_without_secret(entry))
        try:
            found[name] = _vantage(name, country, way)
        except (ValueError, MalformedProxy) as error:
            raise MalformedVantage(entry=_without_secret(entry)) from error
    return tuple(found.values())


def _vantage(name: str, country: str, way: str) -> Vantage:
    if "://" in way:
        return Vantage(name, country, proxy=way)
    return Vantage(name, country, str(ip_address(way.strip("[]"))) if way else None)


def _without_secret(entry: str) -> str:
    """The entry as it may be shown: a proxy's user name and password are left out."""
    return re.sub(r"//[^/]*@", "//…@", entry)


@lru_cache(maxsize=1)
def decoder() -> Decoder:
    """The confined child that turns bytes into fingerprints; one for each process."""
    return Decoder(searching=True)


@lru_cache(maxsize=1)
def door() -> Door:
    """The only door to the web; one for each process, with turns that all processes share."""
    rules = policy()
    turns = None
    if rules.per_host_rate is not None:
        turns = DatabaseTurns(rules.per_host_rate, rules.burst, jitter=rules.rate_jitter)
    return Door(rules, decoder().fingerprint, now=clock.now, turns=turns)


@lru_cache(maxsize=4)
def _registry(on: date, folders: tuple[Path, ...]) -> Registry:
    return load_registry(*folders, today=on)


def registry() -> Registry:
    """Regimes and recipients in force today; read again each day, for rules have dates."""
    folders = [settings.ANSIM_RECIPIENTS] if settings.ANSIM_RECIPIENTS.is_dir() else []
    described = sandbox()
    if described is not None:
        folders.append(Path(described["recipients"]))
    return _registry(clock.now().date(), tuple(folders))


def smtp() -> SmtpSettings:
    """The relay that notices leave by."""
    described = sandbox()
    if described is not None:
        return SmtpSettings(**described["smtp"])
    host, _, port = settings.ANSIM_SMTP.rpartition(":")
    return SmtpSettings(
        host=host or "127.0.0.1",
        port=int(port),
        starttls=settings.ANSIM_SMTP_STARTTLS,
        username=settings.ANSIM_SMTP_USER,
        password=settings.ANSIM_SMTP_PASSWORD,
    )


def maildir() -> Path:
    """The Maildir that the centre's mailbox, sent copies among them, is delivered to."""
    described = sandbox()
    return Path(described["maildir"]) if described is not None else Path(settings.ANSIM_MAILDIR)
