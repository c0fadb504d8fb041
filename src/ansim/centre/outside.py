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
    raw: list[tuple[str, dict[str, Any]]] = []
    if described is not None:
        raw = [("sandbox", entry) for entry in described["sources"]]
    elif settings.ANSIM_SOURCES.is_dir():
        for path in sorted(settings.ANSIM_SOURCES.glob("*.toml")):
            try:
                listed = tomllib.loads(path.read_text(encoding="utf-8")).get("source", [])
            except tomllib.TOMLDecodeError as error:
                raise MalformedSource(file=path.name, field="toml") from error
            raw += [(path.name, entry) for entry in listed]
    return [_source(file, entry) for file, entry in raw]


def _source(file: str, entry: dict[str, Any]) -> SourceSpec:
    for field in ("code", "host", "kind", "url", "place"):
        if not isinstance(entry.get(field), str):
            raise MalformedSource(file=file, field=field)
    return SourceSpec(
        code=entry["code"], host=entry["host"], kind=entry["kind"], url=entry["url"],
        place=entry["place"], depth=int(entry.get("depth", 3)),
        every_hours=int(entry.get("every_hours", 24)),
        legal_basis=str(entry.get("legal_basis", "kr_vpa_7_3_3")),
    )  # fmt: skip
