"""Django's entry for this room."""

from django.apps import AppConfig


class AccessConfig(AppConfig):
    """Access: who may do what."""

    name = "ansim.centre.access"
    label = "access"

    def ready(self) -> None:
        """Read roles and joint acts now, so that a mistake in them stops the start and not a person."""
        from ansim.centre.access.joint_rules import joint_rules
        from ansim.centre.access.roles import roles

        roles()
        joint_rules()
