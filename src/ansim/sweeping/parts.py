"""Parts of a sweep and their results: small values that travel between processes and machines."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Self

from ansim.sweeping.members import Form


@dataclass(frozen=True, slots=True)
class Range:
    """A stretch [low, high) of an archive; ``start`` where its first member is known to begin.

    ``key`` names the stretch of this very content in the state file, telling nothing else.
    """

    key: str
    path: str
    form: Form
    low: int
    high: int
    start: int | None

    @property
    def size(self) -> int:
        """Bytes to be read, about."""
        return self.high - self.low


@dataclass(frozen=True, slots=True)
class Batch:
    """Some files of a folder, or one file that was named. ``size``: of all, in bytes.

    ``walked``: they were found in a folder, where what is no media is passed over.
    """

    key: str
    paths: tuple[str, ...]
    walked: bool
    size: int


Part = Range | Batch


@dataclass(frozen=True, slots=True)
class Hit:
    """A picture or video that an item of a bank resembles.

    ``offset`` and ``number``: which record of the archive (see ``records.Record``), or which file
    of the batch and 0. ``bank`` counts the banks as they were given. ``distance`` is in bits.
    ``guessed``: only a guess at what it was cut from comes so near.
    """

    offset: int
    number: int
    sha256: str
    bank: int
    item: str
    distance: int
    exact: bool = False
    disputed: bool = False
    guessed: bool = False


@dataclass(frozen=True, slots=True)
class Trouble:
    """What could not be looked at, by the name of its error's type; places as in ``Hit``.

    ``values`` fill the sentence.
    """

    offset: int
    number: int
    error: str
    values: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class Counts:
    """What was seen. ``media``: pictures and videos, each time that one came up.

    ``repeated``: of these, such as were looked at before in the same part. ``other``: what is
    neither. ``revisits``: records that refer to an earlier one and hold no body. ``skipped``:
    records of other kinds (requests, metadata). ``packed``: bodies in an encoding that is not
    read, such as br. ``unread``: pictures and videos that could not be looked at. ``damaged``:
    places where an archive is damaged.
    """

    records: int = 0
    media: int = 0
    repeated: int = 0
    other: int = 0
    revisits: int = 0
    skipped: int = 0
    packed: int = 0
    unread: int = 0
    damaged: int = 0

    def add(self, more: "Counts") -> None:
        """Count those too."""
        for one in fields(self):
            setattr(self, one.name, getattr(self, one.name) + getattr(more, one.name))


@dataclass(slots=True)
class Result:
    """What a part gave. ``first`` and ``reached`` as in ``records.Walk``, of ranges only.

    ``urls`` holds the address of each hit's record; it is not written down in the state file.
    """

    counts: Counts = field(default_factory=Counts)
    hits: list[Hit] = field(default_factory=list)
    troubles: list[Trouble] = field(default_factory=list)
    first: int | None = None
    reached: int | None = None
    urls: dict[tuple[int, int], str] = field(default_factory=dict)

    def to_json(self) -> dict[str, object]:
        """Without the addresses."""
        return {
            "counts": asdict(self.counts),
            "hits": [list(asdict(hit).values()) for hit in self.hits],
            "troubles": [list(asdict(one).values()) for one in self.troubles],
            "first": self.first,
            "reached": self.reached,
        }

    @classmethod
    def from_json(cls, record: Mapping[str, object]) -> Self:
        """Read a record of ``to_json``. Raises TypeError or ValueError where it is none."""
        plain = json.loads(json.dumps(record))
        return cls(
            counts=Counts(**plain["counts"]),
            hits=[Hit(*values) for values in plain["hits"]],
            troubles=[
                Trouble(offset, number, error, tuple((name, value) for name, value in values))
                for offset, number, error, values in plain["troubles"]
            ],
            first=plain["first"],
            reached=plain["reached"],
        )


def key_of(*facts: object) -> str:
    """32 hex digits that name these facts (BLAKE2b) and do not tell them."""
    return hashlib.blake2b(json.dumps(facts).encode(), digest_size=16).hexdigest()
