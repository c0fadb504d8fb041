"""Making a backup of the centre: the data without keys, and apart from it the keys."""

import base64
import gzip
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.migrations.recorder import MigrationRecorder

from ansim.backups import Bundle, Lock, lock_content, prune, write_bundle
from ansim.centre import clock
from ansim.centre.access.models import Staff
from ansim.centre.cases.models import Case, EscrowHolder, KeyWrap
from ansim.centre.custody.models import CustodyEvent
from ansim.centre.custody.services import record
from ansim.centre.retention.models import ForgottenLetter, Tombstone
from ansim.centre.retention.rows import as_dicts, data_models, dump, file_of
from ansim.errors import AnsimError
from ansim.vault import verify_key_of


class KeptTogether(AnsimError):
    """Keys and data would lie in the same place."""

    code = "kept_together"
    sentences = {
        "en": "Keys and data must not lie in the same folder: name another one for the keys, best on "
        "another machine.",
        "ko": "열쇠와 자료를 같은 폴더에 둘 수 없습니다. 열쇠는 다른 폴더, 될 수 있으면 다른 컴퓨터에 "
        "두세요.",
    }


class NothingToLockWith(AnsimError):
    """A key backup that nobody could open, or anybody."""

    code = "nothing_to_lock_with"
    sentences = {
        "en": "Give a passphrase of at least 12 characters for the key backup, or add an escrow key "
        "with “ansim keys escrow”.",
        "ko": "열쇠 백업에 쓸 12자 이상의 암호문을 적거나, ‘ansim keys escrow’로 예비 열쇠를 "
        "더하세요.",
    }


LEAST_PASSPHRASE = 12


@dataclass(frozen=True, slots=True)
class BackedUp:
    """What one run made, and which older backups it deleted."""

    data: Bundle
    keys: Bundle
    pruned: tuple[Path, ...]


def back_up(folder: Path) -> tuple[Bundle, Bundle | None]:
    """Both parts in two folders below ``folder``, for a drill: the keys for the escrow alone.

    Where there is no escrow holder, the keys are left out.
    """
    now, lock = clock.now(), Lock(escrow=escrow_keys())
    if lock.escrow:
        done = make_backup(folder / "data", folder / "keys", lock, now=now)
        return done.data, done.keys
    with _one_moment():
        return _write_data(folder / "data", now), None


def escrow_keys() -> dict[str, bytes]:
    """The public keys of the escrow holders of today, by id."""
    holders = EscrowHolder.objects.filter(retired_at=None)
    return {str(one.pk): bytes(one.public_key) for one in holders}


def make_backup(
    data_folder: Path, key_folder: Path, lock: Lock, *, now: datetime, tidy: bool = False
) -> BackedUp:
    """Write both parts below two folders that lie apart; with ``tidy`` delete what expired.

    Key backups from before the last erasure go too: they could still open what was erased.
    Raises KeptTogether, NothingToLockWith, BackupExists.
    """
    data_folder, key_folder = data_folder.resolve(), key_folder.resolve()
    if data_folder.is_relative_to(key_folder) or key_folder.is_relative_to(data_folder):
        raise KeptTogether
    if lock.passphrase is not None and len(lock.passphrase) < LEAST_PASSPHRASE:
        raise NothingToLockWith
    if not lock.passphrase and not lock.escrow:
        raise NothingToLockWith
    seed = settings.SECRETS.signing_key
    with _one_moment():
        data = _write_data(data_folder, now)
        content = gzip.compress(json.dumps(key_content(), ensure_ascii=False).encode(), mtime=0)
    keys = write_bundle(
        key_folder, "keys", lock_content(content, lock), made_at=now,
        expires_at=now + timedelta(days=settings.ANSIM_KEY_BACKUP_DAYS), about={}, seed=seed,
    )  # fmt: skip
    record("backup.made", actor_kind="operator", fields=["data", "keys"], at=now)
    return BackedUp(data, keys, _tidy(data_folder, key_folder, seed, now) if tidy else ())


def _write_data(folder: Path, now: datetime) -> Bundle:
    files = ((file_of(model), dump(model._base_manager.all())) for model in data_models())
    return write_bundle(
        folder, "data", files, made_at=now,
        expires_at=now + timedelta(days=settings.ANSIM_BACKUP_DAYS), about=_about(),
        seed=settings.SECRETS.signing_key,
    )  # fmt: skip


@contextmanager
def _one_moment() -> Iterator[None]:
    """Everything is read as of one moment, and on SQLite without holding writers up."""
    # Django's connections to SQLite begin with a lock for writing, which reading does not need.
    database: Any = connection
    mode = getattr(database, "transaction_mode", None)
    # Within somebody's transaction the moment is already theirs.
    outermost = not connection.in_atomic_block
    if connection.vendor == "sqlite":
        database.transaction_mode = "DEFERRED"
    try:
        with transaction.atomic():
            if connection.vendor == "postgresql" and outermost:
                with connection.cursor() as cursor:
                    cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            yield
    finally:
        if connection.vendor == "sqlite":
            database.transaction_mode = mode


def _about() -> dict[str, Any]:
    """What a data backup says of itself: the shape of its tables and the end of the custody chain."""
    last = CustodyEvent.objects.order_by("-sequence").values_list("digest", flat=True).first()
    return {
        "migrations": applied_migrations(),
        "cases": Case.objects.count(),
        "custody_digest": last or "",
    }


def applied_migrations() -> list[str]:
    """The state of the tables: ``app.migration`` for each that was applied."""
    return sorted(
        f"{app}.{name}" for app, name in MigrationRecorder(connection).applied_migrations()
    )


def key_content() -> dict[str, Any]:
    """Everything that opens something, and what must stay erased."""
    folder = Path(settings.ANSIM_HOME) / "keys"
    secrets = {
        path.relative_to(folder).as_posix(): base64.b64encode(path.read_bytes()).decode()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    staff = Staff.objects.order_by("pk").values_list("pk", "public_key", "private_box")
    return {
        "secrets": secrets,
        "wraps": as_dicts(KeyWrap.objects.all()),
        "staff": [
            {
                "id": str(key), "public_key": base64.b64encode(bytes(public)).decode(),
                "private_box": base64.b64encode(bytes(box)).decode(),
            }
            for key, public, box in staff
        ],
        "tombstones": as_dicts(Tombstone.objects.all()),
        "forgotten": as_dicts(ForgottenLetter.objects.all()),
    }  # fmt: skip


def _tidy(data_folder: Path, key_folder: Path, seed: bytes, now: datetime) -> tuple[Path, ...]:
    erased = Tombstone.objects.values_list("erased_at", flat=True).first()
    public = verify_key_of(seed)
    return (
        *prune(data_folder, "data", now=now, public=public),
        *prune(key_folder, "keys", now=now, public=public, before=erased),
    )
