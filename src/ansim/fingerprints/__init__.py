"""Fingerprints of pictures and videos: PDQ, one PDQ a second of a video, and file digests."""

from ansim.fingerprints.errors import (
    EmptyFile,
    MalformedFingerprint,
    MediaError,
    NotMedia,
    TooManyBytes,
    TooManyPixels,
    TooMuchMemory,
    TooMuchWork,
    Undecodable,
    UnsupportedFormat,
)
from ansim.fingerprints.hashing import fingerprint_bytes
from ansim.fingerprints.values import Alternate, Fingerprint, FrameFingerprint, Kind, Limits

__all__ = [
    "Alternate",
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
    "TooMuchWork",
    "Undecodable",
    "UnsupportedFormat",
    "fingerprint_bytes",
]
