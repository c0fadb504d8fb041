"""Django's entry for this room."""

from django.apps import AppConfig


class StatisticsConfig(AppConfig):
    """Statistics: the month's figures, with their units."""

    name = "ansim.centre.statistics"
    label = "statistics"
