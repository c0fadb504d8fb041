"""The records of one range of a WARC file, in order, whatever is damaged on the way.

A file is cut into ranges of equal length that workers read at the same time. A range has the
members that *begin* in it. Where its first member begins is found by looking for a member's first
bytes, which a hostile or nested archive can imitate; so each walk tells where it began (``first``)
and where the member after its last one begins (``reached``). The coordinator holds each range
against the one before, and has a range that began wrongly read again from the right place. The
outcome is what one reader from the first byte to the last would have found.
"""

from collections.abc import Generator, Iterator
from dataclasses import dataclass, replace
from typing import Final

from ansim.sweeping.bodies import Block, body_of, header_of
from ansim.sweeping.errors import Broken, CutShort
from ansim.sweeping.members import PlainStream, Shell, Stream

_VERSIONS: Final = ["WARC/1.1", "WARC/1.0", "WARC/0.18", "WARC/0.17"]
_HEADER_BYTES: Final = 1024 * 1024
_LONGEST_NUMBER: Final = 15
_NEWLINES: Final = b"\r\n"
_LONGEST_URL: Final = 8192
WITH_BODIES: Final = {"response", "resource", "conversion"}


@dataclass(frozen=True, slots=True)
class Record:
    """One record. ``offset``: where its member begins; ``number``: which one of it, from 0.

    ``kind`` is its WARC-Type and ``url`` its target, "" where it names none. ``whole``: it is not
    the first of several segments (WARC 1.1, section 7), which may lie in other files.
    """

    offset: int
    number: int
    kind: str
    url: str
    block: Block
    whole: bool = True

    def body(self) -> Iterator[bytes]:
        """The body in pieces; to be read before the walk goes on. Raises as ``body_of``."""
        return body_of(self.block)


@dataclass(frozen=True, slots=True)
class Damage:
    """At ``offset`` begins a member that cannot be read to its end."""

    offset: int
    broken: Broken


class Walk:
    """A range [low, high) of an archive; ``start`` where the first member is known to begin.

    ``first``: where it began, None when nothing begins in the range. ``reached``: where the next
    range begins, None when that must be looked for. Both are known after the walk.
    """

    def __init__(self, shell: Shell, low: int, high: int, start: int | None = None) -> None:
        self.first = start
        self.reached: int | None = None
        self._shell = shell
        self._low = low
        self._high = high

    def __iter__(self) -> Iterator[Record | Damage]:
        """Every record, and where something is damaged."""
        if self.first is None:
            self.first = self._shell.next_start(self._low, self._high)
        place = self.first
        while place is not None and place < self._high:
            try:
                place = yield from self._member(place)
            except Broken as broken:
                yield Damage(place, broken)
                place = self._shell.next_start(place + 1, self._high)
        self.reached = place

    def _member(self, start: int) -> Generator[Record, None, int]:
        """Its records; gives back where the next member begins."""
        stream = self._shell.member(start)
        if isinstance(stream, PlainStream):
            return (yield from self._plain(stream, start))
        number = 0
        while True:
            record = _record(stream, start, number)
            yield record
            record.block.pass_over()
            _past_newlines(stream)
            number += 1
            if not stream.peek(1):
                return stream.end

    def _plain(self, stream: PlainStream, start: int) -> Generator[Record, None, int]:
        record = _record(stream, start, 0)
        body = stream.place()
        if body + record.block.left <= self._shell.size:
            yield record
            record.block.pass_over()
            _past_newlines(stream)
            return stream.place()
        # It claims more than there is. What may be its own ends where the next record begins:
        # else a file of such claims would be read over and over.
        end = self._shell.next_start(start + 1, self._shell.size) or self._shell.size
        yield replace(record, block=Block(self._shell.member(body), end - body))
        raise CutShort


def url_at(shell: Shell, offset: int, number: int) -> str:
    """The address of a record that was found before. Raises Broken when it is not there."""
    for record in Walk(shell, offset, offset + 1, offset):
        if isinstance(record, Damage):
            raise record.broken
        if record.number == number:
            return record.url
    raise Broken


def _record(stream: Stream, offset: int, number: int) -> Record:
    lines = header_of(Block(stream, _HEADER_BYTES), _VERSIONS)
    length = lines.get("content-length", "").strip()
    if not (length.isascii() and length.isdigit() and len(length) <= _LONGEST_NUMBER):
        raise Broken
    kind = lines.get("warc-type", "").lower()
    url = lines.get("warc-target-uri", "").strip().removeprefix("<")
    url = url.removesuffix(">")[:_LONGEST_URL]
    whole = "warc-segment-number" not in lines
    return Record(offset, number, kind, url, Block(stream, int(length)), whole)


def _past_newlines(stream: Stream) -> None:
    while stream.peek(1) and stream.peek(1) in _NEWLINES:
        stream.read(1)
