"""The index finds exactly what comparing every pair finds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansim.matching import HammingIndex, MalformedHash, Match


def _hex(number: int) -> str:
    return f"{number:064x}"


_ONES = st.integers(0, 2**256 - 1)
# Neighbours are planted: otherwise random hashes are never near one another.
_FLIPS = st.sets(st.integers(0, 255), max_size=60)


@given(st.lists(_ONES, max_size=12), st.lists(st.tuples(st.integers(0, 11), _FLIPS), max_size=6),
       st.integers(0, 256))  # fmt: skip
def test_search_is_brute_force(
    items: list[int], planted: list[tuple[int, set[int]]], radius: int
) -> None:
    queries = [
        (items[place % len(items)] if items else 0) ^ sum(1 << bit for bit in bits)
        for place, bits in planted
    ]
    expected = sorted(
        (query, (one ^ other).bit_count(), item)
        for query, one in enumerate(queries)
        for item, other in enumerate(items)
        if (one ^ other).bit_count() <= radius
    )
    index = HammingIndex([_hex(item) for item in items])
    found = index.search([_hex(query) for query in queries], radius)
    assert [(match.query, match.distance, match.item) for match in found] == expected
    assert len(index) == len(items)


def test_the_usual_radius_is_31_and_a_block_border_loses_nothing() -> None:
    hashes = [_hex(0)] * 16_383 + [_hex(2**31 - 1), _hex(2**32 - 1)]
    found = HammingIndex(hashes).search([_hex(0)])
    assert len(found) == 16_384
    assert found[-1] == Match(query=0, item=16_383, distance=31)


def test_one_item_and_many_equal_items_are_found() -> None:
    for copies in (1, 2, 4, 8, 16):
        assert len(HammingIndex(["f" * 64] * copies).search(["F" * 64])) == copies


@pytest.mark.parametrize("text", ["", "f" * 63, "g" * 64, "f" * 64 + "\n", "\uff46" * 64])
def test_what_is_no_hash_is_refused_with_its_place(text: str) -> None:
    with pytest.raises(MalformedHash, match="number 2"):
        HammingIndex(["0" * 64, text])
