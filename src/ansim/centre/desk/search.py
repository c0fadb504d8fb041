"""Searching what people and staff wrote: opened, read through and forgotten within one request.

Nothing is indexed: what the reader's key opens is opened and scanned. Words are compared after
NFKC and case folding; a word of Korean is found across spaces, which people set as they like.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import models, transaction
from django.db.models import QuerySet
from django.db.models.functions import Cast

from ansim.centre.access.models import Staff
from ansim.centre.cases import keyring
from ansim.centre.cases.models import Case, KeyWrap, Message, Note
from ansim.centre.custody.services import record
from ansim.centre.support.models import Service
from ansim.errors import AnsimError
from ansim.vault import VaultError
from ansim.vault.many import Reader

ROWS_A_PAGE: Final = 50
CHUNK: Final = 1000
LONGEST: Final = 200
# Letters before and after what was found, in the line that is shown.
AROUND: Final = 40
SPACES: Final = re.compile(r"\s+")
HANGUL: Final = re.compile("[\u1100-\u11ff\u3130-\u318f\uac00-\ud7a3]")


@dataclass(frozen=True, slots=True)
class Place:
    """A kind of writing: its code, model, sealed column, and the columns of case and moment."""

    code: str
    model: type[models.Model]
    column: str
    case: str
    at: str


PLACES: Final = (
    Place("story", Case, "story_box", "pk", "opened_at"),
    Place("message", Message, "text_box", "case", "at"),
    Place("note", Note, "text_box", "case", "at"),
    Place("service", Service, "note_box", "case", "given_at"),
)


class NothingToFind(AnsimError):
    """No word was typed."""

    code = "nothing_to_find"
    sentences = {
        "en": "Type at least two letters to look for.",
        "ko": "찾을 말을 두 글자 이상 적어 주세요.",
    }


class TooMuchToFind(AnsimError):
    """More than a few words."""

    code = "too_much_to_find"
    sentences = {
        "en": "Type at most 200 letters: a few words are enough.",
        "ko": "200자까지 적을 수 있습니다. 낱말 몇 개면 충분합니다.",
    }


@dataclass(frozen=True, slots=True)
class Hit:
    """A text that has every word: of which case, where, when, and its row.

    ``at`` is the moment as the database writes it: it sorts as the moment does, and turning ten
    thousand of them into datetimes would cost more than opening the boxes.
    """

    at: str
    place: Place
    case: UUID
    row: UUID


@dataclass(frozen=True, slots=True)
class Line:
    """A hit as it is shown: the words around what was found, which is ``found``."""

    case: Case
    place: str
    at: datetime
    before: str
    found: str
    after: str


@dataclass(frozen=True, slots=True)
class Found:
    """A page of results, how many there are, and how many visible cases could not be opened."""

    lines: tuple[Line, ...]
    total: int
    pages: int
    page: int
    closed: int


class Words:
    """Typed words, each of which must be in a text. Raises NothingToFind, TooMuchToFind."""

    def __init__(self, typed: str) -> None:
        plain = unicodedata.normalize("NFKC", typed).strip()
        if len(plain) > LONGEST:
            raise TooMuchToFind
        self.words = tuple(dict.fromkeys(plain.casefold().split()))
        if sum(map(len, self.words)) < 2:  # noqa: PLR2004 -- one letter is in every text
            raise NothingToFind
        self._loose = tuple(word for word in self.words if HANGUL.search(word))
        self._tight = tuple(word for word in self.words if word not in self._loose)
        # Most searches here are in Korean, where no letter has a case to fold.
        self._folds = any(word != word.upper() for word in self.words)

    def are_in(self, text: str) -> bool:
        """Whether a text has all of them."""
        text = self._plain(text)
        if not all(word in text for word in self._tight):
            return False
        if all(word in text for word in self._loose):
            return True
        close = SPACES.sub("", text) if "\n" in text or "\t" in text else text.replace(" ", "")
        return all(word in close for word in self._loose)

    def around(self, text: str) -> tuple[str, str, str]:
        """What stands before the first word found, the word as written, and what follows."""
        shown = unicodedata.normalize("NFKC", text)
        folded = "".join(char.casefold()[:1] or char for char in shown)
        spots = (re.search(_spaced(word), folded) for word in self.words)
        start, end = min((spot.span() for spot in spots if spot is not None), default=(0, 0))
        before = ("…" if start > AROUND else "") + shown[max(0, start - AROUND) : start]
        after = shown[end : end + AROUND] + ("…" if end + AROUND < len(shown) else "")
        return _one_line(before), _one_line(shown[start:end]), _one_line(after)

    def _plain(self, text: str) -> str:
        text = unicodedata.normalize("NFKC", text)
        return text.casefold() if self._folds else text


def _spaced(word: str) -> str:
    """A pattern of a word whose letters may stand apart; letters that fold to two count as one."""
    letters = [re.escape(char) for char in word]
    return (r"\s*" if HANGUL.search(word) else "").join(letters)


def _one_line(text: str) -> str:
    return SPACES.sub(" ", text)


def search(
    cases: QuerySet[Case], typed: str, page: int, *, by: Staff, private: bytes, now: datetime
) -> Found:
    """The ``page``-th results (from 1) in those of ``cases`` that ``by`` can open, newest first.

    Custody has that ``by`` searched, and which cases' words were shown; never the words.
    Raises NothingToFind, TooMuchToFind.
    """
    words = Words(typed)
    visible = set(cases.order_by().values_list("pk", flat=True))
    readers = {
        case: Reader(key, case)
        for case, key in keyring.sealed_keys_for_staff(by, private)
        if case in visible
    }
    hits = sorted(_scan(by, readers, words), key=lambda hit: hit.at, reverse=True)
    pages = max(1, -(-len(hits) // ROWS_A_PAGE))
    page = min(max(page, 1), pages)
    shown = hits[(page - 1) * ROWS_A_PAGE : page * ROWS_A_PAGE]
    with transaction.atomic():
        record("case.searched", actor=by, fields=[place.code for place in PLACES], at=now)
        lines = tuple(_lines(shown, cases, readers, words))
        for case in dict.fromkeys(line.case for line in lines):
            places = {line.place for line in lines if line.case == case}
            record("case.searched", actor=by, obj=case, case=case, fields=sorted(places), at=now)
    return Found(lines, len(hits), pages, page, len(visible) - len(readers))


def _scan(by: Staff, readers: dict[UUID, Reader], words: Words) -> Iterator[Hit]:
    """Every text of the cases that ``readers`` open, one after the other."""
    for place in PLACES:
        table = place.model._meta.db_table
        written = Cast(place.at, models.CharField())
        rows = _rows(place, by).values_list("pk", place.case, written, place.column)
        for row, case, at, box in rows.iterator(chunk_size=CHUNK):
            reader = readers.get(case)
            if reader is None:
                continue
            try:
                text = reader.open(bytes(box), table, place.column, row).decode()
            except VaultError:
                # A changed box is the business of the page that opens it; the others are read.
                continue
            if words.are_in(text):
                yield Hit(at, place, case, row)


def _rows(place: Place, by: Staff) -> "QuerySet[models.Model]":
    """The rows of a place in cases whose key ``by`` holds, so that the database sends no others."""
    held = KeyWrap.objects.filter(holder=KeyWrap.Holder.STAFF, staff=by).values("case")
    rows = place.model._default_manager.filter(**{f"{place.case}__in": held})
    return rows.exclude(**{place.column: None}).order_by()


def _lines(
    hits: Iterable[Hit], cases: QuerySet[Case], readers: dict[UUID, Reader], words: Words
) -> Iterator[Line]:
    """Hits opened once more, for the page alone."""
    hits = list(hits)
    named = cases.in_bulk([hit.case for hit in hits])
    boxes: dict[UUID, tuple[Any, datetime]] = {}
    for place in PLACES:
        rows = place.model._default_manager.filter(
            pk__in=[hit.row for hit in hits if hit.place == place]
        )
        boxes |= {row: (box, at) for row, box, at in rows.values_list("pk", place.column, place.at)}
    for hit in (one for one in hits if one.row in boxes):
        place, (box, at) = hit.place, boxes[hit.row]
        opened = readers[hit.case].open(bytes(box), place.model._meta.db_table, place.column, hit.row)
        yield Line(named[hit.case], place.code, at, *words.around(opened.decode()))
