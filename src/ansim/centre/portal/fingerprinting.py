"""Fingerprints that a person gives: made on their own device, or of files that are then dropped."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.core.files.uploadedfile import InMemoryUploadedFile
from django.http import HttpRequest
from django.utils.translation import get_language, pgettext

from ansim.centre.intake.uploads import RefusedUpload, given_files
from ansim.centre.materials.services import hash_upload, is_plain
from ansim.centre.portal import device
from ansim.centre.portal.spoken import spoken
from ansim.errors import AnsimError
from ansim.fingerprints import Fingerprint

MOST_MATERIALS: Final = 20


@dataclass(frozen=True, slots=True)
class KeptFingerprint:
    """One line of the list of what is kept: position from 1, kind, and whether it is plain."""

    number: int
    kind: str
    plain: bool

    @property
    def words(self) -> str:
        """“사진 1 · 지문만 보관”."""
        if self.kind == "video":
            return pgettext("portal", "Video %(number)d · only its fingerprint is kept") % {
                "number": self.number
            }
        return pgettext("portal", "Picture %(number)d · only its fingerprint is kept") % {
            "number": self.number
        }


def kept(materials: Sequence[Fingerprint]) -> list[KeptFingerprint]:
    """The list that the page shows."""
    return [
        KeptFingerprint(number, one.kind, is_plain(one))
        for number, one in enumerate(materials, start=1)
    ]


def given_fingerprints(
    request: HttpRequest, *, room: int = MOST_MATERIALS
) -> tuple[list[Fingerprint], list[str]]:
    """All that a page of the portal sent: (fingerprints, sentences about what gave none).

    ``room`` is how many more may be kept.
    """
    try:
        made = device.fingerprints_from(request.POST.get(device.FIELD, ""))
        problems = device.problems_from(request.POST.get(device.PROBLEMS_FIELD, ""))
    except device.MalformedNumbers as error:
        made, problems = [], [error.sentence(get_language() or "ko")]
    if len(made) > room:
        made = made[:room]
        problems.append(_full())
    found, faults = fingerprints_of(given_files(request.FILES, "files"), room=room - len(made))
    return [*made, *found], problems + faults


def _full() -> str:
    """Why no more is taken in."""
    said = pgettext("portal", "Up to %(most)d files can be kept here. Add the rest later.")
    return said % {"most": MOST_MATERIALS}


def fingerprints_of(
    files: Sequence[InMemoryUploadedFile], *, room: int = MOST_MATERIALS
) -> tuple[list[Fingerprint], list[str]]:
    """(fingerprints, sentences about files that gave none). Each file is closed after its turn.

    ``room`` is how many more may be kept.
    """
    found: list[Fingerprint] = []
    problems: list[str] = []
    for number, file in enumerate(files, start=1):
        try:
            if len(found) >= room:
                problems.append(_full())
                break
            found.append(_fingerprint(file))
        except AnsimError as error:
            said = spoken(error)
            if len(files) > 1:
                said = pgettext("portal", "File %(number)d: %(sentence)s") % {
                    "number": number, "sentence": said,
                }  # fmt: skip
            problems.append(said)
        finally:
            file.close()
    return found, problems


def _fingerprint(file: InMemoryUploadedFile) -> Fingerprint:
    if isinstance(file, RefusedUpload):
        raise file.refusal
    return hash_upload(file.read())
