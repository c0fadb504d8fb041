"""The named people of the staff pages' tests."""

from tests.centre.cases.drills import paper, ring, shared
from tests.centre.cases.people import opened, people, signed_in, ten_in_the_morning

__all__ = ["opened", "paper", "people", "ring", "shared", "signed_in", "ten_in_the_morning"]
