"""From the bytes of a picture or a video to its fingerprint."""

import hashlib
from collections.abc import Iterator

from ansim.fingerprints import pictures, videos
from ansim.fingerprints.alternates import alternates_of
from ansim.fingerprints.errors import TooManyBytes, TooMuchMemory, Undecodable
from ansim.fingerprints.pdq import SWAPPING, pdq, pdq_reduced
from ansim.fingerprints.pictures import CutShort, Shot
from ansim.fingerprints.sniff import FileKind, sniff
from ansim.fingerprints.uncropping import uncropped
from ansim.fingerprints.values import Fingerprint, FrameFingerprint, Limits
from ansim.fingerprints.videos import Film


def fingerprint_bytes(
    data: bytes, limits: Limits | None = None, *, searching: bool = False
) -> Fingerprint:
    """The fingerprint of one picture or video, decoded in memory.

    ``searching``: a still picture's has those of what it may have been cut from, too.

    Raises NotMedia, EmptyFile, UnsupportedFormat, TooManyBytes, TooManyPixels, TooMuchMemory
    or Undecodable. Use ``ansim.fetching.confined.Decoder`` for bytes from strangers: it calls
    this in a process of its own.
    """
    limits = limits or Limits()
    if len(data) > limits.max_bytes:
        raise TooManyBytes(size=len(data), limit=limits.max_bytes)
    try:
        return _decoded(data, sniff(data), limits, searching=searching)
    except MemoryError:
        raise TooMuchMemory from None


def _decoded(data: bytes, kind: FileKind, limits: Limits, *, searching: bool) -> Fingerprint:
    if kind.family == "video":
        return _of_film(data, kind, videos.film(data, kind, limits))
    shots = pictures.shots(data, kind, limits)
    try:
        first = next(shots)
    except (StopIteration, CutShort):
        raise Undecodable(format=kind.name) from None
    if first.animated:
        return _of_film(data, kind, _film_of(first, shots, limits))
    return _of_picture(data, kind, first, searching=searching)


def _of_picture(data: bytes, kind: FileKind, shot: Shot, *, searching: bool) -> Fingerprint:
    stored = shot.stored or (shot.rgb.shape[0], shot.rgb.shape[1])
    reduced = stored != shot.rgb.shape[:2]
    if reduced:
        result = pdq_reduced(shot.rgb, stored, turn=shot.turn)
    else:
        result = pdq(shot.rgb, turn=shot.turn)
    height, width = reversed(stored) if shot.turn in SWAPPING else stored
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
        alternates=alternates_of(shot.rgb, result, shot.turn, reduced=reduced),
        truncated=shot.truncated,
        uncropped=uncropped(result) if searching else (),
    )


def _film_of(first: Shot, others: Iterator[Shot], limits: Limits) -> Film:
    """An animated picture as the short video that it is."""
    height, width = first.rgb.shape[:2]
    made = Film([_frame(first)], width, height)
    try:
        for shot in others:
            if len(made.frames) == limits.max_frames:
                made.truncated = True
                break
            made.frames.append(_frame(shot))
    except CutShort:
        made.truncated = True
    return made


def _of_film(data: bytes, kind: FileKind, film: Film) -> Fingerprint:
    best = max(film.frames, key=lambda frame: frame.quality)
    md5, sha1, sha256 = _digests(data)
    return Fingerprint(
        kind="video",
        pdq=best.pdq,
        quality=best.quality,
        md5=md5,
        sha1=sha1,
        sha256=sha256,
        width=film.width,
        height=film.height,
        format=kind.name,
        frames=tuple(film.frames),
        truncated=film.truncated,
    )


def _frame(shot: Shot) -> FrameFingerprint:
    result = pdq(shot.rgb)
    return FrameFingerprint(round(shot.seconds, 3), result.pdq, result.quality)


def _digests(data: bytes) -> tuple[str, str, str]:
    """MD5, SHA-1 and SHA-256: hotlines still exchange all three as names, not as protection."""
    return (
        hashlib.md5(data, usedforsecurity=False).hexdigest(),
        hashlib.sha1(data, usedforsecurity=False).hexdigest(),
        hashlib.sha256(data).hexdigest(),
    )
