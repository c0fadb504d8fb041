"""The certificate of an erasure: a signed JSON object that says what was destroyed, and when."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.conf import settings

from ansim import signed

VERSION = 1
# What is counted apart on the certificate; every other kind of row is among “other”.
KINDS: Mapping[str, str] = {
    "cases.Case": "case",
    "cases.Message": "messages",
    "cases.Note": "notes",
    "cases.Consent": "consents",
    "cases.Receipt": "receipts",
    "cases.ContactIndex": "contact_index",
    "cases.Disclosure": "disclosures",
    "support.Service": "services",
    "materials.Material": "fingerprints",
    "materials.Sighting": "links",
    "materials.SightingMedia": "media_addresses",
    "materials.Look": "looks",
    "removal.Request": "requests",
    "removal.Reply": "replies",
    "removal.HashList": "shared_lists",
}


@dataclass(frozen=True, slots=True)
class Destroyed:
    """What went: rows by model label, key ids, wraps of keys, letters, jobs; and what is asked back."""

    rows: Mapping[str, int]
    keys: Sequence[str]
    wraps: int
    letters: int
    jobs: int
    recalls: int


def counts_of(rows: Mapping[str, int]) -> dict[str, int]:
    """Rows by kind, every kind named, in the order of ``KINDS``; the rest together."""
    counts = dict.fromkeys(KINDS.values(), 0) | {"other": 0}
    for label, number in rows.items():
        counts[KINDS.get(label, "other")] += number
    return counts


def certify(
    *,
    certificate_id: UUID,
    case_id: UUID,
    reference_digest: str,
    destroyed: Destroyed,
    asked: str,
    act: str,
    rule: str,
    legal_class: str,
    opened_month: str,
    closed_month: str,
    now: datetime,
) -> str:
    """The certificate, signed with the server's signing key. No name, link or text is in it."""
    document: dict[str, Any] = {
        "kind": signed.ERASURE,
        "version": VERSION,
        "id": str(certificate_id),
        "centre": settings.ANSIM_CENTRE["name"],
        "case": str(case_id),
        "reference_digest": reference_digest,
        "opened_month": opened_month,
        "closed_month": closed_month,
        "erased_at": now.astimezone(UTC).isoformat(timespec="seconds"),
        "asked_by": asked,
        "two_person_act": act,
        "rule": rule,
        "legal_class": legal_class,
        "destroyed": counts_of(destroyed.rows),
        "keys_destroyed": sorted(destroyed.keys),
        "key_wraps_destroyed": destroyed.wraps,
        "letters_deleted": destroyed.letters,
        "jobs_deleted": destroyed.jobs,
        "shared_lists_asked_back": destroyed.recalls,
        "kept": ["this certificate", "custody events (ids only)", "monthly figures"],
        "backups_expire_after_days": {
            "data": settings.ANSIM_BACKUP_DAYS,
            "keys": settings.ANSIM_KEY_BACKUP_DAYS,
        },
    }
    return signed.sign(document, settings.SECRETS.signing_key)
