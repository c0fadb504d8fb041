"""What a person says of a near hit or a lead."""

from django import forms
from django.utils.translation import gettext_lazy, pgettext_lazy

from ansim.centre.patrol import words

SAY = gettext_lazy("Choose an answer.")


class OpinionForm(forms.Form):
    """One person's opinion of a near hit."""

    answer = forms.ChoiceField(
        label=gettext_lazy("From these numbers, it is"), choices=tuple(words.ANSWERS.items()),
        widget=forms.RadioSelect, error_messages={"required": SAY, "invalid_choice": SAY},
    )  # fmt: skip
    reason = forms.CharField(
        label=gettext_lazy("Why you think so"), max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": gettext_lazy("Write in a few words what decided it for you.")},
    )  # fmt: skip


class LeadForm(forms.Form):
    """Whether a page is worth a look."""

    answer = forms.ChoiceField(
        label=gettext_lazy("What should happen"), widget=forms.RadioSelect,
        choices=(
            ("take", pgettext_lazy("lead", "Look at it as a link of the case")),
            ("dismiss", pgettext_lazy("lead", "It has nothing to do with the case")),
        ),
        error_messages={"required": SAY, "invalid_choice": SAY},
    )  # fmt: skip
