"""The way in by code: the same work for every code that is typed, right, wrong or no code at all.

In this order, always: the puzzle, the count, one derivation, one look-up, one note of the outcome.
Only then do the ways part, and by then the answer itself says which it was.
"""

from datetime import datetime
from typing import Final
from uuid import UUID

from ansim.centre.cases.keyring import look_up_receipt
from ansim.centre.portal import limits, puzzles

LONGEST_CODE: Final = 200


def try_code(
    typed: str, address: str, puzzle: str, answer: str, *, now: datetime
) -> tuple[UUID, bytes] | None:
    """The id of a typed code's case and the private key it gives, or None. Raises TooManyTries."""
    work = puzzles.work_shown(puzzle, answer, "code", now)
    row = limits.begin(limits.CODES, address, work=work, now=now)
    # Reading a megabyte of digits would take longer than reading a code.
    keys, case_id = look_up_receipt(typed if len(typed) <= LONGEST_CODE else "")
    limits.settle(row, limits.CODES, keys.lookup, right=case_id is not None, now=now)
    return None if case_id is None else (case_id, keys.private)


def next_puzzle(now: datetime) -> str:
    """The puzzle of the page that asks for a code."""
    return puzzles.new_puzzle("code", limits.bits_now(limits.CODES, now), now)
