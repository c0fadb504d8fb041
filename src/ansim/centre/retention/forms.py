"""What staff type about keeping a case."""

from datetime import datetime, time, timedelta
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy, pgettext_lazy

from ansim.centre.retention.showing import HOLD_KINDS
from ansim.centre.shell.moments import zone

LONGEST_REASON: Final = 2000


class HoldForm(forms.Form):
    """A legal hold: who needs the record, why, and until when."""

    kind = forms.ChoiceField(
        label=gettext_lazy("Who needs it kept?"), widget=forms.RadioSelect,
        choices=list(HOLD_KINDS.items()),
        error_messages={"required": gettext_lazy("Say who needs it kept.")},
    )  # fmt: skip
    reason = forms.CharField(
        label=gettext_lazy("Why"), max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": "3"}),
        help_text=gettext_lazy("Sealed with the key of this case."),
        error_messages={"required": gettext_lazy("Write down why this case must be kept.")},
    )  # fmt: skip
    until = forms.DateField(
        label=gettext_lazy("Until, if a day is known"), required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d"],
        error_messages={"invalid": gettext_lazy("Write the day like 2027-01-31.")},
    )  # fmt: skip

    def __init__(self, data: Any = None, *, now: datetime) -> None:
        super().__init__(data)
        self._now = now

    def clean_until(self) -> datetime | None:
        """The end of that day in the centre's zone; a day that has passed holds nothing."""
        day = self.cleaned_data["until"]
        if day is None:
            return None
        end = datetime.combine(day + timedelta(days=1), time(), tzinfo=zone())
        if end <= self._now:
            raise forms.ValidationError(gettext_lazy("This day has passed; name a later one."))
        return end


class LookUpForm(forms.Form):
    """Was this case erased?"""

    reference = forms.CharField(
        label=pgettext_lazy("retention", "Case reference"), max_length=30,
        help_text=gettext_lazy("As it was spoken, such as 여울-412."),
        error_messages={"required": gettext_lazy("Type the case reference.")},
    )  # fmt: skip
