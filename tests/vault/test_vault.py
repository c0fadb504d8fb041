"""Sealed is sealed: only the right key, the right place and untouched bytes open a record."""

import multiprocessing
import unicodedata
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansim import vault
from ansim.vault.receipt import plain_code

CASE, ROW = UUID(int=7), UUID(int=9)
PLACE = vault.Aad("cases_case", "story", ROW, CASE)
KEY = vault.CaseKey.new()
PEPPER = bytes(range(32))
LIGHT = vault.LIGHT_KDF


@given(text=st.binary(max_size=200), data=st.data())
def test_one_flipped_bit_anywhere_is_always_noticed(text: bytes, data: st.DataObject) -> None:
    box = bytearray(vault.seal(KEY, text, PLACE))
    assert vault.open_sealed(KEY, bytes(box), PLACE) == text
    bit = data.draw(st.integers(0, len(box) * 8 - 1))
    box[bit // 8] ^= 1 << bit % 8
    with pytest.raises((vault.WrongKey, vault.MalformedBox)):
        vault.open_sealed(KEY, bytes(box), PLACE)


names = st.text(max_size=12)
places = st.builds(vault.Aad, names, names, names, names)


@given(here=places, there=places)
def test_a_box_opens_only_where_it_belongs(here: vault.Aad, there: vault.Aad) -> None:
    box = vault.seal(KEY, b"story", here)
    if here == there:
        assert vault.open_sealed(KEY, box, there) == b"story"
    else:
        with pytest.raises(vault.WrongKey):
            vault.open_sealed(KEY, box, there)


def test_moving_letters_between_column_and_row_is_another_place() -> None:
    box = vault.seal(KEY, b"x", vault.Aad("t", "ab", "c", "d"))
    with pytest.raises(vault.WrongKey):
        vault.open_sealed(KEY, box, vault.Aad("t", "a", "bc", "d"))


@given(junk=st.binary(max_size=60))
def test_junk_is_refused_by_name(junk: bytes) -> None:
    with pytest.raises((vault.WrongKey, vault.MalformedBox)):
        vault.open_sealed(KEY, junk, PLACE)
    with pytest.raises(vault.WrongKey):
        vault.unwrap(bytes([1]) * 32, junk)


def test_the_same_text_twice_looks_different() -> None:
    assert vault.seal(KEY, b"same", PLACE) != vault.seal(KEY, b"same", PLACE)


def test_a_wrapped_key_opens_only_for_its_holder() -> None:
    mina_private, mina_public = vault.new_key_pair()
    joon_private, _ = vault.new_key_pair()
    wrapped = vault.wrap_for(mina_public, KEY)
    assert vault.unwrap(mina_private, wrapped) == KEY
    with pytest.raises(vault.WrongKey):
        vault.unwrap(joon_private, wrapped)
    with pytest.raises(vault.WrongKey):
        vault.unwrap(mina_private, wrapped[:-1] + bytes([wrapped[-1] ^ 1]))


def test_keys_never_show_in_a_repr() -> None:
    shown = repr(KEY) + repr(vault.receipt_keys("1" * 20, PEPPER, LIGHT))
    assert repr(KEY.secret) not in shown
    assert repr(vault.receipt_keys("1" * 20, PEPPER, LIGHT).private) not in shown


def test_a_password_opens_the_box_and_a_new_one_replaces_it() -> None:
    keys = vault.new_staff_keys("안심하고 일해요", LIGHT)
    private = vault.open_staff_key(keys.private_box, "안심하고 일해요")
    assert vault.public_key_of(private) == keys.public
    decomposed = unicodedata.normalize("NFD", "안심하고 일해요")
    assert vault.open_staff_key(keys.private_box, decomposed) == private
    box = vault.rebox_staff_key(private, "second password", LIGHT)
    assert vault.open_staff_key(box, "second password") == private
    with pytest.raises(vault.WrongPassword):
        vault.open_staff_key(box, "안심하고 일해요")


def test_the_cost_is_stored_and_a_damaged_cost_cannot_eat_the_machine() -> None:
    box = vault.new_staff_keys("mina mina mina", vault.KDF).private_box
    assert box[1] == 3
    assert int.from_bytes(box[2:6], "big") == 64 * 1024
    for at, value in ((1, 200), (2, 255), (6, 0), (0, 9)):
        with pytest.raises(vault.MalformedBox):
            vault.open_staff_key(box[:at] + bytes([value]) + box[at + 1 :], "mina mina mina")


@given(data=st.data())
@settings(max_examples=40)
def test_a_flipped_bit_in_a_staff_box_never_opens(data: st.DataObject) -> None:
    box = bytearray(vault.new_staff_keys("joon", LIGHT).private_box)
    # The cost bytes are left alone here: they would only make the test slow.
    bit = data.draw(st.integers(7 * 8, len(box) * 8 - 1))
    box[bit // 8] ^= 1 << bit % 8
    with pytest.raises(vault.WrongPassword):
        vault.open_staff_key(bytes(box), "joon")


@given(number=st.integers(0, 10**20 - 1), gap=st.sampled_from([" ", "-", "–", "\u3000", "\u200b"]))
def test_a_code_survives_how_people_type_it(number: int, gap: str) -> None:
    code = f"{number:020d}"
    wide = "".join(chr(ord(digit) - ord("0") + 0xFF10) for digit in code)
    assert plain_code(vault.show(code)) == code
    assert plain_code(gap.join(wide) + "\n") == code


@pytest.mark.parametrize("typed", ["", "1234", "1" * 21, "1" * 19 + "l", "1" * 20 + "x"])
def test_what_is_not_a_code_gets_a_sentence_without_the_code(typed: str) -> None:
    with pytest.raises(vault.MalformedCode) as caught:
        vault.receipt_keys(typed, PEPPER, LIGHT)
    for language in ("ko", "en"):
        assert "20" in caught.value.sentence(language)
        assert len(typed) < 5 or typed not in caught.value.sentence(language)


def test_a_code_holder_is_a_key_holder() -> None:
    code = vault.new_receipt_code()
    kept = vault.receipt_keys(code, PEPPER, LIGHT)
    wrapped = vault.wrap_for(kept.public, KEY)
    again = vault.receipt_keys(vault.show(code), PEPPER, LIGHT)
    assert again.lookup == kept.lookup
    assert vault.unwrap(again.private, wrapped) == KEY


def test_code_and_pepper_both_matter_and_lookup_is_not_the_key() -> None:
    keys = vault.receipt_keys("1" * 20, PEPPER, LIGHT)
    other_code = vault.receipt_keys("1" * 19 + "2", PEPPER, LIGHT)
    other_pepper = vault.receipt_keys("1" * 20, PEPPER[::-1], LIGHT)
    values = [value for k in (keys, other_code, other_pepper) for value in (k.lookup, k.private)]
    assert len(set(values)) == len(values)


def test_codes_are_twenty_digits_and_do_not_repeat() -> None:
    codes = {vault.new_receipt_code() for _ in range(200)}
    assert len(codes) == 200
    assert all(len(code) == 20 and code.isdigit() for code in codes)


def _load(folder: str) -> str:
    return repr(vault.ServerSecrets.load_or_create(Path(folder)).receipt_pepper)


def test_secrets_are_made_once_and_only_for_us(tmp_path: Path) -> None:
    folder = tmp_path / "home" / "keys"
    with multiprocessing.get_context("fork").Pool(4) as pool:
        peppers = set(pool.map(_load, [str(folder)] * 8))
    assert len(peppers) == 1
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    assert list(folder.parent.iterdir()) == [folder]
    made = vault.ServerSecrets.load_or_create(folder)
    assert vault.unwrap(made.server_key, vault.wrap_for(made.server_public, KEY)) == KEY
    assert len(made.django_secret) > 40


def test_a_lost_or_open_secret_stops_the_start(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    vault.ServerSecrets.load_or_create(folder)
    (folder / "server_key").chmod(0o644)
    with pytest.raises(vault.SecretsTooOpen, match="server_key"):
        vault.ServerSecrets.load_or_create(folder)
    (folder / "server_key").chmod(0o600)
    (folder / "receipt_pepper").unlink()
    with pytest.raises(vault.SecretMissing, match="receipt_pepper"):
        vault.ServerSecrets.load_or_create(folder)
