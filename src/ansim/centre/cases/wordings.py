"""The words in which consents are asked for: dated files, checked at start-up, never changed.

A consent keeps the version, the language and a digest of the very words that were shown, so that
years later anybody can read what was agreed to, and see whether a file was changed since.
"""

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import get_language

from ansim.centre.shell.moments import here
from ansim.errors import AnsimError

FOLDER = Path(__file__).parent / "consent_wordings"
HEAD = ("version", "effective_from", "status", "source", "verified_on")
LANGUAGES = ("ko", "en")


class WordingError(AnsimError):
    """A file of consent wordings is not as it must be."""

    code = "consent_wording"
    sentences = {
        "en": "The consent wording {file} is wrong at {field}: {mend}.",
        "ko": "동의 문구 파일 {file}의 {field}이(가) 잘못되었습니다: {mend}.",
    }


@dataclass(frozen=True, slots=True)
class Shown:
    """One purpose in the words of one language: exactly what a person reads."""

    version: str
    purpose: str
    language: str
    title: str
    text: str

    @property
    def digest(self) -> str:
        """SHA-256 over version, purpose, language, title and text, in hex."""
        lines = (self.version, self.purpose, self.language, self.title, self.text)
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Purpose:
    """A purpose in one version. ``days``: how long a consent holds when no day is named."""

    code: str
    title: Mapping[str, str]
    text: Mapping[str, str]
    at_report: bool
    days: int | None


@dataclass(frozen=True, slots=True)
class Wording:
    """One version: since when it is used, and its purposes in the order of the file."""

    version: str
    effective_from: date
    purposes: Mapping[str, Purpose]

    def shown(self, purpose: str, language: str | None = None) -> Shown:
        """A purpose in the reader's language, or in the one that is named."""
        spoken = language_of(language or get_language())
        one = self.purposes[purpose]
        return Shown(self.version, purpose, spoken, one.title[spoken], one.text[spoken])


def language_of(language: str | None) -> str:
    """``ko`` or ``en``, whatever a browser or a case calls it."""
    return "en" if (language or "ko").startswith("en") else "ko"


def load_wording(path: Path) -> Wording:
    """Read and check one file. Raises WordingError naming the file, the field and the mend."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise WordingError(file=path.name, field="-", mend=str(error)) from error
    for field in HEAD:
        if field not in raw:
            raise WordingError(file=path.name, field=field, mend="add it")
    if type(raw["effective_from"]) is not date:
        raise WordingError(file=path.name, field="effective_from", mend="write a day, 2026-01-31")
    named = raw.get("purpose")
    if not isinstance(named, dict) or "hold" not in named:
        raise WordingError(file=path.name, field="purpose.hold", mend="add it")
    purposes = {code: _purpose(path.name, code, entry) for code, entry in named.items()}
    return Wording(str(raw["version"]), raw["effective_from"], purposes)


def _purpose(file: str, code: str, entry: Any) -> Purpose:
    where = f"purpose.{code}"
    for name in ("title", "text"):
        said = entry.get(name) if isinstance(entry, dict) else None
        if not isinstance(said, dict) or not all(said.get(one) for one in LANGUAGES):
            raise WordingError(file=file, field=f"{where}.{name}", mend="give ko and en")
    days = entry.get("days")
    if days is not None and (type(days) is not int or days < 1):
        raise WordingError(file=file, field=f"{where}.days", mend="give a number of days, or none")
    if type(entry.get("at_report")) is not bool:
        raise WordingError(file=file, field=f"{where}.at_report", mend="give true or false")
    return Purpose(code, entry["title"], entry["text"], entry["at_report"], days)


@lru_cache(maxsize=1)
def wordings() -> Mapping[str, Wording]:
    """Every version by its name, oldest first. Raises WordingError."""
    every = sorted(map(load_wording, FOLDER.glob("*.toml")), key=lambda one: one.effective_from)
    found: dict[str, Wording] = {}
    for one in every:
        if one.version in found:
            raise WordingError(file=one.version, field="version", mend="give each file its own")
        found[one.version] = one
    return found


def wording_at(now: datetime) -> Wording:
    """The wording in use on the centre's day of ``now``; before the first one, the first."""
    day = here(now).date()
    every = list(wordings().values())
    used = [one for one in every if one.effective_from <= day]
    return used[-1] if used else every[0]


def asked_at_report(now: datetime) -> dict[str, Shown]:
    """What a report asks for, by purpose; the other purposes are asked when there is a reason."""
    wording = wording_at(now)
    return {
        code: wording.shown(code) for code, one in wording.purposes.items() if one.at_report
    }


def shown_again(version: str, purpose: str, language: str) -> Shown | None:
    """The words of an older consent; None when that version never had them."""
    one = wordings().get(version)
    if one is None or purpose not in one.purposes:
        return None
    return one.shown(purpose, language or settings.LANGUAGE_CODE)
