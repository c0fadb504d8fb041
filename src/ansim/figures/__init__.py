"""Figures: tables that say what they count, out of how many, and that add up.

No Django here. Counting units are types: people and events cannot be added. A class that has
no name stays as a remainder row, and an unknown is a row like any other.
"""

from ansim.figures.checks import Check, check_equal, check_sum
from ansim.figures.rounding import share
from ansim.figures.tables import (
    NO_ANSWER,
    REST,
    UNKNOWN,
    ClassesExceedBase,
    MissingBase,
    NegativeCount,
    Row,
    Table,
    Text,
    UnlabelledClass,
    tabulate,
)
from ansim.figures.units import Count, MixedUnits, Unit

__all__ = [
    "NO_ANSWER",
    "REST",
    "UNKNOWN",
    "Check",
    "ClassesExceedBase",
    "Count",
    "MissingBase",
    "MixedUnits",
    "NegativeCount",
    "Row",
    "Table",
    "Text",
    "Unit",
    "UnlabelledClass",
    "check_equal",
    "check_sum",
    "share",
    "tabulate",
]
