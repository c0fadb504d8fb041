"""The consent ledger in the words of staff pages."""

from collections.abc import Iterable, Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, pgettext_lazy

from ansim.centre.cases.consents import Event, speaker
from ansim.centre.removal.telling import LeftLine, scope_name
from ansim.centre.shell.moments import moment

ACTS: Final[Mapping[str, Promise]] = {
    "given": pgettext_lazy("consent event", "Given"),
    "refused": pgettext_lazy("consent event", "Refused for one recipient"),
    "withdrawn": pgettext_lazy("consent event", "Withdrawn"),
    "lifted": pgettext_lazy("consent event", "Refusal taken back"),
    "expired": pgettext_lazy("consent event", "Its time was over"),
}
HOW: Final[Mapping[str, Promise]] = {
    "portal": pgettext_lazy("consent event", "on their pages"),
    "telephone": pgettext_lazy("consent event", "on the telephone"),
    "in_person": pgettext_lazy("consent event", "in person"),
    "letter": pgettext_lazy("consent event", "in writing"),
    "file": pgettext_lazy("consent event", "in a file of another agency"),
}
FACTS: Final[Mapping[str, Promise]] = {
    "address": pgettext_lazy("fact", "address"),
    "harm_kind": pgettext_lazy("fact", "kind of harm"),
    "fingerprint": pgettext_lazy("fact", "fingerprint"),
    "earlier_requests": pgettext_lazy("fact", "earlier requests"),
}
# What the custody log says of the ledger and of lists of fingerprints.
LOG: Final[Mapping[str, Promise]] = {
    "consent.refused": gettext_lazy("Consent refused for one recipient"),
    "consent.lifted": gettext_lazy("Refusal for one recipient taken back"),
    "consent.expired": gettext_lazy("Consent ended, its time was over"),
    "disclosure.made": gettext_lazy("Something left the centre under a consent"),
    "request.stopped": gettext_lazy("Request stopped, no consent covers it"),
    "hash_list.drafted": gettext_lazy("List of fingerprints drafted"),
    "hash_list.approved": gettext_lazy("List of fingerprints approved"),
    "hash_list.returned": gettext_lazy("Draft of a list closed"),
    "hash_list.shown": gettext_lazy("List of fingerprints shown"),
    "hash_list.sent": gettext_lazy("List of fingerprints sent"),
    "hash_list.refused": gettext_lazy("List refused by the mail server"),
    "hash_list.send_failed": gettext_lazy("Sending a list failed"),
    "hash_list.unclear_decided": gettext_lazy("Decided whether a list left"),
    "hash_list.acknowledged": gettext_lazy("Receipt of a list confirmed"),
    "hash_list.recall_drafted": gettext_lazy("Recall of fingerprints drafted"),
    "hash_list.recall_dropped": gettext_lazy("Draft of a recall taken back"),
    "hash_list.deleted_there": gettext_lazy("Recalled fingerprints deleted there"),
    "hash_list.closed.no_basis": gettext_lazy("List closed: no consent covers it"),
    "hash_list.closed.returned": gettext_lazy("List closed: returned"),
    "hash_list.closed.bounced": gettext_lazy("List closed: the mail came back"),
    "hash_list.closed.answered": gettext_lazy("Recall closed: answered"),
}


def events_in_words(events: Iterable[Event]) -> list[dict[str, object]]:
    """Each change: when, what, to whom, by whom and how, who wrote it down, in which words."""
    return [
        {
            "at": event.at,
            "what": ACTS[event.act],
            "whom": scope_name(event.scope) if event.scope else "",
            "by": speaker(event.by) if event.by else "",
            "how": HOW.get(event.how, event.how),
            "staff": event.staff.name if event.staff else "",
            "wording": event.words,
        }
        for event in events
    ]


def left_in_words(lines: Iterable[LeftLine]) -> list[str]:
    """What left, a line each: when, to whom, which kinds of facts."""
    return [
        f"{moment(one.at)} · {one.name} · "
        + ", ".join(str(FACTS.get(fact, fact)) for fact in one.facts)
        for one in lines
    ]
