"""What makes a notice valid, checked one by one.

Names, labels and mending sentences are data (``fields.toml``); the test of each is here.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from ansim.notices.facts import NoticeFacts
from ansim.notices.reading import Table, read_toml
from ansim.notices.records import LegalBasis, Regime, Text

_FILE = Path(__file__).with_name("fields.toml")
_MAIL = re.compile(r"[^@\s<>,;:\"]+@[^@\s<>,;:\"]+\.[^@\s<>,;:\"]+")
_PHONE = re.compile(r"\+?[0-9][0-9 ()\-]{1,20}")
_FILMED_OR_MADE = frozenset({"ncii", "deepfake", "csam"})


@dataclass(frozen=True, slots=True)
class FieldCheck:
    """One required field of a regime; ``why`` is empty in every language when ``ok``."""

    name: str
    label: Text
    ok: bool
    why: Text


@dataclass(frozen=True, slots=True)
class _Case:
    """All that a test may look at."""

    facts: NoticeFacts
    now: datetime
    bases: Sequence[LegalBasis]


def exact_url(url: str) -> bool:
    """Whether ``url`` is a complete http(s) address without blanks."""
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(host) and not re.search(r"\s", url)


def _named(case: _Case) -> bool:
    return all(name.strip() for name in case.facts.centre_name.values()) and bool(
        case.facts.centre_name
    )


def _mail(case: _Case) -> bool:
    return bool(_MAIL.fullmatch(case.facts.centre_email))


def _urls(case: _Case) -> bool:
    urls = case.facts.item_urls
    return bool(urls) and all(exact_url(url) for url in urls)


def _said(case: _Case) -> bool:
    kind = case.facts.item_kind
    return bool(kind) and all(text.strip() for text in kind.values())


def _based(case: _Case) -> bool:
    basis = case.facts.basis
    if basis == "consent":
        return True
    return any(
        basis == f"law:{rule.code}" and rule.in_force(case.now.date()) for rule in case.bases
    )


def _stated(case: _Case) -> bool:
    return case.facts.statement_of_good_faith


_TESTS: Mapping[str, Callable[[_Case], bool]] = {
    "organisation_name": _named,
    "standing": lambda case: case.facts.designated_body,
    "contact": _mail,
    "contact_phone": lambda case: bool(_PHONE.fullmatch(case.facts.centre_phone)),
    "notifier_name": _named,
    "notifier_email": _mail,
    "request_kind": lambda case: case.facts.request_kind == "deletion",
    "reason": lambda case: case.facts.harm in _FILMED_OR_MADE,
    "target_urls": _urls,
    "confirmation": _stated,
    "signature": lambda case: bool(case.facts.signature.strip()),
    "identification": lambda case: _urls(case) and _said(case),
    "good_faith": _stated,
    "explanation": lambda case: _said(case) and case.facts.seen_at <= case.now,
    "exact_urls": _urls,
    "bona_fide": _stated,
    "basis": _based,
    "fingerprints": lambda case: bool(case.facts.pdq or case.facts.sha256),
}
FIELD_NAMES = tuple(_TESTS)


@cache
def _words() -> dict[str, tuple[Text, Text]]:
    """Field name -> (label, mending sentence).

    Raises:
        RegistryError: ``fields.toml`` lacks a field or holds one that nothing checks.
    """
    root = Table(read_toml(_FILE), file=_FILE.name)
    words: dict[str, tuple[Text, Text]] = {}
    for name in FIELD_NAMES:
        table = root.table(name)
        words[name] = (table.text("label"), table.text("mend"))
        table.close()
    root.close()
    return words


def check_fields(
    facts: NoticeFacts, regime: Regime, *, now: datetime, bases: Sequence[LegalBasis]
) -> tuple[FieldCheck, ...]:
    """Each field that ``regime`` requires for this kind of harm, in the regime's order.

    Raises:
        RegistryError: ``fields.toml`` is damaged.
    """
    case = _Case(facts, now, bases)
    waived = regime.waived.get(facts.harm, ())
    checks = []
    for name in regime.required_fields:
        if name in waived:
            continue
        label, mend = _words()[name]
        ok = _TESTS[name](case)
        checks.append(FieldCheck(name, label, ok, dict.fromkeys(mend, "") if ok else mend))
    return tuple(checks)
