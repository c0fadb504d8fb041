"""Hostile files built by hand: bombs, loops, lies about sizes, endless animations."""

import gzip
import io
import struct
import zlib
from collections.abc import Iterator

import numpy as np
from PIL import Image

_PNG = b"\x89PNG\r\n\x1a\n"
_NAN, _INFINITE = float("nan"), float("inf")


def crafted(*kinds: str) -> Iterator[tuple[str, bytes]]:
    """All of them, each with a name; or those of some kinds ("png", "mp4"...)."""
    for maker in (_png, _gif, _webp, _tiff, _jpeg, _bmp, _jpeg2000, _heif, _mp4, _ebml, _others):
        kind = maker.__name__[1:]
        if not kinds or kind in kinds:
            for name, content in maker():
                yield f"crafted {kind}: {name}", content


def _chunk(kind: bytes, body: bytes, length: int | None = None) -> bytes:
    size = len(body) if length is None else length
    return struct.pack(">I", size) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _header(width: int, height: int, bits: int = 8, colour: int = 2, interlaced: int = 0) -> bytes:
    return _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, interlaced))


def _pixels(length: int) -> bytes:
    return _chunk(b"IDAT", zlib.compress(bytes(length), 9))


def _png() -> Iterator[tuple[str, bytes]]:
    end = _chunk(b"IEND", b"")
    small = _PNG + _header(8, 8)
    pixels = _pixels(8 * 25)
    yield "10^10 pixels", _PNG + _header(100_000, 100_000, 1, 0) + _pixels(10_000) + end
    yield "2^62 pixels", _PNG + _header(2**31 - 1, 2**31 - 1) + end
    yield "no pixels", _PNG + _header(0, 0) + end
    yield "49 million pixels", _PNG + _header(7000, 7000) + _pixels(7000 * 21_001) + end
    yield (
        "49 million interlaced, deep, transparent pixels",
        _PNG + _header(7000, 7000, 16, 6, 1) + _pixels(7000 * 56_001 + 20_000) + end,
    )
    yield "49 million pixels, few of them there", _PNG + _header(7000, 7000) + _pixels(99) + end
    yield "chunk of 2^32 bytes", small + _chunk(b"tEXt", b"a", 2**32 - 1) + pixels + end
    yield "chunk of 2^31 bytes", small + _chunk(b"IDAT", b"a", 2**31 - 1) + end
    bomb = zlib.compress(bytes(200_000_000), 9)
    yield "text bomb", small + _chunk(b"zTXt", b"a\0\0" + bomb) + pixels + end
    yield "profile bomb", small + _chunk(b"iCCP", b"a\0\0" + bomb) + pixels + end
    yield "bomb behind the pixels", small + pixels + _chunk(b"iTXt", b"a\0\1\0\0\0" + bomb) + end
    yield "too much pixel data", small + _chunk(b"IDAT", bomb) + end
    yield "100,000 text chunks", small + _chunk(b"tEXt", b"a\0b") * 100_000 + pixels + end
    yield "100,000 empty pixel chunks", small + _chunk(b"IDAT", b"") * 100_000 + pixels + end
    yield "2^31 frames", small + _chunk(b"acTL", struct.pack(">II", 2**31 - 1, 0)) + pixels + end
    yield "endless frames", _moving_png(3000, 3000, 20_000, 1)
    yield "long frames", _moving_png(40, 40, 50, 65_535)
    exif = b"II*\0\x08\0\0\0" + struct.pack("<H", 1) + struct.pack("<HHII", 0x8769, 4, 1, 8)
    yield "EXIF that names itself", small + _chunk(b"eXIf", exif + bytes(4)) + pixels + end


def _moving_png(width: int, height: int, frames: int, seconds: int) -> bytes:
    parts = [_PNG, _header(width, height), _chunk(b"acTL", struct.pack(">II", frames, 0))]
    one = zlib.compress(bytes(4), 9)
    for number in range(frames):
        place = struct.pack(">IIIIIHHBB", 2 * number, 1, 1, 0, 0, seconds, 1, 0, 1)
        parts.append(_chunk(b"fcTL", place))
        body = struct.pack(">I", 2 * number + 1) + one
        parts.append(_chunk(b"fdAT", body))
        if number == 0:
            parts[-2:] = [
                _chunk(b"fcTL", struct.pack(">IIIIIHHBB", 0, width, height, 0, 0, 1, 1, 0, 0)),
                _pixels(height * (3 * width + 1)),
            ]
    return b"".join([*parts, _chunk(b"IEND", b"")])


def _gif() -> Iterator[tuple[str, bytes]]:
    def head(width: int, height: int) -> bytes:
        return b"GIF89a" + struct.pack("<HHBBB", width, height, 0x80, 0, 0) + bytes(3) + b"\xff" * 3

    def frame(width: int, height: int, hundredths: int = 0, dispose: int = 1) -> bytes:
        wait = b"!\xf9\x04" + struct.pack("<BHB", dispose << 2, hundredths, 0) + b"\0"
        return wait + b"," + struct.pack("<HHHHB", 0, 0, width, height, 0) + b"\x02\x02\x4c\x01\0"

    one = frame(1, 1)
    yield "4 * 10^9 pixels", head(65_535, 65_535) + frame(65_535, 65_535) + b";"
    yield "49 million pixels", head(7000, 7000) + frame(7000, 7000) + b";"
    yield "50,000 frames of 49 million pixels", head(7000, 7000) + one * 50_000 + b";"
    yield "each frame thrown away", head(7000, 7000) + frame(1, 1, 1, 3) * 5000 + b";"
    yield "each frame wiped", head(3000, 3000) + frame(3000, 3000, 1, 2) * 5000 + b";"
    yield "a million frames", head(1, 1) + one * 1_000_000 + b";"
    yield "frames of 11 minutes", head(40, 40) + frame(1, 1, 65_535) * 30 + b";"
    yield "a frame beyond the canvas", head(40, 40) + one + frame(65_535, 65_535) + b";"
    yield "no end", head(40, 40) + one * 3
    yield "a comment without end", head(40, 40) + b"!\xfe" + b"\xff" * 500_000
    yield "no frame", head(40, 40) + b";"


def _webp() -> Iterator[tuple[str, bytes]]:
    def file(*chunks: bytes) -> bytes:
        body = b"WEBP" + b"".join(chunks)
        return b"RIFF" + struct.pack("<I", len(body)) + body

    def chunk(kind: bytes, body: bytes, length: int | None = None) -> bytes:
        size = len(body) if length is None else length
        return kind + struct.pack("<I", size) + body + b"\0" * (len(body) % 2)

    def canvas(width: int, height: int, flags: int) -> bytes:
        sides = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
        return chunk(b"VP8X", bytes([flags, 0, 0, 0]) + sides)

    buffer = io.BytesIO()
    Image.new("RGB", (2, 2)).save(buffer, "WEBP", lossless=True)
    dot = buffer.getvalue()[12:]
    place = bytes(6) + b"\1\0\0" + b"\1\0\0"
    frame = chunk(b"ANMF", place + b"\1\0\0\0" + dot)
    slow = chunk(b"ANMF", place + b"\xff\xff\xff\0" + dot)
    turn = chunk(b"ANIM", bytes(6))
    yield "2^48 pixels", file(canvas(1 << 24, 1 << 24, 2), turn, frame)
    yield "268 million pixels", file(canvas(16_383, 16_383, 2), turn, frame)
    yield "49 million pixels", file(canvas(7000, 7000, 2), turn, frame)
    yield "20,000 frames of 49 million pixels", file(canvas(7000, 7000, 2), turn, frame * 20_000)
    yield "20,000 frames of 9 million pixels", file(canvas(3000, 3000, 2), turn, frame * 20_000)
    yield "frames of 4 hours", file(canvas(9, 9, 2), turn, slow * 30)
    yield "chunk of 2^32 bytes", file(canvas(9, 9, 0), chunk(b"ICCP", b"a", 2**32 - 1), dot)
    yield "an empty file", file()
    yield "lossless, 16384 a side", file(chunk(b"VP8L", b"\x2f\xff\xff\xff\x0f" + bytes(90)))


def _tiff() -> Iterator[tuple[str, bytes]]:
    def file(tags: dict[int, tuple[int, int, int]], following: int = 0, tail: bytes = b"") -> bytes:
        rows = b"".join(struct.pack("<HHII", tag, *tags[tag]) for tag in sorted(tags))
        return (
            b"II*\0\x08\0\0\0" + struct.pack("<H", len(tags)) + rows
            + struct.pack("<I", following) + tail
        )  # fmt: skip

    def tags(width: int, height: int, **more: tuple[int, int, int]) -> dict[int, tuple[int, ...]]:
        plain = {
            256: (4, 1, width), 257: (4, 1, height), 258: (3, 1, 8), 259: (3, 1, 1),
            262: (3, 1, 1), 273: (4, 1, 200), 277: (3, 1, 1), 278: (4, 1, height),
            279: (4, 1, width * height & 0xFFFFFFFF),
        }  # fmt: skip
        return plain | {int(tag[1:]): value for tag, value in more.items()}

    flat = zlib.compress(bytes(49_000_000), 9)
    zipped = {"_259": (3, 1, 8), "_279": (4, 1, len(flat)), "_273": (4, 1, 122)}
    yield "pages in a circle", file(tags(8, 8), following=8, tail=bytes(500))
    yield "4 * 10^9 pixels", file(tags(65_535, 65_535), tail=bytes(500))
    yield "2^64 pixels", file(tags(2**32 - 1, 2**32 - 1), tail=bytes(500))
    yield "49 million pixels", file(tags(7000, 7000, **zipped), tail=flat)
    yield "49 million pixels, few there", file(tags(7000, 7000), tail=bytes(500))
    yield "2^32 strips", file(tags(8, 8, _273=(4, 2**32 - 1, 200)), tail=bytes(500))
    yield "a million strips", file(tags(1, 1_000_000, _278=(4, 1, 1)), tail=bytes(500))
    yield "65535 samples", file(tags(800, 800, _277=(3, 1, 65_535)), tail=bytes(500))
    yield "1024 bits", file(tags(80, 80, _258=(3, 1, 1024)), tail=bytes(500))
    yield "a directory of directories", file(tags(8, 8, _34665=(4, 1, 8)), tail=bytes(500))
    yield "sub-directories in a circle", file(tags(8, 8, _330=(4, 1, 8)), tail=bytes(500))
    yield "65535 entries", b"II*\0\x08\0\0\0" + b"\xff" * 200_000
    yield "BigTIFF of 2^64 entries", b"II+\0\x08\0\0\0\x10" + bytes(7) + b"\xff" * 200
    yield "tile of 2^31", file(tags(8, 8, _322=(4, 1, 2**31), _323=(4, 1, 2**31)), tail=bytes(99))


def _jpeg() -> Iterator[tuple[str, bytes]]:
    buffer = io.BytesIO()
    Image.new("RGB", (16, 16), (9, 99, 9)).save(buffer, "JPEG", progressive=True)
    small = buffer.getvalue()
    frame = small.index(b"\xff\xc2")
    scan = small.index(b"\xff\xda")

    def sized(width: int, height: int) -> bytes:
        return small[: frame + 5] + struct.pack(">HH", height, width) + small[frame + 9 :]

    def segment(marker: int, body: bytes) -> bytes:
        return bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body

    start, body = small[:2], small[2:]
    yield "4 * 10^9 pixels", sized(65_500, 65_500)
    yield "no pixels", sized(0, 0)
    yield "49 million pixels", sized(7000, 7000)
    for scans in (150, 5000):
        large = sized(7000, 7000)
        more = large[scan:-2] * scans
        yield f"{scans} scans of 49 million pixels", large[:scan] + more + b"\xff\xd9"
        yield f"{scans} scans", small[:scan] + small[scan:-2] * scans + b"\xff\xd9"
    yield "100,000 comments", start + segment(0xFE, b"a") * 100_000 + body
    yield (
        "8 MB of profiles",
        start + segment(0xE2, b"ICC_PROFILE\0\1\1" + bytes(60_000)) * 130 + body,
    )
    exif = b"Exif\0\0II*\0\x08\0\0\0" + struct.pack("<H", 1)
    loop = exif + struct.pack("<HHII", 0x8769, 4, 1, 8) + bytes(4)
    yield "EXIF that names itself", start + segment(0xE1, loop) + body
    liar = exif + struct.pack("<HHII", 0x0112, 3, 2**32 - 1, 8) + bytes(4)
    yield "EXIF of 2^32 values", start + segment(0xE1, liar) + body
    index = (
        b"MPF\0II*\0\x08\0\0\0" + struct.pack("<H", 1) + struct.pack("<HHII", 0xB001, 4, 1, 2**31)
    )
    yield "2^31 pictures", start + segment(0xE2, index + bytes(4)) + body
    for process in (0xC3, 0xC5, 0xC9, 0xCA, 0xCB, 0xCF):
        yield f"process {process:x}", small.replace(b"\xff\xc2", bytes([0xFF, process]))
    yield "12 bits", small[: frame + 4] + b"\x0c" + small[frame + 5 :]
    yield "two frames", small[:frame] + small[frame:scan] * 2 + small[scan:]
    yield "only fill bytes", start + b"\xff" * 2_000_000
    yield "a segment shorter than its length", start + b"\xff\xe1\0\0" * 100_000
    yield "a script behind it", small + b"<html><script>alert(1)</script></html>"
    yield "an archive behind it", small + b"PK\x03\x04" + gzip.compress(bytes(10_000_000))


def _bmp() -> Iterator[tuple[str, bytes]]:
    def file(width: int, height: int, bits: int, packing: int = 0, colours: int = 0) -> bytes:
        info = struct.pack("<IiiHHIIiiII", 40, width, height, 1, bits, packing, 0, 0, 0, colours, 0)
        return b"BM" + struct.pack("<IHHI", 54, 0, 0, 54) + info

    yield "4 * 10^9 pixels", file(65_535, 65_535, 24)
    yield "2^62 pixels", file(2**31 - 1, -(2**31), 24)
    yield "negative width", file(-8, 8, 24) + bytes(400)
    yield "upside down", file(8, -8, 24) + bytes(400)
    yield "49 million pixels, none there", file(7000, 7000, 24)
    yield "runs without end", file(7000, 7000, 8, 1, 256) + bytes(1024) + b"\xff\1" * 100_000
    yield "jumps of runs", file(7000, 7000, 8, 1, 256) + bytes(1024) + b"\0\2\xff\xff" * 100_000
    yield "2^32 colours", file(8, 8, 8, 0, 2**32 - 1) + bytes(400)
    yield "33 bits", file(8, 8, 33) + bytes(400)


def _jpeg2000() -> Iterator[tuple[str, bytes]]:
    buffer = io.BytesIO()
    Image.fromarray(np.zeros((64, 64), np.uint8)).save(buffer, "JPEG2000", no_jp2=True)
    small = buffer.getvalue()

    def sized(width: int, height: int, tile: int) -> bytes:
        size = struct.pack(">8I", width, height, 0, 0, tile, tile, 0, 0)
        return small[:8] + size + small[40:]

    yield "2^64 pixels", sized(2**32 - 1, 2**32 - 1, 2**32 - 1)
    yield "49 million pixels", sized(7000, 7000, 7000)
    yield "49 million tiles", sized(7000, 7000, 1)
    yield "16384 components", small[:40] + b"\x40\0" + small[42:]
    at = small.index(b"\xff\x52")
    yield "255 levels", small[: at + 9] + b"\xff" + small[at + 10 :]
    yield "65535 layers", small[: at + 6] + b"\xff\xff" + small[at + 8 :]


def _box(kind: bytes, body: bytes, size: int | None = None) -> bytes:
    return struct.pack(">I", 8 + len(body) if size is None else size) + kind + body


def _heif() -> Iterator[tuple[str, bytes]]:
    hdlr = _box(b"hdlr", bytes(8) + b"pict" + bytes(13))
    for brand in (b"avif", b"heic"):
        name = brand.decode()
        top = _box(b"ftyp", brand + bytes(4) + b"mif1" + brand)
        huge = _box(b"ispe", bytes(4) + struct.pack(">II", 2**31, 2**31))
        sizes = _box(b"iprp", _box(b"ipco", huge))
        yield f"{name} of 2^62 pixels", top + _box(b"meta", bytes(4) + hdlr + sizes)
        deep = b""
        for _ in range(20_000):
            deep = _box(b"iprp", deep)
        yield f"{name} nested deep", top + _box(b"meta", bytes(4) + hdlr + deep)
        many = _box(b"iinf", bytes(4) + struct.pack(">H", 65_535))
        yield f"{name} of 65535 items", top + _box(b"meta", bytes(4) + hdlr + many)
        yield f"{name} of size 2^63", top + struct.pack(">I4sQ", 1, b"meta", 2**63) + hdlr
        yield f"{name} of tiny boxes", top + _box(b"free", b"") * 200_000
        yield f"{name} alone", top


def _mp4() -> Iterator[tuple[str, bytes]]:
    top = _box(b"ftyp", b"isom" + bytes(4) + b"isommp41")

    def film(*, scale: int = 1000, count: int = 1, delta: int = 1000, samples: int = 1) -> bytes:
        entry = bytes(6) + b"\0\1" + bytes(16) + struct.pack(">HH", 64, 64) + bytes(50)
        stsd = _box(b"stsd", bytes(4) + struct.pack(">I", 1) + _box(b"mp4v", entry))
        table = (
            stsd
            + _box(b"stts", bytes(4) + struct.pack(">III", 1, count, delta))
            + _box(b"stsc", bytes(4) + struct.pack(">IIII", 1, 1, count, 1))
            + _box(b"stsz", bytes(4) + struct.pack(">II", 8, samples))
            + _box(b"stco", bytes(4) + struct.pack(">II", 1, 40))
        )
        hdlr = _box(b"hdlr", bytes(8) + b"vide" + bytes(13))
        mdhd = _box(b"mdhd", bytes(12) + struct.pack(">II", scale, 2**32 - 1) + bytes(4))
        minf = _box(b"minf", _box(b"stbl", table))
        return top + _box(b"moov", _box(b"trak", _box(b"mdia", mdhd + hdlr + minf)))

    tail = _box(b"mdat", bytes(4000))
    yield "2^32 samples", film(count=2**32 - 1, samples=2**32 - 1) + tail
    yield "10^7 samples", film(count=10**7, samples=10**7) + tail
    yield "no time scale", film(scale=0) + tail
    yield "a frame of 10^9 seconds", film(scale=1, delta=10**9) + tail
    yield "times that run back", film(count=9, delta=2**32 - 1, samples=9) + tail
    deep = b""
    for _ in range(20_000):
        deep = _box(b"moov", deep)
    yield "nested deep", top + deep
    yield "boxes of no length", top + _box(b"moov", b"", 0) + bytes(100_000)
    yield "boxes of one byte", top + struct.pack(">I4s", 1, b"moov") * 50_000
    yield "a packed header bomb", top + _box(b"moov", _cmov(150_000_000))
    yield "tiny boxes", top + _box(b"free", b"") * 200_000


def _cmov(length: int) -> bytes:
    packed = struct.pack(">I", length) + zlib.compress(bytes(length), 9)
    return _box(b"cmov", _box(b"dcom", b"zlib") + _box(b"cmvd", packed))


def _ebml() -> Iterator[tuple[str, bytes]]:
    head = b"\x1a\x45\xdf\xa3\x8b\x42\x82\x88matroska"
    segment = b"\x18\x53\x80\x67\x01\xff\xff\xff\xff\xff\xff\xff"
    for name, seconds in (("not a number", _NAN), ("endless", _INFINITE), ("negative", -1e300)):
        info = b"\x44\x89\x88" + struct.pack(">d", seconds)
        yield f"{name} seconds", head + segment + b"\x15\x49\xa9\x66\x8b" + info + bytes(500)
    yield "sizes of 2^56", head + b"\x16\x54\xae\x6b\x01\xff\xff\xff\xff\xff\xff\xfe" * 30_000
    yield (
        "nested deep",
        head + segment + b"\x11\x4d\x9b\x74\x01\xff\xff\xff\xff\xff\xff\xff" * 30_000,
    )
    yield "clusters of nothing", head + segment + b"\x1f\x43\xb6\x75\x80" * 100_000
    yield "voids", head + segment + b"\xec\x80" * 500_000


def _others() -> Iterator[tuple[str, bytes]]:
    yield "FLV of zeros", b"FLV\x01\x05\0\0\0\x09" + bytes(1_000_000)
    yield (
        "FLV of endless tags",
        b"FLV\x01\x05\0\0\0\x09" + (bytes(4) + b"\x09" + bytes(10)) * 50_000,
    )
    yield "TS without programmes", (b"\x47\x1f\xff\x10" + b"\xff" * 184) * 20_000
    yield "TS of broken tables", (b"\x47\x40\0\x10" + b"\0\0\xbf\xff" * 46) * 20_000
    yield "PS of heads only", b"\0\0\x01\xba" * 200_000
    yield "MPEG of sequence heads", b"\0\0\x01\xb3\xff\xff\xff\xff" * 100_000
    yield "AVI of no rate", b"RIFF\xff\xff\xff\xffAVI LIST\xc0\0\0\0hdrlavih8\0\0\0" + bytes(3000)
    yield "AVI of endless lists", b"RIFF\xff\xff\xff\xffAVI " + b"LIST\xff\xff\xff\xffhdrl" * 50_000
    yield "OGG of pages", (b"OggS\0\2" + bytes(21) + b"\1\0") * 50_000
    yield "ASF of zeros", b"0&\xb2u\x8ef\xcf\x11\xa6\xd9\0\xaa\0b\xcel" + bytes(500_000)
    yield "one byte", b"\xff"
    yield "a page with a picture's name", b"<svg onload=alert(1)>" + bytes(400)
