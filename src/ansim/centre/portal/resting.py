"""Drafts at rest between two pages, so that no page needs to lie in the browser's store.

What rests in the session is the sealed draft of ``draft.py``: it opens only with a server secret
and a secret of this browser together. It goes when the report is sent, when the person leaves, and
when the session ends unused. The page carries the same draft, so that a person who needs longer
than a session lasts loses nothing.
"""

import re
import secrets
from typing import Final

from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest

FIELD: Final = "d"
MARK: Final = re.compile(r"[0-9a-f]{16}")
KEY: Final = "report_drafts"
# Two windows side by side; an older one starts over from what its own page carries.
MOST: Final = 2


def new_mark() -> str:
    """What tells one report of this browser from another in an address; it means nothing."""
    return secrets.token_hex(8)


def mark_of(request: HttpRequest) -> str:
    """The mark in the address, or a new one."""
    given = request.GET.get(FIELD, "")
    return given if MARK.fullmatch(given) else new_mark()


def lay(session: SessionBase, mark: str, sealed: str) -> None:
    """Keep the newest form of one draft; the oldest of too many goes."""
    drafts = {name: one for name, one in session.get(KEY, {}).items() if name != mark}
    drafts[mark] = sealed
    session[KEY] = dict(list(drafts.items())[-MOST:])


def resting(session: SessionBase, mark: str) -> str | None:
    """The sealed draft of a mark, or None."""
    found = session.get(KEY, {}).get(mark)
    return found if isinstance(found, str) else None


def forget(session: SessionBase) -> None:
    """Nothing rests any more."""
    session.pop(KEY, None)
