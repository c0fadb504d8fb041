"""What kind of file it is, by its first bytes.

Names and content types are never believed. Only the formats listed here reach a decoder, and
each reaches its own: no format that names other files (playlists, EPS, SVG) is ever opened.
MP4, AVIF and HEIC share one container; where its brand and its contents disagree, contents decide.
"""

from dataclasses import dataclass
from typing import Final, Literal

from ansim.fingerprints.errors import EmptyFile, NotMedia, UnsupportedFormat
from ansim.fingerprints.headers import boxes, picture_items


@dataclass(frozen=True, slots=True)
class FileKind:
    """``name`` for people and records; ``reader`` is the name that the decoding library uses."""

    family: Literal["picture", "video"]
    name: str
    reader: str


_PICTURES: Final = (
    (b"\xff\xd8\xff", "JPEG", "JPEG"),
    (b"\x89PNG\r\n\x1a\n", "PNG", "PNG"),
    (b"GIF87a", "GIF", "GIF"),
    (b"GIF89a", "GIF", "GIF"),
    (b"II*\0", "TIFF", "TIFF"),
    (b"MM\0*", "TIFF", "TIFF"),
    (b"II+\0", "TIFF", "TIFF"),
    (b"MM\0+", "TIFF", "TIFF"),
    (b"\0\0\0\x0cjP  \r\n\x87\n", "JPEG2000", "JPEG2000"),
    (b"\xff\x4f\xff\x51", "JPEG2000", "JPEG2000"),
)
_VIDEOS: Final = (
    (b"\x1aE\xdf\xa3", "WEBM", "matroska"),
    (b"FLV\x01", "FLV", "flv"),
    (b"\0\0\x01\xba", "MPEG-PS", "mpeg"),
    (b"\0\0\x01\xb3", "MPEG", "mpegvideo"),
    (b"OggS", "OGG", "ogg"),
    (b"0&\xb2u\x8ef\xcf\x11", "ASF", "asf"),
)
_UNSUPPORTED: Final = (
    (b"\xff\x0a", "JPEG XL"),
    (b"\0\0\0\x0cJXL \r\n\x87\n", "JPEG XL"),
    (b"8BPS", "Photoshop"),
    (b"II\xbc\x01", "JPEG XR"),
)
_RIFF: Final = {
    b"WEBP": FileKind("picture", "WEBP", "WEBP"),
    b"AVI ": FileKind("video", "AVI", "avi"),
}
_AVIF_BRANDS: Final = {b"avif", b"avis"}
_HEIC_BRANDS: Final = {b"heic", b"heix", b"heim", b"heis", b"mif1"}
_BMP_HEADERS: Final = {12, 16, 40, 52, 56, 64, 108, 124}
_OLD_QUICKTIME: Final = {b"moov", b"mdat", b"wide", b"free", b"skip"}
_TS_PACKET: Final = 188
_TS_SYNC: Final = {0x47}


def sniff(data: bytes) -> FileKind:
    """The kind of the file. Raises EmptyFile, NotMedia or UnsupportedFormat."""
    if not data:
        raise EmptyFile
    found = _by_magic(data) or _by_structure(data)
    if found is not None:
        return found
    for magic, name in _UNSUPPORTED:
        if data.startswith(magic):
            raise UnsupportedFormat(format=name)
    raise NotMedia


def _by_magic(data: bytes) -> FileKind | None:
    for magic, name, reader in _PICTURES:
        if data.startswith(magic):
            return FileKind("picture", name, reader)
    for magic, name, reader in _VIDEOS:
        if data.startswith(magic):
            return FileKind("video", name, reader)
    return _RIFF.get(data[8:12]) if data.startswith(b"RIFF") else None


def _by_structure(data: bytes) -> FileKind | None:
    """Kinds of which the first bytes alone say too little."""
    if data[4:8] == b"ftyp":
        return _iso_media(data)
    if data[4:8] in _OLD_QUICKTIME:
        return FileKind("video", "MP4", "mov")
    if data.startswith(b"BM") and int.from_bytes(data[14:18], "little") in _BMP_HEADERS:
        return FileKind("picture", "BMP", "BMP")
    if len(data) > 2 * _TS_PACKET and set(data[: 3 * _TS_PACKET : _TS_PACKET]) == _TS_SYNC:
        return FileKind("video", "MPEG-TS", "mpegts")
    return None


def _iso_media(data: bytes) -> FileKind:
    """A still picture is one item or more in a "meta" box, a moving one has a "moov" box."""
    length = min(int.from_bytes(data[:4], "big"), 256)
    major = data[8:12]
    brands = {major, *(data[i : i + 4] for i in range(16, length - 3, 4))}
    items = picture_items(data)
    moves = any(kind == b"moov" for kind, _, _ in boxes(data))
    if brands & _AVIF_BRANDS or (items and b"av01" in items and b"hvc1" not in items):
        return FileKind("picture", "AVIF", "AVIF")
    if items and (major in _HEIC_BRANDS or not moves):
        return FileKind("picture", "HEIC", "HEIF")
    if major in _HEIC_BRANDS and not moves:
        # Cut off before its contents are described.
        return FileKind("picture", "HEIC", "HEIF")
    return FileKind("video", "MP4", "mov")
