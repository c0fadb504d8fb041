"""Case references: a word of the countryside and a number, easy to say on the telephone.

The word and the number are drawn at random: they say nothing of the person or the day.
"""

import re
import secrets
import unicodedata

WORDS: dict[str, str] = {
    "여울": "Yeoul", "처마": "Cheoma", "솔잎": "Solip", "갈대": "Galdae", "나루": "Naru",
    "돌담": "Doldam", "바위": "Bawi", "모래": "Morae", "이슬": "Iseul", "노을": "Noeul",
    "샘물": "Saemmul", "들판": "Deulpan", "달빛": "Dalbit", "구름": "Gureum", "바람": "Baram",
    "숲길": "Supgil", "언덕": "Eondeok", "새벽": "Saebyeok", "물결": "Mulgyeol", "햇살": "Haessal",
    "가람": "Garam", "다솜": "Dasom", "누리": "Nuri", "마루": "Maru",
}  # fmt: skip


TYPED = re.compile(r"\s*(?P<word>[^\W\d_]+)[\s\-‐-―−_]*(?P<number>[0-9]+)\s*")


def new_reference(digits: int = 3) -> str:
    """A fresh reference such as 여울-412; the caller makes sure that it is not taken.

    Three digits make 21,600 references; a centre that has used many of them asks for more.
    """
    least = 10 ** (digits - 1)
    return f"{secrets.choice(list(WORDS))}-{secrets.randbelow(9 * least) + least}"


def english_reference(reference: str) -> str:
    """The same reference in Latin letters: Yeoul-412."""
    word, _, number = reference.partition("-")
    return f"{WORDS.get(word, word)}-{number}"


def korean_reference(typed: str) -> str:
    """What someone typed, in either script and any case, as the stored reference."""
    # A phone writes Hangul in pieces, Korean keyboards full-width digits, and texts long dashes.
    found = TYPED.fullmatch(unicodedata.normalize("NFKC", typed))
    if found is None:
        return typed.strip()
    word, number = found["word"], found["number"]
    for korean, latin in WORDS.items():
        if word.casefold() == latin.casefold():
            return f"{korean}-{number}"
    return f"{word}-{number}"
