"""Reporting duties and standings: dated rules that staff are shown. No rule acts by itself.

What is in the files is checked at start-up. A rule whose ``decides`` is not ``counsel`` is refused:
this room has no way to report anybody, and must not seem to have one.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final

from django.utils.translation import get_language

from ansim.centre.cases.taxonomy import taxonomy
from ansim.errors import AnsimError

if TYPE_CHECKING:
    from ansim.centre.cases.models import Case

FOLDER: Final = Path(__file__).parent / "reporting_rules"
HEAD: Final = ("version", "effective_from", "status", "source", "verified_on")
DATED: Final = ("code", "effective_from", "status", "source", "verified_on")
STATUSES: Final = ("in_force", "enacted_not_commenced", "proposed")
MINORS: Final = ("under_14", "teen")


class ReportingRuleError(AnsimError):
    """A file of reporting rules is not as it must be."""

    code = "reporting_rule"
    sentences: ClassVar[dict[str, str]] = {
        "en": "The file of reporting rules {file} is wrong at {field}: {mend}.",
        "ko": "신고 규칙 파일 {file}의 {field}이(가) 잘못되었습니다: {mend}.",
    }


def _spoken(words: Mapping[str, str]) -> str:
    return words["ko" if (get_language() or "ko").startswith("ko") else "en"]


@dataclass(frozen=True, slots=True)
class ReportingRule:
    """One duty that may fall on the centre, and what counsel has to be asked about it."""

    code: str
    effective_from: date
    effective_to: date | None
    status: str
    checked: bool
    source: str
    verified_on: date
    ages: tuple[str, ...]
    harms: tuple[str, ...]
    texts: Mapping[str, Mapping[str, str]]

    @property
    def title(self) -> str:
        """What the duty is called, in the reader's language."""
        return _spoken(self.texts["title"])

    @property
    def says(self) -> str:
        """What the rule says."""
        return _spoken(self.texts["says"])

    @property
    def ask(self) -> str:
        """What to ask counsel."""
        return _spoken(self.texts["ask"])

    def is_dated(self, day: date) -> bool:
        """Whether the rule is shown on ``day``."""
        return self.effective_from <= day and (
            self.effective_to is None or day <= self.effective_to
        )

    def concerns(self, age: str, harms: set[str], *, may_be_minor: bool) -> bool:
        """Whether it may touch such a case. Doubt about the age counts as young."""
        young = age in self.ages or (may_be_minor and age not in MINORS)
        return young and (not self.harms or bool(harms & set(self.harms)))


@dataclass(frozen=True, slots=True)
class Kin:
    """Who somebody is to the person; ``may_ask``: named in article 7-3 (2); what they bring."""

    code: str
    effective_from: date
    effective_to: date | None
    source: str
    may_ask: bool
    papers: tuple[str, ...]
    words: Mapping[str, str]

    @property
    def title(self) -> str:
        """In the reader's language."""
        return _spoken(self.words)


@dataclass(frozen=True, slots=True)
class RuleBook:
    """One version of all rules."""

    version: str
    effective_from: date
    rules: tuple[ReportingRule, ...]
    kin: Mapping[str, Kin]
    papers: Mapping[str, Mapping[str, str]]

    def paper(self, code: str) -> str:
        """The name of a document in the reader's language; the code itself when it is retired."""
        return _spoken(self.papers[code]) if code in self.papers else code

    def for_case(self, case: "Case", day: date) -> list[ReportingRule]:
        """The rules that staff should look at for this case."""
        harms = {harm.code for harm in case.harms.all()}
        may_be_minor = "minor" in case.flags
        return [
            one
            for one in self.rules
            if one.is_dated(day) and one.concerns(case.age, harms, may_be_minor=may_be_minor)
        ]


def load_rules(path: Path) -> RuleBook:
    """Read and check one file. Raises ReportingRuleError naming file, field and mend."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise ReportingRuleError(file=path.name, field="-", mend=str(error)) from error
    check = _Checker(path.name)
    check.names(raw, HEAD, "-")
    papers = raw.get("papers", {})
    for code, words in papers.items():
        check.words(words, f"papers.{code}")
    rules = tuple(check.rule(one, f"rule[{n}]") for n, one in enumerate(raw.get("rule", []), 1))
    kin = [check.kin(one, f"kin[{n}]", papers) for n, one in enumerate(raw.get("kin", []), 1)]
    for name, codes in (("rule", [r.code for r in rules]), ("kin", [k.code for k in kin])):
        check.true(bool(codes), name, "add at least one")
        check.true(len(codes) == len(set(codes)), name, "give each code once")
    return RuleBook(
        raw["version"], raw["effective_from"], rules, {one.code: one for one in kin}, papers
    )


@lru_cache(maxsize=1)
def rule_book() -> RuleBook:
    """The newest file of the folder."""
    every = [load_rules(path) for path in sorted(FOLDER.glob("*.toml"))]
    return max(every, key=lambda one: one.effective_from)


class _Checker:
    """Reads parts of one file, or says what is wrong with them."""

    def __init__(self, file: str) -> None:
        self.file = file

    def true(self, fine: object, field: str, mend: str) -> None:
        """Raise ReportingRuleError where ``fine`` is not."""
        if not fine:
            raise ReportingRuleError(file=self.file, field=field, mend=mend)

    def names(self, raw: Mapping[str, Any], names: tuple[str, ...], place: str) -> None:
        for name in names:
            self.true(name in raw, f"{place}.{name}", "add it")
        self.true(raw["status"] in STATUSES, f"{place}.status", f"use one of {', '.join(STATUSES)}")
        for name in ("effective_from", "verified_on"):
            self.true(isinstance(raw[name], date), f"{place}.{name}", "write a date")
        to = raw.get("effective_to")
        self.true(to is None or isinstance(to, date), f"{place}.effective_to", "write a date")

    def words(self, words: object, place: str) -> Mapping[str, str]:
        given = words if isinstance(words, dict) else {}
        self.true(all(given.get(code) for code in ("ko", "en")), place, "give ko and en")
        return given

    def rule(self, raw: Mapping[str, Any], place: str) -> ReportingRule:
        self.names(raw, (*DATED, "checked", "ages", "harms", "decides"), place)
        self.true(raw["decides"] == "counsel", f"{place}.decides", "write counsel: no rule acts")
        lists = taxonomy()
        for name, known in (("ages", lists.codes("age")), ("harms", lists.codes("harm"))):
            self.true(set(raw[name]) <= set(known), f"{place}.{name}", "use codes of the taxonomy")
        texts = {
            name: self.words(raw.get(name), f"{place}.{name}") for name in ("title", "says", "ask")
        }
        return ReportingRule(
            raw["code"], raw["effective_from"], raw.get("effective_to"), raw["status"],
            bool(raw["checked"]), raw["source"], raw["verified_on"], tuple(raw["ages"]),
            tuple(raw["harms"]), texts,
        )  # fmt: skip

    def kin(self, raw: Mapping[str, Any], place: str, papers: Mapping[str, Any]) -> Kin:
        self.names(raw, (*DATED, "may_ask", "papers"), place)
        self.true(set(raw["papers"]) <= set(papers), f"{place}.papers", "use names of [papers]")
        return Kin(
            raw["code"], raw["effective_from"], raw.get("effective_to"), raw["source"],
            bool(raw["may_ask"]), tuple(raw["papers"]), self.words(raw.get("title"), f"{place}.title"),
        )  # fmt: skip
