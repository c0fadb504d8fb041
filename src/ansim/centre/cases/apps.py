"""Django's entry for this room."""

from django.apps import AppConfig


class CasesConfig(AppConfig):
    """Cases: people in need, harm, risk, consents, messages, notes, and the keys that seal them."""

    name = "ansim.centre.cases"
    label = "cases"
