"""The key on paper: any two of three shares open it, one tells nothing, a slip is named."""

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansim import vault
from ansim.vault.escrow import ALPHABET, read_part

keys = st.binary(min_size=32, max_size=32)


@settings(max_examples=30, deadline=None)
@given(private=keys)
def test_any_two_of_three_shares_open_it_in_any_order(private: bytes) -> None:
    shares = vault.split_key(private)
    assert len(shares) == 3
    for two in combinations(shares, 2):
        assert vault.join_parts(two) == private
        assert vault.join_parts(two[::-1]) == private
    assert vault.join_parts(["", *shares, " "]) == private
    assert vault.join_parts([vault.show_key(private)]) == private


@settings(deadline=None)
@given(private=keys, data=st.data())
def test_it_survives_how_people_type_it(private: bytes, data: st.DataObject) -> None:
    line = vault.split_key(private)[1]
    wide = "".join(chr(ord(c) + 0xFEE0) if c != " " else "\u3000" for c in line)
    slips = line.replace("0", data.draw(st.sampled_from("0Oo"))).replace("1", "l")
    for typed in (line.lower(), line.replace(" ", "-"), wide, slips, f"  {line}\n"):
        assert read_part(typed) == read_part(line)


@settings(deadline=None)
@given(private=keys, data=st.data())
def test_one_wrong_letter_is_always_noticed(private: bytes, data: st.DataObject) -> None:
    line = data.draw(st.sampled_from([vault.show_key(private), *vault.split_key(private)]))
    at = data.draw(st.sampled_from([i for i, c in enumerate(line) if c != " "]))
    other = data.draw(st.sampled_from([c for c in ALPHABET if c != line[at]]))
    with pytest.raises(vault.MistypedKey):
        read_part(line[:at] + other + line[at + 1 :])
    with pytest.raises(vault.MistypedKey):
        read_part(line[:at] + line[at + 1 :])


@settings(deadline=None)
@given(typed=st.text(max_size=120))
def test_junk_is_refused_by_name(typed: str) -> None:
    with pytest.raises(vault.MistypedKey):
        read_part(typed)


def test_one_share_twice_the_same_and_mixed_ones_each_get_their_sentence() -> None:
    mina, joon = (vault.new_key_pair()[0] for _ in range(2))
    ours, theirs = vault.split_key(mina), vault.split_key(joon)
    for lines, error in (
        ([], vault.ShareMissing), ([ours[0]], vault.ShareMissing),
        ([ours[0], ours[0]], vault.SameShare), ([ours[0], theirs[1]], vault.MixedShares),
        ([ours[0], ours[1], theirs[2]], vault.MixedShares),
        ([vault.show_key(mina), theirs[0]], vault.MixedShares),
        # Two splits of one key are different lines: their shares do not go together.
        ([ours[0], vault.split_key(mina)[1]], vault.MixedShares),
    ):  # fmt: skip
        with pytest.raises(error) as caught:
            vault.join_parts(lines)
        for language in ("ko", "en"):
            assert "{" not in caught.value.sentence(language)


def test_one_share_tells_nothing_of_the_key() -> None:
    # Over many splits of one key every byte of a share takes nearly every value: it is uniform.
    private = bytes(32)
    seen = {read_part(vault.split_key(private)[0]).secret[5] for _ in range(600)}
    assert len(seen) > 200


def test_a_part_never_shows_in_a_repr() -> None:
    part = read_part(vault.show_key(bytes(range(32))))
    assert repr(part.secret) not in repr(part)
