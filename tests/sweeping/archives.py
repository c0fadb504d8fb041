"""WARC files of ordinary pictures, packed in every way."""

import gzip
import io
import random
import zlib
from collections.abc import Iterable, Sequence

import zstandard
from PIL import Image
from skimage import data

COFFEE = Image.fromarray(data.coffee())
CAT = Image.fromarray(data.chelsea())


def picture(image: Image.Image, kind: str = "JPEG", **settings: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **settings)
    return buffer.getvalue()


CUP = picture(COFFEE, quality=88)
CUP_AGAIN = picture(COFFEE.resize((450, 300)), quality=70)
CATS = [picture(CAT.crop((place, 0, place + 300, 300)), quality=80) for place in range(0, 150, 10)]


def record(
    body: bytes, url: str = "https://x.example/a", kind: str = "response", *, head: bytes = b""
) -> bytes:
    """One record; ``head``: more header lines of an HTTP answer, each with its line feed."""
    block = body
    if kind == "response":
        block = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n" + head + b"\r\n" + body
    lines = f"WARC/1.1\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {url}\r\n"
    return f"{lines}Content-Length: {len(block)}\r\n\r\n".encode() + block + b"\r\n\r\n"


def packed(records: Sequence[bytes], form: str) -> bytes:
    """The file: ``plain``, ``gzip``, ``zstd``, or ``one`` gzip member for all of it."""
    if form == "plain":
        return b"".join(records)
    if form == "one":
        return gzip.compress(b"".join(records), mtime=0)
    if form == "gzip":
        return b"".join(gzip.compress(one, 6, mtime=0) for one in records)
    if form == "zstd":
        return b"".join(zstandard.ZstdCompressor().compress(one) for one in records)
    words = zstandard.ZstdCompressionDict(b"WARC/1.1\r\nWARC-Type: response\r\n" * 20)
    head = zstandard.compress(words.as_bytes()) if form == "zstd-packed" else words.as_bytes()
    packer = zstandard.ZstdCompressor(dict_data=words)
    parts = [packer.compress(one) for one in records]
    return b"\x5d\x2a\x4d\x18" + len(head).to_bytes(4, "little") + head + b"".join(parts)


def chunked(body: bytes, sizes: Iterable[int] = (1, 7, 4000, 100_000)) -> bytes:
    parts, at = [], 0
    for size in [*sizes, len(body)]:
        part = body[at : at + size]
        at += len(part)
        if part:
            parts.append(b"%X;x=y\r\n%s\r\n" % (len(part), part))
    return b"".join(parts) + b"0\r\n\r\n"


def crawl(count: int = 40, seed: int = 7) -> list[bytes]:
    """A crawl of ``count`` pages and pictures; three are copies of the cup, two of these equal."""
    chance = random.Random(seed)
    records = [record(b"software: test\r\n", "", "warcinfo")]
    for number in range(count):
        url = f"https://x{number}.example/{number}"
        body = CATS[number % len(CATS)]
        if number in {5, 23}:
            body = CUP
        elif number == 31:
            body = CUP_AGAIN
        records.append(record(chance.randbytes(chance.randrange(3000)), url, "request"))
        records.append(record(b"<html>" + chance.randbytes(900), url + "/page"))
        records.append(record(body, url))
    return records


def deflated(body: bytes, window: int) -> bytes:
    packer = zlib.compressobj(wbits=window)
    return packer.compress(body) + packer.flush()
