"""Forms of joint acts: the asking, the second person's decision, and the passphrase of a file."""

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ansim.centre.cases.identity_forms import ReasonField

LEAST_PASSPHRASE = 12


class AskForm(forms.Form):
    """Why it is needed."""

    reason = ReasonField(label=pgettext_lazy("joint act", "Why this is needed"))


class DecisionForm(forms.Form):
    """Yes or no of the second person."""

    decision = forms.ChoiceField(
        choices=[("confirm", "confirm"), ("refuse", "refuse")],
        error_messages={
            "required": _("Confirm or refuse."),
            "invalid_choice": _("Confirm or refuse."),
        },
    )


class PassphraseForm(forms.Form):
    """The passphrase that closes a file; typed twice, because nobody can look it up."""

    passphrase = forms.CharField(
        label=_("Passphrase of the file"),
        help_text=_("At least 12 letters. Whoever has the file and the passphrase can read it."),
        min_length=LEAST_PASSPHRASE,
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={
            "required": _("Choose a passphrase of 12 letters or more."),
            "min_length": _("Choose a passphrase of 12 letters or more."),
        },
    )
    again = forms.CharField(
        label=_("The same passphrase again"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={"required": _("Type the passphrase a second time.")},
    )

    def clean_again(self) -> str:
        """Both are the same."""
        again: str = self.cleaned_data["again"]
        if again != self.cleaned_data.get("passphrase", again):
            raise forms.ValidationError(_("The two passphrases differ. Type both again."))
        return again
