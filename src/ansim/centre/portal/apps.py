"""Django's entry for this room."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """Portal: the person's own pages."""

    name = "ansim.centre.portal"
    label = "portal"
