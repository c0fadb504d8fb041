"""Fingerprints of pictures and videos: PDQ, one PDQ a second of a video, and file digests."""

from ansim.fingerprints.errors import (
    EmptyFile,
    MalformedFingerprint,
    MediaError,
    NotMedia,
    TooManyBytes,
    TooManyPixels,
    TooMuchMemory,
    Undecodable,
    UnsupportedFormat,
)
from ansim.fingerprints.hashing import fingerprint_bytes
from ansim.fingerprints.values import Fingerprint, FrameFingerprint, Kind, Limits

__all__ = [
    "EmptyFile",
    "Fingerprint",
    "FrameFingerprint",
    "Kind",
    "Limits",
    "MalformedFingerprint",
    "MediaError",
    "NotMedia",
    "TooManyBytes",
    "TooManyPixels",
    "TooMuchMemory",
    "Undecodable",
    "UnsupportedFormat",
    "fingerprint_bytes",
]
