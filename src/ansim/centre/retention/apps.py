"""Django's entry for this room."""

from django.apps import AppConfig


class RetentionConfig(AppConfig):
    """Retention: how long a case is kept, what holds it, and how it is erased for good."""

    name = "ansim.centre.retention"
    label = "retention"

    def ready(self) -> None:
        """Check the rules (a wrong one stops the start) and register what this room wants done."""
        from ansim.centre.removal.mailroom import leave_unread
        from ansim.centre.retention import due  # noqa: F401 -- importing registers
        from ansim.centre.retention.forgetting import is_forgotten
        from ansim.centre.retention.rules import rules

        rules()
        leave_unread(is_forgotten)
