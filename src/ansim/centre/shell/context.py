"""What every template may use."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language


def in_language(text: dict[str, str] | str) -> str:
    """A ``{"ko": ..., "en": ...}`` text in the reader's language, else in the first one there."""
    if isinstance(text, str):
        return text
    language = (get_language() or settings.LANGUAGE_CODE)[:2]
    return text.get(language) or next(iter(text.values()), "")


def centre(request: HttpRequest) -> dict[str, Any]:
    """``centre.name``, ``centre.hours``, ``centre.phone``, ``idle_minutes``, ``csp_nonce``."""
    about = settings.ANSIM_CENTRE
    return {
        "centre": {
            "name": in_language(about["name"]),
            "hours": in_language(about["hours"]),
            "phone": about["phone"],
        },
        "csp_nonce": getattr(request, "csp_nonce", ""),
        "idle_minutes": settings.ANSIM_IDLE_SECONDS // 60,
    }
