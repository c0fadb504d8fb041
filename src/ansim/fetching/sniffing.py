"""What a body is, by its first bytes, whatever its Content-Type claims."""

from typing import Literal

BodyKind = Literal["page", "media"]

SNIFF_BYTES = 512

_STARTS = (
    b"\xff\xd8\xff",  # JPEG
    b"\x89PNG\r\n\x1a\n",
    b"GIF87a",
    b"GIF89a",
    b"II*\x00",  # TIFF
    b"MM\x00*",
    b"\x1aE\xdf\xa3",  # Matroska, WebM
    b"FLV\x01",
    b"\x00\x00\x01\xba",  # MPEG program stream
    b"\x00\x00\x01\xb3",
    b"OggS",
    b"0&\xb2u\x8ef\xcf\x11",  # ASF, WMV
    b"\x00\x00\x00\x0cjP  ",  # JPEG 2000
    b"\x00\x00\x00\x0cJXL ",
    b"\xff\x0a",  # JPEG XL code stream
)
_RIFF_KINDS = (b"WEBP", b"AVI ")
_BOX_TYPES = (b"ftyp", b"moov", b"mdat", b"free", b"wide", b"skip")
_TS_PACKET = 188
_BMP_HEADERS = (12, 40, 52, 56, 64, 108, 124)
_MARKUP = (b"<!doctype", b"<html", b"<head", b"<body", b"<?xml", b"<rss", b"<feed", b"<urlset")


def is_media(start: bytes) -> bool:
    """Whether the first bytes (512 are enough) are those of a picture or a video."""
    if start.startswith(_STARTS):
        return True
    if start[:4] == b"RIFF" and start[8:12] in _RIFF_KINDS:
        return True
    if start[4:8] in _BOX_TYPES:  # MP4, MOV, HEIC, AVIF
        return True
    if start[:2] == b"BM" and int.from_bytes(start[14:18], "little") in _BMP_HEADERS:
        return True
    return start[:1] == b"G" and start[_TS_PACKET : _TS_PACKET + 1] == b"G" and b"<" not in start


def is_markup(start: bytes) -> bool:
    """Whether the first bytes are those of HTML or XML."""
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip()[:64].lower()
    return text.startswith(_MARKUP) or text.startswith(b"<!--")


def body_kind(content_type: str, start: bytes, *, expect_media: bool) -> BodyKind:
    """How to read a body: bytes decide, then the Content-Type, then what the caller expects."""
    if is_media(start):
        return "media"
    if is_markup(start):
        return "page"
    kind = content_type.partition(";")[0].strip().lower()
    if kind.startswith(("image/", "video/")) and kind != "image/svg+xml":
        return "media"
    binary = kind in {"", "application/octet-stream", "binary/octet-stream"}
    return "media" if expect_media and binary and start else "page"
