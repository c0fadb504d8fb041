"""Custody events in words: what happened, to which link or request, and who did it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, pgettext_lazy

from ansim.centre.access.models import Staff
from ansim.centre.cases.models import Case, Consent
from ansim.centre.cases.taxonomy import taxonomy
from ansim.centre.custody.models import CustodyEvent
from ansim.centre.desk.ledger import LOG as LEDGER_WORDS
from ansim.centre.materials.models import Material, Sighting
from ansim.centre.removal.models import Request
from ansim.centre.shell.verdict_words import STAFF as VERDICTS

WORDS: dict[str, Promise] = {
    "case.opened": gettext_lazy("Case opened"),
    "case.triaged": gettext_lazy("Triage decided"),
    "case.words_changed": gettext_lazy("Words to search for changed"),
    "case.shared": gettext_lazy("Case shared with a colleague"),
    "case.closed": gettext_lazy("Case closed"),
    "case.reopened": gettext_lazy("Case opened again"),
    "case.story_read": gettext_lazy("What the person wrote was opened"),
    "case.searched": gettext_lazy("Words were searched for"),
    "index.looked_up": gettext_lazy("A case was looked up by number, e-mail or link"),
    "consent.given": gettext_lazy("Consent given"),
    "consent.withdrawn": gettext_lazy("Consent withdrawn"),
    "message.posted": gettext_lazy("Message written"),
    "message.read": gettext_lazy("Messages read"),
    "note.written": gettext_lazy("Note written"),
    "note.read": gettext_lazy("Notes read"),
    "reporting.decided": gettext_lazy("Decided about a duty to report"),
    "reporting.read": gettext_lazy("Reasons about a duty to report read"),
    "proxy.noted": gettext_lazy("Noted who asks for the person"),
    "proxy.papers_seen": gettext_lazy("Documents of somebody who asks for the person seen"),
    "proxy.confirmed": gettext_lazy("The person confirmed what somebody asked for them"),
    "service.recorded": gettext_lazy("Service recorded"),
    "service.read": gettext_lazy("Notes of services read"),
    "material.added": gettext_lazy("Fingerprint added; the file was dropped"),
    "material.withdrawn": gettext_lazy("No longer looked for"),
    "sighting.added": gettext_lazy("Link added"),
    "link.look_asked": gettext_lazy("Look before its time asked for"),
    "link.shown": gettext_lazy("Full address shown"),
    "request.drafted": gettext_lazy("Request drafted"),
    "request.rewritten": gettext_lazy("Request written again"),
    "request.asked_anyway": gettext_lazy("Request drafted on the person's word"),
    "request.approved": gettext_lazy("Request approved"),
    "request.approved_standing": gettext_lazy("Request approved by a standing approval"),
    "request.body_shown": gettext_lazy("Letter shown with its addresses"),
    "request.receipt_confirmed": gettext_lazy("Receipt confirmed"),
    "request.receipt_presumed": gettext_lazy("Receipt presumed"),
    "request.returned": gettext_lazy("Request returned; nothing was sent"),
    "request.refused": gettext_lazy("Request stopped before sending"),
    "request.sent": gettext_lazy("Request sent"),
    "request.send_failed": gettext_lazy("Sending failed; it will be tried again"),
    "request.unclear": gettext_lazy("It is unclear whether the request left"),
    "request.unclear_decided": gettext_lazy("Decided whether the request left"),
    "request.closed.gone": gettext_lazy("Request closed: gone"),
    "request.closed.deindexed": gettext_lazy("Request closed: out of the search results"),
    "request.closed.not_done": gettext_lazy("Request closed: nothing was done in time"),
    "request.closed.bounced": gettext_lazy("Request closed: the mail came back"),
    "request.closed.returned": gettext_lazy("Request closed: returned"),
    "request.closed.no_basis": gettext_lazy("Request closed: no consent covers it"),
    "request.closed.answered": gettext_lazy("Request closed: answered"),
    "reply.received": gettext_lazy("Reply arrived"),
    "reply.seen": gettext_lazy("Reply read"),
    "standing_approval.given": gettext_lazy("Standing approval given"),
    "bank.imported": gettext_lazy("Hash bank imported"),
    "bank.approved": gettext_lazy("Hash bank approved for notices"),
    "bank.approval_ended": gettext_lazy("Hash bank’s standing approval ended"),
    "bank.rests": gettext_lazy("Hash bank rests"),
    "bank.taken_up": gettext_lazy("Hash bank hunted again"),
    "source.run_asked": gettext_lazy("Patrol run asked for"),
    "robots.overridden": gettext_lazy("Looks go on although robots.txt asks not to"),
    "robots.obeyed": gettext_lazy("robots.txt is obeyed again"),
    "target.added": gettext_lazy("Watch target added"),
    "target.changed": gettext_lazy("Watch target changed"),
    "target.rests": gettext_lazy("Watch target rests"),
    "target.taken_up": gettext_lazy("Watch target taken up again"),
    "hit.recorded": gettext_lazy("Hit with a bank recorded by the machine"),
    "near_hit.found": gettext_lazy("Something alike found; two people decide"),
    "near_hit.opinion": gettext_lazy("Answered about something alike"),
    "near_hit.same": gettext_lazy("Two people say that it is the same"),
    "near_hit.not_same": gettext_lazy("Two people say that it is something else"),
    "lead.found": gettext_lazy("Page with a case’s words found"),
    "lead.taken": gettext_lazy("Page with a case’s words is looked at as a link"),
    "lead.dismissed": gettext_lazy("Page with a case’s words dismissed"),
    "ledger.exported": gettext_lazy("Re-upload ledger taken out as a file"),
    "figures.exported": gettext_lazy("Figures taken out as a file"),
    "case.erased": gettext_lazy("Case erased; its keys are destroyed"),
    "case.erased_again": gettext_lazy("Case erased again after a restore"),
    "erasure.asked": gettext_lazy("The person wants everything deleted"),
    "erasure.taken_back": gettext_lazy("The person took the wish to delete back"),
    "hold.set": gettext_lazy("Legal hold set"),
    "hold.lifted": gettext_lazy("Legal hold lifted"),
    "hold.read": gettext_lazy("Reasons of legal holds read"),
    "retention.kept": gettext_lazy("Kept longer"),
    "retention.noticed": gettext_lazy("Notice given that the time to keep it ends"),
    "retention.asker_set": gettext_lazy("Written down who asked for the removal"),
    "tombstone.looked_up": gettext_lazy("Looked up whether a case was erased"),
    "link.dropped": gettext_lazy("Old link of a hash list deleted"),
    "backup.made": gettext_lazy("Backup made"),
    "backup.restored": gettext_lazy("Restored from a backup"),
    "staff.signed_in": gettext_lazy("Signed in"),
    "staff.signed_out": gettext_lazy("Screen locked"),
    "staff.created": gettext_lazy("Staff account made"),
    "staff.deactivated": gettext_lazy("Staff account closed"),
    "staff.password_changed": gettext_lazy("Password changed"),
    "case.exported": gettext_lazy("Sealed content taken out as a file"),
    "identity.asked": gettext_lazy("Asked the custodian for a name"),
    "identity.granted": gettext_lazy("The custodian allowed a name"),
    "identity.refused": gettext_lazy("The custodian refused a name"),
    "identity.shown": gettext_lazy("Name and ways to reach the person shown"),
    "identity.reviewed": gettext_lazy("The custodian looked at a showing"),
    "joint.asked": gettext_lazy("Asked for what needs two people"),
    "joint.confirmed": gettext_lazy("A second person confirmed"),
    "joint.refused": gettext_lazy("A second person refused"),
    "joint.used": gettext_lazy("Done with a second person"),
    "key.wrapped": gettext_lazy("Key given to a colleague"),
    "key.unwrapped": gettext_lazy("Key taken back from somebody who leaves"),
    "staff.keys_renewed": gettext_lazy("New keys after a lost password"),
    "escrow.added": gettext_lazy("Escrow key added"),
    "escrow.retired": gettext_lazy("Escrow key retired"),
    "escrow.used": gettext_lazy("Escrow key used"),
    "keys.rotation_begun": gettext_lazy("Changing the server key begun"),
    "keys.rotated": gettext_lazy("Server key changed"),
    "staff.role_changed": gettext_lazy("Role changed"),
    "staff.sign_in_failed": gettext_lazy("Sign-in failed"),
    "staff.factor_added": gettext_lazy("Second step set up"),
    "staff.factor_removed": gettext_lazy("Second step removed"),
    "staff.factors_reset": gettext_lazy("Second steps reset"),
    "staff.recovery_codes_made": gettext_lazy("Recovery codes made"),
    "staff.sessions_ended": gettext_lazy("Other sessions ended"),
    "staff.proved_again": gettext_lazy("Proved again who they are"),
    "staff.changed": gettext_lazy("Staff account changed"),
    **LEDGER_WORDS,
}
TONES = {
    "verdict.present": "stop", "verdict.gone_confirmed": "ok", "verdict.deindexed": "ok",
    "request.closed.gone": "ok", "request.closed.deindexed": "ok", "consent.withdrawn": "stop",
}  # fmt: skip
ACTORS: dict[str, Promise] = {
    "person": pgettext_lazy("actor", "The person"),
    "worker": pgettext_lazy("actor", "Automatic"),
    "operator": pgettext_lazy("actor", "Operator"),
    "staff": pgettext_lazy("actor", "Staff"),
    "unknown": pgettext_lazy("actor", "Unknown"),
}


@dataclass(frozen=True, slots=True)
class LogLine:
    """One event as a page shows it: when, about what (``L-07``, may be empty), what, who."""

    sequence: int
    at: datetime
    subject: str
    what: str
    who: str
    tone: str
    fields: tuple[str, ...]


def log_lines(events: Iterable[CustodyEvent]) -> list[LogLine]:
    """Events in words. Names of fields come along, values never do (they are not there)."""
    listed = list(events)
    subjects = _subjects(listed)
    staff = {one.pk: one.name for one in Staff.objects.filter(pk__in={e.actor_id for e in listed})}
    return [
        LogLine(
            event.sequence, event.at, subjects.get(event.object_id, ""), _what(event),
            staff.get(event.actor_id or UUID(int=0))
            or str(ACTORS.get(event.actor_kind, event.actor_kind)),
            TONES.get(event.action, ""),
            tuple(event.fields),
        )
        for event in listed
    ]  # fmt: skip


def recent_lines(case: Case, count: int) -> list[LogLine]:
    """The newest events of a case that changed something (reading is in the full log)."""
    events = CustodyEvent.objects.filter(case_id=case.pk).exclude(action__endswith=".read")
    return log_lines(events[:count])


def _what(event: CustodyEvent) -> str:
    kind, _, rest = event.action.partition(".")
    if kind == "verdict":
        return str(VERDICTS.get(rest, rest))
    return str(WORDS.get(event.action, event.action))


def _subjects(events: Sequence[CustodyEvent]) -> dict[str, str]:
    """What each event's record is called on the pages."""
    ids: dict[str, set[str]] = {}
    for event in events:
        ids.setdefault(event.object_kind, set()).add(event.object_id)
    found: dict[str, str] = {}
    for sighting in Sighting.objects.filter(pk__in=ids.get("materials.sighting", ())):
        found[str(sighting.pk)] = sighting.label
    for material in Material.objects.filter(pk__in=ids.get("materials.material", ())):
        found[str(material.pk)] = material.label
    requests = Request.objects.filter(pk__in=ids.get("removal.request", ()))
    for request in requests.select_related("sighting"):
        found[str(request.pk)] = request.sighting.label
    for consent in Consent.objects.filter(pk__in=ids.get("cases.consent", ())):
        found[str(consent.pk)] = taxonomy().label("consent", consent.purpose)
    return found
