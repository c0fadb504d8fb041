"""What an erased case leaves outside its own rows: letters in the mailbox, jobs, the disk."""

import hashlib
import hmac
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import connection
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from ansim.centre import outside
from ansim.centre.retention.errors import WorkInHand
from ansim.centre.retention.models import ForgottenLetter
from ansim.centre.work.presence import is_alive
from ansim.notices import Inbound, NoMaildir, forget_numbered

# The job that erases names the case as well; it must not find itself.
OWN_JOBS = "ansim.centre.retention."


def digest(kind: str, text: str) -> str:
    """A keyed digest (hex): it answers “was it this one?” and tells nothing by itself."""
    message = f"ansim retention {kind} 1\n{text}".encode()
    return hmac.new(settings.RECEIPT_PEPPER, message, hashlib.sha256).hexdigest()


def letter_digest(number: str) -> str:
    """The digest of a letter's Message-ID or of its request's reference, as mail carries it."""
    return digest("letter", number.strip().upper())


def remember_letters(numbers: Iterable[str], now: datetime) -> None:
    """Note that answers to these letters are not to be taken in any more."""
    ForgottenLetter.objects.bulk_create(
        [ForgottenLetter(digest=letter_digest(one), forgotten_at=now) for one in set(numbers)],
        ignore_conflicts=True,
    )


def known_letters(numbers: Iterable[str]) -> bool:
    """Whether one of a mail's numbers belongs to an erased case."""
    digests = [letter_digest(one) for one in numbers if one]
    return bool(digests) and ForgottenLetter.objects.filter(digest__in=digests).exists()


def is_forgotten(inbound: Inbound) -> bool:
    """Whether a mail answers a letter of an erased case; the mailroom then deletes it unread."""
    return known_letters((inbound.request_token, inbound.in_reply_to, *inbound.references))


def delete_letters() -> int:
    """Delete every mail of erased cases from the centre's mailbox; returns how many."""
    try:
        return forget_numbered(outside.maildir(), known_letters)
    except NoMaildir:
        return 0


def refuse_while_working(ids: frozenset[str]) -> None:
    """Raise WorkInHand while a living worker runs a job about one of the records."""
    running = DBTaskResult.objects.filter(status=TaskResultStatus.RUNNING)
    for job in running.exclude(task_path__startswith=OWN_JOBS):
        if _about(job.args_kwargs, ids) and job.worker_ids and is_alive(job.worker_ids[-1]):
            raise WorkInHand


def delete_jobs(ids: frozenset[str]) -> int:
    """Delete jobs, waiting or done, that name one of the records; returns how many."""
    others = DBTaskResult.objects.exclude(task_path__startswith=OWN_JOBS)
    rows = others.values_list("pk", "args_kwargs")
    about = [key for key, given in rows.iterator(chunk_size=2000) if _about(given, ids)]
    return sum(
        DBTaskResult.objects.filter(pk__in=about[start : start + 500]).delete()[0]
        for start in range(0, len(about), 500)
    )


def _about(given: object, ids: frozenset[str]) -> bool:
    """Whether a job's arguments name one of the records."""
    if isinstance(given, dict):
        return any(_about(one, ids) for one in given.values())
    if isinstance(given, list):
        return any(_about(one, ids) for one in given)
    return isinstance(given, str) and given in ids


def ids_of(keys: Iterable[UUID]) -> frozenset[str]:
    """Ids as jobs carry them."""
    return frozenset(str(key) for key in keys)


def scrub_storage() -> None:
    """Take deleted rows off the disk, as far as the database can be told to.

    SQLite overwrites what is deleted (secure_delete), but the write-ahead log still holds older
    pages: it is emptied. PostgreSQL keeps dead rows until a VACUUM. Neither reaches copies that
    a file system or a disk made by itself; for those the keys are destroyed.
    """
    if connection.in_atomic_block:
        return
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("VACUUM")
        else:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
