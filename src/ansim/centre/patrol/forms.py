"""Forms of the patrol room."""

from typing import TYPE_CHECKING

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.translation import get_language, gettext, gettext_lazy, pgettext

from ansim.centre import outside
from ansim.centre.shell.context import in_language
from ansim.errors import AnsimError
from ansim.matching import RADIUS
from ansim.matching.exchange import read_list
from ansim.matching.exchange_received import Received

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

APPROVAL_DAYS = 90
WIDE = 47
"""Where unrelated pictures stay apart (docs/matching.md) and most crops and captions still come in."""
WIDEST = 60
MAX_APPROVAL_DAYS = 365
REQUIRED = gettext_lazy("Fill this in; a hash list is not hunted without it.")


def _text(label: "_StrPromise", length: int) -> forms.CharField:
    return forms.CharField(label=label, max_length=length, error_messages={"required": REQUIRED})


def _bits(label: "_StrPromise", least: int, most: int, initial: int) -> forms.IntegerField:
    return forms.IntegerField(
        label=label, min_value=least, max_value=most, initial=initial,
        error_messages={
            "required": gettext_lazy("Write a number of bits."),
            "invalid": gettext_lazy("Write a whole number."),
            "min_value": gettext_lazy("The number is too small; it must be %(limit_value)s at least."),
            "max_value": gettext_lazy("The number is too large; it may be %(limit_value)s at most."),
        },
    )  # fmt: skip


class BankForm(forms.Form):
    """A hash list with where it comes from, what it may be used for, and on which legal basis."""

    hashes = forms.FileField(
        label=gettext_lazy("Hash list (CSV, JSON Lines, ThreatExchange, NCMEC or vPDQ)"),
        error_messages={
            "required": gettext_lazy("Choose the file with the hash list."),
            "empty": gettext_lazy("The file is empty; choose another one."),
        },
    )
    name = _text(gettext_lazy("Name of the bank"), 120)
    owner = _text(gettext_lazy("Owner"), 120)
    purpose = _text(gettext_lazy("Purpose"), 200)
    terms = _text(gettext_lazy("Terms of use"), 200)
    origin = _text(gettext_lazy("Where it was received from"), 200)
    legal_basis = forms.ChoiceField(
        label=gettext_lazy("Legal basis"), widget=forms.Select(attrs={"class": "input"}),
        error_messages={"required": REQUIRED},
    )  # fmt: skip

    strict_radius = _bits(gettext_lazy("Differing bits up to which nobody is asked"), 0, RADIUS, RADIUS)
    wide_radius = _bits(gettext_lazy("Differing bits up to which two people decide"), 0, WIDEST, WIDE)

    def __init__(
        self,
        data: QueryDict | None = None,
        files: "MultiValueDict[str, UploadedFile[bytes]] | None" = None,
    ) -> None:
        super().__init__(data, files)
        bases = [(rule.code, in_language(rule.title)) for rule in outside.registry().bases]
        # Nothing is chosen beforehand: on which basis a list is hunted is for a person to say.
        asked = ("", pgettext("legal basis", "Choose"))
        self.fields["legal_basis"].choices = [asked, *bases]  # type: ignore[attr-defined]
        self.received: Received | None = None

    def clean_hashes(self) -> object:
        """Read the list, of whatever shape; every fault names its line and the mend."""
        given = self.cleaned_data["hashes"]
        try:
            self.received = read_list(given.read(), name=given.name or "")
        except AnsimError as error:
            raise forms.ValidationError(error.sentence(get_language() or "ko")) from error
        return given

    def clean(self) -> dict[str, object]:
        """The wide radius is not below the strict one."""
        found: dict[str, object] = super().clean() or {}
        strict, wide = found.get("strict_radius"), found.get("wide_radius")
        if isinstance(strict, int) and isinstance(wide, int) and wide < strict:
            self.add_error(
                "wide_radius", gettext("It must be at least as many as the number above it.")
            )
        return found


class BankApprovalForm(forms.Form):
    """For how many days notices about a bank's hits go without asking each time."""

    days = forms.IntegerField(
        min_value=1,
        max_value=MAX_APPROVAL_DAYS,
        initial=APPROVAL_DAYS,
        label=gettext_lazy("Days"),
        error_messages={
            "required": gettext_lazy("Write for how many days it holds."),
            "invalid": gettext_lazy("Write the days as a number, such as 30."),
            "min_value": gettext_lazy("It must hold for at least one day."),
            "max_value": gettext_lazy("It may hold for 365 days at most; then decide again."),
        },
    )
