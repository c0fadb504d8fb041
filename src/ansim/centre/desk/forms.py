"""Forms of the desk: links and pictures of a case, and a report by telephone or at the door."""

from datetime import datetime
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from ansim.centre.cases.forms import MAX_TEXT, moment_field
from ansim.centre.cases.header import SAFE_CHANNELS
from ansim.centre.cases.pages import reader_language
from ansim.centre.cases.taxonomy import taxonomy
from ansim.centre.cases.wordings import asked_at_report
from ansim.centre.intake.report import KEYWORD_MAX, KEYWORDS_MAX, LINKS_MAX, Report
from ansim.centre.materials.addresses import check_link
from ansim.errors import AnsimError

BY_STAFF = ("phone", "walk_in")
LISTS = {
    "standing": "standing", "age": "age", "gender": "gender", "relation": "relation",
    "harms": "harm", "places": "place", "flags": "flag",
}  # fmt: skip
NOT_LISTED = _("Choose one of the answers in the list.")


def one_a_line(text: str) -> tuple[str, ...]:
    """The lines of ``text`` without blank ones, each once."""
    lines = (line.strip() for line in text.splitlines())
    return tuple(dict.fromkeys(line for line in lines if line))


class LinkForm(forms.Form):
    """One link that the person gave, and what kind of place it is."""

    url = forms.CharField(
        label=_("Address of the link"),
        help_text=_("For example example.com/post/1. It is looked at at once, by the machine."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": _("Write the address of the link first.")},
    )
    place = forms.ChoiceField(
        label=_("Kind of place"), error_messages={"invalid_choice": NOT_LISTED}
    )

    def __init__(self, data: QueryDict | None = None) -> None:
        super().__init__(data, auto_id="link_%s")
        set_choices(self, {"place": "place"})
        self.fields["place"].initial = "unknown"


class PictureForm(forms.Form):
    """A picture or a video, only to be fingerprinted. The view reads the file from memory."""

    picture = forms.Field(
        label=_("Picture or video"),
        help_text=_("Only its fingerprint is kept; the file is dropped at once and never shown."),
        required=False,
        widget=forms.ClearableFileInput(attrs={"accept": "image/*,video/*"}),
    )

    def __init__(self, data: QueryDict | None = None) -> None:
        super().__init__(data, auto_id="picture_%s")


class KeywordsForm(forms.Form):
    """Words and account names that the search goes by, one on each line."""

    keywords = forms.CharField(
        label=_("Words to search for"), required=False,
        help_text=_(
            "Titles, and account names with @ in front, one on each line. Never the person's name."
        ),
        widget=forms.Textarea(attrs={"rows": 6, "autocomplete": "off", "autocapitalize": "none"}),
    )  # fmt: skip

    def clean_keywords(self) -> tuple[str, ...]:
        """One keyword a line, each once."""
        words = one_a_line(self.cleaned_data["keywords"])
        if len(words) > KEYWORDS_MAX or any(len(word) > KEYWORD_MAX for word in words):
            raise forms.ValidationError(
                _("At most %(most)d lines of %(long)d characters each."),
                params={"most": KEYWORDS_MAX, "long": KEYWORD_MAX},
            )
        return words


class LookForm(forms.Form):
    """What somebody says or shows, by which a case is found."""

    what = forms.CharField(
        label=_("Reference, telephone number, e-mail or link"),
        help_text=_("For example yeoul 412, 010-1234-5678, name@example.com, example.com/post/1."),
        required=False,
        strip=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(self, data: QueryDict | None = None) -> None:
        super().__init__(data, auto_id="look_%s")


class WordsForm(forms.Form):
    """Words to find in what the reader may open."""

    words = forms.CharField(
        label=_("Words"),
        help_text=_("A text is shown when it has every word. Spaces in Korean do not matter."),
        required=False,
        strip=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(self, data: QueryDict | None = None) -> None:
        super().__init__(data, auto_id="find_%s")


class ReportForm(forms.Form):
    """What somebody tells by telephone or at the door, on one page."""

    channel = forms.ChoiceField(
        label=_("How they reached us"), widget=forms.RadioSelect, initial="phone",
        error_messages={
            "required": _("Choose telephone or walk-in."), "invalid_choice": NOT_LISTED,
        },
    )  # fmt: skip
    language = forms.ChoiceField(
        label=_("Language of the person"), widget=forms.RadioSelect, initial="ko",
        choices=[("ko", "한국어"), ("en", "English")],
        error_messages={"required": NOT_LISTED, "invalid_choice": NOT_LISTED},
    )  # fmt: skip
    standing = forms.ChoiceField(
        label=_("For whom they ask"), initial="self", error_messages={"invalid_choice": NOT_LISTED}
    )
    age = forms.ChoiceField(
        label=_("Age"), initial="unknown", error_messages={"invalid_choice": NOT_LISTED}
    )
    gender = forms.ChoiceField(
        label=_("Gender"), initial="unknown", error_messages={"invalid_choice": NOT_LISTED}
    )
    relation = forms.ChoiceField(
        label=_("Who did it"), initial="unknown", error_messages={"invalid_choice": NOT_LISTED}
    )
    harms = forms.MultipleChoiceField(
        label=_("What happened"), required=False, widget=forms.CheckboxSelectMultiple
    )
    story = forms.CharField(
        label=_("In their own words"), required=False, max_length=MAX_TEXT,
        help_text=_("Sealed: only colleagues with this case can read it."),
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"max_length": _("This is longer than 20,000 letters. Please shorten it.")},
    )  # fmt: skip
    places = forms.MultipleChoiceField(
        label=_("Where it is"), required=False, widget=forms.CheckboxSelectMultiple
    )
    links = forms.CharField(
        label=_("Links"), required=False, help_text=_("One address on each line."),
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false", "autocomplete": "off"}),
    )  # fmt: skip
    keywords = forms.CharField(
        label=_("Words to search for"), required=False,
        help_text=_(
            "Titles, and account names with @ in front, one on each line. Never the person's name."
        ),
        widget=forms.Textarea(attrs={"rows": 2, "autocomplete": "off"}),
    )  # fmt: skip
    flags = forms.MultipleChoiceField(
        label=_("What is true now"), required=False, widget=forms.CheckboxSelectMultiple
    )
    threat_deadline = moment_field(
        _("When a threat runs out"), _("Only when somebody named a day and a time.")
    )
    safe_channel = forms.ChoiceField(
        label=_("How we may reach them"), widget=forms.RadioSelect, initial="portal",
        error_messages={"required": NOT_LISTED, "invalid_choice": NOT_LISTED},
    )  # fmt: skip
    safe_hours = forms.CharField(
        label=_("When"), required=False, max_length=60,
        help_text=_("For example: weekdays 19–21"),
    )  # fmt: skip
    voicemail = forms.BooleanField(label=_("We may leave voicemail"), required=False)
    contact_name = forms.CharField(
        label=_("What to call them"), required=False, max_length=60,
        help_text=_("A nickname is enough. Sealed."),
    )  # fmt: skip
    contact_phone = forms.CharField(label=_("Telephone number"), required=False, max_length=40)
    contact_email = forms.CharField(label=_("E-mail address"), required=False, max_length=254)
    contact_code_word = forms.CharField(
        label=_("Code word"), required=False, max_length=40,
        help_text=_("We say it first, so that they know that it is us."),
    )  # fmt: skip
    consents = forms.MultipleChoiceField(
        label=_("What they agree to"), widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": _(
                "To keep what they told, at least the first consent is needed. Read it to them."
            ),
        },
    )  # fmt: skip

    def __init__(self, data: QueryDict | None = None, *, now: datetime) -> None:
        super().__init__(data)
        self.now = now
        set_choices(self, LISTS)
        asked = asked_at_report(now).values()
        for name, choices in (
            ("consents", [(shown.purpose, shown.title) for shown in asked]),
            ("channel", [(code, taxonomy().label("channel", code)) for code in BY_STAFF]),
            ("safe_channel", list(SAFE_CHANNELS.items())),
        ):
            field = self.fields[name]
            if isinstance(field, forms.ChoiceField):
                field.choices = choices

    def clean_links(self) -> tuple[str, ...]:
        """Every line is a link, or the error names the line."""
        links = []
        lines = [line.strip() for line in self.cleaned_data["links"].splitlines() if line.strip()]
        if len(lines) > LINKS_MAX:
            raise forms.ValidationError(
                _("At most %(most)d links at once. Add the others to the case afterwards."),
                params={"most": LINKS_MAX},
            )
        for number, line in enumerate(lines, start=1):
            try:
                links.append(check_link(line))
            except AnsimError as error:
                raise forms.ValidationError(
                    _("Line %(number)d: %(said)s"),
                    params={"number": number, "said": error.sentence(reader_language())},
                ) from error
        return tuple(dict.fromkeys(links))

    def clean_keywords(self) -> tuple[str, ...]:
        """One keyword a line."""
        return one_a_line(self.cleaned_data["keywords"])

    def clean_consents(self) -> list[str]:
        """Without the consent to keep it, nothing may be written down."""
        given: list[str] = self.cleaned_data["consents"]
        if "hold" not in given:
            raise forms.ValidationError(self.fields["consents"].error_messages["required"])
        return given

    def clean_threat_deadline(self) -> datetime | None:
        """A threat's deadline lies ahead."""
        given: datetime | None = self.cleaned_data["threat_deadline"]
        if given and given <= self.now:
            raise forms.ValidationError(_("This moment has passed. Write a later one, or none."))
        return given

    def clean(self) -> dict[str, Any]:
        """A way to reach them needs the number or address for it."""
        data = super().clean() or {}
        needs = {"phone": "contact_phone", "sms": "contact_phone", "email": "contact_email"}
        needed = needs.get(data.get("safe_channel", ""))
        if needed and not data.get(needed):
            self.add_error(needed, _("Write it down, or choose another way to reach them."))
        return data

    def report(self) -> Report:
        """The report to take in; call after is_valid()."""
        data = self.cleaned_data
        names = ("name", "phone", "email", "code_word")
        flags = dict.fromkeys(data["flags"])
        if data["threat_deadline"]:
            flags["threat_deadline"] = None
        safe: dict[str, object] = {"channel": data["safe_channel"]}
        if data["safe_channel"] != "none":
            safe |= {"hours": data["safe_hours"], "voicemail": data["voicemail"]}
        if data["contact_code_word"]:
            safe["code_word"] = True
        return Report(
            language=data["language"], channel=data["channel"], standing=data["standing"],
            age=data["age"], gender=data["gender"], relation=data["relation"],
            harms=tuple(data["harms"]), places=tuple(data["places"]), links=data["links"],
            keywords=data["keywords"], story=data["story"].strip(),
            contact={n: data[f"contact_{n}"] for n in names if data[f"contact_{n}"]},
            safe_contact=safe, flags=tuple(flags), threat_deadline=data["threat_deadline"],
            consents=tuple(data["consents"]),
        )  # fmt: skip


def set_choices(form: forms.Form, lists: dict[str, str]) -> None:
    """Give each named field the choices of its list in the reader's language."""
    for name, listed in lists.items():
        field = form.fields[name]
        if isinstance(field, forms.ChoiceField):
            field.choices = taxonomy().choices(listed)
