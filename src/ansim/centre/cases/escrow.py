"""Escrow: public keys here, their private halves on paper. What opens when everything is lost.

The server never has a private half but for the moment of a restore, in which it is typed in.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from ansim.centre.access import joint
from ansim.centre.cases import keyring, serverkeys
from ansim.centre.cases.errors import HolderTaken, LastEscrow, NotAHolder
from ansim.centre.cases.handing import hand, shared_but_closed
from ansim.centre.cases.models import Case, EscrowHolder, KeyWrap
from ansim.centre.custody.services import record
from ansim.vault import MalformedKey, VaultError, public_key_of, wrap_for

if TYPE_CHECKING:
    from ansim.centre.access.models import Staff

ACT = "escrow.add"


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore gave back, and what this escrow key does not open."""

    given: list[Case] = field(default_factory=list)
    left: list[Case] = field(default_factory=list)


def public_from_hex(typed: str) -> bytes:
    """A public key as ``ansim keys escrow new`` prints it: 64 hex digits. Raises MalformedKey."""
    try:
        public = bytes.fromhex(typed.strip())
    except ValueError:
        public = b""
    if len(public) != keyring.PUBLIC_BYTES:
        raise MalformedKey(expected=keyring.PUBLIC_BYTES, found=len(public))
    return public


@transaction.atomic
def add_holder(label: str, public: bytes, *, by: "Staff | None", now: datetime) -> EscrowHolder:
    """Let one more key open everything, after a second person confirmed it.

    ``by`` None: the operator. New cases are wrapped for it at once, and so are all working keys,
    which the server can open; sealed keys when somebody who holds the case opens it next. Raises
    NeedsSecondPerson, HolderTaken, WrongKey (no key that anyone holds).
    """
    joint.use(ACT, public.hex(), by, now)
    try:
        with transaction.atomic():
            taken = EscrowHolder.objects.filter(public_key=public, retired_at=None)
            if taken.exists():
                raise HolderTaken
            holder = EscrowHolder.objects.create(label=label, public_key=public, added_at=now)
    except IntegrityError as error:
        raise HolderTaken from error
    kind = "operator" if by is None else "staff"
    record("escrow.added", actor=by, actor_kind=kind, obj=holder, fields=["public_key"], at=now)
    wrap_working_keys()
    return holder


def wrap_working_keys() -> int:
    """Wrap every working key for the escrow holders that lack it; how many wraps were made."""
    made = 0
    holders = [
        str(pk) for pk in EscrowHolder.objects.filter(retired_at=None).values_list("pk", flat=True)
    ]
    server = KeyWrap.objects.filter(which=keyring.WORKING, holder=KeyWrap.Holder.SERVER)
    for holder in holders:
        had = KeyWrap.objects.filter(
            which=keyring.WORKING, holder=KeyWrap.Holder.ESCROW, holder_id=holder
        )
        for wrap in server.exclude(subject__in=had.values("subject")).select_related("case"):
            key = keyring.open_wrap(wrap, serverkeys.private_of(wrap.holder_id))
            made += len(keyring.wrap_for_escrow(wrap.subject, keyring.WORKING, key, case=wrap.case))
    return made


@transaction.atomic
def retire_holder(holder: EscrowHolder, *, by: "Staff | None", now: datetime) -> int:
    """An escrow key is lost or leaves: its wraps go. Raises LastEscrow."""
    wraps = KeyWrap.objects.filter(holder=KeyWrap.Holder.ESCROW, holder_id=str(holder.pk))
    others = KeyWrap.objects.exclude(pk__in=wraps).exclude(staff__is_active=False)
    held = others.filter(which=keyring.SEALED).exclude(holder=KeyWrap.Holder.RECEIPT)
    sealed = wraps.filter(which=keyring.SEALED, case__isnull=False)
    alone = sealed.exclude(subject__in=held.values("subject")).count()
    if alone:
        raise LastEscrow(count=alone)
    gone, _ = wraps.delete()
    holder.retired_at = now
    holder.save(update_fields=["retired_at"])
    kind = "operator" if by is None else "staff"
    record("escrow.retired", actor=by, actor_kind=kind, obj=holder, fields=["retired_at"], at=now)
    return gone


def holder_of(private: bytes) -> EscrowHolder:
    """The holder whose private key was typed. Raises NotAHolder, MalformedKey."""
    found = EscrowHolder.objects.filter(public_key=public_key_of(private), retired_at=None).first()
    if found is None:
        raise NotAHolder
    return found


@transaction.atomic
def restore(
    private: bytes,
    staff: "Staff",
    *,
    now: datetime,
    cases: Iterable[Case] | None = None,
) -> Restored:
    """Let ``staff`` open ``cases`` again with an escrow key; the operator does it, with custody.

    None: those that are shared with them and that they cannot open. Raises NotAHolder,
    MalformedKey.
    """
    holder, restored = holder_of(private), Restored()
    ours = KeyWrap.objects.filter(
        which=keyring.SEALED, holder=KeyWrap.Holder.ESCROW, holder_id=str(holder.pk)
    )
    for case in list(shared_but_closed(staff) if cases is None else cases):
        wrap = ours.filter(subject=case.pk).first()
        if wrap is None:
            restored.left.append(case)
            continue
        try:
            key = keyring.open_wrap(wrap, private)
        except VaultError:
            # One damaged wrap must not keep the others closed; the operator is told of it.
            restored.left.append(case)
            continue
        hand(case, staff, key, actor=None, now=now)
        restored.given.append(case)
    index = ours.filter(subject=keyring.INDEX).first()
    if index is not None and keyring.reads_sealed(staff):
        keyring.wrap_for_subject(keyring.INDEX, staff, keyring.open_wrap(index, private))
    fields = ["staff", *(["cases"] if restored.given else [])]
    record("escrow.used", actor_kind="operator", obj=holder, fields=fields, at=now)
    return restored


def restore_server(private: bytes, *, now: datetime) -> int:
    """The server key is lost: wrap every working key for the ring's active key again.

    Returns how many. Raises NotAHolder, MalformedKey, WrongKey.
    """
    holder = holder_of(private)
    known = {key.id for key in serverkeys.read_again()}
    fine = KeyWrap.objects.filter(holder=KeyWrap.Holder.SERVER, holder_id__in=known)
    ours = KeyWrap.objects.filter(
        which=keyring.WORKING, holder=KeyWrap.Holder.ESCROW, holder_id=str(holder.pk)
    ).exclude(subject__in=fine.values("subject"))
    done = 0
    with transaction.atomic():
        active = serverkeys.active_for_wrapping()
        for wrap in ours.select_related("case"):
            key = keyring.open_wrap(wrap, private)
            dead = KeyWrap.objects.filter(subject=wrap.subject, holder=KeyWrap.Holder.SERVER)
            dead.delete()
            KeyWrap.objects.create(
                case=wrap.case, subject=wrap.subject, which=keyring.WORKING, key_id=wrap.key_id,
                holder=KeyWrap.Holder.SERVER, holder_id=active.id,
                wrapped=wrap_for(active.public, key),
            )  # fmt: skip
            done += 1
        record("escrow.used", actor_kind="operator", obj=holder, fields=["server"], at=now)
    serverkeys.forget()
    return done
