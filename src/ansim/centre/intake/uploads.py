"""Receiving files that someone gives: in memory only, bounded, never on disk.

A file is given to be fingerprinted and dropped. Django's own handlers write large files to a
temporary folder; this one keeps at most ``settings.ANSIM_UPLOAD_MAX_BYTES`` of one file, and a
bounded sum for one request, and forgets the bytes of whatever is larger while it comes in.
"""

from io import BytesIO
from typing import Any, ClassVar, Final

from django.conf import settings
from django.core.files.uploadedfile import InMemoryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest
from django.utils.datastructures import MultiValueDict

from ansim.errors import AnsimError

# One request may hold this many files of the greatest size at the same time.
FILES_AT_ONCE: Final = 2
MEBIBYTE: Final = 1024 * 1024


class FileTooLarge(AnsimError):
    """A given file is larger than the centre reads."""

    code = "file_too_large"
    sentences: ClassVar[dict[str, str]] = {
        "en": "This file is larger than {limit} MB. Give a smaller copy, or a shorter part of "
        "the video.",
        "ko": "파일이 {limit}MB보다 커요. 더 작은 사본이나 영상의 일부를 골라 주세요.",
    }


class TooMuchAtOnce(AnsimError):
    """The files of one request are together larger than the centre reads at once."""

    code = "too_much_at_once"
    sentences: ClassVar[dict[str, str]] = {
        "en": "These files are together too large to send at once. Give a few at a time.",
        "ko": "한꺼번에 보내기에는 너무 커요. 몇 개씩 나누어 골라 주세요.",
    }


class RefusedUpload(InMemoryUploadedFile):
    """Stands in a form's files where a file was not kept: no bytes, and why."""

    def __init__(self, field_name: str, refusal: AnsimError) -> None:
        super().__init__(BytesIO(), field_name, "refused", None, 0, None)
        self.refusal = refusal


class MemoryOnlyUploadHandler(FileUploadHandler):
    """Keeps a file in memory up to the limit; a larger one becomes a RefusedUpload.

    The name that the file had on the person's device is dropped: it may name people.
    """

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self.kept = 0
        self.buffer = BytesIO()
        self.refusal: AnsimError | None = None

    def new_file(
        self,
        field_name: str,
        file_name: str,
        content_type: str,
        content_length: int | None,
        charset: str | None = None,
        content_type_extra: dict[str, bytes] | None = None,
    ) -> None:
        """Begin with an empty buffer."""
        super().new_file(
            field_name, file_name, content_type, content_length, charset, content_type_extra
        )
        self.buffer = BytesIO()
        self.refusal = None

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Keep one more piece, unless this file or this request is already too large."""
        if self.refusal is not None:
            return
        limit = settings.ANSIM_UPLOAD_MAX_BYTES
        if start + len(raw_data) > limit:
            self._refuse(FileTooLarge(limit=limit // MEBIBYTE))
        elif self.kept + len(raw_data) > FILES_AT_ONCE * limit:
            self._refuse(TooMuchAtOnce())
        else:
            self.buffer.write(raw_data)
            self.kept += len(raw_data)

    def file_complete(self, file_size: int) -> InMemoryUploadedFile:
        """The file in memory, or what stands in its place."""
        name = str(self.field_name)
        if self.refusal is not None:
            return RefusedUpload(name, self.refusal)
        self.buffer.seek(0)
        return InMemoryUploadedFile(
            file=self.buffer, field_name=name, name="file", content_type=self.content_type,
            size=file_size, charset=None,
        )  # fmt: skip

    def upload_interrupted(self) -> None:
        """The other side went away: forget what came."""
        self.buffer = BytesIO()

    def _refuse(self, refusal: AnsimError) -> None:
        self.kept -= self.buffer.tell()
        self.buffer = BytesIO()
        self.refusal = refusal


def given_files(files: MultiValueDict[str, Any], name: str) -> list[InMemoryUploadedFile]:
    """The files of one form field, as the handler above left them."""
    return [one for one in files.getlist(name) if isinstance(one, InMemoryUploadedFile)]
