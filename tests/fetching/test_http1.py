"""Answers as they come over the wire: framed rightly or wrongly, packed, or without an end."""

import gzip
import socket
import zlib
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.fetching.conftest import World
from tests.fetching.samples import PAGE


def endless(start: bytes, piece: bytes) -> Callable[[socket.socket], None]:
    def play(connection: socket.socket) -> None:
        connection.sendall(start)
        while True:
            connection.sendall(piece)

    return play


EMPTY_MEMBER = gzip.compress(b"", mtime=0)
OK = b"HTTP/1.1 200 OK\r\n"
FLOODS = {
    "body": endless(OK + b"\r\n", b"x" * 60000),
    "chunks": endless(
        OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1000\r\n" + b"x" * 4096 + b"\r\n"
    ),
    "padded chunks": endless(
        OK + b"Transfer-Encoding: chunked\r\n\r\n",
        b"40;" + b"e" * 4000 + b"\r\n" + b"x" * 64 + b"\r\n",
    ),
    "headers": endless(OK, b"X-Flood: yes\r\n" * 4000),
    "one header": endless(OK + b"X: ", b"x" * 60000),
    "interim": endless(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n" * 4000),
    "empty gzip": endless(OK + b"Content-Encoding: gzip\r\n\r\n", EMPTY_MEMBER * 3000),
}


@pytest.mark.parametrize("name", FLOODS)
def test_endless_answers_are_cut_off(world: "World", name: str) -> None:
    world.stage.plays["/"] = FLOODS[name]
    door = world.door(max_page_bytes=200_000, max_media_bytes=200_000)
    seen = door.look("http://moa.test/", vantage="seoul")
    assert seen.outcome == ("broken" if name in {"interim", "padded chunks"} else "too_large")
    assert seen.bytes_read < 300_000


def test_what_pads_chunks_is_not_taken_for_nothing(world: "World") -> None:
    """The frame's own bytes are no bytes of the body, and were once without a limit."""
    taken = [0]

    def play(connection: socket.socket) -> None:
        connection.sendall(OK + b"Transfer-Encoding: chunked\r\n\r\n")
        while True:
            connection.sendall(b"40;" + b"e" * 4000 + b"\r\n" + b"x" * 64 + b"\r\n")
            taken[0] += 4096

    world.stage.plays["/"] = play
    seen = world.door().look("http://moa.test/", vantage="seoul")
    assert (seen.outcome, seen.reason) == ("broken", "chunk_line")
    assert taken[0] < 16 * 1024 * 1024  # what socket buffers hold


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_a_compression_bomb_is_not_inflated(world: "World", coding: str) -> None:
    zeros = b"\0" * (48 * 1024 * 1024)
    bomb = gzip.compress(zeros, 1) if coding == "gzip" else zlib.compress(zeros, 1)
    world.plays("/", bomb, Content_Encoding=coding)
    seen = world.door().look("http://moa.test/", vantage="seoul")
    assert (seen.outcome, seen.reason) == ("too_large", "page_bytes")
    assert seen.bytes_read < 3 * 1024 * 1024 + 100_000


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"SSH-2.0-OpenSSH\r\n\r\n", "status_line"),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
            "content_length",
        ),
        (b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", "content_length"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "chunk_size"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nabcd\r\n", "chunk_end"),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx  \r\n0\r\n\r\n",
            "chunk_end",
        ),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nx", "transfer_encoding"),
        (b"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\n\r\nx", "content_encoding"),
        (b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\nnot gzip", "compressed_data"),
        (b"HTTP/1.1 101 Switching Protocols\r\n\r\n", "interim"),
        (b"HTTP/1.1 200", "head"),
    ],
)
def test_broken_answers_are_broken_and_no_more(world: "World", raw: bytes, reason: str) -> None:
    world.stage.plays["/"] = lambda connection: connection.sendall(raw)
    seen = world.door().look("http://moa.test/", vantage="seoul")
    assert (seen.outcome, seen.reason) == ("broken", reason)


def test_chunks_gzip_members_and_early_hints_are_read(world: "World") -> None:
    body = gzip.compress(PAGE[:30]) + gzip.compress(PAGE[30:])
    chunks = b"".join(b"%x;a=b\r\n%b\r\n" % (len(c), c) for c in (body[:7], body[7:]))
    world.stage.plays["/"] = (
        b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 200 OK\r\n"
        b"Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n"
        + chunks
        + b"0\r\nTrailer: x\r\n\r\n"
    )
    door = world.door()
    for _ in range(2):
        seen = door.look("http://moa.test/", vantage="seoul")
        assert seen.bytes_read == len(PAGE)
    assert len(world.stage.connections) == 1


def test_the_head_has_a_limit_of_its_own(world: "World") -> None:
    world.plays("/", PAGE, X_Long="x" * 5000)
    short = world.door(max_header_bytes=4096).look("http://moa.test/", vantage="seoul")
    assert (short.outcome, short.reason) == ("too_large", "headers")
    assert world.door().look("http://moa.test/", vantage="seoul").status == 200
