"""Forms around a person's name: each asks for a purpose and a reason in words."""

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ansim.centre.access.reasons import MOST_LETTERS, checked_reason
from ansim.centre.cases.identity import PURPOSES
from ansim.centre.cases.pages import reader_language
from ansim.errors import AnsimError

PURPOSE_WORDS: dict[str, Promise] = {
    "reach": pgettext_lazy("identity", "To reach the person"),
    "safety": pgettext_lazy("identity", "Danger now"),
    "refer": pgettext_lazy("identity", "For a referral that the person agreed to"),
    "court": pgettext_lazy("identity", "Police or court"),
    "check": pgettext_lazy("identity", "To tell two cases apart"),
    "other": pgettext_lazy("identity", "Something else"),
}


class ReasonField(forms.CharField):
    """A reason of at least ten letters."""

    def __init__(self, *, label: "Promise | str", required: bool = True) -> None:
        super().__init__(
            label=label,  # type: ignore[arg-type]  # lazy text
            required=required,
            max_length=MOST_LETTERS,
            widget=forms.Textarea(attrs={"rows": 3}),
            error_messages={
                "required": _("Write in at least 10 letters why this is needed."),
                "max_length": _("This is longer than 2,000 letters. Please shorten it."),
            },
        )

    def clean(self, value: object) -> str:
        """The reason as it is kept."""
        given: str = super().clean(value)
        if not given and not self.required:
            return ""
        try:
            return checked_reason(given)
        except AnsimError as error:
            raise forms.ValidationError(error.sentence(reader_language())) from error


class IdentityForm(forms.Form):
    """For what a name is needed, and why."""

    purpose = forms.ChoiceField(
        label=_("What it is needed for"),
        choices=[(code, PURPOSE_WORDS[code]) for code in PURPOSES],
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose what it is needed for."),
            "invalid_choice": _("Choose one of the purposes in the list."),
        },
    )
    reason = ReasonField(label=pgettext_lazy("identity", "Why"))


class AnswerForm(forms.Form):
    """The custodian's answer; a refusal needs a sentence."""

    decision = forms.ChoiceField(choices=[("grant", "grant"), ("refuse", "refuse")])
    sentence = forms.CharField(
        label=_("Your sentence to the colleague"),
        help_text=_("Needed when you refuse. Name nobody in it."),
        required=False,
        max_length=MOST_LETTERS,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean(self) -> dict[str, object]:
        """A refusal says why."""
        data = super().clean() or {}
        if data.get("decision") == "refuse":
            try:
                checked_reason(str(data.get("sentence", "")))
            except AnsimError as error:
                self.add_error("sentence", error.sentence(reader_language()))
        return data
