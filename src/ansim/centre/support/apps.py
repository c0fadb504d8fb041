"""Django's entry for this room."""

from django.apps import AppConfig


class SupportConfig(AppConfig):
    """Support: every service given, with its provider and outcome."""

    name = "ansim.centre.support"
    label = "support"
