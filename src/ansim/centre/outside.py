"""The centre's doors to the outside, built from settings: web, mail, registry, sources.

Every room that reaches out goes through here, so that a sandbox (or another transport) is
put in at one place, and production cannot be given a sandbox by mistake (see settings).
"""

import json
import tomllib
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

from django.conf import settings

from ansim.centre import clock
from ansim.errors import AnsimError
from ansim.fetching import Door, FetchPolicy, Vantage, production_policy
from ansim.fetching.confined import Decoder
from ansim.notices import Registry, SmtpSettings, load_registry


class MalformedSource(AnsimError):
    """A file of sources is not as it must be."""

    code = "malformed_source"
    sentences = {
        "en": "The sources file {file} is wrong at {field}: add it or correct it.",
        "ko": "감시 대상 파일 {file}의 {field} 항목을 채우거나 고쳐 주세요.",
    }


class MalformedVantage(AnsimError):
    """ANSIM_VANTAGES is not as it must be."""

    code = "malformed_vantage"
    sentences = {
        "en": "“{entry}” in ANSIM_VANTAGES is no vantage point. "
        "Write name:COUNTRY or name:COUNTRY:address, for example seoul:KR frankfurt:DE:10.8.0.2.",
        "ko": "ANSIM_VANTAGES의 ‘{entry}’을(를) 읽을 수 없습니다. 이름:나라 또는 이름:나라:주소로 "
        "쓰세요. 예: seoul:KR frankfurt:DE:10.8.0.2",
    }


SOURCE_KINDS = ("list_page", "rss", "sitemap", "json_search", "html_search")


@dataclass(frozen=True, slots=True)
class SourceSpec:
    """One place to look through, as its data file describes it."""

    code: str
    host: str
    kind: str
    url: str
    place: str
    depth: int
    every_hours: int
    legal_basis: str


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
    )


def vantages() -> tuple[Vantage, ...]:
    """The vantage points of ANSIM_VANTAGES, such as ``seoul:KR frankfurt:DE:10.8.0.2``.

    Each is a name, a country and, where the machine has several, the source address to look from.
    Raises MalformedVantage.
    """
    found = []
    for entry in settings.ANSIM_VANTAGES.split():
        name, _, rest = entry.partition(":")
        country, _, address = rest.partition(":")
        try:
            source = str(ip_address(address)) if address else None
        except ValueError as error:
            raise MalformedVantage(entry=entry) from error
        if not name or len(country) != len("KR") or not country.isupper():
            raise MalformedVantage(entry=entry)
        found.append(Vantage(name, country, source))
    return tuple(found)


@lru_cache(maxsize=1)
def decoder() -> Decoder:
    """The confined child that turns bytes into fingerprints; one for each process."""
    return Decoder()


@lru_cache(maxsize=1)
def door() -> Door:
    """The only door to the web; one for each process."""
    return Door(policy(), decoder().fingerprint, now=clock.now)


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


def sources() -> list[SourceSpec]:
    """The places that may be looked through, from the operator's files or the sandbox."""
    described = sandbox()
    if described is not None:
        return [_source("sandbox", entry) for entry in described["sources"]]
    if not settings.ANSIM_SOURCES.is_dir():
        return []
    return [
        _source(path.name, entry)
        for path in sorted(settings.ANSIM_SOURCES.glob("*.toml"))
        for entry in _entries(path)
    ]


def _entries(path: Path) -> list[object]:
    try:
        listed = tomllib.loads(path.read_text(encoding="utf-8")).get("source", [])
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise MalformedSource(file=path.name, field="toml") from error
    if not isinstance(listed, list):
        raise MalformedSource(file=path.name, field="[[source]]")
    return listed


def _source(file: str, entry: object) -> SourceSpec:
    if not isinstance(entry, dict):
        raise MalformedSource(file=file, field="[[source]]")
    texts: dict[str, Any] = {name: entry.get(name) for name in ("code", "host", "url", "place")}
    texts |= {"kind": entry.get("kind"), "legal_basis": entry.get("legal_basis", "kr_vpa_7_3_3")}
    numbers: dict[str, Any] = {
        "depth": entry.get("depth", 3), "every_hours": entry.get("every_hours", 24)
    }  # fmt: skip
    for name, value in texts.items():
        if not isinstance(value, str) or not value:
            raise MalformedSource(file=file, field=name)
    for name, number in numbers.items():
        if not isinstance(number, int) or isinstance(number, bool) or number < 1:
            raise MalformedSource(file=file, field=name)
    if texts["kind"] not in SOURCE_KINDS:
        raise MalformedSource(file=file, field="kind")
    return SourceSpec(**texts, **numbers)
