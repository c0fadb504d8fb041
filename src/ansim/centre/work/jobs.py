"""Jobs: Django's Tasks on the database, made safe to run again.

A job and the change that caused it commit together. Every job is idempotent: a worker may be
killed at any point, and the job is then run again from its start by whoever finds it orphaned.
"""

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from django_tasks import task
from django_tasks.base import DEFAULT_TASK_QUEUE_NAME, Task
from django_tasks_db.models import DBTaskResult

from ansim.errors import AnsimError

log = logging.getLogger(__name__)


class JobFailed(AnsimError):
    """A job failed for good. It names the kind of failure and none of its values.

    The task table keeps the traceback of what a job raises, and an error's own words may hold an
    address or a piece of what somebody wrote.
    """

    code = "job_failed"
    sentences = {
        "en": "A job failed ({kind}). Look into the log of that moment for the reason.",
        "ko": "작업이 실패했습니다({kind}). 까닭은 그 시각의 로그에 있습니다.",
    }


# A job that fails again and again is parked for a person to see; see ``parked_jobs``.
TRIES = 3


def job(
    priority: int = 0,
    *,
    given_up: Callable[..., None] | None = None,
    queue: str = DEFAULT_TASK_QUEUE_NAME,
) -> Callable[[Callable[..., None]], Task[..., None]]:
    """Make a function a job that is tried again when it fails.

    The function's arguments are JSON (ids as strings). The last failure is kept by the task
    table as a failed job; ``given_up`` is then called with the same arguments, to free the row
    that the job was about, so that it falls due again or shows to a person. ``queue``: of the
    lanes, for a job that waits for other people's servers.
    """

    def decorate(function: Callable[..., None]) -> Task[..., None]:
        @wraps(function)
        def run(*args: Any, attempt: int = 1, **kwargs: Any) -> None:
            try:
                function(*args, **kwargs)
            except Exception as error:
                # The process' edge: name the kind of failure, never its values.
                kind = error.code if isinstance(error, AnsimError) else type(error).__name__
                log.exception("job %s failed (%s), attempt %s", function.__name__, kind, attempt)
                if attempt >= TRIES:
                    if given_up is not None:
                        given_up(*args, **kwargs)
                    raise JobFailed(kind=kind) from None
                made.enqueue(*args, attempt=attempt + 1, **kwargs)

        made = task(priority=priority, queue_name=queue)(run)
        return made

    return decorate


def parked_jobs() -> int:
    """How many jobs failed for good and wait for a person."""
    return DBTaskResult.objects.failed().count()


def is_waiting(made: Task[..., None]) -> bool:
    """Whether such a job is waiting to be run already."""
    return DBTaskResult.objects.ready().filter(task_path=made.module_path).exists()
