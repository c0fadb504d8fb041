"""Forms of a case's own pages. Each error is one sentence that says how to mend it."""

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext, pgettext_lazy

from ansim.centre.cases.taxonomy import taxonomy
from ansim.centre.shell.moments import here, zone

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django_stubs_ext import StrPromise

    from ansim.centre.access.models import Staff
    from ansim.centre.cases.models import Case

MOMENT_FORMAT = "%Y-%m-%dT%H:%M"
MAX_TEXT = 20_000


def moment_field(label: "StrPromise", help_text: "StrPromise | str" = "") -> forms.DateTimeField:
    """A day and a time in the centre's zone, typed or picked."""
    return forms.DateTimeField(
        label=label,
        help_text=help_text,
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MOMENT_FORMAT),
        error_messages={
            "invalid": _("Write the day and the time, for example 2026-11-22 14:00."),
        },
    )


class TextForm(forms.Form):
    """A message to the person, or a note among staff."""

    text = forms.CharField(
        label=_("Message"),
        max_length=MAX_TEXT,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={
            "required": _("There is nothing written yet. Write a few words first."),
            "max_length": _("This is longer than 20,000 letters. Please split it in two."),
        },
    )


class TriageForm(forms.Form):
    """A person's decision on danger, on a deadline, and on who takes the case."""

    flags = forms.MultipleChoiceField(
        label=_("What is true now"), required=False, widget=forms.CheckboxSelectMultiple
    )
    threat_deadline = moment_field(
        _("When a threat runs out"), _("Only when somebody named a day and a time.")
    )
    owner = forms.ChoiceField(
        label=_("Who takes the case"),
        help_text=_("Only staff with whom the case is shared are listed."),
        error_messages={
            "required": _("Choose who takes the case."),
            "invalid_choice": _("Choose one of the staff in the list."),
        },
    )

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        initial: dict[str, object],
        case: "Case",
        holders: "Sequence[Staff]",
        now: datetime,
    ) -> None:
        super().__init__(data, initial=initial)
        self.case, self.now, self.holders = case, now, holders
        flags = self.fields["flags"]
        if isinstance(flags, forms.MultipleChoiceField):
            flags.choices = taxonomy().choices("flag")
        owner = self.fields["owner"]
        if isinstance(owner, forms.ChoiceField):
            owner.choices = [("", "—"), *((str(one.pk), one.name) for one in holders)]

    def clean_threat_deadline(self) -> datetime | None:
        """A deadline that is newly set lies ahead; one that has passed may stay as it is."""
        given: datetime | None = self.cleaned_data["threat_deadline"]
        kept = self.case.threat_deadline
        same = given and kept and given.replace(second=0) == kept.replace(second=0, microsecond=0)
        if given and given <= self.now and not same:
            raise forms.ValidationError(_("This moment has passed. Write a later one, or none."))
        return given

    def clean(self) -> dict[str, Any]:
        """The flag and the moment of a threat belong together."""
        data = super().clean() or {}
        says = "threat_deadline" in data.get("flags", [])
        if "threat_deadline" in data and bool(data["threat_deadline"]) != says:
            if says:
                said = _("A threat with a deadline is ticked: write when it runs out.")
            else:
                said = _("A moment is written: tick “Threat with a deadline” too, or clear it.")
            self.add_error("threat_deadline", said)
        return data

    def chosen_owner(self) -> "Staff":
        """The staff member who takes the case; call after is_valid()."""
        return next(one for one in self.holders if str(one.pk) == self.cleaned_data["owner"])


class ShareForm(forms.Form):
    """The colleague who may open the case from now on."""

    colleague = forms.ChoiceField(
        label=_("Colleague"),
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose the colleague who should open this case."),
            "invalid_choice": _("Choose one of the colleagues in the list."),
        },
    )

    def __init__(self, data: QueryDict | None = None, *, colleagues: "Sequence[Staff]") -> None:
        super().__init__(data)
        self.colleagues = colleagues
        field = self.fields["colleague"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [(str(one.pk), f"{one.name} · {one.role_title}") for one in colleagues]

    def chosen(self) -> "Staff":
        """The colleague; call after is_valid()."""
        picked = self.cleaned_data["colleague"]
        return next(one for one in self.colleagues if str(one.pk) == picked)


class ConsentForm(forms.Form):
    """Which purpose and whom of it; ``scopes`` are the recipients that may be named."""

    purpose = forms.ChoiceField()
    recipient = forms.CharField(required=False)

    def __init__(self, data: QueryDict | None = None) -> None:
        super().__init__(data)
        field = self.fields["purpose"]
        if isinstance(field, forms.ChoiceField):
            field.choices = taxonomy().choices("consent")


class GivenForm(forms.Form):
    """What somebody said about a consent: who, how, until when, in which words."""

    by = forms.ChoiceField(
        label=_("Who said it"),
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose who said it."),
            "invalid_choice": _("Choose one of the answers in the list."),
        },
    )
    how = forms.ChoiceField(
        label=_("How they said it"),
        widget=forms.RadioSelect,
        choices=(
            ("telephone", pgettext_lazy("consent", "On the telephone")),
            ("in_person", pgettext_lazy("consent", "Here, in person")),
            ("letter", pgettext_lazy("consent", "In writing")),
        ),
        error_messages={
            "required": _("Choose how they said it."),
            "invalid_choice": _("Choose one of the answers in the list."),
        },
    )
    until = forms.DateField(
        label=_("Until"),
        help_text=_("Only when they named a day. The consent ends at the end of that day."),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"invalid": _("Write the day, for example 2027-01-31.")},
    )
    read = forms.BooleanField(
        label=_("They heard or read the words above, and agreed to these words"),
        error_messages={"required": _("Read the words to them first, then tick the box.")},
    )

    def __init__(self, data: QueryDict | None = None, *, now: datetime, ending: bool) -> None:
        """``ending``: a consent is taken back, so no words are read and no day is named."""
        super().__init__(data)
        self.now = now
        by = self.fields["by"]
        if isinstance(by, forms.ChoiceField):
            proxies = [one for one in taxonomy().choices("standing") if one[0] != "self"]
            by.choices = [("person", pgettext("consent", "The person")), *proxies]
        if ending:
            del self.fields["read"], self.fields["until"]

    def clean_until(self) -> date | None:
        """A day that lies ahead."""
        day: date | None = self.cleaned_data["until"]
        if day is not None and day <= here(self.now).date():
            raise forms.ValidationError(_("This day has passed. Write a later one, or none."))
        return day

    def ends_at(self) -> datetime | None:
        """The end of the named day in the centre's zone; call after is_valid()."""
        day: date | None = self.cleaned_data.get("until")
        return None if day is None else datetime.combine(day + timedelta(days=1), time(), zone())
