"""``ansim backup`` and ``ansim restore``: the data and the keys, always apart."""

import base64
import getpass
import gzip
import json
import os
import shutil
import sys
import tempfile
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from ansim.backups import (
    Bundle,
    KeysOlder,
    NotABackup,
    open_content,
    open_with_escrow,
    read_bundle,
)
from ansim.cli import language
from ansim.cli.site import spoken, start_site
from ansim.errors import AnsimError
from ansim.vault import join_parts, verify_key_of

SIGNING_KEY = "signing_key"
ESCROW_LINES = 2


class HomeNotEmpty(AnsimError):
    """The folder to restore into is in use."""

    code = "home_not_empty"
    sentences = {
        "en": "The data folder {home} is not empty. Name a new one with ANSIM_HOME and restore there.",
        "ko": "자료 폴더 {home}이(가) 비어 있지 않습니다. ANSIM_HOME으로 새 폴더를 정하고 되살려 주세요.",
    }


class PassphrasesDiffer(AnsimError):
    """The passphrase was not typed the same way twice."""

    code = "passphrases_differ"
    sentences = {
        "en": "The two passphrases differ. Nothing was backed up; try again.",
        "ko": "두 번 적은 암호문이 다릅니다. 아무것도 백업하지 않았습니다. 다시 해 주세요.",
    }


def backup(
    folder: Annotated[Path, typer.Argument(help="Where the data backup goes.", metavar="DIR")],
    keys: Annotated[Path, typer.Option(help="Where the key backup goes: another place.")],
    prune: Annotated[
        bool, typer.Option("--prune", help="Delete backups that expired, and older keys.")
    ] = False,
    escrow_only: Annotated[
        bool, typer.Option("--escrow-only", help="Lock the keys for the escrow holders alone.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Back up the data without any key, and the keys apart from it.

    The passphrase of the key backup is asked for, or read from standard input. Escrow holders can
    open it too. Key backups expire sooner than data backups, so that erased cases stay erased.

    Example: ansim backup /mnt/data-backups --keys /mnt/key-backups --prune
    """
    with spoken():
        start_site()
        from ansim.backups import Lock
        from ansim.centre import clock
        from ansim.centre.retention.backups import escrow_keys, make_backup

        lock = Lock(None if escrow_only else _new_passphrase(), escrow_keys())
        done = make_backup(
            folder, keys, lock, now=clock.now(), tidy=prune
        )
    if as_json:
        record = {
            "data": str(done.data.folder), "keys": str(done.keys.folder),
            "data_expires": done.data.expires_at.isoformat(),
            "keys_expire": done.keys.expires_at.isoformat(),
            "pruned": [str(path) for path in done.pruned],
        }  # fmt: skip
        typer.echo(json.dumps(record, ensure_ascii=False))
        return
    said = {
        "en": "Data: {data} (until {day})\nKeys: {keys} (until {key_day})\nDeleted: {gone}",
        "ko": "자료: {data} ({day}까지)\n열쇠: {keys} ({key_day}까지)\n지운 백업: {gone}",
    }[language.current()]
    typer.echo(
        said.format(
            data=done.data.folder, keys=done.keys.folder, gone=len(done.pruned),
            day=f"{done.data.expires_at:%Y-%m-%d}", key_day=f"{done.keys.expires_at:%Y-%m-%d}",
        )
    )  # fmt: skip


def restore(
    data: Annotated[Path, typer.Argument(help="The data backup's folder.", metavar="DATA")],
    keys: Annotated[Path, typer.Option(help="The key backup's folder.")],
    escrow: Annotated[
        bool, typer.Option("--escrow", help="Open the keys with an escrow key or two of its shares.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Restore a centre into an empty ANSIM_HOME (and an empty database).

    What was erased since the data backup stays erased, and nothing is sent twice: requests that
    may have left since the backup wait for a person. The passphrase, or the escrow key, is asked
    for or read from standard input.

    Example: ANSIM_HOME=/srv/new ansim restore /mnt/data/ansim-data-X --keys /mnt/keys/ansim-keys-X
    """
    now = datetime.now(UTC)
    with spoken():
        home = _empty_home()
        data_bundle, content = _open(data, keys, escrow=escrow, now=now)
        _place_secrets(home / "keys", content["secrets"])
        start_site(must_be_set_up=False)
        from django.core.management import call_command

        from ansim.centre.retention.forgetting import scrub_storage
        from ansim.centre.retention.restoring import restore_rows
        from ansim.cli.operate import prepare

        # The tables first, the rest of a set-up after the rows: it makes rows of its own.
        call_command("migrate", verbosity=0, interactive=False)
        done = restore_rows(data_bundle, content, now=now)
        prepare()
        scrub_storage()
    if as_json:
        typer.echo(json.dumps(asdict(done)))
        return
    said = {
        "en": "Cases: {cases}. Erased again: {still_erased}. Finished off, no key: {without_keys}. "
        "Requests to decide about: {unclear}. Found sent: {found_sent}.",
        "ko": "사건: {cases}. 다시 파기: {still_erased}. 열쇠가 없어 파기: {without_keys}. "
        "사람이 판단할 요청: {unclear}. 보낸 것으로 확인: {found_sent}.",
    }[language.current()]
    typer.echo(said.format(**asdict(done)))


def _empty_home() -> Path:
    """ANSIM_HOME, which must hold no centre. Raises HomeNotEmpty."""
    home = Path(os.environ.get("ANSIM_HOME", "ansim-home")).resolve()
    if any((home / name).exists() for name in ("keys", "ansim.sqlite3")):
        raise HomeNotEmpty(home=home)
    return home


def _open(
    data: Path, keys: Path, *, escrow: bool, now: datetime
) -> tuple[Bundle, dict[str, Any]]:
    """Check both backups and open the keys: whole, in time, of one centre, keys not the older."""
    key_bundle = read_bundle(keys, "keys", now=now)
    box = key_bundle.path("keys.box").read_bytes()
    locks = key_bundle.path("locks.json").read_bytes()
    if escrow:
        plain = open_with_escrow(box, locks, join_parts(_typed_lines()))
    else:
        plain = open_content(box, locks, _passphrase())
    content: dict[str, Any] = json.loads(gzip.decompress(plain))
    public = verify_key_of(base64.b64decode(base64.b64decode(content["secrets"][SIGNING_KEY])))
    # Only now is it known which centre's signature must stand on both.
    read_bundle(keys, "keys", now=now, public=public)
    data_bundle = read_bundle(data, "data", now=now, public=public)
    if key_bundle.made_at < data_bundle.made_at:
        raise KeysOlder(folder=keys.name)
    return data_bundle, content


def _place_secrets(folder: Path, secrets: dict[str, str]) -> None:
    """The keys folder as it was, private, by one rename. Raises NotABackup for a strange name."""
    folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=".keys-", dir=folder.parent))  # mode 0700
    try:
        for name, text in secrets.items():
            path = _inside(draft, name)
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(base64.b64decode(text))
        draft.rename(folder)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise


def _inside(folder: Path, name: str) -> Path:
    path = folder / name
    if not path.resolve().is_relative_to(folder.resolve()):
        raise NotABackup(folder=name)
    return path


def _new_passphrase() -> str | None:
    """Asked for twice on a terminal, else the first line of standard input; None when empty."""
    words = {"en": "Passphrase for the keys: ", "ko": "열쇠 백업의 암호문: "}[language.current()]
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n") or None
    typed = getpass.getpass(words)
    if typed and typed != getpass.getpass(words):
        raise PassphrasesDiffer
    return typed or None


def _passphrase() -> str:
    words = {"en": "Passphrase of the keys: ", "ko": "열쇠 백업의 암호문: "}[language.current()]
    if sys.stdin.isatty():
        return getpass.getpass(words)
    return sys.stdin.readline().rstrip("\r\n")


def _typed_lines() -> list[str]:
    """An escrow key, or two shares: one or two lines, ended by an empty one."""
    if sys.stdin.isatty():
        words = {"en": "Escrow key or share: ", "ko": "예비 열쇠나 조각: "}[language.current()]
        typed = [getpass.getpass(words) for _ in range(ESCROW_LINES)]
    else:
        typed = [sys.stdin.readline().rstrip("\r\n") for _ in range(ESCROW_LINES)]
    return [line for line in typed if line.strip()]
