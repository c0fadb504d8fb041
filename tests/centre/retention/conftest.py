"""The named people of the retention tests."""

from tests.centre.retention.people import jeong, lee, now, told

__all__ = ["jeong", "lee", "now", "told"]
