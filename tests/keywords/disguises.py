"""How people write a word so that a search does not find it: one function a trick.

Used by the tests and by bench/words.py. Each takes the word and a source of chance.
"""

import unicodedata
from collections.abc import Callable
from random import Random

_JAMO = {
    "lead": "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ",
    "vowel": "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ",
    "tail": " ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ",
}
_HALF = dict(
    zip(
        "ㄱㄲㄳㄴㄵㄶㄷㄸㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅃㅄㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ",
        "ﾡﾢﾣﾤﾥﾦﾧﾨﾩﾪﾫﾬﾭﾮﾯﾰﾱﾲﾳﾴﾵﾶﾷﾸﾹﾺﾻﾼﾽﾾￂￃￄￅￆￇￊￋￌￍￎￏￒￓￔￕￖￗￚￛￜ",
        strict=True,
    )
)
_LOOK_ALIKE = str.maketrans("aeocpxyis", "аеосрхуіѕ")
_LEET = str.maketrans("aeiost", "4310$7")


def keyboard(word: str) -> str:
    """Each syllable as the letters that a keyboard types."""
    out = []
    for one in word:
        number = ord(one) - 0xAC00
        if not 0 <= number < 11_172:
            out.append(one)
            continue
        lead, rest = divmod(number, 588)
        vowel, tail = divmod(rest, 28)
        out.append(_JAMO["lead"][lead] + _JAMO["vowel"][vowel] + _JAMO["tail"][tail].strip())
    return "".join(out)


def half_width(word: str) -> str:
    return "".join(_HALF.get(one, one) for one in keyboard(word))


def full_width(word: str) -> str:
    return "".join(chr(ord(one) + 0xFEE0) if "!" <= one <= "~" else one for one in word)


def between(sign: str) -> Callable[[str, Random], str]:
    return lambda word, _: sign.join(word)


def stretched(word: str, chance: Random) -> str:
    at = chance.randrange(len(word))
    return word[:at] + word[at] * chance.randint(3, 6) + word[at + 1 :]


def some_case(word: str, chance: Random) -> str:
    return "".join(chance.choice((one.upper(), one.lower())) for one in word)


def accented(word: str, chance: Random) -> str:
    return "".join(one + chance.choice(("", "\u0301", "\u0308")) for one in word)


BOTH: dict[str, Callable[[str, Random], str]] = {
    "as it is": lambda word, _: word,
    "spaces between": between(" "),
    "dots between": between("."),
    "strokes between": between("-"),
    "stars between": between("*"),
    "middle dots between": between("·"),
    "zero width between": between("\u200b"),
    "joiners between": between("\u2060"),
    "soft hyphens between": between("\u00ad"),
    "direction marks between": between("\u202e"),
    "decomposed": lambda word, _: unicodedata.normalize("NFD", word),
    "full width": lambda word, _: full_width(word),
    "stretched": stretched,
}
KOREAN = {
    "typed letter by letter": lambda word, _: keyboard(word),
    "half width": lambda word, _: half_width(word),
    "letters with spaces": lambda word, _: " ".join(keyboard(word)),
    "letters with dots": lambda word, _: ".".join(keyboard(word)),
    **{
        f"with {particle}": lambda word, _, particle=particle: word + particle
        for particle in ("은", "이", "가", "을", "의", "에서", "에게", "이라고", "처럼", "입니다")
    },
}
LATIN = {
    "any case": some_case,
    "look-alikes": lambda word, _: word.translate(_LOOK_ALIKE),
    "leet": lambda word, _: word.translate(_LEET),
    "accents": accented,
    "mathematical letters": lambda word, _: "".join(
        chr(0x1D41A + ord(one) - 97) if "a" <= one <= "z" else one for one in word
    ),
    "circled letters": lambda word, _: "".join(
        chr(0x24D0 + ord(one) - 97) if "a" <= one <= "z" else one for one in word
    ),
    "a particle behind": lambda word, _: word + "에서",
}
ACCOUNT = {
    "with @": lambda word, _: "@" + word,
    "in an address": lambda word, _: f"https://t.me/{word}",
    "in a longer address": lambda word, _: f"https://www.a.test/s/{word}/?x=1",
    "in brackets": lambda word, _: f"[{word}]",
    "strokes for underlines": lambda word, _: word.replace("_", "-"),
    "without underlines": lambda word, _: word.replace("_", ""),
    "any case": some_case,
    "look-alikes": lambda word, _: word.translate(_LOOK_ALIKE),
    "with a name's ending": lambda word, _: f"@{word}님",
}
