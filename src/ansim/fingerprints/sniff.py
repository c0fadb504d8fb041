"""What kind of file it is, by its first bytes.

Names and content types are never believed. Only the formats listed here reach a decoder, and
each reaches its own: no format that names other files (playlists, EPS, SVG) is ever opened.
"""

from dataclasses import dataclass
from typing import Final, Literal

from ansim.fingerprints.errors import EmptyFile, NotMedia, UnsupportedFormat


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
    (b"BM", "BMP", "BMP"),
    (b"II*\0", "TIFF", "TIFF"),
    (b"MM\0*", "TIFF", "TIFF"),
    (b"\0\0\0\x0cjP  \r\n\x87\n", "JPEG2000", "JPEG2000"),
    (b"\xff\x4f\xff\x51", "JPEG2000", "JPEG2000"),
)
_VIDEOS: Final = (
    (b"\x1aE\xdf\xa3", "WEBM", "matroska"),
    (b"FLV\x01", "FLV", "flv"),
    (b"\0\0\x01\xba", "MPEG-PS", "mpeg"),
    (b"OggS", "OGG", "ogg"),
    (b"0&\xb2u\x8ef\xcf\x11", "ASF", "asf"),
)
_RIFF: Final = {
    b"WEBP": FileKind("picture", "WEBP", "WEBP"),
    b"AVI ": FileKind("video", "AVI", "avi"),
}
_HEIF_BRANDS: Final = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
_OLD_QUICKTIME: Final = {b"moov", b"mdat", b"wide", b"free", b"skip"}
_TS_PACKET: Final = 188
_TS_SYNC: Final = {0x47}


def sniff(data: bytes) -> FileKind:
    """The kind of the file. Raises EmptyFile, NotMedia or UnsupportedFormat."""
    if not data:
        raise EmptyFile
    for magic, name, reader in _PICTURES:
        if data.startswith(magic):
            return FileKind("picture", name, reader)
    for magic, name, reader in _VIDEOS:
        if data.startswith(magic):
            return FileKind("video", name, reader)
    if data.startswith(b"RIFF") and data[8:12] in _RIFF:
        return _RIFF[data[8:12]]
    if data[4:8] == b"ftyp":
        return _iso_media(data)
    if data[4:8] in _OLD_QUICKTIME:
        return FileKind("video", "MP4", "mov")
    if len(data) > 2 * _TS_PACKET and set(data[: 3 * _TS_PACKET : _TS_PACKET]) == _TS_SYNC:
        return FileKind("video", "MPEG-TS", "mpegts")
    raise NotMedia


def _iso_media(data: bytes) -> FileKind:
    """MP4, AVIF and HEIC share one container; the brands tell them apart."""
    length = min(int.from_bytes(data[:4], "big"), 256)
    brands = {data[8:12], *(data[i : i + 4] for i in range(16, length - 3, 4))}
    if brands & {b"avif", b"avis"}:
        return FileKind("picture", "AVIF", "AVIF")
    if data[8:12] in _HEIF_BRANDS:
        # A phone's HEIC is a grid of tiles: a video decoder would take one tile for the picture.
        raise UnsupportedFormat(format="HEIC")
    return FileKind("video", "MP4", "mov")
