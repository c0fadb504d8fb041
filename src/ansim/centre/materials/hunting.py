"""What is hunted, ready for matching. Banks are opened once a process, until they change.

A bank may have a million items, each in a sealed box: opening them anew for every look and every
walk would take longer than the looking. Their numbers stay in this process's memory meanwhile.
"""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from uuid import UUID

from ansim.centre.materials.models import Bank, Material, Sighting
from ansim.matching import HuntedFingerprint, HuntedIndex
from ansim.matching.hunts import Hunt

_AT_ONCE = 2_000
_MOST_BANKS = 32


def hunt_of(cases: Iterable[UUID], banks: Iterable[Bank]) -> Hunt:
    """What is hunted for these cases and of these banks."""
    of_cases = Material.objects.filter(case__in=list(cases), withdrawn_at=None)
    own = HuntedIndex([one.hunted() for one in of_cases.order_by("pk")])
    every = [own, *(_bank_index(bank.pk, bank.revision) for bank in banks)]
    return Hunt(tuple(one for one in every if len(one)))


def hunt_for(sighting: Sighting) -> Hunt:
    """What is hunted for the case or bank of a sighting.

    Letters about a bank's hit leave without anybody's reading: no guesses for them.
    """
    if sighting.bank is not None:
        index = _bank_index(sighting.bank.pk, sighting.bank.revision)
        return Hunt((index,), guessing=False)
    return hunt_of([] if sighting.case_id is None else [sighting.case_id], [])


@lru_cache(maxsize=_MOST_BANKS)
def _bank_index(bank_id: UUID, revision: int) -> HuntedIndex:  # noqa: ARG001 -- a new one, a new index
    return HuntedIndex(list(_hunted_of(bank_id)))


def _hunted_of(bank_id: UUID) -> Iterator[HuntedFingerprint]:
    rows = Material.objects.filter(bank=bank_id, withdrawn_at=None).order_by("number")
    for one in rows.iterator(chunk_size=_AT_ONCE):
        yield one.hunted()
