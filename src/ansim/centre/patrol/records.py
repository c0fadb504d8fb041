"""The machine's evidence of a hit with a bank: what was seen and what matched, sealed."""

import hashlib
import json
from datetime import datetime

from ansim.centre.custody.services import record
from ansim.centre.materials.models import Bank, Sighting
from ansim.centre.patrol.models import HitRecord

SCHEMA = 1


def keep_record(
    bank: Bank, sighting: Sighting, told: dict[str, object], *, now: datetime
) -> HitRecord:
    """Keep ``told`` as canonical JSON under the bank's key; its SHA-256 goes into the custody log."""
    text = json.dumps(
        {"schema": SCHEMA, "kept_at": now.isoformat(), **told},
        ensure_ascii=False, sort_keys=True, separators=(",", ":"),
    )  # fmt: skip
    kept = HitRecord(bank=bank, sighting=sighting, made_at=now)
    kept.record, kept.digest = text, hashlib.sha256(text.encode()).hexdigest()
    kept.save(force_insert=True)
    record("hit.recorded", obj=kept, fields=["record", f"sha256:{kept.digest}"], at=now)
    return kept
