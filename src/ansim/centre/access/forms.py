"""The sign-in form."""

from django import forms
from django.utils.translation import gettext_lazy


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
    password = forms.CharField(
        label=gettext_lazy("Password"),
        max_length=1000,
        strip=False,
        error_messages={"required": gettext_lazy("Type your password.")},
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
