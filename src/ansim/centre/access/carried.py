"""What was typed when the door closed: kept for whoever typed it, and for nobody else.

A POST that comes after the session idled out, or before a proof was asked again, is sealed for the
public key of the staff member who sent it. It lies in the browser's session and opens only with
their private key, that is, after they have come through the door again. Files, passwords and codes
are never kept.
"""

import base64
import json
import re
from dataclasses import dataclass
from time import time
from typing import Final

from django.http import HttpRequest

from ansim.centre.access.middleware import CARRIED
from ansim.centre.access.models import Staff
from ansim.vault import Aad, CaseKey, VaultError, open_sealed, seal, unwrap, wrap_for

MOST_BYTES: Final = 64 * 1024
LIFE_SECONDS: Final = 60 * 60
NEVER_KEPT: Final = re.compile(r"pass|secret|code|token|credential|answer|prf|^pin$", re.IGNORECASE)
# Words that somebody typed, and not the name of a choice.
TYPED: Final = re.compile(r"\s|[^\x00-\x7f]")


@dataclass(frozen=True, slots=True)
class Carried:
    """Where a form went, and its fields in their order."""

    path: str
    fields: list[tuple[str, str]]

    @property
    def typed(self) -> list[str]:
        """The texts among the values, for eyes."""
        return [value for _name, value in self.fields if TYPED.search(value.strip())]


def carry(request: HttpRequest, staff: Staff) -> bool:
    """Keep the POST of ``request`` for ``staff``; False where it is too much or nothing."""
    fields = [
        (name, str(value))
        for name, values in request.POST.lists()
        for value in values
        if not NEVER_KEPT.search(name) and value
    ]
    text = json.dumps({"path": request.get_full_path(), "fields": fields}).encode()
    if not fields or len(text) > MOST_BYTES:
        return False
    key = CaseKey.new()
    boxes = (wrap_for(bytes(staff.public_key), key), seal(key, text, _place(staff)))
    wrapped, box = (base64.b64encode(one).decode() for one in boxes)
    request.session[CARRIED] = {"at": int(time()), "wrapped": wrapped, "box": box}
    return True


def carried(request: HttpRequest, staff: Staff, private: bytes) -> Carried | None:
    """What was kept for ``staff``, or None: nothing, too old, or somebody else's."""
    held = request.session.get(CARRIED)
    if not held or not 0 <= time() - held["at"] <= LIFE_SECONDS:
        return None
    wrapped, box = (base64.b64decode(held[name]) for name in ("wrapped", "box"))
    try:
        told = json.loads(open_sealed(unwrap(private, wrapped), box, _place(staff)))
    except VaultError:
        return None
    return Carried(told["path"], [(name, value) for name, value in told["fields"]])


def drop_carried(request: HttpRequest) -> None:
    """Sent, or no longer wanted."""
    request.session.pop(CARRIED, None)


def _place(staff: Staff) -> Aad:
    return Aad("session", CARRIED, str(staff.pk), str(staff.pk))
