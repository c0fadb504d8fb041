"""Starting the centre's Django site from the command line."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import typer

from ansim.cli import language
from ansim.errors import AnsimError


class NotSetUp(AnsimError):
    """The data folder has no centre in it yet."""

    code = "not_set_up"
    sentences = {
        "en": "The data folder {home} holds no centre yet. Make one with “ansim setup”.",
        "ko": "자료 폴더 {home}에 아직 센터가 없습니다. ‘ansim setup’으로 만들어 주세요.",
    }


class BadConfiguration(AnsimError):
    """The environment asks for something impossible."""

    code = "bad_configuration"
    sentences = {"en": "{said}", "ko": "{said}"}


def fail(error: AnsimError, status: int = 1) -> NoReturn:
    """Print one clear sentence and stop."""
    typer.echo(error.sentence(language.current()), err=True)
    raise typer.Exit(status)


@contextmanager
def spoken() -> Iterator[None]:
    """Turn any error that has a sentence into that sentence and exit status 1."""
    try:
        yield
    except AnsimError as error:
        fail(error)


def start_site(*, must_be_set_up: bool = True) -> None:
    """Set Django up; stop with a sentence when the configuration or the data folder is wrong."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ansim.centre.settings")
    import django
    from django.core.exceptions import ImproperlyConfigured

    try:
        django.setup()
    except ImproperlyConfigured as error:
        fail(BadConfiguration(said=str(error)), 2)
    except AnsimError as error:
        fail(error, 2)
    from django.utils import translation

    translation.activate(language.current())
    if must_be_set_up and unapplied_migrations():
        from django.conf import settings

        fail(NotSetUp(home=settings.ANSIM_HOME), 2)


def unapplied_migrations() -> int:
    """How many migrations the database lacks."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
