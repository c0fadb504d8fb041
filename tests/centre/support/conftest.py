"""The named people of the staff pages' tests."""

from tests.centre.cases.people import opened, people, signed_in, ten_in_the_morning

__all__ = ["opened", "people", "signed_in", "ten_in_the_morning"]
