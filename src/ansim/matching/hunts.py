"""Several indexes of hunted things, asked as one: a case's few beside banks of many thousands."""

from dataclasses import dataclass
from typing import Protocol

from ansim.fingerprints import Fingerprint
from ansim.matching.hunted import BestMatch, HuntedIndex, surest
from ansim.matching.index import RADIUS


class Hunted(Protocol):
    """What can be asked whether it has something."""

    def match(self, found: Fingerprint, radius: int = RADIUS) -> list[BestMatch]:
        """Every hunted thing that ``found`` shows, best first."""


@dataclass(frozen=True, slots=True)
class Hunt:
    """``indexes`` share no key. ``guessing``: matches of what a picture may be cut from, too."""

    indexes: tuple[HuntedIndex, ...]
    guessing: bool = True

    def __len__(self) -> int:
        """How many hunted things there are."""
        return sum(map(len, self.indexes))

    def match(self, found: Fingerprint, radius: int = RADIUS) -> list[BestMatch]:
        """Every hunted thing that ``found`` shows, best first."""
        told = [
            one for index in self.indexes for one in index.match(found, radius, guessing=self.guessing)
        ]
        return sorted(told, key=surest)
