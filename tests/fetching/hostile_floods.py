"""Hostile targets that are too much: bombs, answers without an end, pictures and films that lie."""

import gzip
import io
import struct
import zlib
from collections.abc import Callable, Iterator
from itertools import chain, islice

import zstandard
from PIL import Image

from tests.fetching.hostile_plays import HOST, OK, PAGE, PLAIN, SITE, played
from tests.fetching.hostile_servers import MEBIBYTE, Wire
from tests.fetching.hostile_targets import Target
from tests.fingerprints.hostile_crafted import crafted

PIECE = b"<p>endless</p>" * 4096
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"


def _framed(coding: bytes, body: bytes, kind: bytes = b"text/html") -> bytes:
    return (
        b"HTTP/1.1 200 OK\r\nContent-Type: " + kind + b"\r\nContent-Encoding: " + coding
        + b"\r\nContent-Length: %d\r\n\r\n" % len(body) + body
    )  # fmt: skip


def bombs() -> Iterator[Target]:
    """Small bodies that unpack to far more than may be read."""
    family, large = "bombs", "too_large"
    zeros = bytes(80 * MEBIBYTE)
    deflated = zlib.compress(zeros, 9)
    one = gzip.compress(zeros, 6, mtime=0)
    thick = zstandard.ZstdCompressor(level=3).compress(zeros)
    wide = zstandard.ZstdCompressor(
        compression_params=zstandard.ZstdCompressionParameters(window_log=27, compression_level=1)
    ).compress(zeros)
    coded = ("broken:content_encoding",)
    yield played(family, "gzip, 80 MiB of zeros", _framed(b"gzip", one), large)
    yield played(family, "gzip, as a picture", _framed(b"gzip", one, b"image/png"), large)
    yield played(family, "x-gzip", _framed(b"x-gzip", one), large)
    yield played(family, "gzip in capitals", _framed(b"GZIP", one), large)
    yield played(family, "deflate", _framed(b"deflate", deflated), large)
    yield played(family, "deflate without its head", _framed(b"deflate", deflated[2:-4]), large)
    member = gzip.compress(bytes(MEBIBYTE), 9, mtime=0)
    yield played(family, "gzip, 100 members", _framed(b"gzip", member * 100), large)
    empty = gzip.compress(b"", mtime=0)
    yield played(
        family, "gzip, empty members without end",
        lambda wire: (
            wire.send(OK + b"Content-Encoding: gzip\r\n\r\n"), wire.endless(empty * 3000)
        )[1],
        "too_large:gzip_members",
    )  # fmt: skip
    for what, frame in (
        ("empty frames", zstandard.compress(b"")),
        ("frames to be skipped", b"\x50\x2a\x4d\x18\x04\0\0\0skip"),
    ):
        yield played(
            family, f"zstd, {what} without end",
            lambda wire, frame=frame: (
                wire.send(OK + b"Content-Encoding: zstd\r\n\r\n"), wire.endless(frame * 5000)
            )[1],
            large, "timed_out", "broken",
        )  # fmt: skip
    yield played(family, "zstd, 80 MiB of zeros", _framed(b"zstd", thick), large, *coded)
    yield played(family, "zstd, a window of 128 MiB", _framed(b"zstd", wide), large, "broken")
    yield played(family, "zstd, many frames", _framed(b"zstd", thick * 4), large, *coded)
    # A frame that claims 2^63 bytes and a window of 3.75 TiB.
    liar = b"\x28\xb5\x2f\xfd\xc0\xff" + b"\xff" * 8 + bytes(64)
    yield played(family, "zstd, a claim of 2^64 bytes", _framed(b"zstd", liar), "broken", large)
    yield played(family, "gzip in gzip", _framed(b"gzip, gzip", gzip.compress(one)), *coded)
    yield played(family, "gzip in zstd", _framed(b"gzip, zstd", thick), *coded)
    yield played(family, "forty codings", _framed(b", ".join([b"gzip"] * 40), one), *coded)
    for name in (b"br", b"compress", b"bzip2", b"lzma", b"dcb", b"x-unknown", b"gzip;q=1"):
        yield played(family, f"{name.decode()}, never asked for", _framed(name, one), *coded)
    yield played(family, "gzip of a gzip file: not unpacked twice", _framed(b"gzip", gzip.compress(one)), "answered", large)  # fmt: skip
    yield played(family, "not gzip at all", _framed(b"gzip", PAGE), "broken:compressed_data")
    yield played(family, "gzip, cut off", _framed(b"gzip", one[:4000]), large, "answered", "broken")


def flood(head: bytes, piece: bytes) -> Callable[[Wire], None]:
    """The head, and then the same piece for as long as anybody reads."""

    def play(wire: Wire) -> None:
        wire.send(head)
        wire.endless(piece)

    return play


def endless() -> Iterator[Target]:
    """Answers without an end: first their bodies, then their heads."""
    yield from endless_bodies()
    yield from endless_heads()


def endless_bodies() -> Iterator[Target]:
    """Bodies without an end, of answers that are used and of those that are passed over."""
    family, large = "endless answers", "too_large"
    chunk = b"%x\r\n%s\r\n" % (len(PIECE), PIECE)
    media = b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n\r\n\x89PNG\r\n\x1a\n"
    yield played(family, "a page of unknown length", flood(OK + b"\r\n", PIECE), large)
    yield played(family, "a page in chunks", flood(CHUNKED, chunk), large)
    yield played(
        family,
        "a page in chunks of one letter",
        flood(CHUNKED, b"1\r\nx\r\n" * 9000),
        "broken:tiny_chunks",
    )
    yield played(
        family,
        "a page of 10^14 bytes",
        flood(OK + b"Content-Length: 100000000000000\r\n\r\n", PIECE),
        large,
    )
    yield played(family, "a picture", flood(media, bytes(65_536)), large)
    yield played(
        family,
        "a film",
        flood(b"HTTP/1.1 200 OK\r\nContent-Type: video/mp4\r\n\r\n", bytes(65_536)),
        large,
    )
    yield played(
        family,
        "a redirect's body",
        flood(b"HTTP/1.1 302 Away\r\nLocation: /ok\r\n\r\n", PIECE),
        "answered",
    )
    counted = b"HTTP/1.1 302 Away\r\nLocation: /ok\r\nContent-Length: 99999999999\r\n\r\n"
    yield played(family, "a redirect's body of known length", flood(counted, PIECE), "answered")
    rules = {"/robots.txt": flood(OK + b"\r\n", b"Disallow: /x\n" * 4096), "/ok": PLAIN}
    yield Target(family, "robots.txt", f"http://{HOST}/ok", ("answered",), SITE, rules, robots=True)


def endless_heads() -> Iterator[Target]:
    """Heads, interim answers, trailers and chunk extensions without an end."""
    family, large = "header floods", "too_large"
    yield played(family, "one header without end", flood(OK + b"X: ", bytes(b"y" * 65_536)), large)
    yield played(family, "headers without end", flood(OK, b"X-A: b\r\n" * 4096), large)
    yield played(
        family, "a folded header without end", flood(OK + b"X: a\r\n", b" fold\r\n" * 4096), large
    )
    yield played(
        family, "a status line without end", flood(b"HTTP/1.1 200 ", b"O" * 65_536), large, "broken"
    )
    yield played(family, "line ends without end", flood(b"", b"\r\n" * 32_768), large, "broken")
    yield played(family, "nothing but zeros", flood(b"", bytes(65_536)), large, "broken")
    many = OK + b"".join(b"X-%d: y\r\n" % n for n in range(5000)) + b"\r\n" + PAGE
    yield played(family, "5,000 headers", many, large, "answered")
    big = OK + b"Set-Cookie: " + b"c" * 900_000 + b"\r\n\r\n" + PAGE
    yield played(family, "a cookie of 900 kB", big, large)
    wide = OK + b"X: " + b"y" * 63_000 + b"\r\n" + b"Content-Length: 0\r\n\r\n"
    yield played(family, "a head just below the limit", wide, "answered", large)
    interim = b"HTTP/1.1 103 Hints\r\nLink: </a>\r\n\r\n"
    yield played(family, "interim answers without end", flood(b"", interim * 999), "broken:interim")
    yield played(
        family, "a change of protocol", b"HTTP/1.1 101 Go\r\n\r\n" + bytes(99), "broken:interim"
    )
    heavy = b"HTTP/1.1 103 H\r\nX: " + b"y" * 60_000 + b"\r\n\r\n"
    yield played(family, "heavy interim answers", heavy * 50, "broken:interim", large)
    trailer = CHUNKED + b"1\r\nx\r\n0\r\n"
    yield played(family, "trailers without end", flood(trailer, b"X: y\r\n" * 4096), large)
    yield played(
        family,
        "a chunk extension without end",
        flood(CHUNKED + b"1;x=", b"y" * 65_536),
        "broken",
        large,
    )


def rules() -> Iterator[Target]:
    """robots.txt files of half a megabyte that cost the most to read, to keep or to ask."""
    most = 500_000
    names = b"".join(b"User-agent: %x\n" % n for n in range(14_000))
    paths = b"".join(b"Disallow: /%x\n" % n for n in range(16_000))
    for what, text in (
        ("as many names as rules", names + paths),
        ("our name among many", names + b"User-agent: *\n" + paths),
        ("one name again and again", b"User-agent: *\n" * 20_000 + paths),
        ("names in turn, each with a rule", b"User-agent: a\nDisallow: /a\nUser-agent: *\nDisallow: /b\n" * 9000),
        ("stars in one rule", b"User-agent: *\nDisallow: /" + b"*a" * 240_000),
        ("stars in every rule", b"User-agent: *\n" + b"Disallow: /*a*b*c*d$\n" * 23_000),
        ("one line", b"User-agent: *\nDisallow: /" + b"x" * 499_000),
        ("one name of 500 kB", b"User-agent: " + b"a" * 499_000),
        ("dollars", b"User-agent: *\nDisallow: /" + b"$" * 499_000),
        ("nothing but line ends", b"\n" * most),
        ("half characters", b"User-agent: *\nDisallow: /" + b"%e" * 240_000),
    ):  # fmt: skip
        plays = {"/robots.txt": _media(text[:most], "text/plain"), "/ok": PLAIN}
        yield Target(
            "robots.txt", what, f"http://{HOST}/ok", ("answered", "refused:robots"), SITE, plays,
            robots=True,
        )  # fmt: skip


def _media(body: bytes, kind: str = "image/png") -> bytes:
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


LIARS = (
    "png: 10^10", "png: 2^62", "png: no pixels",
    "gif: 4 *", "gif: no end", "gif: no frame", "webp: 2^48", "webp: 268", "webp: an empty",
    "webp: lossless", "tiff: 4 *", "tiff: 2^64", "tiff: pages", "tiff: 2^32", "tiff: tile",
    "jpeg: 4 *", "jpeg: no pixels", "jpeg: process", "bmp: 4 *", "bmp: 2^62", "bmp: 2^32",
    "jpeg2000:", "heif: avif of", "heif: heic of", "mp4: 2^32", "mp4: no time", "mp4: boxes",
    "ebml: not", "ebml: endless", "ebml: negative", "others: one byte",
)  # fmt: skip

_KINDS = ("gif", "webp", "tiff", "jpeg", "bmp", "jpeg2000", "heif", "mp4", "ebml", "others")
_TOO_LARGE = (
    "10^10 pixels", "2^62 pixels", "2^64 pixels", "2^48 pixels", "4 * 10^9 pixels",
    "268 million pixels",
)  # fmt: skip
_NOT_DECODED = tuple(
    f"answered:media:{code}" for code in ("too_many_pixels", "undecodable", "unsupported_format")
)


def pictures(*, all_of_them: bool = False) -> Iterator[Target]:
    """Pictures and films that claim to be far larger than they are; they go to the child.

    Those of LIARS are refused by their headers and take no time.
    """
    # The first PNGs only: the later ones are bombs that take long to make.
    chosen = crafted() if all_of_them else chain(islice(crafted("png"), 3), crafted(*_KINDS))
    for name, body in chosen:
        if all_of_them or name.removeprefix("crafted ").startswith(LIARS):
            family = "films" if name.split()[1][:-1] in {"mp4", "ebml", "others"} else "pictures"
            kind = "video/mp4" if family == "films" else "image/png"
            yield played(
                f"bombs: {family}", name.removeprefix("crafted "), _media(body, kind),
                *(_NOT_DECODED if name.endswith(_TOO_LARGE) else ("answered", "too_large")),
            )  # fmt: skip


def polyglots() -> Iterator[Target]:
    """Bytes that are two things at once, and bytes under a wrong name."""
    family = "polyglots"
    shot = io.BytesIO()
    Image.new("RGB", (64, 64), (9, 99, 9)).save(shot, "GIF")
    gif = shot.getvalue()
    shot = io.BytesIO()
    Image.new("RGB", (64, 64), (9, 99, 9)).save(shot, "JPEG")
    jpeg = shot.getvalue()
    comment = b"\xff\xfe" + struct.pack(">H", len(PAGE) + 2) + PAGE
    script = b"GIF89a/*" + bytes(64) + b"*/=1;alert(1)"
    archive = b"PK\x03\x04" + bytes(26) + b"PK\x05\x06" + bytes(18)
    for what, body, kind in (
        ("a page in a JPEG's comment", jpeg[:2] + comment + jpeg[2:], "image/jpeg"),
        ("a JPEG called a page", jpeg, "text/html"),
        ("a page called a JPEG", PAGE, "image/jpeg"),
        ("an archive behind a GIF", gif + archive, "image/gif"),
        ("a script that begins as a GIF", script, "image/gif"),
        ("a script that begins as a GIF, as a page", script, "text/html"),
        ("an archive", archive, "application/zip"),
        ("an archive called a picture", archive, "image/png"),
        ("a picture of lines (SVG)", b'<svg xmlns="http://www.w3.org/2000/svg" onload="x()"/>', "image/svg+xml"),
        ("a PDF", b"%PDF-1.7\n" + bytes(900), "application/pdf"),
        ("a PDF behind a JPEG", jpeg + b"%PDF-1.7\n" + bytes(900), "image/jpeg"),
        ("a programme", b"\x7fELF" + bytes(900), "image/png"),
        ("PostScript", b"%!PS-Adobe\n" + bytes(900), "image/x-eps"),
        ("a playlist that names files", b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n", "video/mp4"),
        ("a playlist that names a host inside", b"#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1/\n", "application/vnd.apple.mpegurl"),
        ("a film that is a list of files", b"ffconcat version 1.0\nfile /etc/passwd\n", "video/mp4"),
        ("a manifest of a stream", b'<?xml version="1.0"?><MPD><BaseURL>http://127.0.0.1/</BaseURL></MPD>', "application/dash+xml"),
        ("a picture that names another (MVG)", b"push graphic-context\nimage over 0,0 0,0 'http://127.0.0.1/'", "image/x-mvg"),
        ("a type of two kinds", jpeg, "text/html, image/jpeg"),
        ("no type", jpeg, ""),
    ):  # fmt: skip
        yield played(family, what, _media(body, kind), "answered")
