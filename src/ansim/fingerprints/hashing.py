"""From the bytes of a picture or a video to its fingerprint."""

import hashlib
from collections.abc import Iterator
from typing import Final

import numpy as np
from PIL import Image

from ansim.fingerprints import pictures, videos
from ansim.fingerprints.errors import TooManyBytes, TooMuchMemory, Undecodable
from ansim.fingerprints.pdq import PdqResult, Pixels, pdq
from ansim.fingerprints.pictures import CutShort, Shot
from ansim.fingerprints.sniff import FileKind, sniff
from ansim.fingerprints.values import Fingerprint, FrameFingerprint, Limits

SMALL_SIDE: Final = 256
"""Pixels: up to this longer side a copy's plain PDQ often drifts out of the usual radius."""

_ENLARGED_SIDE: Final = 1024


def fingerprint_bytes(data: bytes, limits: Limits | None = None) -> Fingerprint:
    """The fingerprint of one picture or video, decoded in memory.

    Raises NotMedia, EmptyFile, UnsupportedFormat, TooManyBytes, TooManyPixels, TooMuchMemory
    or Undecodable. Use ``ansim.fetching.confined.Decoder`` for bytes from strangers: it calls
    this in a process of its own.
    """
    limits = limits or Limits()
    if len(data) > limits.max_bytes:
        raise TooManyBytes(size=len(data), limit=limits.max_bytes)
    try:
        return _decoded(data, sniff(data), limits)
    except MemoryError:
        raise TooMuchMemory from None


def _decoded(data: bytes, kind: FileKind, limits: Limits) -> Fingerprint:
    reader = pictures.shots if kind.family == "picture" else videos.shots
    shots = reader(data, kind, limits)
    try:
        first = next(shots)
    except (StopIteration, CutShort):
        raise Undecodable(format=kind.name) from None
    if first.animated:
        return _of_video(data, kind, first, shots, limits)
    return _of_picture(data, kind, first.rgb)


def _of_picture(data: bytes, kind: FileKind, rgb: Pixels) -> Fingerprint:
    result = pdq(rgb)
    height, width = rgb.shape[:2]
    md5, sha1, sha256 = _digests(data)
    return Fingerprint(
        kind="picture",
        pdq=result.pdq,
        quality=result.quality,
        md5=md5,
        sha1=sha1,
        sha256=sha256,
        width=width,
        height=height,
        format=kind.name,
        dihedral=result.dihedral,
        alternates=_of_small_copy(rgb, result),
    )


def _of_video(
    data: bytes, kind: FileKind, first: Shot, others: Iterator[Shot], limits: Limits
) -> Fingerprint:
    frames = [_frame(first)]
    height, width = first.rgb.shape[:2]
    truncated = False
    try:
        for shot in others:
            if len(frames) == limits.max_frames:
                truncated = True
                break
            frames.append(_frame(shot))
    except CutShort:
        truncated = True
    best = max(frames, key=lambda frame: frame.quality)
    md5, sha1, sha256 = _digests(data)
    return Fingerprint(
        kind="video",
        pdq=best.pdq,
        quality=best.quality,
        md5=md5,
        sha1=sha1,
        sha256=sha256,
        width=width,
        height=height,
        format=kind.name,
        frames=tuple(frames),
        truncated=truncated,
    )


def _frame(shot: Shot) -> FrameFingerprint:
    result = pdq(shot.rgb)
    return FrameFingerprint(round(shot.seconds, 3), result.pdq, result.quality)


def _of_small_copy(rgb: Pixels, plain: PdqResult) -> tuple[str, ...]:
    """A second PDQ, of the picture enlarged, which finds the large original of a small copy."""
    height, width = rgb.shape[:2]
    longer = max(height, width)
    if longer > SMALL_SIDE or plain.quality == 0:
        return ()
    size = tuple(max(1, round(side * _ENLARGED_SIDE / longer)) for side in (width, height))
    enlarged = Image.fromarray(rgb).resize((size[0], size[1]), Image.Resampling.BICUBIC)
    alternate = pdq(np.asarray(enlarged)).pdq
    return () if alternate == plain.pdq else (alternate,)


def _digests(data: bytes) -> tuple[str, str, str]:
    """MD5, SHA-1 and SHA-256: hotlines still exchange all three as names, not as protection."""
    return (
        hashlib.md5(data, usedforsecurity=False).hexdigest(),
        hashlib.sha1(data, usedforsecurity=False).hexdigest(),
        hashlib.sha256(data).hexdigest(),
    )
