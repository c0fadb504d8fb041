"""Django's entry for this room."""

from django.apps import AppConfig


class WorkConfig(AppConfig):
    """Work: the worker, what is due, and jobs that survive being killed."""

    name = "ansim.centre.work"
    label = "work"
