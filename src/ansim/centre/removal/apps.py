"""Django's entry for this room."""

from django.apps import AppConfig


class RemovalConfig(AppConfig):
    """Removal: requests, approvals, the ladder of recipients, replies, clocks."""

    name = "ansim.centre.removal"
    label = "removal"

    def ready(self) -> None:
        """Register what this room wants done."""
        from ansim.centre.removal import due  # noqa: F401 -- importing registers
