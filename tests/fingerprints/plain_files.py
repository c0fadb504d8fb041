"""PNG and BMP files written by hand, of depths that the usual encoders do not write."""

import struct
import zlib

import numpy as np
from numpy.typing import NDArray


def png(
    width: int, height: int, bits: int, colour: int, rows: bytes, *more: bytes, interlaced: int = 0
) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        crc = struct.pack(">I", zlib.crc32(kind + body))
        return struct.pack(">I", len(body)) + kind + body + crc

    head = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, interlaced)
    extra = b"".join(chunk(part[:4], part[4:]) for part in more)
    body = chunk(b"IDAT", zlib.compress(rows))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + extra + body + chunk(b"IEND", b"")


def rows(picture: NDArray[np.generic]) -> bytes:
    lines = picture.reshape(picture.shape[0], -1)
    big = lines.astype(lines.dtype.newbyteorder(">"))
    return b"".join(b"\0" + line.tobytes() for line in big)


def interlaced(picture: NDArray[np.generic]) -> bytes:
    """Adam7's seven passes."""
    passes = (
        (0, 0, 8, 8),
        (0, 4, 8, 8),
        (4, 0, 8, 4),
        (0, 2, 4, 4),
        (2, 0, 4, 2),
        (0, 1, 2, 2),
        (1, 0, 2, 1),
    )
    return b"".join(rows(picture[top::down, left::across]) for top, left, down, across in passes)


def bmp(
    width: int, height: int, bits: int, body: bytes, palette: bytes = b"", pack: int = 0
) -> bytes:
    start = 54 + len(palette)
    info = struct.pack(
        "<IiiHHIIiiII", 40, width, height, 1, bits, pack, len(body), 0, 0, len(palette) // 4, 0
    )
    return b"BM" + struct.pack("<IHHI", start + len(body), 0, 0, start) + info + palette + body
