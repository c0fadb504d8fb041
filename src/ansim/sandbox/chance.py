"""Chance that depends only on names: the same words always give the same numbers.

Nothing in the sandbox draws from a shared stream of random numbers, because then the order in
which mails arrive or pages are asked for would change the world. Every decision is drawn from a
generator of its own, keyed by what is being decided.
"""

import hashlib
import random

import numpy as np


def _digest(parts: tuple[object, ...]) -> int:
    text = "\x1f".join(str(part) for part in parts)
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")


def dice(*parts: object) -> random.Random:
    """A generator for one decision (``parts`` name it); not for secrets."""
    return random.Random(_digest(parts))


def field(*parts: object) -> np.random.Generator:
    """The same for arrays of numbers."""
    return np.random.Generator(np.random.PCG64(_digest(parts)))


def token(*parts: object, length: int = 10) -> str:
    """A short lower-case name for a file or a page, as sites make them."""
    text = "\x1f".join(str(part) for part in parts)
    return hashlib.sha256(text.encode()).hexdigest()[:length]
