"""Text from outside as pages show it: addresses hidden."""

from django import template
from django.utils.safestring import SafeString

from ansim.centre.removal.letters import as_paragraphs

register = template.Library()


@register.filter
def hide_addresses(text: str) -> SafeString:
    """``{{ reply.text|hide_addresses }}``: paragraphs in which no address can be read."""
    return as_paragraphs(text)
