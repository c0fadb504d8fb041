"""Django's entry for this room."""

from django.apps import AppConfig


class AccessConfig(AppConfig):
    """Access: who may do what."""

    name = "ansim.centre.access"
    label = "access"

    def ready(self) -> None:
        """Read the roles now, so that a mistake in them stops the start and not a person."""
        from ansim.centre.access.roles import roles

        roles()
