"""The form of a watch target, made from what its kind of source needs."""

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import get_language, gettext, gettext_lazy, pgettext, pgettext_lazy

from ansim.centre import outside
from ansim.centre.access.models import Staff
from ansim.centre.cases.taxonomy import taxonomy
from ansim.centre.patrol import targetfiles, words
from ansim.centre.patrol.models import Target
from ansim.centre.shell.context import in_language
from ansim.errors import AnsimError
from ansim.sources import Manifest, Setting, WatchTarget

FILL_IN = gettext_lazy("Fill this in.")
CHOOSE = gettext_lazy("Choose one.")


def _number(label: Any, least: int, most: int, initial: int) -> forms.IntegerField:
    return forms.IntegerField(
        label=label, min_value=least, max_value=most, initial=initial,
        error_messages={
            "required": FILL_IN,
            "invalid": gettext_lazy("Write a whole number."),
            "min_value": gettext_lazy("The number is too small; it must be %(limit_value)s at least."),
            "max_value": gettext_lazy("The number is too large; it may be %(limit_value)s at most."),
        },
    )  # fmt: skip


class TargetForm(forms.Form):
    """One place to look through. The kind decides which further settings there are."""

    code = forms.RegexField(
        r"^[a-z0-9][a-z0-9-]{1,58}$", label=gettext_lazy("Short name"),
        error_messages={
            "required": FILL_IN,
            "invalid": gettext_lazy("Use small Latin letters, digits and hyphens, such as board-new."),
        },
    )  # fmt: skip
    url = forms.CharField(
        label=gettext_lazy("Address"), max_length=2000, required=False,
        widget=forms.TextInput(attrs={"inputmode": "url", "autocapitalize": "none"}),
    )  # fmt: skip
    place = forms.ChoiceField(label=gettext_lazy("Kind of place"), error_messages={"required": CHOOSE})
    scope = forms.ChoiceField(
        label=gettext_lazy("How far the watch goes"), choices=tuple(words.SCOPES.items()),
        initial="host",
    )  # fmt: skip
    depth = _number(gettext_lazy("Steps of links"), 0, 10, 2)
    pages = _number(gettext_lazy("Pages a walk at most"), 1, 100_000, 600)
    every_hours = _number(gettext_lazy("Hours between walks"), 1, 24 * 60, 24)
    rate = forms.FloatField(
        label=gettext_lazy("Requests a second to one host, at most"), min_value=0.01,
        max_value=targetfiles.FASTEST, initial=0.5,
        error_messages={
            "required": FILL_IN, "invalid": gettext_lazy("Write a number, such as 0.5."),
            "min_value": gettext_lazy("Write at least 0.01."),
            "max_value": gettext_lazy("More than 10 a second is not polite; write less."),
        },
    )  # fmt: skip
    legal_basis = forms.ChoiceField(
        label=gettext_lazy("Legal basis"), error_messages={"required": CHOOSE}
    )
    owner = forms.CharField(
        label=pgettext_lazy("of a watch target", "Who answers for it"), max_length=120,
        error_messages={"required": FILL_IN},
    )  # fmt: skip

    def __init__(
        self, manifest: Manifest, there: Target | None, by: Staff, data: QueryDict | None = None
    ) -> None:
        super().__init__(data, initial=_initial(there, by))
        self.manifest, self.there = manifest, there
        self.spec: WatchTarget | None = None
        places = taxonomy().choices("place")
        # Nothing is chosen for the reader: a wrong kind of place would be kept without a word.
        first = [("", pgettext("kind of place", "Choose"))] if there is None else []
        self.fields["place"].choices = [*first, *places]  # type: ignore[attr-defined]
        bases = [(rule.code, in_language(rule.title)) for rule in outside.registry().bases]
        self.fields["legal_basis"].choices = bases  # type: ignore[attr-defined]
        if there is not None:
            del self.fields["code"]
        if manifest.needs == "file":
            del self.fields["url"]
        elif manifest.needs == "search":
            self.fields["scope"].initial = "any"
        for setting in manifest.settings:
            self.fields[f"set_{setting.name}"] = _setting_field(setting, there)

    def clean_code(self) -> str:
        """A short name is given once."""
        code = str(self.cleaned_data["code"])
        if Target.objects.filter(code=code).exists():
            raise forms.ValidationError(gettext("This name is taken; choose another one."))
        return code

    def clean(self) -> dict[str, Any]:
        """Everything together, as the source itself checks it."""
        given: dict[str, Any] = super().clean() or {}
        if self.errors:
            return given
        settings = {
            one.name: given[f"set_{one.name}"]
            for one in self.manifest.settings
            if given.get(f"set_{one.name}") not in {None, ""}
        }
        spec = WatchTarget(
            code=self.there.code if self.there else given["code"], source=self.manifest.name,
            url=given.get("url", "-"), legal_basis=given["legal_basis"], owner=given["owner"],
            scope=given["scope"], depth=given["depth"], rate=given["rate"], pages=given["pages"],
            every_hours=given["every_hours"], place=given["place"], settings=settings,
            folder=targetfiles.lists_folder(),
        )  # fmt: skip
        if self.manifest.needs != "file" and not spec.host:
            self.add_error("url", gettext("Write the whole web address, from http on."))
            return given
        try:
            targetfiles.kinds().get(spec.source).check(spec)
        except AnsimError as error:
            field = "url" if self.manifest.needs == "search" else None
            self.add_error(field, error.sentence(get_language() or "ko"))
            return given
        self.spec = spec
        return given


def _initial(there: Target | None, by: Staff) -> dict[str, Any]:
    if there is None:
        return {"owner": by.name, "legal_basis": targetfiles.USUAL_BASIS}
    names = ("url", "place", "scope", "depth", "pages", "every_hours", "rate", "legal_basis", "owner")
    return {name: getattr(there, name) for name in names}


def _setting_field(setting: Setting, there: Target | None) -> forms.Field:
    """A short label, the help sentence under it, and a control of the setting's type."""
    initial = setting.default if there is None else there.settings.get(setting.name, setting.default)
    words: dict[str, Any] = {
        "label": in_language(setting.label) or setting.name.replace("_", " ").capitalize(),
        "help_text": in_language(setting.help), "initial": initial,
    }  # fmt: skip
    if setting.type == "truth":
        return forms.BooleanField(required=False, **words)
    field = forms.IntegerField if setting.type == "number" else forms.CharField
    errors = {"required": FILL_IN, "invalid": gettext_lazy("Write a whole number.")}
    return field(required=setting.required, error_messages=errors, **words)
