"""Retention rules as dated data: which rule a case falls under, why, and when its time ends.

Pure: facts and a moment go in, a rule and a moment come out. The shipped files lie in
``rule_sets``; each rule names the conditions (all must hold) and the first that fits decides,
files with legal rules before the centre's own.
"""

import calendar
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from ansim.centre.retention.errors import MalformedRules

FOLDER = Path(__file__).with_name("rule_sets")
# Law first; the centre's own rules catch what no law names.
ORDER = ("kr_vpa_rule_2_6.toml", "centre.toml")
STATUSES = frozenset({"in_force", "enacted_not_commenced", "proposed"})
CONDITIONS = frozenset({"child", "police_requested", "removal"})
ANSWERS = frozenset({"at_once", "counsel"})
ABOUT = frozenset({"case", "bank_link"})
TEXTS = ("code", "legal_class", "keep", "when_asked", "when_asked_by_proxy")
LANGUAGES = ("en", "ko")
_LENGTH = re.compile(r"([1-9][0-9]{0,2})([yd])", re.ASCII)
_STEPS = ("notice_days", "grace_days", "cooling_hours")


@dataclass(frozen=True, slots=True)
class Length:
    """A length of time by the calendar: years or days."""

    years: int = 0
    days: int = 0

    @property
    def least(self) -> timedelta:
        """The shortest that it can be, with no leap day in it."""
        return timedelta(days=365 * self.years + self.days)

    def after(self, moment: datetime) -> datetime:
        """``moment`` and this length; the 29th of February becomes the 28th."""
        year = moment.year + self.years
        last = calendar.monthrange(year, moment.month)[1]
        moved = moment.replace(year=year, day=min(moment.day, last))
        return moved + timedelta(days=self.days)


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. ``keep`` is None where it says “without end”."""

    code: str
    legal_class: str
    about: str
    when: frozenset[str]
    keep: Length | None
    when_asked: str
    when_asked_by_proxy: str
    title: Mapping[str, str]
    why: Mapping[str, str]
    # The same in words for the person themselves.
    told: Mapping[str, str]
    status: str
    effective_from: date
    effective_to: date | None
    source: Mapping[str, str]
    verified_on: date

    def in_force(self, today: date) -> bool:
        """Whether the rule decides anything on ``today``."""
        begun = self.status == "in_force" and self.effective_from <= today
        return begun and (self.effective_to is None or today <= self.effective_to)


@dataclass(frozen=True, slots=True)
class Steps:
    """What happens around the end of a time."""

    notice: timedelta
    grace: timedelta
    cooling: timedelta
    extend: Length


@dataclass(frozen=True, slots=True)
class Rules:
    """Every rule in the order in which they are asked, and the steps at the end."""

    all: tuple[Rule, ...]
    steps: Steps

    def rule_for(self, facts: frozenset[str], today: date, about: str = "case") -> Rule:
        """The first rule in force whose conditions all hold; the centre's last rule has none."""
        return next(
            rule
            for rule in self.all
            if rule.about == about and rule.in_force(today) and rule.when <= facts
        )

    def by_code(self, code: str) -> Rule | None:
        """A rule by its code, in force or not."""
        return next((rule for rule in self.all if rule.code == code), None)


@cache
def rules() -> Rules:
    """The shipped rules. Raises MalformedRules."""
    return read_rules(FOLDER)


def read_rules(folder: Path) -> Rules:
    """Read and check the rule files of ``folder``. Raises MalformedRules naming place and mend."""
    found: list[Rule] = []
    steps: Steps | None = None
    for name in ORDER:
        raw = _toml(folder / name)
        head = _head(name, raw)
        listed = raw.get("rule")
        if not isinstance(listed, list) or not listed:
            raise MalformedRules(file=name, where="[[rule]]", mend="must name at least one rule")
        found += [_rule(name, entry, head) for entry in listed]
        steps = _steps(name, raw["steps"]) if "steps" in raw else steps
    codes = [rule.code for rule in found]
    twice = next((code for code in codes if codes.count(code) > 1), None)
    if twice is not None:
        raise MalformedRules(file=ORDER[-1], where=twice, mend="is there twice")
    for about in ABOUT:
        if not any(one.about == about and not one.when and one.status == "in_force" for one in found):
            mend = f"one rule about {about} must have no condition, to catch what is left"
            raise MalformedRules(file=ORDER[-1], where="when", mend=mend)
    if steps is None:
        raise MalformedRules(file=ORDER[-1], where="[steps]", mend="must be there")
    return Rules(tuple(found), steps)


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise MalformedRules(file=path.name, where="TOML", mend=str(error)) from error


def _head(file: str, raw: dict[str, Any]) -> dict[str, Any]:
    for name in ("effective_from", "verified_on"):
        if type(raw.get(name)) is not date:
            raise MalformedRules(file=file, where=name, mend="must be a date")
    if "effective_to" in raw and type(raw["effective_to"]) is not date:
        raise MalformedRules(file=file, where="effective_to", mend="must be a date")
    if raw.get("status") not in STATUSES:
        mend = f"must be one of {', '.join(sorted(STATUSES))}"
        raise MalformedRules(file=file, where="status", mend=mend)
    _check_words(file, "source", "it", raw.get("source"))
    names = ("status", "effective_from", "effective_to", "source", "verified_on")
    return {name: raw.get(name) for name in names}


def _rule(file: str, entry: Any, head: dict[str, Any]) -> Rule:
    if not isinstance(entry, dict):
        raise MalformedRules(file=file, where="[[rule]]", mend="must be a table")
    where = str(entry.get("code", "[[rule]]"))
    for name in TEXTS:
        if not isinstance(entry.get(name), str) or not entry[name]:
            raise MalformedRules(file=file, where=where, mend=f"must have {name}")
    strange = set(entry) - {*TEXTS, "when", "about", "title", "why", "told"}
    if strange:
        mend = f"has the unknown field {min(strange)}"
        raise MalformedRules(file=file, where=where, mend=mend)
    for name in ("title", "why", "told"):
        _check_words(file, where, name, entry.get(name))
    when, about = entry.get("when"), entry.get("about", "case")
    if not isinstance(when, list) or not set(when) <= CONDITIONS:
        mend = f"when must list some of {', '.join(sorted(CONDITIONS))}"
        raise MalformedRules(file=file, where=where, mend=mend)
    if {entry["when_asked"], entry["when_asked_by_proxy"]} - ANSWERS:
        mend = f"when_asked must be one of {', '.join(sorted(ANSWERS))}"
        raise MalformedRules(file=file, where=where, mend=mend)
    if about not in ABOUT:
        mend = f"about must be one of {', '.join(sorted(ABOUT))}"
        raise MalformedRules(file=file, where=where, mend=mend)
    keep = None if entry["keep"] == "permanent" else _length(file, where, entry["keep"])
    return Rule(
        code=entry["code"], legal_class=entry["legal_class"], about=about, when=frozenset(when),
        keep=keep, when_asked=entry["when_asked"],
        when_asked_by_proxy=entry["when_asked_by_proxy"], title=entry["title"], why=entry["why"],
        told=entry["told"], **head,
    )  # fmt: skip


def _check_words(file: str, where: str, name: str, words: Any) -> None:
    whole = isinstance(words, dict) and all(
        isinstance(words.get(language), str) and words[language] for language in LANGUAGES
    )
    if not whole:
        raise MalformedRules(file=file, where=where, mend=f"{name} must have words in en and ko")


def _length(file: str, where: str, text: Any) -> Length:
    found = _LENGTH.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        mend = "a length must look like 5y or 90d, or be permanent"
        raise MalformedRules(file=file, where=where, mend=mend)
    number = int(found[1])
    return Length(years=number) if found[2] == "y" else Length(days=number)


def _steps(file: str, raw: Any) -> Steps:
    if not isinstance(raw, dict):
        raise MalformedRules(file=file, where="[steps]", mend="must be a table")
    for name in _STEPS:
        value = raw.get(name)
        if not isinstance(value, int) or isinstance(value, bool) or not 0 < value <= 3650:  # noqa: PLR2004 -- ten years
            raise MalformedRules(file=file, where=name, mend="must be a number from 1 to 3650")
    return Steps(
        notice=timedelta(days=raw["notice_days"]),
        grace=timedelta(days=raw["grace_days"]),
        cooling=timedelta(hours=raw["cooling_hours"]),
        extend=_length(file, "extend", raw.get("extend")),
    )
