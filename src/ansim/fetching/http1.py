"""HTTP/1.1 answers from hostile servers: bounded heads, bounded bodies, bounded time.

Framing follows RFC 9112. Anything ambiguous ends the connection instead of being guessed at.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ansim.fetching.refusals import FetchFailed
from ansim.fetching.transport import Connection, Deadline

_STATUS_LINE = re.compile(rb"HTTP/1\.([01]) (\d{3})(?: [^\r\n]*)?")
_LINE_END = re.compile(rb"\r?\n")
_HEAD_END = re.compile(rb"\r?\n\r?\n")
_CHUNK_SIZE = re.compile(rb"([0-9A-Fa-f]{1,15})[ \t]*(?:;[^\r\n]*)?\r?")
_MAX_INTERIM = 8
_MAX_CHUNK_LINE = 4096
# A body in chunks of a letter costs us far more than its sender: so many tiny ones are enough.
_TINY_CHUNK = 64
_MAX_TINY_CHUNKS = 20_000
# Extensions and blanks in the frame are bytes that no limit of the body would count.
_USUAL_LINE = 16
_MAX_PADDING = 64 * 1024
_MAX_TRAILER_BYTES = 8192
REDIRECTS = frozenset((301, 302, 303, 307, 308))
_BODILESS = frozenset((204, 205, 304))


@dataclass(slots=True)
class Head:
    """Status and headers of an answer. ``reusable`` turns False when the connection must end."""

    status: int
    headers: tuple[tuple[str, str], ...]
    reusable: bool

    def get(self, name: str) -> str:
        """The first value of a header (lower-case name), or ""."""
        return next((value for key, value in self.headers if key == name), "")

    @property
    def location(self) -> str:
        """Where a redirect leads, "" for any other answer."""
        return self.get("location") if self.status in REDIRECTS else ""

    def all(self, name: str) -> list[str]:
        """All values of a header, split at commas, lower-cased and stripped."""
        values = ",".join(value for key, value in self.headers if key == name)
        return [part.strip().lower() for part in values.split(",") if part.strip()]


def read_head(
    connection: Connection, deadline: Deadline, max_bytes: int, max_headers: int = 256
) -> Head:
    """The head of the final answer (interim 1xx answers are skipped).

    Raises:
        FetchFailed: too_large beyond ``max_bytes`` or ``max_headers``, broken when it is not
            HTTP/1, or the stream's.

    """
    for _ in range(_MAX_INTERIM):
        block = _read_block(connection, deadline, max_bytes)
        head = _parse_head(block, max_headers)
        if head.status >= 200:  # noqa: PLR2004 - below are interim answers
            return head
        if head.status == 101:  # noqa: PLR2004 - we never ask to switch protocols
            break
    raise FetchFailed("broken", "interim")


def _read_block(connection: Connection, deadline: Deadline, max_bytes: int) -> bytes:
    searched = 0
    while True:
        end = _HEAD_END.search(connection.pending, max(0, searched - 4))
        if end and end.start() <= max_bytes:
            block = bytes(connection.pending[: end.start()])
            del connection.pending[: end.end()]
            return block
        searched = len(connection.pending)
        if searched > max_bytes:
            raise FetchFailed("too_large", "headers")
        if not connection.fill(deadline):
            if not connection.pending:
                raise FetchFailed("connect_failed", "closed")
            raise FetchFailed("broken", "head")


def _parse_head(block: bytes, max_headers: int) -> Head:
    lines = _LINE_END.split(block)
    if len(lines) > max_headers + 1:
        raise FetchFailed("too_large", "header_count")
    status = _STATUS_LINE.fullmatch(lines[0])
    if status is None:
        raise FetchFailed("broken", "status_line")
    headers: list[tuple[str, str]] = []
    for line in lines[1:]:
        if line[:1] in b" \t" and headers:
            name, value = headers[-1]
            headers[-1] = (name, f"{value} {_text(line)}")
            continue
        raw_name, colon, raw_value = line.partition(b":")
        if colon and raw_name and raw_name.strip() == raw_name:
            headers.append((raw_name.decode("latin-1").lower(), _text(raw_value)))
    head = Head(int(status[2]), tuple(headers), reusable=status[1] == b"1")
    if "close" in head.all("connection"):
        head.reusable = False
    return head


def _text(value: bytes) -> str:
    """A header value as text: UTF-8 where it is (Korean Locations are), else Latin-1."""
    try:
        return value.strip().decode()
    except UnicodeDecodeError:
        return value.strip().decode("latin-1")


def read_body(connection: Connection, deadline: Deadline, head: Head) -> Iterator[bytes]:
    """The body as it came over the wire (still compressed), without its framing.

    Raises:
        FetchFailed: broken framing, or the stream's failures.

    """
    if head.status in _BODILESS:
        return iter(())
    codings = head.all("transfer-encoding")
    lengths = set(head.all("content-length"))
    if codings:
        if codings != ["chunked"]:
            raise FetchFailed("broken", "transfer_encoding")
        if lengths:  # RFC 9112 6.3: possible smuggling, do not use the connection again
            head.reusable = False
        return _chunked(connection, deadline)
    if not lengths:
        head.reusable = False
        return iter(lambda: connection.receive(deadline), b"")
    length = lengths.pop()
    if lengths or not (length.isascii() and length.isdigit()) or len(length) > 15:  # noqa: PLR2004
        raise FetchFailed("broken", "content_length")
    return _counted(connection, deadline, int(length))


def _counted(connection: Connection, deadline: Deadline, length: int) -> Iterator[bytes]:
    while length:
        if not connection.pending and not connection.fill(deadline):
            raise FetchFailed("broken", "truncated")
        data = bytes(connection.pending[:length])
        del connection.pending[: len(data)]
        length -= len(data)
        yield data


def _chunked(connection: Connection, deadline: Deadline) -> Iterator[bytes]:
    tiny = padding = 0
    while True:
        line = _read_line(connection, deadline)
        padding += max(0, len(line) - _USUAL_LINE)
        size = _CHUNK_SIZE.fullmatch(line)
        if size is None:
            raise FetchFailed("broken", "chunk_size")
        length = int(size[1], 16)
        if length == 0:
            break
        tiny += length < _TINY_CHUNK
        if tiny > _MAX_TINY_CHUNKS:
            raise FetchFailed("broken", "tiny_chunks")
        yield from _counted(connection, deadline, length)
        if _read_line(connection, deadline) not in {b"\r", b""}:
            raise FetchFailed("broken", "chunk_end")
        if padding > _MAX_PADDING:
            raise FetchFailed("broken", "chunk_line")
    trailer = 0
    while line := _read_line(connection, deadline).rstrip(b"\r"):
        trailer += len(line)
        if trailer > _MAX_TRAILER_BYTES:
            raise FetchFailed("too_large", "trailer")


def _read_line(connection: Connection, deadline: Deadline) -> bytes:
    while (end := connection.pending.find(b"\n")) < 0:
        if len(connection.pending) > _MAX_CHUNK_LINE:
            raise FetchFailed("broken", "chunk_line")
        if not connection.fill(deadline):
            raise FetchFailed("broken", "truncated")
    line = bytes(connection.pending[:end])
    del connection.pending[: end + 1]
    return line
