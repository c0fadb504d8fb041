"""The filter of the custody log."""

from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext, gettext_lazy, pgettext_lazy

from ansim.centre.cases.models import Case
from ansim.centre.cases.references import korean_reference


class LogFilter(forms.Form):
    """By kind of action, case reference and days; every part may be left out."""

    action = forms.ChoiceField(
        required=False, label=gettext_lazy("What happened"),
        error_messages={"invalid_choice": gettext_lazy("Choose an action of the list.")},
    )  # fmt: skip
    ref = forms.CharField(required=False, max_length=30, label=gettext_lazy("Case reference"))
    since = forms.DateField(
        required=False, label=pgettext_lazy("filter of days", "From"),
        widget=forms.DateInput(attrs={"type": "date", "class": "input"}, format="%Y-%m-%d"),
        error_messages={"invalid": gettext_lazy("Write the first day like 2026-11-20.")},
    )  # fmt: skip
    until = forms.DateField(
        required=False, label=pgettext_lazy("filter of days", "To"),
        widget=forms.DateInput(attrs={"type": "date", "class": "input"}, format="%Y-%m-%d"),
        error_messages={"invalid": gettext_lazy("Write the last day like 2026-11-20.")},
    )  # fmt: skip

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        initial: dict[str, Any],
        actions: list[tuple[str, str]],
    ) -> None:
        super().__init__(data, initial=initial)
        self.fields["action"].choices = [("", gettext_lazy("Everything")), *actions]  # type: ignore[attr-defined]

    def clean_ref(self) -> Case | None:
        """The case of the typed reference, in either script."""
        typed = self.cleaned_data["ref"].strip()
        if not typed:
            return None
        case = Case.objects.filter(reference=korean_reference(typed)).first()
        if case is None:
            said = gettext("There is no case with this reference. Check it and type it again.")
            raise forms.ValidationError(said)
        return case

    def clean(self) -> dict[str, Any]:
        """The first day is not after the last one."""
        given = super().clean() or {}
        since, until = given.get("since"), given.get("until")
        if isinstance(since, date) and isinstance(until, date) and since > until:
            self.add_error("until", gettext("The last day is before the first one."))
        return given
