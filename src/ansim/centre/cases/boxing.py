"""Moving what older versions kept in clear into boxes; used by migrations alone.

It works on the rows as a migration sees them, so it knows no model of today.
"""

import json
from collections.abc import Callable, Iterable
from typing import Any, Final
from uuid import UUID

from ansim.centre.cases.serverkeys import private_of, read_again
from ansim.vault import Aad, CaseKey, seal, unwrap, wrap_for

CHUNK: Final = 500


class Boxes:
    """Seals values of older rows with the working keys of their owners."""

    def __init__(self, wraps: Any) -> None:
        """``wraps``: KeyWrap as the migration sees it."""
        self._wraps = wraps
        self._keys: dict[UUID, CaseKey] = {}

    def key(self, owner: UUID, case: UUID | None) -> CaseKey:
        """The working key of a case or bank; made where there is none yet."""
        if owner not in self._keys:
            self._keys[owner] = self._open(owner) or self._make(owner, case)
        return self._keys[owner]

    def _open(self, owner: UUID) -> CaseKey | None:
        wrap = self._wraps.objects.filter(subject=owner, which="working", holder="server").first()
        return None if wrap is None else unwrap(private_of(wrap.holder_id), bytes(wrap.wrapped))

    def _make(self, owner: UUID, case: UUID | None) -> CaseKey:
        key, active = CaseKey.for_subject("working", owner), read_again()[-1]
        self._wraps.objects.create(
            case_id=case, subject=owner, which="working", key_id=key.id.hex(), holder="server",
            holder_id=active.id, wrapped=wrap_for(active.public, key),
        )  # fmt: skip
        return key

    def text(self, owner: UUID, row: Any, column: str, value: str) -> bytes:
        """A text sealed for one column of one row; an empty one is an empty box."""
        if not value:
            return b""
        place = Aad(row._meta.db_table, column, str(row.pk), str(owner))
        return seal(self._keys[owner], value.encode(), place)

    def json(self, owner: UUID, row: Any, column: str, value: Any) -> bytes:
        """As ``text``, for what JSON can say."""
        if not value:
            return b""
        plain = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        return self.text(owner, row, column, plain)


def each(rows: Any, fill: Callable[[Any], None], columns: Iterable[str]) -> None:
    """Fill and save every row of a queryset, some hundred at a time."""
    model, names = rows.model, list(columns)
    keys = list(rows.order_by().values_list("pk", flat=True))
    for start in range(0, len(keys), CHUNK):
        batch = list(rows.filter(pk__in=keys[start : start + CHUNK]))
        for row in batch:
            fill(row)
        model.objects.bulk_update(batch, names, batch_size=CHUNK)
