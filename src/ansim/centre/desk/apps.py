"""Django's entry for this room."""

from django.apps import AppConfig


class DeskConfig(AppConfig):
    """Desk: the staff's first page, across all rooms."""

    name = "ansim.centre.desk"
    label = "desk"
