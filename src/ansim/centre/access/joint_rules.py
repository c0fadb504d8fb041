"""Which acts need two people, as data: joint_acts.toml read, checked and kept."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from ansim.centre.access.errors import MalformedJointActs, UnknownJointAct
from ansim.centre.access.roles import STATUSES, Roles, roles

FILE = Path(__file__).with_name("joint_acts.toml")
NEEDED = (
    "on", "title", "does", "may_ask", "may_confirm", "holds_hours", "use_minutes", "status",
    "effective_from", "source", "verified_on",
)  # fmt: skip
SCOPES = ("case", "centre")
WORDS = ("en", "ko")
LONGEST_HOURS = 24 * 14


@dataclass(frozen=True, slots=True)
class JointRule:
    """One act: its words by language, who may ask and confirm (roles), and how long it holds."""

    kind: str
    on: str
    title: Mapping[str, str]
    does: Mapping[str, str]
    may_ask: frozenset[str]
    may_confirm: frozenset[str]
    holds: timedelta
    to_use: timedelta
    status: str
    effective_from: date
    effective_to: date | None

    def in_force(self, today: date) -> bool:
        """Whether the act can be asked for on ``today``; else nobody may do it at all."""
        started = self.status == "in_force" and self.effective_from <= today
        return started and (self.effective_to is None or today <= self.effective_to)


@cache
def joint_rules() -> Mapping[str, JointRule]:
    """The shipped acts by kind. Raises MalformedJointActs."""
    return read_joint_acts(FILE, roles())


def rule_of(kind: str) -> JointRule:
    """The rule of one kind. Raises UnknownJointAct."""
    try:
        return joint_rules()[kind]
    except KeyError as error:
        raise UnknownJointAct(kind=kind, known=", ".join(joint_rules())) from error


def read_joint_acts(path: Path, known: Roles) -> Mapping[str, JointRule]:
    """Read and check a file of acts. Raises MalformedJointActs naming the place and the mend."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise MalformedJointActs(file=path.name, where="TOML:", mend=str(error)) from error
    rules = {}
    for kind, entry in raw.items():
        mend = _mend(kind, entry, known)
        if mend:
            raise MalformedJointActs(file=path.name, where=f"[{kind}]", mend=mend)
        rules[kind] = JointRule(
            kind, entry["on"], entry["title"], entry["does"],
            frozenset(entry["may_ask"]), frozenset(entry["may_confirm"]),
            timedelta(hours=entry["holds_hours"]), timedelta(minutes=entry["use_minutes"]),
            entry["status"], entry["effective_from"], entry.get("effective_to"),
        )  # fmt: skip
    return rules


def _mend(kind: str, entry: Any, known: Roles) -> str:
    """What is wrong with an entry, or ""."""
    if not isinstance(entry, dict):
        return "must be a table"
    missing = [name for name in NEEDED if name not in entry]
    unknown = sorted(set(entry) - {*NEEDED, "effective_to"})
    if missing or unknown:
        return f"must have {missing[0]}" if missing else f"has the unknown field {unknown[0]}"
    if kind not in known.actions:
        return "must be an action of roles.toml"
    if entry["on"] not in SCOPES or entry["status"] not in STATUSES:
        return f"on must be one of {', '.join(SCOPES)}; status one of {', '.join(sorted(STATUSES))}"
    for name in ("effective_from", "verified_on", "effective_to"):
        if type(entry.get(name)) is not date and not (name == "effective_to" and name not in entry):
            return f"{name} must be a date"
    return _wrong_lengths(entry) or _wrong_words(entry) or _wrong_roles(kind, entry, known)


def _wrong_lengths(entry: Mapping[str, Any]) -> str:
    for name, most in (("holds_hours", LONGEST_HOURS), ("use_minutes", LONGEST_HOURS * 60)):
        if type(entry[name]) is not int or not 0 < entry[name] <= most:
            return f"{name} must be a whole number from 1 to {most}"
    return ""


def _wrong_words(entry: Mapping[str, Any]) -> str:
    for name in ("title", "does"):
        words = entry[name]
        if not isinstance(words, dict) or not all(
            isinstance(words.get(code), str) and words[code] for code in WORDS
        ):
            return f"{name} must have words in en and ko"
    return ""


def _wrong_roles(kind: str, entry: Mapping[str, Any], known: Roles) -> str:
    for name in ("may_ask", "may_confirm"):
        listed = entry[name]
        if not isinstance(listed, list) or not listed:
            return f"{name} must name at least one role"
        strange = [role for role in listed if role not in known.roles]
        if strange:
            return f"{name} names the unknown role {strange[0]}"
    without = [role for role in entry["may_ask"] if kind not in known.roles[role].may]
    return f"may_ask names {without[0]}, whose role does not hold the action" if without else ""
