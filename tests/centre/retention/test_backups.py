"""The drill: what was erased stays erased, whatever old backup is restored; nothing leaves twice."""

import json
import os
import shutil
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from ansim import signed
from ansim.backups import (
    BackupChanged,
    BackupExpired,
    KeysOlder,
    Lock,
    NoLock,
    NotABackup,
    WrongKind,
    find_bundles,
    lock_content,
    open_content,
    open_with_escrow,
    prune,
    read_bundle,
    write_bundle,
)
from ansim.centre.retention.backups import KeptTogether, NothingToLockWith, make_backup
from ansim.cli import backup as command
from ansim.vault import new_key_pair, verify_key_of
from tests.centre.retention.people import NOON

DRILL = Path(__file__).with_name("drill.py")
REPOSITORY = Path(__file__).parents[3]
PHRASE = "correct horse battery"
SEED, OTHER = bytes(range(32)), bytes(32)


@pytest.fixture(scope="module")
def database() -> Any:
    """``database("a")``: the address of an empty database for one home; "" is SQLite's."""
    address = os.environ.get("ANSIM_DATABASE", "")

    def make(name: str) -> str:
        if not address:
            return ""
        import psycopg

        from ansim.centre.settings import DATABASES

        about = DATABASES["default"]
        with psycopg.connect(
            host=about["HOST"], user=about["USER"], dbname="postgres", autocommit=True
        ) as server:
            server.execute(f"DROP DATABASE IF EXISTS drill_{name} WITH (FORCE)")
            server.execute(f"CREATE DATABASE drill_{name}")
        return f"{address.rpartition('/')[0]}/drill_{name}"

    return make


def run(
    home: Path, database: str, *arguments: str, typed: str = ""
) -> subprocess.CompletedProcess[str]:
    """A process on one home, with what is typed into it."""
    given = {
        **os.environ, "ANSIM_HOME": str(home), "ANSIM_MODE": "test", "ANSIM_LANG": "en",
        "DJANGO_SETTINGS_MODULE": "ansim.centre.settings", "ANSIM_DATABASE": database,
        "ANSIM_MAILDIR": str(home.parent / "mail"),
    }  # fmt: skip
    return subprocess.run(
        [sys.executable, *arguments], env=given, cwd=REPOSITORY, input=typed, text=True,
        capture_output=True, check=False,
    )  # fmt: skip


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory, database: Any) -> dict[str, Any]:
    """A centre with two backups, between which Mina's case was erased."""
    folder = tmp_path_factory.mktemp("drill")
    done = run(folder / "a", database("a"), str(DRILL), "live", str(folder))
    assert done.returncode == 0, done.stderr
    (folder / "told.json").write_text(done.stdout)
    return {"folder": folder, **json.loads(done.stdout)}


def test_the_old_data_with_the_newest_keys_bring_nobody_back_who_was_erased(lived, database):
    folder, home, address = lived["folder"], lived["folder"] / "b", database("b")
    restore = ("-m", "ansim", "restore", lived["data"][0], "--keys", lived["keys"][1], "--json")
    done = run(home, address, *restore, typed=f"{PHRASE}\n")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "cases": 1, "still_erased": 1, "without_keys": 0, "unclear": 2, "found_sent": 1,
    }  # fmt: skip
    seen = run(home, address, str(DRILL), "look", str(folder))
    assert seen.returncode == 0, seen.stderr
    known = json.loads(seen.stdout)
    assert (known["cases"], known["mina_wraps"], known["mina_code"]) == (1, 0, False)
    assert known["tombstones"] == [[lived["mina"]["id"], True]]
    assert known["bora"] == "the story of bora"
    assert known["lee"] is True
    assert len(known["links"]) == 5
    assert known["requests"] == {
        "B-0": "unclear", "B-1": "unclear", "B-2": "draft", "B-3": "sent", "B-4": "sent",
    }  # fmt: skip
    assert (known["queued"], known["whole"], known["same_figures"]) == (0, True, True)
    again = run(home, address, *restore, typed=f"{PHRASE}\n")
    assert again.returncode == 1
    assert "not empty" in again.stderr
    assert len(again.stderr.splitlines()) == 1


def opened(data: str, keys: str, *, after: timedelta = timedelta(hours=1), phrase: str = PHRASE):
    """Both backups as ``restore`` opens them, some time after they were made."""
    made = read_bundle(Path(data), "data", now=None).made_at
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(command, "_passphrase", lambda: phrase)
        return command._open(Path(data), Path(keys), escrow=False, now=made + after)


def test_what_must_be_refused_is_refused_with_one_sentence(lived, tmp_path):
    old, new = lived["data"]
    old_keys, new_keys = lived["keys"]
    assert opened(old, new_keys)[1]["tombstones"]
    cases: list[tuple[type[Exception], Any]] = [
        (BackupExpired, lambda: opened(old, old_keys, after=timedelta(days=14))),
        (BackupExpired, lambda: opened(old, new_keys, after=timedelta(days=90))),
        (KeysOlder, lambda: opened(new, old_keys)),
        (NoLock, lambda: opened(old, new_keys, phrase="another passphrase")),
        (WrongKind, lambda: opened(new_keys, new_keys)),
        (NotABackup, lambda: opened(str(tmp_path), new_keys)),
    ]
    for error, attempt in cases:
        with pytest.raises(error) as caught:
            attempt()
        assert "\n" not in caught.value.sentence("en")


def test_a_changed_or_foreign_backup_is_refused(lived, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(lived["data"][0], copy)
    file = copy / "cases.Case.jsonl.gz"
    file.write_bytes(file.read_bytes()[:-1] + b"x")
    with pytest.raises(BackupChanged):
        opened(str(copy), lived["keys"][1])
    shutil.copytree(lived["data"][0], tmp_path / "late")
    manifest = tmp_path / "late" / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"expires_at": "20', '"expires_at": "21'))
    with pytest.raises(signed.SignatureWrong):
        opened(str(tmp_path / "late"), lived["keys"][1])
    made = read_bundle(Path(lived["data"][0]), "data", now=None)
    files = ((name, made.path(name).read_bytes()) for name in made.files)
    foreign = write_bundle(
        tmp_path / "foreign", "data", files, made_at=made.made_at, expires_at=made.expires_at,
        about=made.about, seed=OTHER,
    )  # fmt: skip
    with pytest.raises(signed.OtherSigner):
        opened(str(foreign.folder), lived["keys"][1])


def test_the_data_backup_holds_no_key_and_no_word_of_anybody(lived):
    import gzip

    for folder in lived["data"]:
        names = {path.name for path in Path(folder).iterdir()}
        assert "cases.KeyWrap.jsonl.gz" not in names
        assert "sessions.Session.jsonl.gz" not in names
        for path in Path(folder).glob("*.gz"):
            text = gzip.decompress(path.read_bytes()).decode()
            assert "the story of" not in text
            assert "forum.example.com/t/" not in text
    for folder in lived["keys"]:
        box = (Path(folder) / "keys.box").read_bytes()
        assert b"wraps" not in box
        assert {path.stat().st_mode & 0o077 for path in Path(folder).iterdir()} == {0}


def test_escrow_opens_the_keys_and_the_passphrase_does_too():
    private, public = new_key_pair()
    files = dict(lock_content(b"all the keys", Lock(PHRASE, {"board": public})))
    box, locks = files["keys.box"], files["locks.json"]
    assert open_with_escrow(box, locks, private) == b"all the keys"
    assert open_content(box, locks, PHRASE) == b"all the keys"
    with pytest.raises(NoLock):
        open_with_escrow(box, locks, new_key_pair()[0])
    alone = dict(lock_content(b"x", Lock(escrow={"board": public})))
    with pytest.raises(NoLock):
        open_content(alone["keys.box"], alone["locks.json"], PHRASE)


def bundle(parent: Path, made_at: datetime, *, days: int = 14, seed: bytes = SEED) -> Path:
    return write_bundle(
        parent, "keys", [("a", b"1")], made_at=made_at, expires_at=made_at + timedelta(days=days),
        about={}, seed=seed,
    ).folder  # fmt: skip


def test_pruning_deletes_what_expired_and_keys_from_before_an_erasure(tmp_path):
    public = verify_key_of(SEED)
    expired, before, newest = (bundle(tmp_path, NOON + timedelta(days=d)) for d in (0, 10, 20))
    theirs = bundle(tmp_path, NOON - timedelta(days=99), seed=OTHER)
    assert len(find_bundles(tmp_path, "keys", public)) == 3
    now = NOON + timedelta(days=21)
    assert prune(tmp_path, "keys", now=now, public=public) == [expired]
    erased_at = NOON + timedelta(days=15)
    assert prune(tmp_path, "keys", now=now, public=public, before=erased_at) == [before]
    later = now + timedelta(days=99)
    assert prune(tmp_path, "keys", now=later, public=public, before=later) == []
    assert {newest, theirs} == set(tmp_path.iterdir())


@pytest.mark.django_db
def test_keys_and_data_never_lie_together_and_keys_are_always_locked(tmp_path):
    for keys in (tmp_path, tmp_path / "data" / "keys", tmp_path / "data"):
        with pytest.raises(KeptTogether):
            make_backup(tmp_path / "data", keys, Lock(PHRASE), now=NOON)
    for lock in (Lock(), Lock("short"), Lock("", {})):
        with pytest.raises(NothingToLockWith):
            make_backup(tmp_path / "data", tmp_path / "keys", lock, now=NOON)
    assert not list(tmp_path.iterdir())
    assert connection.vendor in {"sqlite", "postgresql"}
