"""How surely a page has the words that are watched for.

A score is between 0 and 1: as written or disguised, how long the word is, in the title or the
text, its weight. Short words count only as words of their own; a Korean particle may follow.
"""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from ansim.keywords.folding import Folded, fold
from ansim.keywords.letters import is_hangul

WordKind = Literal["word", "account"]

LEAST_LETTERS: Final = 3
"""Folded letters below which a word is not watched: it would be found everywhere."""

_LONG_LATIN: Final = 8
_LONG_HANGUL: Final = 3  # syllables
_SPACED_LATIN: Final = 8
_SPACED_HANGUL: Final = 4
_DISGUISED: Final = 0.8
_IN_TEXT: Final = 0.7
_FULL_LENGTH: Final = 8
_GRAM: Final = 4
_GAP = re.compile(r"[\W_]+")
_REGULAR: Final = 3
_SYLLABLE = re.compile("[가-힣]")
_MOST_FINDS: Final = 200  # of one word that are looked at: a page may consist of nothing else

# Laughter and tears that are typed behind a word, as compatibility decomposition leaves them.
_TEARS: Final = "\u1172\u116e\u1173"
_MOOD: Final = re.compile(f"(?:[\u110f\u1112]+|[{_TEARS}]+)(?![\\w\u1100-\u11ff])")
# What may follow a Korean word or name; after a name's consonant stands an 이 before some.
_ENDINGS: Final = (
    "은 는 이 가 을 를 의 에 와 과 도 만 로 야 아 님 씨 랑 나 들 께 라 이다 이랑 이나 에서 "
    "에게 으로 한테 까지 부터 보다 처럼 마다 조차 이라 라고 이라고 에는 에도 에서는 으로는 "
    "입니다 이에요 예요 이는 이가 이를 이의 이도 이만 이야 이에게 이한테 님이 님은 님의 "
    "님을 님께 씨가 씨는 씨의 씨를 들이 들은 에게서 한테서 에선 에겐 에만 에서도 에서만 "
    "로는 로도 로만 으로도 으로만 로서 로써 으로서 하고 께서 이며 이고 이란 이네 이네요 "
    "이죠 인데 였다 이었다 이면 밖에 만큼 대로 뿐 만이 만은 만을 까지도 부터는 들을 들의 "
    "들도 들에게 님도 님에게 님한테 님께서 씨도 씨에게 씨한테"
)
_PARTICLES: Final = tuple(unicodedata.normalize("NFKD", one) for one in _ENDINGS.split())


@dataclass(frozen=True, slots=True)
class Watchword:
    """A word or an account name. ``weight`` is between 0 and 1."""

    id: str
    text: str
    kind: WordKind = "word"
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class _Known:
    word: Watchword
    letters: str
    plain: str
    syllables: int
    spaced: bool  # the word itself has spaces

    @property
    def long(self) -> bool:
        """Whether it is found inside of other words."""
        if self.word.kind == "account":
            return False
        if self.syllables:
            return self.syllables >= _LONG_HANGUL
        return len(self.letters) >= _LONG_LATIN


class WordWatch:
    """Words to watch for, compiled; ``score`` reads one page. Thread-safe.

    ``ignored`` holds the words that are too short to be watched.
    """

    def __init__(self, words: Iterable[Watchword]) -> None:
        self.ignored: list[Watchword] = []
        self._mixed = np.zeros(1 << 16, np.bool_)
        self._by_gram: dict[int, list[_Known]] = defaultdict(list)
        for word in words:
            known = _known(word)
            if len(known.letters) < LEAST_LETTERS:
                self.ignored.append(word)
                continue
            codes = np.array([ord(letter) for letter in known.letters[:_GRAM]], np.uint16)
            self._by_gram[_key(codes)].append(known)
            self._mixed[_mix(codes[:LEAST_LETTERS])] = True
        self._grams = np.array(sorted(self._by_gram), np.uint64)

    def __len__(self) -> int:
        """How many words are watched."""
        return sum(len(known) for known in self._by_gram.values())

    def score(self, title: str, text: str) -> tuple[tuple[str, float], ...]:
        """(id, score) of every word found, the highest first. Has the shape of a TextScore."""
        found: dict[str, float] = {}
        for place, part in ((1.0, title), (_IN_TEXT, text)):
            for identity, sure in self._in_part(part).items():
                found[identity] = together((found.get(identity, 0.0), place * sure))
        ranked = sorted(found.items(), key=lambda item: (-item[1], item[0]))
        return tuple((identity, round(sure, 4)) for identity, sure in ranked)

    def _in_part(self, part: str) -> dict[str, float]:
        if not part or not len(self._grams):
            return {}
        folded = fold(part)
        best: dict[str, float] = {}
        tried = Counter[str]()
        for at, known in self._candidates(folded):
            if tried[known.word.id] >= _MOST_FINDS:
                continue
            tried[known.word.id] += 1
            sure = _sureness(known, folded, at)
            if sure > best.get(known.word.id, 0.0):
                best[known.word.id] = sure
        return best

    def _candidates(self, folded: Folded) -> Iterable[tuple[int, _Known]]:
        """Where a watched word stands in the row of letters, with the word."""
        for size in (_GRAM, LEAST_LETTERS):
            # Three letters mixed into 16 bits leave few places for the exact comparison.
            maybe = np.flatnonzero(self._mixed[_mix(folded.codes)])
            maybe = maybe[maybe + size <= len(folded.codes)]
            keys = _keys(folded.codes, maybe, size)
            nearest = np.minimum(np.searchsorted(self._grams, keys), len(self._grams) - 1)
            hits = np.flatnonzero(self._grams[nearest] == keys)
            for at, key in zip(maybe[hits].tolist(), keys[hits].tolist(), strict=True):
                for known in self._by_gram[key]:
                    if folded.letters.startswith(known.letters, at):
                        yield at, known


def together(scores: Iterable[float]) -> float:
    """Several scores as one, as if each were the chance of being right (noisy or)."""
    wrong = 1.0
    for one in scores:
        wrong *= 1.0 - min(max(one, 0.0), 1.0)
    return 1.0 - wrong


def _known(word: Watchword) -> _Known:
    text = word.text.strip()
    if word.kind == "account":
        text = text.removeprefix("@")
    folded = fold(text)
    spaced = len(text.split()) > 1
    syllables = len(_SYLLABLE.findall(unicodedata.normalize("NFKC", text)))
    return _Known(word, folded.letters, folded.plain, syllables, spaced)


def _key(codes: NDArray[np.uint16]) -> int:
    key = 0
    for code in codes.tolist():
        key = key << 16 | code
    return key


def _keys(codes: NDArray[np.uint16], at: NDArray[np.intp], size: int) -> NDArray[np.uint64]:
    """The groups of ``size`` letters that begin at ``at`` as numbers, in the shape of ``at``."""
    keys = np.zeros(len(at), np.uint64)
    for shift in range(size):
        keys = (keys << np.uint64(16)) | codes[at + shift].astype(np.uint64)
    return keys


def _mix(codes: NDArray[np.uint16]) -> NDArray[np.uint16]:
    """A 16-bit digest of each three letters in a row, shape (len - 2,)."""
    first, second, third = codes[:-2], codes[1:-1], codes[2:]
    mixed = (first * np.uint16(40503)) ^ (second * np.uint16(2531)) ^ (third * np.uint16(257))
    return np.asarray(mixed, np.uint16)


def _sureness(known: _Known, folded: Folded, at: int) -> float:
    """How surely the word stands there, 0 when it only seems to."""
    last = at + len(known.letters) - 1
    start, end = int(folded.places[at]), int(folded.ends[last])
    shown = folded.plain[start:end]
    if _cuts_a_letter(folded, at) or _cuts_a_letter(folded, last + 1):
        return 0.0
    if not _ends_well(folded.plain, end) or not _holds_together(known, shown):
        return 0.0
    # What is read across a space must not begin or end in the middle of a word ("비밀 방법").
    across = not known.spaced and any(map(str.isspace, shown))
    if (across or not known.long) and not (
        _starts_apart(folded.plain, start) and _ends_apart(folded.plain, end, known)
    ):
        return 0.0
    length = min(1.0, len(known.letters) / _FULL_LENGTH)
    exact = 1.0 if shown == known.plain else _DISGUISED
    return min(1.0, known.word.weight) * exact * (0.5 + 0.5 * length)


def _cuts_a_letter(folded: Folded, at: int) -> bool:
    """Whether letters ``at - 1`` and ``at`` were read in one: the ㅗ of 쇠 is no end of 소."""
    return 0 < at < len(folded.places) and bool(folded.places[at - 1] == folded.places[at])


def _ends_well(plain: str, end: int) -> bool:
    """Whether the last syllable ends there: no final consonant of it follows."""
    if end >= len(plain) or not "\u1161" <= plain[end] <= "\u11ff":
        return True
    # Tears are no part of it: no vowel is made of another one and ㅠ, ㅜ or ㅡ.
    return plain[end] in _TEARS and "\u1161" <= plain[end - 1] <= "\u11ff"


def _holds_together(known: _Known, shown: str) -> bool:
    """Whether what stands between the letters may stand inside one word."""
    pieces = shown.split()
    if len(pieces) == 1 or known.spaced:
        return True
    gaps = [gap for gap in _GAP.findall(shown) if any(map(str.isspace, gap))]
    # "b . l . u . e" is one word; a comma and a space part two.
    if not all(map(str.isspace, gaps)) and (len(gaps) < _REGULAR or len(set(gaps)) > 1):
        return False
    if known.syllables:
        if known.syllables >= _SPACED_HANGUL:
            return True
        return known.syllables >= _LONG_HANGUL or all(_syllables(one) <= 1 for one in pieces)
    return len(known.letters) >= _SPACED_LATIN or all(_letters(one) == 1 for one in pieces)


def _syllables(piece: str) -> int:
    return sum("\u1161" <= letter <= "\u1175" for letter in piece)


def _letters(piece: str) -> int:
    return sum(letter.isalnum() for letter in piece) or 1


def _starts_apart(plain: str, start: int) -> bool:
    if start == 0 or not _is_letter(plain[start - 1]):
        return True
    # Latin letters right behind Hangul begin anew ("텔레abc").
    return is_hangul(plain[start - 1]) and not is_hangul(plain[start])


def _ends_apart(plain: str, end: int, known: _Known) -> bool:
    if end >= len(plain) or not _is_letter(plain[end]):
        return True
    if not is_hangul(plain[end]) or (known.word.kind == "word" and not known.syllables):
        # A particle may follow a Latin word as well, but no Latin letter may.
        return is_hangul(plain[end])
    return _MOOD.match(plain, end) is not None or any(
        plain.startswith(particle, end)
        and (end + len(particle) >= len(plain) or not _is_letter(plain[end + len(particle)]))
        for particle in _PARTICLES
    )


def _is_letter(one: str) -> bool:
    return one.isalnum() or is_hangul(one)
