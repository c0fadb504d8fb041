"""Django's entry for this room."""

from django.apps import AppConfig


class IntakeConfig(AppConfig):
    """Intake: every way that a report comes in, turned into one case."""

    name = "ansim.centre.intake"
    label = "intake"
