"""Words of the removal room: states, reasons, endings, problems."""

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, pgettext_lazy

Words = Mapping[str, Promise]

TABS: Final[Words] = {
    "to_approve": pgettext_lazy("removal tab", "To approve"),
    "not_received": pgettext_lazy("removal tab", "Receipt not confirmed"),
    "waiting": pgettext_lazy("removal tab", "Waiting for an answer"),
    "overdue": pgettext_lazy("removal tab", "Overdue"),
    "checking": pgettext_lazy("removal tab", "Checking"),
    "done": pgettext_lazy("removal tab", "Done"),
}
EMPTY: Final[Words] = {
    "to_approve": gettext_lazy("Nothing to approve now"),
    "not_received": gettext_lazy("No request waits for its receipt"),
    "waiting": gettext_lazy("No request waits for an answer"),
    "overdue": gettext_lazy("Nothing is overdue"),
    "checking": gettext_lazy("Nothing is being checked now"),
    "done": gettext_lazy("No request has been closed yet"),
}
EMPTY_LINE: Final[Words] = {
    "to_approve": gettext_lazy("New drafts will appear here."),
    "not_received": gettext_lazy("Requests appear here after they are sent."),
    "waiting": gettext_lazy("Requests appear here when their receipt is confirmed."),
    "overdue": gettext_lazy("Requests appear here when their time is over."),
    "checking": gettext_lazy("Links that look gone appear here until it is confirmed."),
    "done": gettext_lazy("Closed requests appear here with their ending."),
}
STATES: Final[Words] = {
    "draft": pgettext_lazy("request state", "To approve"),
    "approved": pgettext_lazy("request state", "Approved, about to be sent"),
    "sending": pgettext_lazy("request state", "Being sent"),
    "unclear": pgettext_lazy("request state", "Unclear whether it left"),
    "sent": pgettext_lazy("request state", "Sent, receipt not confirmed"),
    "received": pgettext_lazy("request state", "Received"),
    "bounced": pgettext_lazy("request state", "Bounced"),
    "closed": pgettext_lazy("request state", "Closed"),
}
STATE_TONES: Final[Mapping[str, str]] = {
    "draft": "wait", "approved": "info", "sending": "info", "unclear": "stop", "sent": "info",
    "received": "info", "bounced": "stop", "closed": "mute",
}  # fmt: skip
WHYS: Final[Words] = {
    "first": pgettext_lazy("why a request", "First request"),
    "media_copy": pgettext_lazy("why a request", "The file remains on a server"),
    "search": pgettext_lazy("why a request", "Still listed in a search engine"),
    "not_done": pgettext_lazy("why a request", "The step before did not help"),
    "bounce": pgettext_lazy("why a request", "The step before bounced"),
    "referral": pgettext_lazy("why a request", "Referral to the police"),
    "regulator": pgettext_lazy("why a request", "Referral to the regulator"),
}
ENDINGS: Final[Words] = {
    "gone": pgettext_lazy("request ending", "Gone, confirmed"),
    "deindexed": pgettext_lazy("request ending", "Out of search results"),
    "not_done": pgettext_lazy("request ending", "Not done in time"),
    "bounced": pgettext_lazy("request ending", "Bounced"),
    "returned": pgettext_lazy("request ending", "Returned, not sent"),
    "no_basis": pgettext_lazy("request ending", "No basis any more"),
    "answered": pgettext_lazy("request ending", "Answered"),
}
KINDS: Final[Words] = {
    "platform": pgettext_lazy("recipient kind", "Platform or site"),
    "media_host": pgettext_lazy("recipient kind", "Media host"),
    "host": pgettext_lazy("recipient kind", "Hosting company"),
    "search": pgettext_lazy("recipient kind", "Search engine"),
    "regulator": pgettext_lazy("recipient kind", "Regulator"),
    "police": pgettext_lazy("recipient kind", "Police"),
    "hash_sharing": pgettext_lazy("recipient kind", "Takes lists of fingerprints"),
    "": pgettext_lazy("recipient kind", "No recipient"),
}
CHANNELS: Final[Words] = {"smtp": pgettext_lazy("channel", "E-mail")}
LANGUAGES: Final[Words] = {
    "ko": pgettext_lazy("language", "Korean"),
    "en": pgettext_lazy("language", "English"),
}
STATUSES: Final[Words] = {
    "in_force": pgettext_lazy("rule status", "In force"),
    "enacted_not_commenced": pgettext_lazy("rule status", "Enacted, not in force yet"),
    "proposed": pgettext_lazy("rule status", "Proposed"),
}
REPLIES: Final[Words] = {
    "bounce": pgettext_lazy("reply kind", "Returned by the mail server"),
    "acknowledgement": pgettext_lazy("reply kind", "Receipt confirmed"),
    "auto_reply": pgettext_lazy("reply kind", "Automatic reply"),
    "reply": pgettext_lazy("reply kind", "Answer"),
}
REPLY_TONES: Final[Mapping[str, str]] = {
    "bounce": "stop", "acknowledgement": "ok", "auto_reply": "mute", "reply": "info",
}  # fmt: skip
PROBLEMS: Final[Words] = {
    "no_basis": gettext_lazy("No consent covers this recipient"),
    "no_recipient": gettext_lazy("No recipient is registered for this site"),
    "no_route": gettext_lazy("The recipient has no address"),
    "not_ready": gettext_lazy("A required field is missing"),
    "regime_not_in_force": gettext_lazy("The rule is not in force"),
    "bounced": gettext_lazy("The recipient's mail server would not take it"),
}
SOME_PROBLEM: Final = gettext_lazy("The letter could not be written")
VANTAGE_OUTCOMES: Final[Words] = {
    "answered": pgettext_lazy("look outcome", "Answered"),
    "refused": pgettext_lazy("look outcome", "Not looked at (refused by our own rules)"),
    "name_not_found": pgettext_lazy("look outcome", "The name does not exist"),
    "name_service_failed": pgettext_lazy("look outcome", "The name service failed"),
    "connect_failed": pgettext_lazy("look outcome", "No connection"),
    "tls_failed": pgettext_lazy("look outcome", "No secure connection"),
    "timed_out": pgettext_lazy("look outcome", "No answer in time"),
    "too_large": pgettext_lazy("look outcome", "Too large to read"),
    "broken": pgettext_lazy("look outcome", "Broken answer"),
}
ORIGINS: Final[Words] = {
    "given": pgettext_lazy("sighting origin", "Given by the person or staff"),
    "search": pgettext_lazy("sighting origin", "Found by search"),
    "watch": pgettext_lazy("sighting origin", "Found by the re-upload watch"),
    "patrol": pgettext_lazy("sighting origin", "Found by patrol"),
    "moved": pgettext_lazy("sighting origin", "Moved from another address"),
}


def problem(code: str) -> Promise:
    """Why a draft has no letter, in a few words."""
    return PROBLEMS.get(code, SOME_PROBLEM)
