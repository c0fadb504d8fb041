"""Rules, states and certificates in the reader's words."""

import json
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from ansim.centre.retention.models import Hold, Tombstone
from ansim.centre.retention.rules import rules
from ansim.centre.shell.context import in_language

STATES: dict[str, tuple[Promise, str]] = {
    "open": (pgettext_lazy("retention", "Open case: its time has not begun"), "info"),
    "wish": (pgettext_lazy("retention", "The person wants it deleted"), "stop"),
    "held": (pgettext_lazy("retention", "On legal hold"), "wait"),
    "permanent": (pgettext_lazy("retention", "Kept without end"), "mute"),
    "noticed": (pgettext_lazy("retention", "Its time ends: notice is given"), "wait"),
    "kept": (pgettext_lazy("retention", "Kept"), "ok"),
}
HOLD_KINDS: dict[str, Promise] = {
    Hold.Kind.POLICE: pgettext_lazy("hold", "Police or prosecutor"),
    Hold.Kind.COURT: pgettext_lazy("hold", "Court"),
    Hold.Kind.REGULATOR: pgettext_lazy("hold", "Regulator"),
    Hold.Kind.COUNSEL: pgettext_lazy("hold", "Advice of counsel"),
}
ASKED: dict[str, Promise] = {
    Tombstone.Asked.PERSON: pgettext_lazy("erasure", "The person’s own wish"),
    Tombstone.Asked.STAFF: pgettext_lazy("erasure", "Two members of staff"),
    Tombstone.Asked.RULE: pgettext_lazy("erasure", "The time to keep it was over"),
    Tombstone.Asked.RESTORE: pgettext_lazy("erasure", "Came back with an old backup"),
}
DESTROYED: dict[str, Promise] = {
    "case": pgettext_lazy("certificate", "Case record"),
    "messages": pgettext_lazy("certificate", "Messages"),
    "notes": pgettext_lazy("certificate", "Notes"),
    "consents": pgettext_lazy("certificate", "Consents"),
    "receipts": pgettext_lazy("certificate", "Receipt code"),
    "contact_index": pgettext_lazy("certificate", "Contact index"),
    "disclosures": pgettext_lazy("certificate", "Records of what left"),
    "services": pgettext_lazy("certificate", "Records of support"),
    "fingerprints": pgettext_lazy("certificate", "Fingerprints"),
    "links": pgettext_lazy("certificate", "Links"),
    "media_addresses": pgettext_lazy("certificate", "Addresses of media"),
    "looks": pgettext_lazy("certificate", "Looks at links"),
    "requests": pgettext_lazy("certificate", "Requests"),
    "replies": pgettext_lazy("certificate", "Replies"),
    "shared_lists": pgettext_lazy("certificate", "Shared lists of fingerprints"),
    "other": pgettext_lazy("certificate", "Other records"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a certificate: what, and how many or which."""

    word: Promise | str
    value: str


def title_of(rule_code: str) -> str:
    """The title of a rule in the reader's language; its code when it is there no more."""
    rule = rules().by_code(rule_code)
    return rule_code if rule is None else in_language(dict(rule.title))


def document_of(tombstone: Tombstone) -> dict[str, Any]:
    """What the certificate says, as it was signed."""
    document: dict[str, Any] = json.loads(tombstone.certificate)["document"]
    return document


def certificate_lines(tombstone: Tombstone) -> list[Line]:
    """What was destroyed, in words; what there was none of is left out."""
    document = document_of(tombstone)
    counts = document["destroyed"]
    lines = [Line(DESTROYED[name], f"{n:,}") for name, n in counts.items() if n]
    return [
        *lines,
        Line(pgettext_lazy("certificate", "Keys"), f"{len(document['keys_destroyed']):,}"),
        Line(
            pgettext_lazy("certificate", "Copies of keys"),
            f"{document['key_wraps_destroyed']:,}",
        ),
    ]
