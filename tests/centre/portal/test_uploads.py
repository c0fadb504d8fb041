"""Files stay in memory, within bounds, without the name they had."""

from io import BytesIO
from pathlib import Path

import pytest
from django.core.files.uploadedfile import InMemoryUploadedFile, SimpleUploadedFile
from django.http import HttpRequest
from django.test import RequestFactory

from ansim.centre.intake.uploads import (
    FileTooLarge,
    MemoryOnlyUploadHandler,
    RefusedUpload,
    TooMuchAtOnce,
    given_files,
)

LIMIT = 100_000


@pytest.fixture(autouse=True)
def small_limit(settings) -> None:
    settings.ANSIM_UPLOAD_MAX_BYTES = LIMIT


def sent(*contents: bytes) -> HttpRequest:
    files = [SimpleUploadedFile(f"jiwoo-{n}.jpg", content) for n, content in enumerate(contents)]
    return RequestFactory().post("/report/4", {"files": files})


def test_a_file_is_read_back_whole_and_has_no_name_of_its_own() -> None:
    (file,) = given_files(sent(b"x" * LIMIT).FILES, "files")
    assert file.read() == b"x" * LIMIT
    assert "jiwoo" not in str(file.name)


def test_a_larger_file_leaves_no_bytes_and_says_why() -> None:
    kept, refused = given_files(sent(b"a" * 10, b"x" * (LIMIT + 1)).FILES, "files")
    assert kept.read() == b"a" * 10
    assert isinstance(refused, RefusedUpload)
    assert isinstance(refused.refusal, FileTooLarge)
    assert refused.read() == b""


def test_many_files_together_are_bounded_too() -> None:
    files = given_files(sent(*[b"x" * LIMIT] * 4).FILES, "files")
    refusals = [one.refusal for one in files if isinstance(one, RefusedUpload)]
    assert [type(one) for one in refusals] == [TooMuchAtOnce, TooMuchAtOnce]


def test_what_was_refused_gives_its_room_back() -> None:
    files = given_files(sent(b"x" * (LIMIT + 1), *[b"y" * LIMIT] * 2).FILES, "files")
    assert [isinstance(one, RefusedUpload) for one in files] == [True, False, False]


def test_no_file_is_written(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))

    def refuse(*_args: object, **_kwargs: object) -> None:
        pytest.fail("a temporary file was opened")

    monkeypatch.setattr("tempfile.NamedTemporaryFile", refuse)
    monkeypatch.setattr("tempfile._TemporaryFileWrapper", refuse)
    (file,) = given_files(sent(b"x" * LIMIT).FILES, "files")
    assert isinstance(file, InMemoryUploadedFile)
    assert isinstance(file.file, BytesIO)
    assert not list(tmp_path.iterdir())


def test_someone_who_goes_away_leaves_nothing() -> None:
    handler = MemoryOnlyUploadHandler()
    handler.new_file("files", "a.jpg", "image/jpeg", None)
    handler.receive_data_chunk(b"abc", 0)
    handler.upload_interrupted()
    assert handler.buffer.getvalue() == b""


def test_the_site_uses_this_handler_alone(settings) -> None:
    assert settings.FILE_UPLOAD_HANDLERS == ["ansim.centre.intake.uploads.MemoryOnlyUploadHandler"]
