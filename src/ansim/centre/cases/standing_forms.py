"""Forms of the page about a proxy's standing and duties to report."""

from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ansim.centre.cases.forms import MAX_TEXT
from ansim.centre.cases.reportingrules import rule_book
from ansim.centre.cases.standing_models import ProxyStanding, ReportingDecision

CHOICES: dict[str, Promise] = {
    ReportingDecision.Choice.ASKED: pgettext_lazy("reporting", "Counsel is asked"),
    ReportingDecision.Choice.REPORT: pgettext_lazy(
        "reporting", "There is a duty; a person reports and tells the person first"
    ),
    ReportingDecision.Choice.NO_DUTY: pgettext_lazy("reporting", "There is no duty here"),
}
HOW: dict[str, Promise] = {
    ProxyStanding.How.PHONE: pgettext_lazy("proxy", "On the telephone"),
    ProxyStanding.How.IN_PERSON: pgettext_lazy("proxy", "Face to face"),
}
CHOOSE_ONE = {
    "required": _("Choose one of the answers."),
    "invalid_choice": _("Choose one of the answers."),
}


class DutyForm(forms.Form):
    """What was decided about one duty, and why."""

    rule = forms.CharField(widget=forms.HiddenInput)
    decision = forms.ChoiceField(
        label=_("Decision"), choices=list(CHOICES.items()), widget=forms.RadioSelect,
        error_messages=CHOOSE_ONE,
    )  # fmt: skip
    reason = forms.CharField(
        label=_("Why, and whom you asked"),
        max_length=MAX_TEXT,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Sealed with the key of this case."),
        error_messages={"required": _("Write in a sentence why, and whom you asked.")},
    )


class ProxyForm(forms.Form):
    """Who asks, which documents were seen, whether the person said yes themselves."""

    kin = forms.ChoiceField(
        label=_("Who they are to the person"), required=False, widget=forms.RadioSelect
    )
    papers = forms.MultipleChoiceField(
        label=_("Documents seen"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Look at them and give them back: none is kept here."),
    )
    confirmed = forms.ChoiceField(
        label=_("The person said themselves that they want this"),
        required=False,
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        book = rule_book()
        choices: dict[str, list[tuple[str, str | Promise]]] = {
            "kin": [(code, one.title) for code, one in book.kin.items()],
            "papers": [(code, book.paper(code)) for code in book.papers],
            "confirmed": [("", _("Not yet")), *HOW.items()],
        }
        for name, pairs in choices.items():
            field = self.fields[name]
            if isinstance(field, forms.ChoiceField):
                field.choices = [(code, str(word)) for code, word in pairs]
