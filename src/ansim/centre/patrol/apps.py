"""Django's entry for this room."""

from django.apps import AppConfig


class PatrolConfig(AppConfig):
    """Patrol: search for copies, re-upload watch, and hash lists hunted without a request."""

    name = "ansim.centre.patrol"
    label = "patrol"

    def ready(self) -> None:
        """Register what this room wants done."""
        from ansim.centre.patrol import due  # noqa: F401 -- importing registers
