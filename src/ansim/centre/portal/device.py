"""Numbers that a person's own device made of a picture or a video, checked as a stranger's.

The page's script (``static/ansim/device``) sends them in one hidden field as JSON; the files stay
where they are. Nobody here can tell whether the numbers belong to a picture at all, so a
``Fingerprint`` made of them says where it comes from: ``origin`` is ``device``.
"""

import json
import re
from typing import Any, ClassVar, Final, NoReturn

from django.utils.functional import Promise
from django.utils.translation import pgettext, pgettext_lazy

from ansim.errors import AnsimError
from ansim.fingerprints import Fingerprint
from ansim.fingerprints.errors import MalformedFingerprint

FIELD: Final = "device"
PROBLEMS_FIELD: Final = "device_problems"
MOST_CHARS: Final = 400_000
MOST_FILES: Final = 20
MOST_FRAMES: Final = 600
MOST_SECONDS: Final = 600
MOST_PIXELS: Final = 50_000_000
MOST_ALTERNATES: Final = 3
TURNED: Final = 8
FORMATS: Final = frozenset(
    {
        "JPEG", "PNG", "GIF", "TIFF", "JPEG2000", "WEBP", "BMP", "AVIF", "HEIC",
        "WEBM", "OGG", "MPEG-PS", "FLV", "ASF", "AVI", "MP4", "MPEG-TS",
    }
)  # fmt: skip
NAMES: Final = frozenset(
    {
        "kind", "format", "pdq", "quality", "sha256", "width", "height", "frames", "dihedral",
        "alternates", "truncated",
    }
)  # fmt: skip
# A device cannot cut frames off yet, so it has no word for what lies within them.
REASONS: Final = frozenset({"small_copy", "bare"})

# Why a device made no fingerprint of a file, by the word that the script has for it.
PROBLEMS: Final[dict[str, Promise]] = {
    "unsupported": pgettext_lazy("portal", "Your browser cannot read this kind of file."),
    "moving": pgettext_lazy("portal", "Your browser cannot take a moving picture apart."),
    "unreadable": pgettext_lazy(
        "portal", "It could not be read. Choose it once more, or choose another copy of it."
    ),
    "large": pgettext_lazy(
        "portal", "This picture is too large for a browser. Choose a smaller copy of it."
    ),
    "empty": pgettext_lazy("portal", "This file is empty. Choose another copy of it."),
    "other": pgettext_lazy("portal", "This is neither a picture nor a video."),
    "many": pgettext_lazy(
        "portal", "There is no more room on this page. Keep these first, and add the rest later."
    ),
}
_TOLD: Final = re.compile(r"([1-9][0-9]{0,3}):([a-z]{1,20})\Z")
MOST_TOLD: Final = 100


class MalformedNumbers(AnsimError):
    """What arrived in the hidden field is nothing that the page's script makes."""

    code = "malformed_device_numbers"
    sentences: ClassVar[dict[str, str]] = {
        "en": "The fingerprints that your device made did not arrive whole. "
        "Choose the files once more.",
        "ko": "기기에서 만든 지문이 온전히 도착하지 않았어요. 파일을 다시 골라 주세요.",
    }


def fingerprints_from(field: str) -> list[Fingerprint]:
    """The fingerprints in the hidden field; [] where it is empty. Raises MalformedNumbers."""
    if not field:
        return []
    if len(field) > MOST_CHARS:
        raise MalformedNumbers
    try:
        records = json.loads(field, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise MalformedNumbers from error
    if not isinstance(records, list) or not 1 <= len(records) <= MOST_FILES:
        raise MalformedNumbers
    found = {one.sha256: one for one in map(_fingerprint, records)}
    return list(found.values())


def problems_from(field: str) -> list[str]:
    """Sentences about files of which the device made nothing; "2:other 3:large" is their form.

    Raises MalformedNumbers.
    """
    told = [_TOLD.match(one) for one in field.split(" ")] if field else []
    if len(told) > MOST_TOLD:
        raise MalformedNumbers
    sentences = []
    for one in told:
        if one is None or one[2] not in PROBLEMS:
            raise MalformedNumbers
        words = {"number": int(one[1]), "sentence": PROBLEMS[one[2]]}
        sentences.append(pgettext("portal", "File %(number)d: %(sentence)s") % words)
    return sentences


def _refuse(constant: str) -> NoReturn:
    """JSON has no NaN and no Infinity; Python's reader would take them."""
    raise ValueError(constant)


def _fingerprint(record: object) -> Fingerprint:
    if not isinstance(record, dict) or record.keys() != NAMES:
        raise MalformedNumbers
    try:
        found = Fingerprint.from_json({**_plain(record), "md5": "", "sha1": "", "origin": "device"})
    except (MalformedFingerprint, OverflowError) as error:
        raise MalformedNumbers from error
    if not (_is_picture(found) if found.kind == "picture" else _is_video(found)):
        raise MalformedNumbers
    return found


def _plain(record: dict[str, Any]) -> dict[str, Any]:
    """The record, once the parts that ``Fingerprint.from_json`` takes for granted are sure."""
    if not all(isinstance(record[name], str) for name in ("kind", "format")):
        raise MalformedNumbers
    if record["format"] not in FORMATS or not isinstance(record["truncated"], bool):
        raise MalformedNumbers
    return record


def _is_picture(found: Fingerprint) -> bool:
    return (
        not found.frames
        and not found.truncated
        and len(found.dihedral) == TURNED
        and found.dihedral[0] == found.pdq
        and len(found.alternates) <= MOST_ALTERNATES
        and REASONS.issuperset(one.reason for one in found.alternates)
        and _is_size(found)
    )


def _is_video(found: Fingerprint) -> bool:
    seconds = [frame.seconds for frame in found.frames]
    return (
        1 <= len(seconds) <= MOST_FRAMES
        and seconds == sorted(set(seconds))
        and seconds[-1] <= MOST_SECONDS
        and not found.dihedral
        and not found.alternates
        # Such as the centre makes them: the whole is known by its best frame.
        and any((found.pdq, found.quality) == (one.pdq, one.quality) for one in found.frames)
        and _is_size(found)
    )


def _is_size(found: Fingerprint) -> bool:
    return found.width > 0 and found.height > 0 and found.width * found.height <= MOST_PIXELS
