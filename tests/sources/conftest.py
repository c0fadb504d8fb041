"""A scripted server on loopback and a door to it."""

from tests.fetching.conftest import world

__all__ = ["world"]
