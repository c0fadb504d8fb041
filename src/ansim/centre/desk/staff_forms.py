"""Forms of the pages about staff."""

from collections.abc import Sequence

from django import forms
from django.conf import settings
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ansim.centre.access.models import Staff
from ansim.centre.access.roles import roles
from ansim.centre.shell.context import in_language

LONGEST_NAME = 60


def role_choices() -> list[tuple[str, str]]:
    """Every role of roles.toml in the reader's words."""
    return [(code, in_language(dict(role.title))) for code, role in roles().roles.items()]


class AddForm(forms.Form):
    """A new member of staff."""

    username = forms.CharField(
        label=_("User name"),
        help_text=_("2 to 40 letters, digits, dots or hyphens"),
        max_length=40,
        error_messages={"required": _("Type a user name.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"}),
    )
    name_ko = forms.CharField(
        label=_("Name in Korean"),
        max_length=LONGEST_NAME,
        error_messages={"required": _("Type the name as it is shown in Korean.")},
    )
    name_en = forms.CharField(
        label=_("Name in English"),
        max_length=LONGEST_NAME,
        error_messages={"required": _("Type the name as it is shown in English.")},
    )
    role = forms.ChoiceField(
        label=pgettext_lazy("staff", "Role"),
        choices=role_choices,
        error_messages={"invalid_choice": _("Choose one of the roles in the list.")},
    )
    language = forms.ChoiceField(
        label=pgettext_lazy("staff", "Language"), choices=settings.LANGUAGES
    )


class SuccessorForm(forms.Form):
    """Who gets the cases of somebody who leaves."""

    successor = forms.ChoiceField(
        label=_("Who takes over their cases"),
        help_text=_("Only cases that you can open yourself can be handed over by you."),
        required=False,
        error_messages={"invalid_choice": _("Choose one of the colleagues in the list.")},
    )

    def __init__(self, data: QueryDict | None = None, *, colleagues: Sequence[Staff]) -> None:
        super().__init__(data)
        self.colleagues = colleagues
        field = self.fields["successor"]
        if isinstance(field, forms.ChoiceField):
            listed = [(str(one.pk), f"{one.name} · {one.role_title}") for one in colleagues]
            field.choices = [("", _("Nobody: others hold them already")), *listed]

    def chosen(self) -> Staff | None:
        """The successor; call after is_valid()."""
        picked = self.cleaned_data["successor"]
        return next((one for one in self.colleagues if str(one.pk) == picked), None)


class RoleForm(SuccessorForm):
    """Another role; with it, who gets the cases if the role opens none."""

    role = forms.ChoiceField(
        label=pgettext_lazy("staff", "Role"),
        choices=role_choices,
        error_messages={
            "required": _("Choose one of the roles in the list."),
            "invalid_choice": _("Choose one of the roles in the list."),
        },
    )
    field_order = ("role", "successor")
