"""Which letters count as the same one. The tables of the folding; they hold no words.

A folded letter is a code point: the first letter of its class. Hangul is taken apart into the
letters that a keyboard has (Unicode 16, chapter 18.6), so that a syllable, its conjoining, half-width
and compatibility forms, and the letters typed one by one, all fold alike.
"""

import unicodedata
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

LEADS: Final = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
VOWELS: Final = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
TAILS: Final = "ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ"
FIRST_LEAD, FIRST_VOWEL, FIRST_TAIL = 0x1100, 0x1161, 0x11A8

_TYPED_IN_TWO: Final = {
    "ㅘ": "ㅗㅏ", "ㅙ": "ㅗㅐ", "ㅚ": "ㅗㅣ", "ㅝ": "ㅜㅓ", "ㅞ": "ㅜㅔ", "ㅟ": "ㅜㅣ", "ㅢ": "ㅡㅣ",
    "ㄳ": "ㄱㅅ", "ㄵ": "ㄴㅈ", "ㄶ": "ㄴㅎ", "ㄺ": "ㄹㄱ", "ㄻ": "ㄹㅁ", "ㄼ": "ㄹㅂ", "ㄽ": "ㄹㅅ",
    "ㄾ": "ㄹㅌ", "ㄿ": "ㄹㅍ", "ㅀ": "ㄹㅎ", "ㅄ": "ㅂㅅ",
}  # fmt: skip

# Blanks that Unicode counts as letters; between letters they only keep them apart.
FILLERS: Final = "\u115f\u1160"

# Greek capitals that are drawn as another Latin letter than their small form is.
CAPITALS: Final = {"Η": "h", "Μ": "m", "Ν": "n", "Υ": "y"}

# What NFKD makes of a typed ㅄ and ㅀ: old leads, though today they are only tails.
_DECOMPOSED_OLD: Final = {0x1121: "ㅂㅅ", 0x111A: "ㄹㅎ"}

# Letters that are drawn alike, after compatibility forms and accents are gone. A choice from the
# confusables of UTS #39, and the digits and signs that stand in for letters.
_ALIKE: Final = {
    "a": "4@аαɑᴀ", "b": "8вьβʙƀ", "c": "сϲ¢ᴄ", "d": "ԁɗᴅđ", "e": "3еєε€ᴇ", "f": "ꜰ", "g": "9ɡɢց",
    "h": "һнʜħհ", "j": "ᴊյ", "k": "кκᴋ", "l": "1i|!іιıӏƚłʟɪ", "m": "мᴍ", "n": "пηɴո",
    "o": "0оοσөøᴏօ", "p": "рρᴘ", "q": "ԛզ", "r": "гʀ", "s": "5$ѕꜱ", "t": "7тτ+ᴛŧ", "u": "υцʋᴜս",
    "v": "νѵᴠ", "w": "ԝωшᴡ", "x": "хχ×", "y": "уγүʏ", "z": "2ʐᴢζ",
}  # fmt: skip
# Signs that are far more often signs than letters count as one only between letters (see folding).
SIGNS: Final = frozenset("@|!$+€¢×")
MONEY: Final = frozenset("$€¢")

BMP: Final = 0x10000


@lru_cache(maxsize=1)
def tables() -> tuple[NDArray[np.uint16], NDArray[np.uint16]]:
    """(first, second) folded letter of each code point of the basic plane; 0 is no letter.

    For text in compatibility decomposition (NFKD) and casefolded. Shape of each: (65536,).
    """
    first, second = np.zeros(BMP, np.uint16), np.zeros(BMP, np.uint16)
    for code in range(BMP):
        if unicodedata.category(chr(code)) in {"Ll", "Lo", "Nd"}:
            first[code] = code
    for start, letters in ((FIRST_LEAD, LEADS), (FIRST_VOWEL, VOWELS), (FIRST_TAIL, TAILS)):
        for code, letter in enumerate(letters, start):
            typed = _TYPED_IN_TWO.get(letter, letter)
            first[code] = ord(typed[0])
            second[code] = ord(typed[1]) if typed[1:] else 0
    for code, typed in _DECOMPOSED_OLD.items():
        first[code], second[code] = ord(typed[0]), ord(typed[1])
    for letter, others in _ALIKE.items():
        for other in (letter, *others):
            first[ord(other)] = ord(letter)
    return first, second


def is_hangul(letter: str) -> bool:
    """Whether a character of decomposed text belongs to Hangul."""
    return "\u1100" <= letter <= "\u11ff"
