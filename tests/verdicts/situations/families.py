"""All families of situations, and the corpus that they make."""

from collections.abc import Iterator

from tests.verdicts.situations import emptied, listings, removals, there, unclear, veiled
from tests.verdicts.situations.building import FAMILIES
from tests.verdicts.situations.cases import Situation

__all__ = ["FAMILIES", "corpus", "emptied", "listings", "removals", "there", "unclear", "veiled"]


def corpus(variants: int, base: int) -> Iterator[Situation]:
    """So many situations of every family; two bases share no seed."""
    for place, build in enumerate(FAMILIES.values()):
        for variant in range(variants):
            yield build(base + place * 37 + variant)
