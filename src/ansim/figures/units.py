"""Counting units as types: what one of a count is."""

from dataclasses import dataclass
from enum import StrEnum

from ansim.errors import AnsimError


class MixedUnits(AnsimError):
    """Counts of different units were put together."""

    code = "mixed_units"
    sentences = {
        "en": "A count of {one} and a count of {other} cannot be put together; count both by "
        "the same unit first.",
        "ko": "세는 단위가 다른 두 수({one_ko}, {other_ko})는 더하거나 견줄 수 없습니다. 먼저 같은 "
        "단위로 세어 주세요.",
    }

    def __init__(self, one: "Unit", other: "Unit") -> None:
        super().__init__(
            one=one.plural, other=other.plural, one_ko=one.text["ko"], other_ko=other.text["ko"]
        )


class Unit(StrEnum):
    """What one of a count is. A request is not a removal, an event is not a person."""

    PERSON = "person"
    CASE = "case"
    SUPPORT = "support"
    REQUEST = "request"
    SIGHTING = "sighting"
    EVENT = "event"

    @property
    def text(self) -> dict[str, str]:
        """The unit's name in each language, for "unit: …"."""
        return _WORDS[self][0]

    @property
    def counter(self) -> dict[str, str]:
        """The short word above a column of numbers in each language (건, 명; supports, people)."""
        return _WORDS[self][1]

    def counted(self, number: int) -> dict[str, str]:
        """The word that follows ``number``: 270명, 270 people, 1 person."""
        return self.counter | {"en": _ONE[self] if number == 1 else self.plural}

    @property
    def plural(self) -> str:
        """The plural in English, as sentences need it."""
        return _WORDS[self][1]["en"]


_WORDS: dict[Unit, tuple[dict[str, str], dict[str, str]]] = {
    Unit.PERSON: ({"ko": "사람", "en": "person"}, {"ko": "명", "en": "people"}),
    Unit.CASE: ({"ko": "사건", "en": "case"}, {"ko": "건", "en": "cases"}),
    Unit.SUPPORT: ({"ko": "지원", "en": "support"}, {"ko": "건", "en": "supports"}),
    Unit.REQUEST: ({"ko": "보낸 요청", "en": "request sent"}, {"ko": "건", "en": "requests"}),
    Unit.SIGHTING: (
        {"ko": "발견된 곳", "en": "place found"},
        {"ko": "곳", "en": "places"},
    ),
    Unit.EVENT: ({"ko": "일어난 일", "en": "event"}, {"ko": "건", "en": "events"}),
}
_ONE = {
    Unit.PERSON: "person",
    Unit.CASE: "case",
    Unit.SUPPORT: "support",
    Unit.REQUEST: "request",
    Unit.SIGHTING: "place",
    Unit.EVENT: "event",
}


@dataclass(frozen=True, slots=True)
class Count:
    """A number of one unit. Only counts of the same unit add up or compare."""

    unit: Unit
    number: int

    def __add__(self, other: "Count") -> "Count":
        """The sum.

        Raises:
            MixedUnits: the units differ.
        """
        return Count(self.unit, self.number + self._same(other))

    def __sub__(self, other: "Count") -> "Count":
        """The difference.

        Raises:
            MixedUnits: the units differ.
        """
        return Count(self.unit, self.number - self._same(other))

    def __le__(self, other: "Count") -> bool:
        """Whether this is at most ``other``.

        Raises:
            MixedUnits: the units differ.
        """
        return self.number <= self._same(other)

    def one_each(self, unit: Unit) -> "Count":
        """The same number by another unit, where a counting rule says "one each".

        A request that was sent is one support: ``Count(REQUEST, 3).one_each(SUPPORT)``. No rule
        makes a person of an event, or events of a person.

        Raises:
            MixedUnits: one of the two units is the person.
        """
        if Unit.PERSON in (self.unit, unit) and unit is not self.unit:
            raise MixedUnits(self.unit, unit)
        return Count(unit, self.number)

    def _same(self, other: "Count") -> int:
        if other.unit is not self.unit:
            raise MixedUnits(self.unit, other.unit)
        return other.number
