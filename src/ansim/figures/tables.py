"""Tables: classes with counts and shares, out of a stated number, with nothing dropped."""

from collections.abc import Mapping
from dataclasses import dataclass

from ansim.errors import AnsimError
from ansim.figures.rounding import share
from ansim.figures.units import Count, Unit

Text = dict[str, str]
"""One text in several languages, keyed by language code; ``ko`` and ``en`` are always there."""

UNKNOWN = "unknown"
REST_CODE = "rest"
REST: Text = {"ko": "이름 없는 나머지", "en": "Remainder without a class"}
NO_ANSWER: Text = {"ko": "답 없음", "en": "No answer"}
_UNKNOWN_LABEL: Text = {"ko": "모름", "en": "Not known"}


class UnlabelledClass(AnsimError):
    """A class has a count but no name in the taxonomy."""

    code = "unlabelled_class"
    sentences = {
        "en": 'The table {table} counts the class "{row}", which has no label; add it to the '
        "taxonomy.",
        "ko": "{table} 표에 이름 없는 분류 “{row}”이(가) 있습니다. 분류표에 넣어 주세요.",
    }


class NegativeCount(AnsimError):
    """A count or a base is below zero."""

    code = "negative_count"
    sentences = {
        "en": "The table {table} has a count below zero at {row}; counts start at zero.",
        "ko": "{table} 표의 {row} 수가 0보다 작습니다. 0부터 세어 주세요.",
    }


class MissingBase(AnsimError):
    """A table with several answers for each unit does not say out of how many."""

    code = "missing_base"
    sentences = {
        "en": "The table {table} allows several answers, so its classes do not say how many there "
        "are; give n.",
        "ko": "{table} 표는 여러 개를 고를 수 있어 분류로는 전체 수를 알 수 없습니다. n을 "
        "적어 주세요.",
    }


class ClassesExceedBase(AnsimError):
    """Classes count more than there are units: the unit or the base is wrong."""

    code = "classes_exceed_base"
    sentences = {
        "en": "The table {table} counts {counted} out of {n}; check the unit, or say that several "
        "answers were allowed.",
        "ko": "{table} 표가 {n} 가운데 {counted}을(를) 세었습니다. 단위를 확인하거나 여러 개 "
        "고름으로 밝혀 주세요.",
    }


@dataclass(frozen=True, slots=True)
class Row:
    """A class: how many, which share of n ("44.5%"; a dash when n is 0), and if it is what is left.

    ``is_rest`` marks the remainder: units that are counted but belong to no named class.
    """

    code: str
    label: Text
    count: int
    share: str
    is_rest: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """One figure: its rows out of ``n`` of ``unit``.

    With ``multiple`` a unit may be in several rows, so that rows do not add up to ``n``.
    """

    code: str
    title: Text
    unit: Unit
    n: int
    rows: tuple[Row, ...]
    multiple: bool = False
    note: Text | None = None

    @property
    def total(self) -> Count:
        """How many units the table is about."""
        return Count(self.unit, self.n)

    @property
    def total_share(self) -> str:
        """The share of the total row."""
        return share(self.n, self.n)

    def count(self, code: str) -> Count:
        """How many units are in the class ``code`` (0 when it has no row)."""
        return Count(self.unit, sum(row.count for row in self.rows if row.code == code))


def tabulate(
    code: str,
    title: Text,
    unit: Unit,
    counts: Mapping[str, int],
    *,
    n: int | None = None,
    labels: Mapping[str, Text],
    multiple: bool = False,
    rest_label: Text | None = None,
    unanswered: int = 0,
    note: Text | None = None,
) -> Table:
    """Make a table with a row for every class of ``labels``, in that order, zeros included.

    ``n`` is the base; without it the classes are all there is. Where single-answer classes add
    up to less than ``n``, the difference is a remainder row named ``rest_label`` (REST unless
    told). Where several answers are allowed the classes cannot tell how many units gave none:
    ``unanswered`` says it and becomes the remainder row. ``unknown`` needs no label.

    Raises:
        UnlabelledClass: a class with a count has no label.
        NegativeCount: a count, ``n`` or ``unanswered`` is below zero.
        MissingBase: ``multiple`` without ``n``.
        ClassesExceedBase: more is counted than there is.
    """
    names = _labels_of(code, counts, labels)
    for name, number in (*counts.items(), ("n", n or 0), (REST_CODE, unanswered)):
        if number < 0:
            raise NegativeCount(table=code, row=name)
    if multiple:
        if n is None:
            raise MissingBase(table=code)
        counted, rest = max((*counts.values(), 0)) + unanswered, unanswered
    else:
        counted = sum(counts.values()) + unanswered
        n = counted if n is None else n
        rest = n - counted + unanswered
    if counted > n:
        raise ClassesExceedBase(table=code, counted=counted, n=n)
    rows = [
        Row(name, label, counts.get(name, 0), share(counts.get(name, 0), n))
        for name, label in names.items()
    ]
    if rest:
        label = rest_label or (NO_ANSWER if multiple else REST)
        rows.append(Row(REST_CODE, label, rest, share(rest, n), is_rest=True))
    return Table(code, title, unit, n, tuple(rows), multiple, note)


def _labels_of(
    table: str, counts: Mapping[str, int], labels: Mapping[str, Text]
) -> dict[str, Text]:
    names = dict(labels)
    if UNKNOWN in counts:
        names.setdefault(UNKNOWN, _UNKNOWN_LABEL)
    for name in counts:
        if name not in names:
            raise UnlabelledClass(table=table, row=name)
    return names
