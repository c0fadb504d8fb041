"""Proof of work: a small puzzle that the browser solves while a person reads the page.

Sixteen numbers are looked for, each such that SHA-256 of the puzzle's id, its place and the number
begins with ``bits`` zero bits. Many small parts take nearly the same time everywhere, where one
large part would now and then take five times as long. The server keeps nothing until it is solved:
the puzzle carries its own signature, and a solved one is used up once. Without scripts nothing is
solved, and narrower limits hold (see ``limits``).
"""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from django.conf import settings

from ansim.centre.portal.once import spend

PARTS: Final = 16
MAX_BITS: Final = 24
LIFE: Final = {"code": timedelta(hours=1), "report": timedelta(hours=12)}
"""How long after its page a puzzle is taken; a report's as long as its draft."""

LOOKS: Final = re.compile(
    r"1\.(code|report)\.(\d{1,2})\.(\d{1,12})\.([0-9a-f]{32})\.([0-9a-f]{64})"
)
ANSWER: Final = re.compile(r"\d{1,12}(,\d{1,12}){15}")
LONGEST_ANSWER: Final = 13 * PARTS


@dataclass(frozen=True, slots=True)
class Puzzle:
    """One puzzle as it was issued."""

    purpose: str
    bits: int
    issued_at: datetime
    id: str

    def text(self) -> str:
        """What the page carries."""
        body = f"1.{self.purpose}.{self.bits}.{int(self.issued_at.timestamp())}.{self.id}"
        return f"{body}.{_signature(body)}"

    def is_solved_by(self, answer: str) -> bool:
        """Whether every part of ``answer`` fits."""
        if len(answer) > LONGEST_ANSWER or ANSWER.fullmatch(answer) is None:
            return False
        return all(
            fits(self.id, place, number, self.bits)
            for place, number in enumerate(answer.split(","))
        )


def new_puzzle(purpose: str, bits: int, now: datetime) -> str:
    """The text of a fresh puzzle."""
    return Puzzle(purpose, min(bits, MAX_BITS), now, secrets.token_hex(16)).text()


def work_shown(text: str, answer: str, purpose: str, now: datetime) -> int:
    """How many bits of work a form carries; 0 when none, wrong, late, of another page or used up.

    A right answer is used up by this.
    """
    puzzle = _read(text)
    if puzzle is None or puzzle.purpose != purpose:
        return 0
    until = puzzle.issued_at + LIFE[purpose]
    if not puzzle.issued_at <= now <= until or not puzzle.is_solved_by(answer):
        return 0
    return puzzle.bits if spend("puzzle", puzzle.id, until=until, now=now) else 0


def fits(puzzle_id: str, place: int, number: str, bits: int) -> bool:
    """Whether ``number`` solves the part at ``place``."""
    digest = hashlib.sha256(f"{puzzle_id}:{place}:{number}".encode()).digest()
    return int.from_bytes(digest[:4]) >> (32 - bits) == 0


def solve(text: str) -> str:
    """The answer to a puzzle, as a browser finds it. Raises ValueError for no puzzle."""
    puzzle = _read(text)
    if puzzle is None:
        msg = "not a puzzle of this installation"
        raise ValueError(msg)
    numbers = []
    for place in range(PARTS):
        number = 0
        while not fits(puzzle.id, place, str(number), puzzle.bits):
            number += 1
        numbers.append(str(number))
    return ",".join(numbers)


def _read(text: str) -> Puzzle | None:
    found = LOOKS.fullmatch(text)
    if found is None:
        return None
    body = text.rpartition(".")[0]
    if not hmac.compare_digest(found[5], _signature(body)):
        return None
    issued_at = datetime.fromtimestamp(int(found[3]), UTC)
    return Puzzle(found[1], int(found[2]), issued_at, found[4])


def _signature(body: str) -> str:
    key = hmac.digest(settings.SECRETS.cookie_secret, b"ansim portal puzzle 1", "sha256")
    return hmac.digest(key, body.encode(), "sha256").hex()
