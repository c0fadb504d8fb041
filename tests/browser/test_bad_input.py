"""What cannot be used is refused in one sentence, and everything typed stays."""

import io
import struct
import zlib
from typing import Any

import pytest

from tests.browser.visiting import PHONE

pytestmark = pytest.mark.browser

SUMMARY = {"ko": "오류 1개:", "en": "1 error:"}
STORY = "Somebody shared a picture of me. 누군가 제 사진을 올렸어요."


def bomb() -> bytes:
    """A PNG of 100 megapixels that weighs a hundred kilobytes."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    side, packer, packed = 10_000, zlib.compressobj(9), io.BytesIO()
    for _ in range(side):
        packed.write(packer.compress(bytes(side + 1)))
    packed.write(packer.flush())
    head = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", packed.getvalue())
        + chunk(b"IEND", b"")
    )  # fmt: skip


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("link", ["http://169.254.169.254/", "file:///etc/passwd"])
def test_a_link_that_leads_inside_is_refused_in_one_sentence(
    visit: Any, language: str, link: str
) -> None:
    person = visit(language, PHONE)
    person.go("/report/1")
    person.click(".actions button[value=next]")
    person.page.fill("[name=url1]", "https://board.example.com/post/1")
    person.page.fill("[name=url2]", link)
    person.page.check("input[name=place] >> nth=0")
    person.click(".actions button[value=next]")
    assert person.page.title().startswith(SUMMARY[language])
    assert person.page.locator(".field-error .error").count() == 1
    assert person.page.input_value("[name=url2]") == link
    assert person.page.input_value("[name=url1]") == "https://board.example.com/post/1"
    assert person.page.is_checked("input[name=place] >> nth=0")


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("kind", ["text", "bomb"])
def test_a_file_that_is_no_picture_is_refused_and_the_typed_text_stays(
    visit: Any, language: str, kind: str
) -> None:
    given = {
        "text": {"name": "note.txt", "mimeType": "text/plain", "buffer": b"not a picture"},
        "bomb": {"name": "big.png", "mimeType": "image/png", "buffer": bomb()},
    }[kind]
    person = visit(language, PHONE)
    person.go("/report/1")
    person.click(".actions button[value=next]")
    person.click(".actions button[value=next]")
    person.page.fill("[name=story]", STORY)
    person.page.set_input_files("#files", [given])
    person.click(".actions button[value=next]")
    assert person.page.title().startswith(SUMMARY[language])
    assert person.page.locator("#files-error").inner_text().count(".") >= 1
    assert person.page.input_value("[name=story]") == STORY
    assert person.page.locator("button[value^='drop:']").count() == 0
