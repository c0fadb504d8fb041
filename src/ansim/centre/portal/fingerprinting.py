"""Files that a person gives become fingerprints; nothing else of them stays."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.core.files.uploadedfile import InMemoryUploadedFile
from django.utils.translation import get_language, pgettext

from ansim.centre.intake.uploads import RefusedUpload
from ansim.centre.materials.services import hash_upload, is_plain
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


def fingerprints_of(
    files: Sequence[InMemoryUploadedFile], *, room: int = MOST_MATERIALS
) -> tuple[list[Fingerprint], list[str]]:
    """(fingerprints, sentences about files that gave none). Each file is closed after its turn.

    ``room`` is how many more may be kept.
    """
    found: list[Fingerprint] = []
    problems: list[str] = []
    language = get_language() or "ko"
    for number, file in enumerate(files, start=1):
        try:
            if len(found) >= room:
                problems.append(
                    pgettext("portal", "Up to %(most)d files can be kept here. Add the rest later.")
                    % {"most": MOST_MATERIALS}
                )
                break
            found.append(_fingerprint(file))
        except AnsimError as error:
            said = error.sentence(language)
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
