"""Django's entry for this room."""

from django.apps import AppConfig


class ShellConfig(AppConfig):
    """Shell: what every page shares."""

    name = "ansim.centre.shell"
    label = "shell"
