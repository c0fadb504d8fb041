"""Forms of the door and of one's own account."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy


def _password(label: Any, required: Any, autocomplete: str) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=1000,
        strip=False,
        error_messages={"required": required},
        widget=forms.PasswordInput(attrs={"autocomplete": autocomplete}),
    )


class SignInForm(forms.Form):
    """User name and password; whether they match is the service's business."""

    username = forms.CharField(
        label=gettext_lazy("User name"),
        max_length=200,
        error_messages={"required": gettext_lazy("Type your user name.")},
        widget=forms.TextInput(
            attrs={
                "autocomplete": "username",
                "autocapitalize": "none",
                "spellcheck": "false",
            }
        ),
    )
    password = _password(
        gettext_lazy("Password"), gettext_lazy("Type your password."), "current-password"
    )


class PasswordForm(forms.Form):
    """The password, asked again."""

    password = _password(
        gettext_lazy("Password"), gettext_lazy("Type your password."), "current-password"
    )


class CodeForm(forms.Form):
    """Six digits of an app."""

    code = forms.CharField(
        label=gettext_lazy("Six-digit code"),
        max_length=20,
        error_messages={"required": gettext_lazy("Type the six digits that the app shows.")},
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "spellcheck": "false"}
        ),
    )


class RecoveryForm(forms.Form):
    """A recovery code."""

    code = forms.CharField(
        label=gettext_lazy("Recovery code"),
        max_length=40,
        error_messages={"required": gettext_lazy("Type one of your recovery codes.")},
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )


class NewPasswordForm(forms.Form):
    """The old password and, twice, the new one."""

    old = _password(
        gettext_lazy("Password until now"),
        gettext_lazy("Type the password that you used until now."),
        "current-password",
    )
    new = _password(
        gettext_lazy("New password"), gettext_lazy("Type a new password."), "new-password"
    )
    again = _password(
        gettext_lazy("New password once more"),
        gettext_lazy("Type the new password once more."),
        "new-password",
    )

    def clean(self) -> dict[str, Any]:
        """The new password is typed the same way twice."""
        given = super().clean() or {}
        if "new" in given and "again" in given and given["new"] != given["again"]:
            self.add_error("again", gettext_lazy("The two new passwords differ; type both again."))
        return given


class LanguageForm(forms.Form):
    """The language of the staff pages."""

    language = forms.ChoiceField(
        label=gettext_lazy("Language of the staff pages"),
        choices=settings.LANGUAGES,
        widget=forms.RadioSelect,
    )


class PasskeyForm(forms.Form):
    """What a browser answers for a passkey; filled in by passkey.js."""

    answer = forms.CharField(max_length=20_000)
    prf = forms.CharField(max_length=100, required=False)
    label = forms.CharField(max_length=60, required=False)
