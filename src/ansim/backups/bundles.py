"""A backup as a folder: files, and a signed manifest that names them all."""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ansim import signed
from ansim.backups.errors import (
    BackupChanged,
    BackupExists,
    BackupExpired,
    NotABackup,
    WrongKind,
)

KIND = "ansim backup"
VERSION = 1
MANIFEST = "manifest.json"
STAMP = "%Y%m%dT%H%M%SZ"
CHUNK = 1 << 20
# A file of a backup as its parts, or whole.
Content = bytes | Iterable[bytes]


@dataclass(frozen=True, slots=True)
class Bundle:
    """A backup that was checked: ``holds`` is ``data`` or ``keys``, ``about`` what it says of itself."""

    folder: Path
    holds: str
    made_at: datetime
    expires_at: datetime
    files: Mapping[str, Mapping[str, Any]]
    about: Mapping[str, Any]

    def path(self, name: str) -> Path:
        """One of its files. Raises BackupChanged where the manifest names no such file."""
        if name not in self.files:
            raise BackupChanged(folder=self.folder.name, file=name)
        return self.folder / name


def write_bundle(
    parent: Path,
    holds: str,
    files: Iterable[tuple[str, Content]],
    *,
    made_at: datetime,
    expires_at: datetime,
    about: Mapping[str, Any],
    seed: bytes,
) -> Bundle:
    """Write a backup into a new folder below ``parent``, private, whole or not at all.

    ``seed`` signs the manifest (32 bytes). Raises BackupExists.
    """
    parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    final = parent / f"ansim-{holds}-{made_at.astimezone(UTC).strftime(STAMP)}"
    if final.exists():
        raise BackupExists(folder=final.name)
    draft = Path(tempfile.mkdtemp(prefix=".ansim-draft-", dir=parent))  # mode 0700
    try:
        listed = {name: _write(draft / name, content) for name, content in files}
        document = {
            "kind": KIND,
            "version": VERSION,
            "holds": holds,
            "made_at": made_at.astimezone(UTC).isoformat(),
            "expires_at": expires_at.astimezone(UTC).isoformat(),
            "files": listed,
            "about": dict(about),
        }
        _write(draft / MANIFEST, signed.sign(document, seed).encode())
        draft.rename(final)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    return Bundle(final, holds, made_at, expires_at, listed, about)


def _write(path: Path, content: Content) -> dict[str, Any]:
    """Write one file and make sure that it is on the disk; returns its size and digest."""
    digest, size = hashlib.sha256(), 0
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        for part in [content] if isinstance(content, bytes) else content:
            file.write(part)
            digest.update(part)
            size += len(part)
        file.flush()
        os.fsync(file.fileno())
    return {"sha256": digest.hexdigest(), "bytes": size}


def read_bundle(
    folder: Path, holds: str, *, now: datetime | None, public: bytes | None = None
) -> Bundle:
    """Check a backup: its signature, kind, day (unless ``now`` is None) and the digest of each file.

    Raises NotABackup, WrongKind, BackupExpired, BackupChanged, and the errors of ansim.signed
    (OtherSigner where ``public`` is given and another centre signed).
    """
    bundle = _manifest(folder, public)
    if bundle.holds != holds:
        raise WrongKind(folder=folder.name, found=bundle.holds, expected=holds)
    if now is not None and bundle.expires_at <= now:
        raise BackupExpired(folder=folder.name, day=f"{bundle.expires_at:%Y-%m-%d}")
    for name, known in bundle.files.items():
        if Path(name).name != name or _digest(folder / name) != known["sha256"]:
            raise BackupChanged(folder=folder.name, file=name)
    return bundle


def _manifest(folder: Path, public: bytes | None) -> Bundle:
    try:
        text = (folder / MANIFEST).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise NotABackup(folder=folder.name) from error
    document = signed.verify(text, public)
    if document.get("kind") != KIND or document.get("version") != VERSION:
        raise NotABackup(folder=folder.name)
    made_at, expires_at = (
        datetime.fromisoformat(document[name]) for name in ("made_at", "expires_at")
    )
    return Bundle(
        folder, document["holds"], made_at, expires_at, document["files"], document["about"]
    )


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while part := file.read(CHUNK):
                digest.update(part)
    except OSError:
        return ""
    return digest.hexdigest()


def find_bundles(parent: Path, holds: str, public: bytes) -> list[Bundle]:
    """The backups of one kind below ``parent`` that this centre signed, oldest first."""
    found = []
    for folder in sorted(parent.glob(f"ansim-{holds}-*")) if parent.is_dir() else ():
        try:
            bundle = _manifest(folder, public)
        except (NotABackup, signed.NotSigned, signed.SignatureWrong, signed.OtherSigner):
            continue
        if bundle.holds == holds:
            found.append(bundle)
    return sorted(found, key=lambda one: one.made_at)


def prune(
    parent: Path, holds: str, *, now: datetime, public: bytes, before: datetime | None = None
) -> list[Path]:
    """Delete this centre's backups that expired, and those made before ``before``.

    Never the newest one, and nothing that this centre did not sign. Returns what was deleted.
    """
    gone = []
    for bundle in find_bundles(parent, holds, public)[:-1]:
        if bundle.expires_at <= now or (before is not None and bundle.made_at < before):
            shutil.rmtree(bundle.folder)
            gone.append(bundle.folder)
    return gone
