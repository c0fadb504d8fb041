"""Django's entry for this room."""

from django.apps import AppConfig


class CustodyConfig(AppConfig):
    """Custody: an append-only, chained record of everything that changed or revealed something."""

    name = "ansim.centre.custody"
    label = "custody"
