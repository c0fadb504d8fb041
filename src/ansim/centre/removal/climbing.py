"""A sighting's ladder as its pages show it."""

from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise

from ansim.centre.materials.models import Sighting
from ansim.centre.removal import queries, words
from ansim.centre.removal.models import Request
from ansim.centre.removal.reviewing import state_word
from ansim.centre.shell.context import in_language


@dataclass(frozen=True, slots=True)
class Rung:
    """A step: its number, whom it goes to, how it stands; ``beside`` steps wait for nobody."""

    number: int
    name: str
    kind: Promise | str
    request: Request | None
    state: Promise | str
    tone: str
    clock: Any
    current: bool
    later: bool
    beside: bool


BESIDE = frozenset({"search", "police", "regulator"})


def rungs_of(sighting: Sighting, *, current: Request | None = None) -> list[Rung]:
    """The steps asked so far and those that may come; ``current`` is the one being looked at."""
    rungs = []
    for number, step in enumerate(queries.ladder(sighting), start=1):
        request = step.request
        kind = step.recipient.kind if step.recipient is not None else ""
        rungs.append(
            Rung(
                number=number,
                name=in_language(step.recipient.name) if step.recipient is not None else "",
                kind=words.KINDS.get(kind, kind),
                request=request,
                state=state_word(request) if request is not None else "",
                tone="mute" if request is None else words.STATE_TONES[request.state],
                clock=step.clock if request is not None else None,
                current=request is not None and current is not None and request.pk == current.pk,
                later=request is None,
                beside=kind in BESIDE,
            )
        )
    return rungs
