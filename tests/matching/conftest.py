"""Where a bank file lies."""

from tests.matching.bankfiles import path

__all__ = ["path"]
