"""``ansim retention``, ``ansim backup``: clear sentences, and a certificate checked offline."""

import json
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from ansim import signed
from ansim.centre.work import checkup
from ansim.cli.app import app
from ansim.vault import verify_key_of

runner = CliRunner()
SEED = bytes(range(32))
DOCUMENT = {
    "kind": signed.ERASURE, "case": "5b1c", "erased_at": "2026-11-22T00:00:00+00:00",
    "destroyed": {"links": 3, "notes": 1}, "keys_destroyed": ["a", "b"],
}  # fmt: skip


@pytest.fixture
def certificate(tmp_path):
    path = tmp_path / "certificate.json"
    path.write_text(signed.sign(DOCUMENT, SEED))
    return path


def verify(path, *options: str):
    return runner.invoke(app, ["retention", "verify", str(path), *options])


def test_a_whole_certificate_is_confirmed_with_its_numbers(certificate):
    done = verify(certificate, "--key", verify_key_of(SEED).hex())
    assert done.exit_code == 0
    assert "4 records and 2 keys" in done.stdout
    told = json.loads(verify(certificate, "--json").stdout)
    assert (told["ok"], told["key"]) == (True, verify_key_of(SEED).hex())
    assert told["certificate"] == DOCUMENT


@pytest.mark.parametrize("spoil", ['"links": 3', '"case": "5b1c"', '"algorithm": "Ed25519"'])
def test_a_changed_certificate_fails(certificate, spoil):
    text = certificate.read_text()
    assert spoil in text
    certificate.write_text(text.replace(spoil, spoil[:-1] + "7" + spoil[-1]))
    done = verify(certificate)
    # The name of the algorithm is no part of what is said; everything else is.
    assert done.exit_code == (0 if "algorithm" in spoil else 1)


def test_what_is_no_certificate_is_one_sentence(tmp_path, certificate):
    odd = tmp_path / "odd.json"
    manifest = signed.sign({"kind": "ansim backup"}, SEED)
    for text in ("", "{", "[]", '{"document": 3}', manifest, certificate.read_text()[:-9]):
        odd.write_text(text)
        done = verify(odd)
        assert done.exit_code == 1
        assert len(done.stderr.splitlines()) == 1
    for options in (["--key", "12"], ["--key", "zz" * 32], ["--key", "ab" * 32]):
        done = verify(certificate, *options)
        assert done.exit_code == 1
        assert len(done.stderr.splitlines()) == 1
    assert verify(tmp_path / "none.json").exit_code == 1


def test_it_is_checked_without_a_centre(certificate, tmp_path):
    code = (
        "import sys; from ansim.cli.app import app\n"
        f"sys.argv = ['ansim', 'retention', 'verify', {str(certificate)!r}]\n"
        "try: app()\nexcept SystemExit as end: print('django' in sys.modules, end.code)"
    )
    home = tmp_path / "nowhere"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True,
        env={"ANSIM_HOME": str(home), "PATH": ""},
    )  # fmt: skip
    assert done.stdout.splitlines()[-1] == "False 0"
    assert not home.exists()


def test_a_restore_into_a_home_in_use_is_refused(tmp_path, monkeypatch):
    (tmp_path / "home" / "keys").mkdir(parents=True)
    monkeypatch.setenv("ANSIM_HOME", str(tmp_path / "home"))
    done = runner.invoke(app, ["restore", str(tmp_path), "--keys", str(tmp_path)])
    assert done.exit_code == 1
    assert "is not empty" in done.stderr


@pytest.mark.django_db
def test_backup_prints_both_places_and_the_doctor_is_content(tmp_path):
    def backups() -> bool:
        return next(one.ok for one in checkup.check_up() if one.code == "backups")

    assert not backups()
    command = ["backup", str(tmp_path / "d"), "--keys", str(tmp_path / "k"), "--prune", "--json"]
    refused = runner.invoke(app, command, input="\n")
    assert refused.exit_code == 1
    assert "12 characters" in refused.stderr
    done = runner.invoke(app, command, input="correct horse battery\n")
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert told["data_expires"] > told["keys_expire"]
    assert told["pruned"] == []
    assert backups()


@pytest.mark.django_db
def test_what_is_due_and_the_public_key_are_printed(settings):
    assert runner.invoke(app, ["retention", "due"]).stdout == ""
    printed = runner.invoke(app, ["retention", "key"]).stdout.strip()
    assert printed == verify_key_of(settings.SECRETS.signing_key).hex()
