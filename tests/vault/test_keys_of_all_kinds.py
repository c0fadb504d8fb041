"""The server's ring, blind indexes, signatures, passphrases, passkey boxes, and Argon2id's turns."""

import threading
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansim import vault
from ansim.vault import server, stretch
from ansim.vault.indexes import canonical

A, B = UUID(int=1), UUID(int=2)
KEY = bytes(range(32))
LIGHT = vault.LIGHT_KDF


def test_a_key_knows_what_it_is_for() -> None:
    key = vault.CaseKey.for_subject("sealed", A)
    assert key.belongs_to("sealed", A)
    assert not key.belongs_to("sealed", B)
    assert not key.belongs_to("working", A)
    assert vault.CaseKey.for_subject("sealed", A).secret != key.secret


@pytest.mark.parametrize(
    "typed",
    ["010-5555-1234", "01055551234", "+82 10 5555 1234", "+82-(0)10-5555-1234", "0082 10 5555 1234",
     "０１０－５５５５－１２３４", "010.5555.1234", "010 5555\u200b1234", "(010) 5555–1234"],
)  # fmt: skip
def test_one_number_written_in_many_ways_has_one_index(typed: str) -> None:
    assert canonical("phone", typed) == "+821055551234"
    index = vault.blind_index(KEY, "phone", typed)
    assert index == vault.blind_index(KEY, "phone", "010-5555-1234")
    assert index != vault.blind_index(KEY, "phone", "010-5555-1235")


@pytest.mark.parametrize("typed", ["", "mother", "12", "010-abcd-1234", "+", "1" * 20, "++8210"])
def test_what_is_no_number_gets_a_sentence(typed: str) -> None:
    with pytest.raises(vault.MalformedPhone):
        vault.blind_index(KEY, "phone", typed)


def test_an_index_is_keyed_by_field_and_key() -> None:
    same = "mina@example.org"
    values = {
        vault.blind_index(KEY, "email", same), vault.blind_index(KEY, "other", same),
        vault.blind_index(KEY[::-1], "email", same),
    }  # fmt: skip
    assert len(values) == 3
    assert vault.blind_index(KEY, "email", " Ｍina@Example.ORG ") in values
    url = vault.blind_index(KEY, "url", "HTTP://Example.org:80/a/../b")
    assert url == vault.blind_index(KEY, "url", "http://example.org/b")
    assert vault.blind_index(KEY, "url", "not a link")
    with pytest.raises(vault.MalformedKey):
        vault.blind_index(b"short", "url", "x")


@settings(deadline=None)
@given(data=st.binary(max_size=60), more=st.data())
def test_a_signature_holds_for_its_key_purpose_and_bytes(data: bytes, more: st.DataObject) -> None:
    public, signature = vault.verify_key_of(KEY), vault.sign(KEY, "certificate", data)
    vault.verify(public, "certificate", data, signature)
    bit = more.draw(st.integers(0, len(signature) * 8 - 1))
    changed = bytearray(signature)
    changed[bit // 8] ^= 1 << bit % 8
    other = vault.verify_key_of(KEY[::-1])
    for wrong in (
        (public, "backup", data, signature), (public, "certificate", data + b"x", signature),
        (other, "certificate", data, signature), (public, "certificate", data, bytes(changed)),
        (public, "certificate", data, b""),
    ):  # fmt: skip
        with pytest.raises(vault.BadSignature):
            vault.verify(*wrong)


def test_letters_do_not_move_between_purpose_and_data() -> None:
    signature = vault.sign(KEY, "ab", b"c")
    with pytest.raises(vault.BadSignature):
        vault.verify(vault.verify_key_of(KEY), "a", b"bc", signature)


@settings(deadline=None)
@given(data=st.binary(max_size=80))
def test_a_passphrase_opens_its_file_and_another_does_not(data: bytes) -> None:
    box = vault.seal_for_passphrase(data, "four wet winter birds", LIGHT)
    assert vault.open_with_passphrase(box, "four wet winter birds") == data
    with pytest.raises(vault.WrongPassword):
        vault.open_with_passphrase(box, "four wet winter bird")
    with pytest.raises(vault.WrongPassword):
        vault.open_with_passphrase(box[:-1] + bytes([box[-1] ^ 1]), "four wet winter birds")


def test_what_is_no_such_file_is_refused_without_work() -> None:
    box = vault.seal_for_passphrase(b"x", "four wet winter birds", LIGHT)
    for junk in (b"", box[:30], b"PK" + box[2:], box[:9] + b"\xff" * 4 + box[13:]):
        with pytest.raises(vault.MalformedBox):
            vault.open_with_passphrase(junk, "four wet winter birds")


def test_a_passkey_secret_opens_its_box_and_nothing_else_does() -> None:
    private, _ = vault.new_key_pair()
    box = vault.box_key_under(KEY, private)
    assert vault.open_box_under(KEY, box) == private
    assert private not in box
    with pytest.raises(vault.WrongKey):
        vault.open_box_under(KEY[::-1], box)
    with pytest.raises(vault.WrongKey):
        vault.open_box_under(KEY, box[:-1] + bytes([box[-1] ^ 1]))
    for junk in (b"", box[:-1], b"\2" + box[1:]):
        with pytest.raises(vault.MalformedBox):
            vault.open_box_under(KEY, junk)


def test_the_ring_grows_and_its_older_keys_go(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    first = vault.ServerSecrets.load_or_create(folder)
    second = vault.add_server_key(folder)
    ring = vault.read_ring(folder)
    assert [key.private for key in ring] == [first.server_key, second.private]
    again = vault.ServerSecrets.load_or_create(folder)
    assert again.server_public == second.public
    assert again.receipt_pepper == first.receipt_pepper
    with pytest.raises(vault.SecretMissing):
        vault.remove_server_key(folder, second.id)  # the active one stays
    vault.remove_server_key(folder, ring[0].id)
    assert [key.id for key in vault.read_ring(folder)] == [second.id]
    # Numbers are not given twice, so that no id of a file means two keys.
    assert vault.add_server_key(folder).number == 3
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}


def test_an_older_folder_is_given_what_it_lacks_once(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    made = vault.ServerSecrets.load_or_create(folder)
    for name in (*server.LATER_NAMES, server.VERSION_NAME):
        (folder / name).unlink()
    new = vault.ServerSecrets.load_or_create(folder)
    assert new.receipt_pepper == made.receipt_pepper
    assert new.server_key == made.server_key
    assert new.signing_key != made.signing_key
    # Killed half way: what was made stays.
    (folder / server.VERSION_NAME).unlink()
    (folder / "signing_key").unlink()
    half = vault.ServerSecrets.load_or_create(folder)
    assert half.blind_secret == new.blind_secret
    assert half.signing_key != new.signing_key
    assert not [path for path in folder.iterdir() if path.name.startswith(".")]


@pytest.mark.parametrize("name", [*server.FIRST_NAMES, *server.LATER_NAMES, server.SERVER_KEY])
def test_a_lost_secret_is_never_made_anew(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "keys"
    vault.ServerSecrets.load_or_create(folder)
    (folder / name).unlink()
    with pytest.raises(vault.SecretMissing, match=name):
        vault.ServerSecrets.load_or_create(folder)


def test_no_secret_shows_in_a_repr(tmp_path: Path) -> None:
    made = vault.ServerSecrets.load_or_create(tmp_path / "keys")
    shown = repr(made) + repr(made.ring)
    for secret in (made.server_key, made.blind_secret, made.signing_key, made.cookie_secret):
        assert repr(secret) not in shown


def test_at_most_two_derivations_run_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    inside = threading.Semaphore(0)
    done, go = [], threading.Event()

    def held_up(**_more: object) -> bytes:
        inside.release()
        go.wait(10)
        done.append(1)
        return bytes(32)

    monkeypatch.setattr(stretch, "hash_secret_raw", held_up)
    threads = [threading.Thread(target=LIGHT.derive, args=(b"x", bytes(16))) for _ in range(5)]
    for thread in threads:
        thread.start()
    assert inside.acquire(timeout=10)
    assert inside.acquire(timeout=10)
    # Two are at work and hold both turns; a third has none until one of them is done.
    assert not stretch._turns.acquire(blocking=False)
    assert not inside.acquire(blocking=False)
    go.set()
    for thread in threads:
        thread.join(10)
    assert len(done) == 5
