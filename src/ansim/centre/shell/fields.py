"""Fields of Django forms in the shapes of the look."""

from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.html import format_html
from django.utils.safestring import SafeString


def describe(bound: BoundField, hint: str) -> dict[str, Any]:
    """What the field templates need: ids, hint, first error, and attributes of the control."""
    identity = bound.auto_id or bound.html_name
    hint = hint or str(bound.help_text or "")
    error = str(bound.errors[0]) if bound.errors else ""
    described = [f"{identity}-hint"] * bool(hint) + [f"{identity}-error"] * bool(error)
    attrs: dict[str, Any] = {"aria-describedby": " ".join(described)} if described else {}
    if error:
        attrs["aria-invalid"] = "true"
    return {
        "bound": bound,
        "id": identity,
        "label": bound.label,
        "hint": hint,
        "error": error,
        "described": " ".join(described),
        "attrs": attrs,
    }


def control(bound: BoundField, attrs: dict[str, Any]) -> SafeString:
    """The control with class ``input`` beside any classes that its widget already names."""
    given = str(bound.field.widget.attrs.get("class", ""))
    classes = " ".join(["input", *(name for name in given.split() if name != "input")])
    return bound.as_widget(attrs={**attrs, "class": classes})


def choice_rows(bound: BoundField) -> list[dict[str, Any]]:
    """One row for each choice: its input, its word and its hint.

    Hints come from ``choice_hints`` (value -> text) on the form field, where it has one.
    """
    hints: dict[str, str] = getattr(bound.field, "choice_hints", {})
    return [
        {
            "input": row.tag(),
            "word": row.choice_label,
            "hint": hints.get(str(row.data["value"]), ""),
        }
        for row in bound.subwidgets
    ]


def check_row(bound: BoundField, attrs: dict[str, Any]) -> SafeString:
    """A single checkbox as a row of its own."""
    return format_html(
        '<label class="choice">{}<span>{}</span></label>', bound.as_widget(attrs=attrs), bound.label
    )


def is_choices(bound: BoundField) -> bool:
    """Whether the field is a group of radio buttons or checkboxes."""
    return isinstance(bound.field.widget, forms.RadioSelect | forms.CheckboxSelectMultiple)


def is_check(bound: BoundField) -> bool:
    """Whether the field is one checkbox."""
    return isinstance(bound.field.widget, forms.CheckboxInput)
