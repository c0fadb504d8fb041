"""Reconciliation: what must add up is added up, and said in a sentence."""

from collections.abc import Sequence
from dataclasses import dataclass

from ansim.figures.tables import Table, Text
from ansim.figures.units import Count


@dataclass(frozen=True, slots=True)
class Check:
    """Whether something adds up, and the sum itself in each language."""

    ok: bool
    text: Text


def check_sum(table: Table) -> Check:
    """Whether the rows of ``table`` and its remainder make ``n``.

    Where several answers were allowed rows need not add up; then no row, and no row together
    with those who gave no answer, may exceed ``n``.
    """
    if table.multiple:
        return _check_multiple(table)
    named = sum(row.count for row in table.rows if not row.is_rest)
    rest = sum(row.count for row in table.rows if row.is_rest)
    ok = named + rest == table.n
    sign = "=" if ok else "≠"
    if rest:
        parts = {
            "ko": f"{named:,} + 나머지 {rest:,}",
            "en": f"{named:,} + remainder {rest:,}",
        }
    else:
        terms = [f"{row.count:,}" for row in table.rows if row.count] or ["0"]
        parts = dict.fromkeys(("ko", "en"), " + ".join(terms))
    return Check(ok, {key: f"{table.title[key]}: {parts[key]} {sign} {table.n:,}" for key in parts})


def _check_multiple(table: Table) -> Check:
    rest = sum(row.count for row in table.rows if row.is_rest)
    most = max((row.count for row in table.rows if not row.is_rest), default=0)
    ok = most + rest <= table.n
    sign = "≤" if ok else ">"
    return Check(
        ok,
        {
            "ko": f"{table.title['ko']}: 여러 개 고름. 가장 큰 유형 {most:,} + 나머지 {rest:,} "
            f"{sign} {table.n:,}",
            "en": f"{table.title['en']}: several answers. Largest class {most:,} + remainder "
            f"{rest:,} {sign} {table.n:,}",
        },
    )


def check_equal(title: Text, parts: Sequence[tuple[Text, Count]], whole: Count) -> Check:
    """Whether named ``parts`` add up to ``whole``, in two tables or two ways of counting.

    Raises:
        MixedUnits: a part and the whole are of different units.
    """
    total = Count(whole.unit, 0)
    for _, part in parts:
        total += part
    ok = total == whole
    sign = "=" if ok else "≠"
    text = {}
    for key in title:
        terms = " + ".join(f"{name[key]} {part.number:,}" for name, part in parts)
        text[key] = f"{title[key]}: {terms} {sign} {whole.number:,}"
    return Check(ok, text)
