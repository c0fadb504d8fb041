"""Django's entry for this room."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class CasesConfig(AppConfig):
    """Cases: people in need, harm, risk, consents, messages, notes, and the keys that seal them."""

    name = "ansim.centre.cases"
    label = "cases"

    def ready(self) -> None:
        """The centre has a working key of its own as soon as there is a database.

        The rules about reporting are read now, so that a wrong file stops the start.
        """
        from ansim.centre.cases.reportingrules import rule_book
        from ansim.centre.cases.serverkeys import after_migration

        rule_book()
        post_migrate.connect(after_migration, sender=self)
