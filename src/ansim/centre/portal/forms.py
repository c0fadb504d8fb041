"""The questions of the report, and the small forms of the person's own pages."""

from datetime import datetime
from typing import Any, Final

from django import forms
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import pgettext, pgettext_lazy

from ansim.centre import clock
from ansim.centre.cases.reportingrules import rule_book
from ansim.centre.cases.taxonomy import taxonomy
from ansim.centre.cases.wordings import asked_at_report
from ansim.centre.portal.step_forms import LinksForm, StepForm, Typed

LONGEST_STORY: Final = 20_000
LONGEST_MESSAGE: Final = 10_000
MOST_KEYWORDS: Final = 20
LONGEST_KEYWORD: Final = 100
DATE_FORMS: Final = ("%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%d")
NEEDS: Final = {"sms": "phone", "phone": "phone", "email": "email"}

WAYS: Final = (
    ("portal", pgettext_lazy("portal", "Only on these pages")),
    ("sms", pgettext_lazy("portal", "Text message")),
    ("phone", pgettext_lazy("portal", "Phone call")),
    ("email", pgettext_lazy("portal", "E-mail")),
    ("none", pgettext_lazy("portal", "Do not contact me")),
)


def from_list(name: str, unsaid: Promise | None = None) -> list[tuple[str, str]]:
    """The choices of a taxonomy list, with other words for “not known” where a person is asked."""
    return [
        (code, str(unsaid) if unsaid and code == "unknown" else label)
        for code, label in taxonomy().choices(name)
    ]


class WhoForm(StepForm):
    """Step 1: for whom."""

    standing = forms.ChoiceField(
        label=pgettext_lazy("portal", "Who is it about?"), widget=forms.RadioSelect, required=False
    )
    kin = forms.ChoiceField(
        label=pgettext_lazy("portal", "If you ask for somebody else: who are you to them?"),
        widget=forms.RadioSelect,
        required=False,
        help_text=pgettext_lazy(
            "portal", "You can leave it out if you ask for yourself. You need not show anything."
        ),
    )
    age = forms.ChoiceField(
        label=pgettext_lazy("portal", "How old is the person who needs help?"),
        widget=forms.RadioSelect,
        required=False,
        help_text=pgettext_lazy("portal", "It helps us choose who should answer."),
    )
    gender = forms.ChoiceField(
        label=pgettext_lazy("portal", "Gender"), widget=forms.RadioSelect, required=False
    )

    def __init__(self, data: Typed | None = None) -> None:
        super().__init__(data)
        unsaid = pgettext_lazy("portal", "I would rather not say")
        kin = self.fields["kin"]
        if isinstance(kin, forms.ChoiceField):
            kin.choices = [(code, one.title) for code, one in rule_book().kin.items()]
        for name in ("standing", "age", "gender"):
            field = self.fields[name]
            if isinstance(field, forms.ChoiceField):
                field.choices = from_list(name, unsaid)


class WhereForm(LinksForm):
    """Step 2: where it was seen."""

    place = forms.MultipleChoiceField(
        label=pgettext_lazy("portal", "What kind of place was it?"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=pgettext_lazy("portal", "You can choose more than one."),
    )

    def __init__(self, data: Typed | None = None, *, rows: int = 2) -> None:
        super().__init__(data, rows=rows)
        field = self.fields["place"]
        if isinstance(field, forms.MultipleChoiceField):
            unsaid = pgettext_lazy("portal", "I do not know")
            field.choices = [pair for pair in from_list("place", unsaid) if pair[0] != "hosting"]
            field.choice_hints = {  # type: ignore[attr-defined]
                "unknown": pgettext("portal", "When someone else told you about it")
            }


class WhatForm(StepForm):
    """Step 3: what happened."""

    harm = forms.MultipleChoiceField(
        label=pgettext_lazy("portal", "Which of these happened?"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=pgettext_lazy("portal", "You can choose more than one."),
    )
    story = forms.CharField(
        label=pgettext_lazy("portal", "In your own words"),
        required=False,
        max_length=LONGEST_STORY,
        widget=forms.Textarea(attrs={"rows": "6"}),
        help_text=pgettext_lazy(
            "portal",
            "Only as much as you want. Only your counsellor can read it; it is kept locked.",
        ),
    )
    keywords = forms.CharField(
        label=pgettext_lazy("portal", "Account names or titles it appeared under"),
        required=False,
        widget=forms.Textarea(attrs={"rows": "2", "autocapitalize": "none"}),
        help_text=pgettext_lazy(
            "portal",
            "One on each line, account names with @ in front. We search with these words, so please "
            "leave real names out.",
        ),
    )

    def __init__(self, data: Typed | None = None) -> None:
        super().__init__(data)
        field = self.fields["harm"]
        if isinstance(field, forms.MultipleChoiceField):
            field.choices = from_list("harm")

    def clean_keywords(self) -> list[str]:
        """The words, one each line."""
        words = [line.strip() for line in str(self.cleaned_data["keywords"]).splitlines()]
        words = list(dict.fromkeys(word for word in words if word))
        if len(words) > MOST_KEYWORDS or any(len(word) > LONGEST_KEYWORD for word in words):
            limit = pgettext(
                "portal", "Up to %(most)d names or titles, each on its own line, please."
            )
            raise forms.ValidationError(limit % {"most": MOST_KEYWORDS})
        return words


FLAGS: Final = (
    ("danger_now", pgettext_lazy("portal", "I may be hurt, or someone may come")),
    ("self_harm", pgettext_lazy("portal", "I have thoughts of dying or of hurting myself")),
    ("offender_near", pgettext_lazy("portal", "The person who did it is close to me")),
)
FLAGS_OF_ANOTHER: Final = (
    ("danger_now", pgettext_lazy("portal", "They may be hurt, or someone may come")),
    ("self_harm", pgettext_lazy("portal", "They have thoughts of dying or of hurting themselves")),
    ("offender_near", pgettext_lazy("portal", "The one who did it is close to them")),
)


def speak(form: StepForm, voice: str) -> None:
    """Word the questions for somebody who asks for another person."""
    flag = form.fields.get("flag")
    if voice.startswith("proxy") and isinstance(flag, forms.MultipleChoiceField):
        flag.choices = FLAGS_OF_ANOTHER


class DangerForm(StepForm):
    """Step 4: danger now, and deadlines."""

    flag = forms.MultipleChoiceField(
        label=pgettext_lazy("portal", "Is any of this so right now?"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=FLAGS,
    )
    deadline = forms.CharField(
        label=pgettext_lazy("portal", "Did someone set a deadline?"),
        required=False,
        widget=forms.TextInput(attrs={"type": "datetime-local", "autocomplete": "off"}),
        help_text=pgettext_lazy("portal", "For example “pay by Friday, or I will share it”."),
    )
    relation = forms.ChoiceField(
        label=pgettext_lazy("portal", "Who do you think did it?"),
        required=False,
        widget=forms.RadioSelect,
    )

    def __init__(self, data: Typed | None = None) -> None:
        super().__init__(data)
        field = self.fields["relation"]
        if isinstance(field, forms.ChoiceField):
            field.choices = from_list(
                "relation", pgettext_lazy("portal", "I do not know, or would rather not say")
            )

    def clean_deadline(self) -> datetime | None:
        """The moment, in the centre's zone where no other is named."""
        typed = str(self.cleaned_data["deadline"]).strip()
        if not typed:
            return None
        for form in DATE_FORMS:
            try:
                naive = datetime.strptime(typed, form)  # noqa: DTZ007 - the zone is added below
                return timezone.make_aware(naive)
            except (ValueError, OverflowError):
                continue
        raise forms.ValidationError(
            pgettext("portal", "This is not a date and time we can read. Example: 2026-11-27 18:00")
        )


class ContactForm(StepForm):
    """Step 5: how to reach the person safely, and what they allow."""

    way = forms.ChoiceField(
        label=pgettext_lazy("portal", "Which way do you choose?"),
        required=False,
        widget=forms.RadioSelect,
        choices=WAYS,
    )
    phone = forms.CharField(
        label=pgettext_lazy("portal", "Phone number"),
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )
    email = forms.EmailField(
        label=pgettext_lazy("portal", "E-mail address"),
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    hours = forms.CharField(
        label=pgettext_lazy("portal", "When is it safe?"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=pgettext_lazy("portal", "For example “weekdays after 2 pm”."),
    )
    voicemail = forms.BooleanField(
        label=pgettext_lazy("portal", "You may leave a voice message"), required=False
    )
    name = forms.CharField(
        label=pgettext_lazy("portal", "What may we call you?"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=pgettext_lazy("portal", "Any name will do. It need not be your real one."),
    )
    code_word = forms.CharField(
        label=pgettext_lazy("portal", "A word only you know"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=pgettext_lazy(
            "portal",
            "If you lose your code, a counsellor can recognise you by it. Leave it empty to "
            "have no such way.",
        ),
    )
    consent = forms.MultipleChoiceField(
        label=pgettext_lazy("portal", "What we may do"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, data: Typed | None = None) -> None:
        super().__init__(data)
        field = self.fields["consent"]
        if isinstance(field, forms.MultipleChoiceField):
            asked = asked_at_report(clock.now())
            field.choices = [(code, shown.title) for code, shown in asked.items()]
            hints = {code: shown.text for code, shown in asked.items()}
            field.choice_hints = hints  # type: ignore[attr-defined]

    def clean_consent(self) -> list[str]:
        """The purposes. Without ``hold`` nothing can be kept, so nothing could be done."""
        given = list(self.cleaned_data["consent"])
        if "hold" not in given:
            raise forms.ValidationError(
                pgettext(
                    "portal",
                    "To help, we have to keep what you wrote. Tick the first line to go on; "
                    "you can take it back at any time.",
                )
            )
        return given

    def clean(self) -> dict[str, Any]:
        """The chosen way needs its number or address."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        needed = NEEDS.get(str(cleaned.get("way", "")))
        if needed and not cleaned.get(needed) and needed not in self.errors:
            said = {
                "phone": pgettext("portal", "Write the number we may use, or choose another way."),
                "email": pgettext("portal", "Write the address we may use, or choose another way."),
            }
            self.add_error(needed, said[needed])
        return cleaned


class SendForm(StepForm):
    """Step 6: nothing is asked any more."""


STEPS: Final[tuple[type[StepForm], ...]] = (
    WhoForm,
    WhereForm,
    WhatForm,
    DangerForm,
    ContactForm,
    SendForm,
)
LAST: Final = len(STEPS)


class CodeForm(forms.Form):
    """A receipt code, typed or pasted. Whether it fits is said in one sentence by the view."""

    code = forms.CharField(
        label=pgettext_lazy("portal", "Your code"),
        help_text=pgettext_lazy(
            "portal", "Twenty digits. Spaces do not matter, and you can paste."
        ),
        max_length=200,
        required=False,
        widget=forms.TextInput(
            attrs={
                "inputmode": "numeric",
                "autocomplete": "off",
                "spellcheck": "false",
                "class": "input-code",
            }
        ),
    )


class TypeBackForm(CodeForm):
    """The code once more, to be sure that the person has it."""

    def __init__(self, data: Typed | None = None) -> None:
        super().__init__(data)
        self.fields["code"].label = pgettext("portal", "Now type it here")
        self.fields["code"].help_text = pgettext(
            "portal", "Spaces do not matter. You can paste. This is to be sure you have it."
        )


class MessageForm(forms.Form):
    """A message to the counsellor."""

    text = forms.CharField(
        label=pgettext_lazy("portal", "Your message"),
        max_length=LONGEST_MESSAGE,
        widget=forms.Textarea(attrs={"rows": "5"}),
        error_messages={
            "required": pgettext_lazy(
                "portal", "There is nothing written yet. Write a few words first."
            )
        },
    )
