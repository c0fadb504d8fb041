"""A text as the row of letters that somebody would read in it, however it is written."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ansim.keywords.letters import BMP, CAPITALS, FILLERS, MONEY, SIGNS, tables

# Three and more of the same are stretched writing; two may be the word's own.
_STRETCHED = re.compile(r"([가-힣])\1{2,}")
# Latin letters that stand for a vowel after a consonant typed alone: ㅎr (하), ㄱl (기), ㅁ1 (미).
# The letter stands first in the pattern: that is what makes the search quick.
_FALSE_A = re.compile("[rト](?<=[\u1100-\u1112].)")
_FALSE_I = re.compile("[li1|!](?<=[\u1100-\u1112].)")
_FALSE_NG = re.compile("[0o](?=[\u1161-\u1175])")
_FALSE_LETTERS = ((_FALSE_A, "\u1161"), (_FALSE_I, "\u1175"), (_FALSE_NG, "\u110b"))
_BLANK = "\u200b"
# White letters in black circles and squares, which have no compatibility form.
_WHITE = {first + at: 97 + at for first in (0x1F150, 0x1F170) for at in range(26)}
_LATIN_END = 0x250
_FIRST_SYLLABLE, _FIRST_JAMO, _LAST_JAMO = 0xAC00, 0x1100, 0x11FF


@dataclass(frozen=True, slots=True)
class Folded:
    """``letters``: folded text; ``places``, ``ends``: where in ``plain`` each letter stands.

    ``plain`` is the decomposed, casefolded text, in which neighbours of a find are looked at;
    letter ``i`` was read in ``plain[places[i]:ends[i]]``. The arrays are of shape (len,).
    """

    plain: str
    letters: str
    codes: NDArray[np.uint16]
    places: NDArray[np.int64]
    ends: NDArray[np.int64]


def fold(text: str) -> Folded:
    """Fold ``text``: form, case, accents, what stands between letters, look-alikes, stretching."""
    if _has_runs(_points(text)):
        text = _STRETCHED.sub(r"\1", text)
    plain = unicodedata.normalize("NFKD", text)
    for capital, letter in CAPITALS.items():
        plain = plain.replace(capital, letter)
    plain = plain.casefold()
    if not unicodedata.is_normalized("NFKD", plain):
        plain = unicodedata.normalize("NFKD", plain)
    points = _points(plain)
    if ((points >= _FIRST_JAMO) & (points <= _LAST_JAMO)).any():
        for filler in FILLERS:
            plain = plain.replace(filler, _BLANK)
        for pattern, letter in _FALSE_LETTERS:
            plain = pattern.sub(letter, plain)
        points = _points(plain)
    if ((points >= min(_WHITE)) & (points <= max(_WHITE))).any():
        plain = plain.translate(_WHITE)
        points = _points(plain)
    points = np.where(points < BMP, points, 0)
    first, second = tables()
    heads, tails = first[points], second[points]
    heads[_mere_signs(points, heads)] = 0
    counts = (heads > 0).astype(np.int64) + (tails > 0)
    places = np.repeat(np.arange(len(points)), counts)
    codes = np.repeat(heads, counts)
    seconds = np.flatnonzero(tails > 0)
    codes[np.cumsum(counts)[seconds] - 1] = tails[seconds]
    kept = np.flatnonzero(_unstretched(codes))
    last_of_run = np.append(kept[1:], len(codes)) - 1 if len(kept) else kept
    codes, places, ends = codes[kept], places[kept], places[last_of_run] + 1
    letters = codes.astype("<u4").tobytes().decode("utf-32-le", "replace")
    return Folded(plain, letters, codes, places, ends)


def _points(text: str) -> NDArray[np.uint32]:
    return np.frombuffer(text.encode("utf-32-le", "replace"), np.uint32)


def _has_runs(points: NDArray[np.uint32]) -> bool:
    """Whether any character stands three times in a row (a quick look before the slow one)."""
    same = points[1:] == points[:-1]
    return bool((same[1:] & same[:-1] & (points[2:] >= _FIRST_SYLLABLE)).any())


def _mere_signs(points: NDArray[np.uint32], heads: NDArray[np.uint16]) -> NDArray[np.intp]:
    """Where signs stand for no letter.

    A sign is one between two letters that are not Hangul ("c@t"); money also at a word's edge
    ("$tone"). The same sign between all letters only keeps them apart ("c|a|t").
    """
    codes, money = _sign_codes()
    at = np.flatnonzero(np.isin(points, codes))
    padded = np.zeros(len(points) + 4, np.uint32)
    padded[2:-2] = points
    lettered = np.zeros(len(points) + 4, np.bool_)
    lettered[2:-2] = (heads > 0) & ((points < _FIRST_JAMO) | (points > _LAST_JAMO))
    lettered[at + 2] = False
    here, before, after = padded[at + 2], lettered[at + 1], lettered[at + 3]
    keeps_apart = (padded[at] == here) | (padded[at + 4] == here)
    letter = (before & after) | ((before | after) & np.isin(here, money))
    return np.asarray(at[~letter | keeps_apart])


@lru_cache(maxsize=1)
def _sign_codes() -> tuple[list[int], list[int]]:
    return [ord(one) for one in SIGNS], [ord(one) for one in SIGNS & MONEY]


def _unstretched(codes: NDArray[np.uint16]) -> NDArray[np.bool_]:
    """Latin letters without their repetitions ("cooool", and "book" as "bok" on both sides)."""
    kept = np.ones(len(codes), np.bool_)
    if len(codes) > 1:
        kept[1:] = (codes[1:] != codes[:-1]) | (codes[1:] >= _LATIN_END)
    return kept
