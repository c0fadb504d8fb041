"""What every page of the report shares: answers that come and go as they were typed; addresses."""

from typing import Any, Final

from django import forms
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.translation import get_language, pgettext

from ansim.centre.materials.addresses import BadLink, check_link
from ansim.centre.portal.draft import Answers

MOST_LINKS: Final = 50
Typed = QueryDict
"""What a page posted, or earlier answers in that shape."""
LINK_NAMES: Final = frozenset(f"url{number}" for number in range(1, MOST_LINKS + 1))


class StepForm(forms.Form):
    """One page of the report. Every answer may be left out."""

    def __init__(self, data: Typed | None = None) -> None:
        super().__init__(data, use_required_attribute=False)

    def answers(self) -> Answers:
        """What was typed, as it was typed, without empty values."""
        if not isinstance(self.data, MultiValueDict):
            return {}
        given = {name: [one for one in self.data.getlist(name) if one] for name in self.fields}
        return {name: values for name, values in given.items() if values}

    def good_answers(self) -> Answers:
        """What was typed in the fields that have no error."""
        return {name: given for name, given in self.answers().items() if name not in self.errors}

    @classmethod
    def names(cls, answers: Answers) -> set[str]:
        """The field names that belong to this page."""
        del answers
        return set(cls.base_fields)

    @classmethod
    def shown(cls, answers: Answers) -> "StepForm":
        """The page with earlier answers in it, unchecked."""
        form = cls()
        form.initial = {
            name: answers[name]
            if isinstance(field, forms.MultipleChoiceField)
            else answers[name][-1]
            for name, field in form.fields.items()
            if answers.get(name)
        }
        return form

    @classmethod
    def checked(cls, answers: Answers) -> "StepForm":
        """The page with earlier answers in it, as if they had just been sent."""
        data = QueryDict(mutable=True)
        for name in cls.names(answers):
            data.setlist(name, answers.get(name, []))
        return cls(data)


class LinkField(forms.CharField):
    """One address, or several on lines of their own; cleaned to canonical addresses."""

    def __init__(self, number: int) -> None:
        super().__init__(
            label=pgettext("portal", "Address %(number)d") % {"number": number}, required=False,
            widget=forms.Textarea(
                attrs={
                    "rows": "1", "inputmode": "url", "autocapitalize": "none",
                    "spellcheck": "false", "class": "input-line",
                }
            ),
        )  # fmt: skip

    def clean(self, value: object) -> list[str]:
        """Canonical addresses. Raises ValidationError with the sentence of the first bad one."""
        typed = super().clean(value)
        lines = [line for line in str(typed).splitlines() if line.strip()]
        try:
            return [check_link(line) for line in lines]
        except BadLink as error:
            raise forms.ValidationError(error.sentence(get_language() or "ko")) from error


class LinksForm(StepForm):
    """Addresses, one field for each; ``rows`` more than are filled in."""

    def __init__(self, data: Typed | None = None, *, rows: int = 2) -> None:
        super().__init__(data)
        numbers = {int(name[3:]) for name in (data or {}) if is_link_name(name)}
        most = min(max(numbers, default=rows), MOST_LINKS)
        self.link_names = [f"url{number}" for number in range(1, most + 1)]
        links = {name: LinkField(number) for number, name in enumerate(self.link_names, start=1)}
        self.fields = {**links, **self.fields}

    def link_fields(self) -> list[Any]:
        """The bound address fields, in order."""
        return [self[name] for name in self.link_names]

    def links(self) -> list[str]:
        """Every canonical address once, in order; after ``is_valid``."""
        return list(dict.fromkeys(u for n in self.link_names for u in self.cleaned_data.get(n, [])))

    @classmethod
    def names(cls, answers: Answers) -> set[str]:
        """Its fixed fields and every address field there is."""
        return set(cls.base_fields) | {name for name in answers if is_link_name(name)}

    @classmethod
    def shown(cls, answers: Answers, *, more: int = 0) -> "LinksForm":
        """The page with earlier answers, and ``more`` empty address fields below them."""
        filled = [answers[name] for name in sorted_links(answers)]
        form = cls(rows=max(2, len(filled) + more))
        form.initial = {f"url{n}": given[-1] for n, given in enumerate(filled, start=1)}
        form.initial |= {name: answers[name] for name in cls.base_fields if answers.get(name)}
        return form

    def clean(self) -> dict[str, Any]:
        """There is an end to how many one report carries."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if len(self.links()) > MOST_LINKS:
            too_many = pgettext(
                "portal", "One report carries up to %(most)d addresses. Add the rest later."
            )
            self.add_error(self.link_names[-1], too_many % {"most": MOST_LINKS})
        return cleaned


def is_link_name(name: str) -> bool:
    """Whether a form value is an address field: ``url1`` … ``url50``."""
    return name in LINK_NAMES


def sorted_links(answers: Answers) -> list[str]:
    """The names of the address fields in the order of their numbers."""
    return sorted((name for name in answers if is_link_name(name)), key=lambda name: int(name[3:]))
