"""Reading the custody log, and checking that its chain is whole."""

from dataclasses import dataclass

from ansim.centre.custody.models import CustodyEvent
from ansim.centre.custody.services import FIRST, digest_of


@dataclass(frozen=True, slots=True)
class ChainCheck:
    """Whether the chain is whole, how many events it has, and where it first breaks."""

    whole: bool
    events: int
    broken_at: int | None


def check_chain() -> ChainCheck:
    """Walk the chain from its first event and compare every digest."""
    previous, count = FIRST, 0
    for event in CustodyEvent.objects.order_by("sequence").iterator(chunk_size=2000):
        count += 1
        if event.previous != previous or event.digest != digest_of(event):
            return ChainCheck(whole=False, events=count, broken_at=event.sequence)
        previous = event.digest
    return ChainCheck(whole=True, events=count, broken_at=None)
