"""Rotating the server key.

A rotation may be killed anywhere: the new key is in the ring before any wrap is made for it, the
old one leaves the ring after the last wrap for it is gone, and a second start goes on.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from ansim.centre.cases import keyring, serverkeys
from ansim.centre.cases.errors import ServerKeyLost
from ansim.centre.cases.models import KeyWrap
from ansim.centre.custody.services import record
from ansim.vault import ServerKey, VaultError, add_server_key, remove_server_key, wrap_for

BATCH: Final = 200


@dataclass(frozen=True, slots=True)
class Rotated:
    """How it went: wraps made, wraps that no key of the ring opens, ids of keys destroyed."""

    active: str
    wrapped: int
    closed: int
    destroyed: tuple[str, ...]


def rotate_server_key(
    *,
    now: datetime,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
    before_the_end: Callable[[], None] = lambda: None,
) -> Rotated:
    """A new server key, every working key wrapped for it, and the old one destroyed.

    One that was killed half way is finished, without another new key. Where a wrap opens with no
    key of the ring the old keys stay. ``before_the_end`` is for what is wrapped for the server
    outside the database, before the old key goes. Raises SecretMissing, SecretsTooOpen.
    """
    ring = serverkeys.read_again()
    if len(ring) == 1:
        add_server_key(serverkeys.folder())
        ring = serverkeys.read_again()
        record("keys.rotation_begun", actor_kind="operator", fields=["server_key"], at=now)
    target = ring[-1]
    todo, done = _old(target).count(), 0
    closed: set[UUID] = set()
    while True:
        batch = _old(target).exclude(pk__in=closed).order_by("pk")[:BATCH]
        moved, stuck = _move(batch, target)
        if not moved and not stuck:
            break
        closed |= stuck
        done += moved
        progress(done + len(closed), todo)
    before_the_end()
    destroyed = _finish(target, ring[:-1], now)
    return Rotated(target.id, done, len(closed), destroyed)


def _old(target: ServerKey) -> QuerySet[KeyWrap]:
    return KeyWrap.objects.filter(holder=KeyWrap.Holder.SERVER).exclude(holder_id=target.id)


@transaction.atomic
def _move(batch: QuerySet[KeyWrap], target: ServerKey) -> tuple[int, set[UUID]]:
    """Wrap one batch for the new key: (how many, those that opened with no key)."""
    moved, stuck = 0, set[UUID]()
    for wrap in batch:
        try:
            key = keyring.open_wrap(wrap, serverkeys.private_of(wrap.holder_id))
        except (VaultError, ServerKeyLost):
            stuck.add(wrap.pk)
            continue
        moved += KeyWrap.objects.filter(pk=wrap.pk, holder_id=wrap.holder_id).update(
            holder_id=target.id, wrapped=wrap_for(target.public, key)
        )
    return moved, stuck


def _finish(target: ServerKey, older: tuple[ServerKey, ...], now: datetime) -> tuple[str, ...]:
    """Destroy the older keys, once nobody can be making a wrap for them any more.

    Whoever gets the lock after us reads the ring with the new key in it; whoever had it before
    has committed, and is swept up here.
    """
    with transaction.atomic():
        serverkeys.lock_ring(alone=True)
        _moved, stuck = _move(_old(target), target)
        if stuck:
            return ()
        record("keys.rotated", actor_kind="operator", fields=["server_key"], at=now)
    for key in older:
        remove_server_key(serverkeys.folder(), key.id)
    serverkeys.read_again()
    return tuple(key.id for key in older)
