"""Working data at rest: columns that the server opens with the case's working key.

The night's work needs links, fingerprints and letters, so the server can open them; whoever has
the database alone cannot. A model names a box (a BinaryField) and what is in it::

    url_box = models.BinaryField(default=b"")
    url = WorkingText("url_box")

``row.url`` opens the box once, ``row.url = "…"`` seals it at once, ``Model(url="…")`` and
``save(update_fields=["url_box"])`` do what they say. A filter by value is impossible: rows are
found by a blind index beside the box. What is empty is kept as an empty box.

The owner of a row (``working_owner``: the id of its case or bank) must be set before its values.
"""

import json
from collections.abc import Callable
from typing import Any, Generic, TypeVar, overload
from uuid import UUID

from django.db import models

from ansim.vault import Aad, open_sealed, seal

T = TypeVar("T")
# The owner of working data that belongs to no case and no bank: the centre itself.
CENTRE = UUID("00000000-0000-4000-8000-000000000000")
# Where a row keeps what it has opened: the box that it came from, and the value.
OPENED = "_opened_boxes"


class WorkingValue(property, Generic[T]):
    """A property over a sealed box. It is a ``property`` so that ``Model(name=value)`` works.

    Reading and writing raise KeysDestroyed for an erased case and VaultError for a changed box.
    """

    def __init__(self, box: str, empty: Callable[[], T]) -> None:
        """``box``: the name of the column; ``empty`` makes the value of an empty box."""
        super().__init__(self.read, self.write)
        self.box, self.empty = box, empty

    @overload
    def __get__(self, row: None, owner: type | None = None) -> "WorkingValue[T]": ...
    @overload
    def __get__(self, row: models.Model, owner: type | None = None) -> T: ...
    def __get__(
        self, row: models.Model | None, owner: type | None = None
    ) -> "T | WorkingValue[T]":
        """The value of a row; the property itself on the class, as Django asks for it."""
        del owner
        return self if row is None else self.read(row)

    def read(self, row: models.Model) -> T:
        """The value in the row's box. It is opened once; a mutable value is not to be changed."""
        box = getattr(row, self.box)
        if not box:
            return self.empty()
        opened: dict[str, tuple[object, T]] = row.__dict__.setdefault(OPENED, {})
        known = opened.get(self.box)
        # A box that was read again from the database is another object.
        if known is None or known[0] is not box:
            plain = open_sealed(_key(row), bytes(box), _aad(row, self.box))
            known = opened[self.box] = (box, self.decode(plain))
        return known[1]

    def write(self, row: models.Model, value: T) -> None:
        """Seal a value into the row's box; the row is not saved."""
        if value == self.empty():
            setattr(row, self.box, b"")
            return
        box = seal(_key(row), self.encode(value), _aad(row, self.box))
        setattr(row, self.box, box)
        # What JSON makes of a value (tuples become lists) is seen at once, not only next time.
        row.__dict__.setdefault(OPENED, {})[self.box] = (box, self.decode(self.encode(value)))

    def encode(self, value: T) -> bytes:
        """A value as bytes."""
        raise NotImplementedError

    def decode(self, plain: bytes) -> T:
        """The value of bytes."""
        raise NotImplementedError


class WorkingText(WorkingValue[str]):
    """A text under the working key; an empty box is an empty text."""

    def __init__(self, box: str) -> None:
        super().__init__(box, str)

    def encode(self, value: str) -> bytes:
        """UTF-8."""
        return value.encode()

    def decode(self, plain: bytes) -> str:
        """From UTF-8."""
        return plain.decode()


class WorkingJson(WorkingValue[Any]):
    """Anything that JSON can say, under the working key; ``empty`` makes that of an empty box."""

    def encode(self, value: Any) -> bytes:
        """Compact JSON."""
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()

    def decode(self, plain: bytes) -> Any:
        """From JSON."""
        return json.loads(plain)


class WorkingPart(property):
    """One named value of an object in a WorkingJson, so that several share one box."""

    def __init__(self, whole: WorkingJson, name: str, empty: Callable[[], Any]) -> None:
        super().__init__(self._read, self._write)
        self._whole, self._name, self._empty = whole, name, empty

    def _read(self, row: models.Model) -> Any:
        whole = self._whole.read(row)
        return whole[self._name] if self._name in whole else self._empty()

    def _write(self, row: models.Model, value: Any) -> None:
        self._whole.write(row, {**self._whole.read(row), self._name: value})


def owner_of(row: models.Model) -> UUID:
    """The id of the case or bank that a row with working data belongs to."""
    owner: UUID = row.working_owner  # type: ignore[attr-defined]
    return owner


def _key(row: models.Model) -> Any:
    from ansim.centre.cases import keyring  # it imports the models that import this module

    return keyring.working_key(owner_of(row))


def _aad(row: models.Model, column: str) -> Aad:
    return Aad(row._meta.db_table, column, str(row.pk), str(owner_of(row)))
