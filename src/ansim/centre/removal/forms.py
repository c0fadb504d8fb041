"""Forms of the removal room."""

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy, ngettext

STANDING_DAYS = 180


class ApproveForm(forms.Form):
    """The confirmation before sending: the letters were read."""

    read = forms.BooleanField(
        error_messages={"required": gettext_lazy("Tick that you have read every letter.")}
    )

    def __init__(self, data: QueryDict | None = None, *, count: int) -> None:
        super().__init__(data)
        said = ngettext("I have read the letter", "I have read all %(count)d letters", count)
        self.fields["read"].label = said % {"count": count}


class StandingForm(forms.Form):
    """For how many days a recipient may be written to without asking each time."""

    days = forms.IntegerField(
        min_value=1,
        max_value=STANDING_DAYS,
        initial=30,
        label=gettext_lazy("Days"),
        error_messages={
            "required": gettext_lazy("Write for how many days it holds."),
            "invalid": gettext_lazy("Write the days as a number, such as 30."),
            "min_value": gettext_lazy("It must hold for at least one day."),
            "max_value": gettext_lazy("It may hold for 180 days at most; then decide again."),
        },
    )


class RobotsForm(forms.Form):
    """Why a site is looked at although its robots.txt asks not to; empty: it is obeyed."""

    reason = forms.CharField(
        label=gettext_lazy("Reason, with its legal basis"), max_length=200, required=False
    )
