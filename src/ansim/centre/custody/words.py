"""Words of actions that the case log does not name: those of the centre as a whole."""

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

ACTIONS: Final[Mapping[str, Promise]] = {
    "request.approved_standing": gettext_lazy("Request approved by a standing approval"),
    "request.body_shown": gettext_lazy("Letter shown with its addresses"),
    "request.receipt_confirmed": gettext_lazy("Receipt confirmed"),
    "request.receipt_presumed": gettext_lazy("Receipt presumed"),
    "standing_approval.given": gettext_lazy("Standing approval given"),
    "bank.imported": gettext_lazy("Hash bank imported"),
    "bank.approved": gettext_lazy("Hash bank approved for notices"),
    "source.run_asked": gettext_lazy("Patrol run asked for"),
    "figures.exported": gettext_lazy("Figures taken out as a file"),
    "staff.signed_in": gettext_lazy("Signed in"),
    "staff.signed_out": gettext_lazy("Screen locked"),
    "staff.created": gettext_lazy("Staff account made"),
    "staff.deactivated": gettext_lazy("Staff account closed"),
    "staff.password_changed": gettext_lazy("Password changed"),
}
