"""Django's entry for this room."""

from django.apps import AppConfig


class StatisticsConfig(AppConfig):
    """Statistics: the month's figures, with their units."""

    name = "ansim.centre.statistics"
    label = "statistics"

    def ready(self) -> None:
        """Register what is kept of cases that are erased."""
        from ansim.centre.statistics import facts  # noqa: F401 -- importing registers
