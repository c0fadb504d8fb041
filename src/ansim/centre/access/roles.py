"""Roles as data: roles.toml read, checked and kept."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from ansim.centre.access.errors import MalformedRoles, UnknownAction

FILE = Path(__file__).with_name("roles.toml")
STATUSES = frozenset({"in_force", "enacted_not_commenced", "proposed"})
NEEDED = ("title", "status", "effective_from", "source", "verified_on", "may")
LANGUAGES = ("en", "ko")


@dataclass(frozen=True, slots=True)
class Role:
    """One role: its title by language, since when it holds, and what it may do."""

    code: str
    title: Mapping[str, str]
    status: str
    effective_from: date
    effective_to: date | None
    may: frozenset[str]

    def in_force(self, today: date) -> bool:
        """Whether the role gives anything on ``today``."""
        started = self.status == "in_force" and self.effective_from <= today
        return started and (self.effective_to is None or today <= self.effective_to)


@dataclass(frozen=True, slots=True)
class Roles:
    """All actions (code -> words) and all roles (code -> role)."""

    actions: Mapping[str, Mapping[str, str]]
    roles: Mapping[str, Role]

    def allows(self, role: str, action: str, today: date) -> bool:
        """Default deny. Raises UnknownAction for an action that the file does not name."""
        if action not in self.actions:
            raise UnknownAction(action=action)
        held = self.roles.get(role)
        return held is not None and held.in_force(today) and action in held.may


@cache
def roles() -> Roles:
    """The shipped roles. Raises MalformedRoles."""
    return read_roles(FILE)


def read_roles(path: Path) -> Roles:
    """Read and check a roles file. Raises MalformedRoles naming the place and the mend."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise MalformedRoles(file=path.name, where="TOML:", mend=str(error)) from error
    actions = raw.get("actions")
    if not isinstance(actions, dict) or not actions:
        raise MalformedRoles(
            file=path.name, where="[actions]", mend="must name at least one action"
        )
    for code, words in actions.items():
        _check_words(path, f"[actions] {code}", words)
    listed = raw.get("roles")
    if not isinstance(listed, dict) or not listed:
        raise MalformedRoles(file=path.name, where="[roles]", mend="must name at least one role")
    return Roles(
        actions, {code: _role(path, code, entry, actions) for code, entry in listed.items()}
    )


def _role(path: Path, code: str, entry: Any, actions: Mapping[str, Any]) -> Role:
    where = f"[roles.{code}]"
    if not isinstance(entry, dict):
        raise MalformedRoles(file=path.name, where=where, mend="must be a table")
    missing = [name for name in NEEDED if name not in entry]
    unknown = sorted(set(entry) - {*NEEDED, "effective_to"})
    if missing or unknown:
        mend = f"must have {missing[0]}" if missing else f"has the unknown field {unknown[0]}"
        raise MalformedRoles(file=path.name, where=where, mend=mend)
    _check_words(path, f"{where} title", entry["title"])
    if entry["status"] not in STATUSES:
        mend = f"status must be one of {', '.join(sorted(STATUSES))}"
        raise MalformedRoles(file=path.name, where=where, mend=mend)
    for name in ("effective_from", "verified_on", "effective_to"):
        if type(entry.get(name)) is not date and not (name == "effective_to" and name not in entry):
            raise MalformedRoles(file=path.name, where=where, mend=f"{name} must be a date")
    may = entry["may"]
    if not isinstance(may, list):
        raise MalformedRoles(file=path.name, where=where, mend="may must be a list of actions")
    strange = [action for action in may if action not in actions]
    if strange:
        mend = f"may names the unknown action {strange[0]}"
        raise MalformedRoles(file=path.name, where=where, mend=mend)
    return Role(
        code, entry["title"], entry["status"], entry["effective_from"], entry.get("effective_to"),
        frozenset(may),
    )  # fmt: skip


def _check_words(path: Path, where: str, words: Any) -> None:
    if not isinstance(words, dict) or not all(
        isinstance(words.get(language), str) and words[language] for language in LANGUAGES
    ):
        raise MalformedRoles(file=path.name, where=where, mend="must have words in en and ko")
