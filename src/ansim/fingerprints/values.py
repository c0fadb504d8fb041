"""The values that fingerprinting gives back, and the limits it works within."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Final, Literal, Self, get_args

from ansim.fingerprints.errors import MalformedFingerprint

Kind = Literal["picture", "video"]
AlternateReason = Literal["small_copy", "letterbox", "border", "strip", "bare"]
VideoSampling = Literal["second", "every", "key"]
Origin = Literal["bytes", "device"]

DIGEST_DIGITS: Final = {"md5": 32, "sha1": 40, "sha256": 64}
PDQ_DIGITS: Final = 64
MOST_UNCROPPED: Final = 64

_REASONS: Final[dict[object, AlternateReason]] = {name: name for name in get_args(AlternateReason)}
_HEX: Final = re.compile(r"[0-9a-f]*\Z")
_FORMAT: Final = re.compile(r"[A-Z0-9-]{1,16}\Z")


@dataclass(frozen=True, slots=True)
class FrameFingerprint:
    """One frame of a video: seconds from its start, PDQ in 64 hex digits, quality 0..100."""

    seconds: float
    pdq: str
    quality: int


@dataclass(frozen=True, slots=True)
class Alternate:
    """A further PDQ of a picture to search with: 64 hex digits, quality 0..100, and its reason.

    ``small_copy``: the picture read as the large one that it may be a copy of. ``letterbox``: two
    bars opposite each other cut off; ``border``: other plain edges; ``strip``: a plain strip with
    text above or below. ``bare``: the whole again, with the low quality that is left of it without
    a few strong lines; nothing is to be matched by it.
    """

    reason: AlternateReason
    pdq: str
    quality: int


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """All that Ansim keeps of a picture or a video; the bytes themselves are dropped.

    ``pdq`` of a video is its best-quality frame. ``width`` and ``height`` are in pixels, the right
    way up. ``frames`` is () for a still picture and otherwise holds about one frame a second.
    ``dihedral`` holds a picture's eight turned and mirrored PDQs, ``pdq`` first; () for a video.
    ``alternates`` holds further PDQs to search with, for small copies and framed pictures only.
    ``uncropped`` holds PDQs of what a still picture may have been cut from, for searching only, and is
    made on request (``uncropping``). ``truncated`` says that the limits or damage cut a video short,
    or that a picture's file ended or was damaged before its last row. ``origin`` is ``device`` where
    nobody here saw the bytes: the numbers were made on somebody's own device, without MD5 and SHA-1.
    """

    kind: Kind
    pdq: str
    quality: int
    md5: str
    sha1: str
    sha256: str
    width: int
    height: int
    format: str
    frames: tuple[FrameFingerprint, ...] = ()
    dihedral: tuple[str, ...] = ()
    alternates: tuple[Alternate, ...] = ()
    truncated: bool = False
    origin: Origin = "bytes"
    uncropped: tuple[str, ...] = ()

    def to_json(self) -> dict[str, object]:
        """A dictionary that ``json.dumps`` takes; ``from_json`` turns it back."""
        record = asdict(self)
        for name in ("frames", "dihedral", "alternates"):
            record[name] = list(record[name])
        if self.origin == "bytes":
            # The usual case is not said in every line of a list.
            del record["origin"]
        record["uncropped"] = list(self.uncropped)
        if not self.uncropped:
            del record["uncropped"]
        return record

    @classmethod
    def from_json(cls, record: Mapping[str, object]) -> Self:
        """Read a record of ``to_json``. Raises MalformedFingerprint naming the first bad field.

        Every field is checked, because the record may come from a confined process that has read
        hostile bytes.
        """
        kind = record.get("kind")
        if kind not in {"picture", "video"}:
            raise MalformedFingerprint(field="kind")
        origin = record.get("origin", "bytes")
        if origin not in {"bytes", "device"}:
            raise MalformedFingerprint(field="origin")
        form = record.get("format")
        if not isinstance(form, str) or not _FORMAT.match(form):
            raise MalformedFingerprint(field="format")
        return cls(
            kind=kind,
            pdq=_hex(record.get("pdq"), PDQ_DIGITS, "pdq"),
            quality=_whole(record.get("quality"), 100, "quality"),
            md5=_hex(record.get("md5"), 32 if origin == "bytes" else 0, "md5"),
            sha1=_hex(record.get("sha1"), 40 if origin == "bytes" else 0, "sha1"),
            sha256=_hex(record.get("sha256"), 64, "sha256"),
            width=_whole(record.get("width"), 2**31, "width"),
            height=_whole(record.get("height"), 2**31, "height"),
            format=form,
            frames=frames_from_json(record.get("frames", [])),
            dihedral=_hexes(record.get("dihedral", []), "dihedral"),
            alternates=_alternates(record.get("alternates", [])),
            truncated=record.get("truncated") is True,
            origin=origin,
            uncropped=_hexes(record.get("uncropped", []), "uncropped", MOST_UNCROPPED),
        )


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may cost. Beyond the first two it is refused, beyond the others cut short.

    ``max_bytes``: of the file. ``max_pixels``: width x height, from the header, before decoding.
    ``max_frames``: kept frames of one video. ``max_seconds_of_video``: looked at from its start.
    ``max_decoded_pixels``: over all frames of one video or animation; a video whose header
    announces more is sampled at its key frames only. ``video_sampling``: which frames of a video
    are kept, ``second`` one a second as vPDQ does, ``every`` (``max_frames`` then counts seconds),
    or ``key`` frames alone, for a first look at much material. ``reduced``: JPEGs of 1024 pixels
    or more on the shorter side are decoded at 1/2, 1/4 or 1/8, several times faster, for a PDQ a
    few bits off (see ``pdq_reduced``).
    """

    max_bytes: int = 64 * 1024 * 1024
    max_pixels: int = 50_000_000
    max_frames: int = 600
    max_seconds_of_video: int = 600
    max_decoded_pixels: int = 5_000_000_000
    video_sampling: VideoSampling = "second"
    reduced: bool = False


def frames_from_json(value: object) -> tuple[FrameFingerprint, ...]:
    """Read a list of frame records. Raises MalformedFingerprint."""
    if not isinstance(value, list):
        raise MalformedFingerprint(field="frames")
    frames = []
    for entry in value:
        if not isinstance(entry, dict):
            raise MalformedFingerprint(field="frames")
        seconds = entry.get("seconds")
        if isinstance(seconds, bool) or not isinstance(seconds, int | float):
            raise MalformedFingerprint(field="frames.seconds")
        if not 0 <= seconds < float("inf"):
            raise MalformedFingerprint(field="frames.seconds")
        frames.append(
            FrameFingerprint(
                seconds=float(seconds),
                pdq=_hex(entry.get("pdq"), PDQ_DIGITS, "frames.pdq"),
                quality=_whole(entry.get("quality"), 100, "frames.quality"),
            )
        )
    return tuple(frames)


def _hex(value: object, digits: int, field: str) -> str:
    if not isinstance(value, str) or len(value) != digits or not _HEX.match(value):
        raise MalformedFingerprint(field=field)
    return value


def _hexes(value: object, field: str, most: int | None = None) -> tuple[str, ...]:
    if not isinstance(value, list) or (most is not None and len(value) > most):
        raise MalformedFingerprint(field=field)
    return tuple(_hex(entry, PDQ_DIGITS, field) for entry in value)


def _alternates(value: object) -> tuple[Alternate, ...]:
    if not isinstance(value, list):
        raise MalformedFingerprint(field="alternates")
    alternates = []
    for entry in value:
        reason = entry.get("reason") if isinstance(entry, dict) else None
        if not isinstance(entry, dict) or not isinstance(reason, str) or reason not in _REASONS:
            raise MalformedFingerprint(field="alternates.reason")
        alternates.append(
            Alternate(
                reason=_REASONS[reason],
                pdq=_hex(entry.get("pdq"), PDQ_DIGITS, "alternates.pdq"),
                quality=_whole(entry.get("quality"), 100, "alternates.quality"),
            )
        )
    return tuple(alternates)


def _whole(value: object, most: int, field: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= most:
        raise MalformedFingerprint(field=field)
    return value
