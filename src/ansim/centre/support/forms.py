"""The form that records one support."""

from datetime import datetime

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from ansim.centre.cases.forms import MAX_TEXT, moment_field
from ansim.centre.cases.taxonomy import taxonomy

DAY_OF_MINUTES = 24 * 60


class ServiceForm(forms.Form):
    """What was given, by whom, what came of it, when and for how long."""

    kind = forms.ChoiceField(
        label=_("Support"),
        error_messages={
            "required": _("Choose which support was given."),
            "invalid_choice": _("Choose one of the answers in the list."),
        },
    )
    provider = forms.CharField(
        label=_("Given by"), max_length=120,
        help_text=_("A colleague's role, a hospital, a lawyer's office, an agency."),
        error_messages={
            "required": _("Write who gave this support."),
            "max_length": _("This is longer than 120 letters. Please shorten it."),
        },
    )  # fmt: skip
    outcome = forms.ChoiceField(
        label=_("What came of it"), widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose what came of it."),
            "invalid_choice": _("Choose one of the answers in the list."),
        },
    )  # fmt: skip
    given_at = moment_field(_("When"))
    minutes = forms.IntegerField(
        label=_("How many minutes"), min_value=0, max_value=DAY_OF_MINUTES, required=False,
        error_messages={
            "invalid": _("Write the minutes as a whole number, for example 50."),
            "min_value": _("Write the minutes as a whole number, for example 50."),
            "max_value": _("One support lasts at most a day (1440 minutes)."),
        },
    )  # fmt: skip
    note = forms.CharField(
        label=_("Note"), required=False, max_length=MAX_TEXT,
        help_text=_("Sealed with the key of this case. Leave it empty if there is nothing to add."),
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"max_length": _("This is longer than 20,000 letters. Please shorten it.")},
    )  # fmt: skip

    def __init__(self, data: QueryDict | None = None, *, now: datetime) -> None:
        super().__init__(data)
        self.now = now
        for name, choices in (
            ("kind", [("", "—"), *taxonomy().choices("service")]),
            ("outcome", taxonomy().choices("outcome")),
        ):
            field = self.fields[name]
            if isinstance(field, forms.ChoiceField):
                field.choices = choices
        when = self.fields["given_at"]
        when.required = True
        when.initial = now
        when.error_messages["required"] = _("Write when it was given.")

    def clean_given_at(self) -> datetime:
        """A support that was given lies behind."""
        given: datetime = self.cleaned_data["given_at"]
        if given > self.now:
            raise forms.ValidationError(
                _("This moment has not come yet. Record a support after it was given.")
            )
        return given

    def clean_minutes(self) -> int:
        """No answer counts as none."""
        return self.cleaned_data["minutes"] or 0
