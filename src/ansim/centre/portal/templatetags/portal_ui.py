"""A question with choices as the portal shows it: its words as large as a heading."""

from typing import Any

from django import template
from django.forms.boundfield import BoundField

from ansim.centre.shell import fields

register = template.Library()


@register.inclusion_tag("portal/group.html")
def group(bound: BoundField) -> dict[str, Any]:
    """``{% group form.place %}``: a fieldset of rows, each of them the target of its input."""
    return {**fields.describe(bound, ""), "rows": fields.choice_rows(bound)}
