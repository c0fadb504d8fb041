"""What stands above every page of a case: who has it, how the person may be reached, the tabs.

Counts come over reverse relations, so that this room need not know the rooms above it.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy, pgettext_lazy

from ansim.centre import clock
from ansim.centre.access.permissions import can
from ansim.centre.cases.models import Case
from ansim.centre.cases.services import holders_of
from ansim.centre.cases.standing import duties_of, waits_for_person

if TYPE_CHECKING:
    from ansim.centre.access.models import Staff

STATUS_TONES = {Case.Status.NEW: "wait", Case.Status.OPEN: "info", Case.Status.CLOSED: "mute"}
STATUS_WORDS: dict[str, Promise] = {
    Case.Status.NEW: pgettext_lazy("case status", "New"),
    Case.Status.OPEN: pgettext_lazy("case status", "Open"),
    Case.Status.CLOSED: pgettext_lazy("case status", "Closed"),
}
SAFE_CHANNELS: dict[str, Promise] = {
    "none": gettext_lazy("Do not contact the person"),
    "portal": gettext_lazy("Only messages on this site"),
    "sms": gettext_lazy("Text messages only"),
    "phone": gettext_lazy("Telephone"),
    "email": gettext_lazy("E-mail"),
}
OUTSIDE_KINDS = ("police", "regulator")


@dataclass(frozen=True, slots=True)
class Tab:
    """One tab of a case: URL name, word, a count (0: none shown) and the count's tone."""

    url_name: str
    word: Promise
    count: int = 0
    tone: str = ""


@dataclass(frozen=True, slots=True)
class CaseHeader:
    """The head of a case's pages. ``opens`` says whether the reader can open what is sealed."""

    case: Case
    status: Promise
    tone: str
    holders: tuple["Staff", ...]
    opens: bool
    safe: str
    safe_rules: tuple[str, ...]
    tabs: tuple[Tab, ...]


def safe_contact_words(rules: dict[str, object]) -> tuple[str, tuple[str, ...]]:
    """The main rule of safe contact as a sentence, and the smaller rules beside it."""
    channel = str(rules.get("channel") or "")
    if channel not in SAFE_CHANNELS:
        return gettext("Safe contact was not asked yet: use messages on this site only"), ()
    small = []
    if rules.get("hours"):
        small.append(gettext("Only at certain hours: see what was told"))
    if channel in {"phone", "sms"}:
        said = (
            gettext("Voicemail is allowed") if rules.get("voicemail") else gettext("No voicemail")
        )
        small.append(said)
    if rules.get("code_word"):
        small.append(gettext("There is a code word"))
    return str(SAFE_CHANNELS[channel]), tuple(small)


def case_header(case: Case, staff: "Staff") -> CaseHeader:
    """The header of ``case`` as ``staff`` sees it."""
    holders = tuple(holders_of(case))
    safe, rules = safe_contact_words(case.safe_contact)
    unread = case.messages.filter(from_person=True, read_at=None).count()
    outside = case.sightings.filter(requests__recipient_kind__in=OUTSIDE_KINDS).values("requests")
    tabs = (
        Tab("case", pgettext_lazy("case tab", "Overview")),
        Tab("case-links", pgettext_lazy("case tab", "Links"), case.sightings.count()),
        Tab("case-plan", pgettext_lazy("case tab", "Support plan")),
        Tab("case-messages", pgettext_lazy("case tab", "Messages"), unread, "info"),
        Tab("case-consents", pgettext_lazy("case tab", "Consents")),
        Tab("case-referrals", pgettext_lazy("case tab", "Referrals"), outside.count()),
        Tab("case-notes", pgettext_lazy("case tab", "Notes")),
        *_standing(case),
        *_keeping(staff),
        Tab("case-log", pgettext_lazy("case tab", "Custody log")),
    )
    return CaseHeader(
        case=case,
        status=STATUS_WORDS[case.status],
        tone=STATUS_TONES[Case.Status(case.status)],
        holders=holders,
        opens=any(one.pk == staff.pk for one in holders),
        safe=safe,
        safe_rules=rules,
        tabs=tabs,
    )


def _standing(case: Case) -> tuple[Tab, ...]:
    """The tab on duties to report and on who asks, where there is one or the other."""
    duties = duties_of(case, clock.now())
    if not duties and case.standing == "self":
        return ()
    waiting = sum(duty.is_open for duty in duties) + waits_for_person(case)
    return (Tab("case-standing", pgettext_lazy("case tab", "Standing and duties"), waiting, "wait"),)


def _keeping(staff: "Staff") -> tuple[Tab, ...]:
    """The tab on how long the case is kept, for roles that decide about it."""
    if not can(staff, "retention.read"):
        return ()
    return (Tab("case-retention", pgettext_lazy("case tab", "Keeping")),)
