"""Everything that is sealed in a case as one file, for the day when a court or a person asks.

The file is JSON under a passphrase (see vault/passphrase.py); it is made in memory, answered to
one request, and kept nowhere. ``ansim case open-export`` opens it.
"""

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction

from ansim.centre.access import joint
from ansim.centre.access.services import kdf
from ansim.centre.cases import keyring
from ansim.centre.cases.models import Case
from ansim.centre.custody.services import record
from ansim.vault import CaseKey, seal_for_passphrase

if TYPE_CHECKING:
    from ansim.centre.access.models import Staff

KIND: Final = "case.export_sealed"
FORMAT: Final = "ansim case export 1"


@transaction.atomic
def take_out(case: Case, *, by: "Staff", key: CaseKey, passphrase: str, now: datetime) -> bytes:
    """The file's bytes. Uses up the joint act; raises NeedsSecondPerson where there is none."""
    act = joint.use(KIND, case, by, now)
    content = gathered(case, key, now)
    fields = [
        name for name in ("story", "contact", "messages", "notes", "services") if content[name]
    ]
    record("case.exported", actor=by, obj=act, case=case, fields=fields, at=now)
    plain = json.dumps(content, ensure_ascii=False, indent=1).encode()
    return seal_for_passphrase(plain, passphrase, kdf())


def gathered(case: Case, key: CaseKey, now: datetime) -> dict[str, Any]:
    """What the file says, as JSON can say it; times in UTC."""
    contact: dict[str, str] = {}
    if case.contact_box is not None:
        contact = keyring.open_facts(key, case.contact_box, case, "contact_box", case)
    story = ""
    if case.story_box is not None:
        story = keyring.open_text(key, case.story_box, case, "story_box", case)
    return {
        "format": FORMAT,
        "case": case.reference,
        "opened_at": case.opened_at.isoformat(),
        "exported_at": now.isoformat(),
        "language": case.language,
        "story": story,
        "contact": contact,
        "messages": [
            {
                "at": one.at.isoformat(),
                "from": "person" if one.from_person else "centre",
                "text": keyring.open_text(key, one.text_box, one, "text_box", case),
            }
            for one in case.messages.all()
        ],
        "notes": [
            {
                "at": one.at.isoformat(),
                "by": "" if one.author is None else one.author.name_en,
                "text": keyring.open_text(key, one.text_box, one, "text_box", case),
            }
            for one in case.notes.select_related("author").order_by("at")
        ],
        "services": [
            {
                "at": one.given_at.isoformat(),
                "kind": one.kind,
                "provider": one.provider,
                "note": _note(key, one, case),
            }
            for one in case.services.order_by("given_at")
        ],
        "links": [
            {"found_at": one.found_at.isoformat(), "url": one.url, "verdict": one.verdict}
            for one in case.sightings.order_by("number")
        ],
    }


def _note(key: CaseKey, service: Any, case: Case) -> str:
    if service.note_box is None:
        return ""
    return keyring.open_text(key, service.note_box, service, "note_box", case)
