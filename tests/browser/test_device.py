"""Fingerprints made on the person's device: the numbers of ``ansim fingerprint``, and no more sent."""

import io
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from PIL import Image

from ansim.fingerprints import fingerprint_bytes
from tests.browser.device_page import Device, served
from tests.browser.picture_files import PictureFile, patterns, picture_files, saved
from tests.browser.visiting import DESK, PHONE

pytestmark = pytest.mark.browser

MOST_ON_PIXELS, MOST_ON_FILE = 2, 8
NAME = "jiwoo-kim-bedroom.jpg"
IN_EXIF = "Garam-gu 12, third floor"
FILES, LIST, STATUS = "#files", "[data-device-part=list] li", "[data-device-part=status]"
HEIC = b"\0\0\0\x18ftypheic\0\0\0\0heicmif1" + bytes(600)


@pytest.fixture(scope="module")
def device(browser: Any) -> Iterator[Device]:
    context = browser.new_context()
    with served() as address:
        yield Device(context.new_page(), address)
    context.close()


def bits(one: str, other: str) -> int:
    return (int(one, 16) ^ int(other, 16)).bit_count()


def chosen(device: Device, folder: Path, files: list[bytes]) -> None:
    """Write the files to disk and pick them."""
    paths = [folder / str(number) for number in range(len(files))]
    for path, data in zip(paths, files, strict=True):
        path.write_bytes(data)
    device.choose(paths)


def off(one: PictureFile, made: dict[str, Any]) -> int:
    """By how many bits a browser's numbers differ from ours; all else must be equal."""
    ours = fingerprint_bytes(one.data)
    assert "problem" not in made, (one.form, made)
    assert (ours.sha256, ours.width, ours.height) == (
        made["sha256"], made["width"], made["height"],
    ), one.form  # fmt: skip
    assert made["kind"]["name"] == ours.format
    if made["pdq"] == ours.pdq:
        assert abs(ours.quality - made["quality"]) <= 1, one.form
        assert bits(ours.dihedral[3], made["dihedral"][3]) <= MOST_ON_FILE, one.form
    return bits(ours.pdq, made["pdq"])


def test_more_than_200_pictures_have_the_numbers_of_ansim_fingerprint(
    device: Device, tmp_path: Path
) -> None:
    files = list(picture_files(side=120, copies=1))
    chosen(device, tmp_path, [one.data for one in files])
    made = device.numbers(len(files))
    worst = {one.form: 0 for one in files}
    for one, found in zip(files, made, strict=True):
        assert found["by"] == "InAWorker"
        worst[one.form] = max(worst[one.form], off(one, found))
        assert off(one, found) <= (MOST_ON_PIXELS if one.exact else MOST_ON_FILE), one.form
    assert len(files) >= 200
    assert max(worst.values()) <= MOST_ON_FILE
    assert device.heard == []


def test_the_page_itself_gives_the_same_numbers_where_there_is_no_worker(
    device: Device, tmp_path: Path
) -> None:
    files = list(picture_files(side=300, copies=0))[:12]
    chosen(device, tmp_path, [one.data for one in files])
    made = device.numbers(len(files), worker="/not-named.js")
    assert {one["by"] for one in made} == {"OnThisPage"}
    assert max(off(*both) for both in zip(files, made, strict=True)) <= MOST_ON_FILE


def test_further_hashes_of_small_and_of_bare_pictures_are_those_of_ansim(
    device: Device, tmp_path: Path
) -> None:
    small = next(patterns(120, 3))
    bare = np.full((400, 400, 3), 255, np.uint8)
    bare[20:380, 20:380] = 30
    files = [saved(Image.fromarray(one), "PNG") for one in (small, bare)]
    chosen(device, tmp_path, files)
    for data, found in zip(files, device.numbers(2), strict=True):
        ours = [one for one in fingerprint_bytes(data).alternates if one.reason != "border"]
        assert [one["reason"] for one in found["alternates"]] == [one.reason for one in ours]
        for one, other in zip(found["alternates"], ours, strict=True):
            assert bits(one["pdq"], other.pdq) <= MOST_ON_PIXELS
            assert abs(one["quality"] - other.quality) <= 1


def moving_scene(seconds: float) -> np.ndarray[Any, Any]:
    """A pattern that slides along."""
    y, x = np.mgrid[:240, :320]
    wave = 127 + 120 * np.sin(0.05 * x + 0.03 * y + seconds * 2 + 2 * np.sin(0.04 * y))
    return np.stack([wave, wave[::-1], wave], axis=2).astype(np.uint8)


def clip() -> bytes:
    """A WebM of 3.4 seconds."""
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="webm") as container:
        stream = container.add_stream("libvpx", rate=10)
        stream.width, stream.height, stream.bit_rate = 320, 240, 2_000_000
        for number in range(34):
            frame = av.VideoFrame.from_ndarray(moving_scene(number / 10), format="rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return buffer.getvalue()


def animation(form: str) -> bytes:
    """A moving picture of 2.5 seconds."""
    first, *others = [Image.fromarray(moving_scene(number / 2)) for number in range(5)]
    how: dict[str, Any] = {"lossless": True} if form == "WEBP" else {}
    buffer = io.BytesIO()
    first.save(buffer, form, save_all=True, append_images=others, duration=500, loop=0, **how)
    return buffer.getvalue()


def test_a_frame_is_read_only_when_it_is_painted(device: Device, tmp_path: Path) -> None:
    """On a slow device "seeked" comes first, and what is drawn then is the frame before."""
    chosen(device, tmp_path, [clip()])
    device.page.evaluate("""() => {
      const kind = HTMLVideoElement.prototype, ask = kind.requestVideoFrameCallback;
      const draw = window.createImageBitmap;
      window.waiting = window.asked = 0;
      window.drawn = [];
      kind.requestVideoFrameCallback = function (tell) {
        window.waiting += 1;
        window.asked += 1;
        const late = (...told) => setTimeout(() => { window.waiting -= 1; tell(...told); }, 60);
        return ask.call(this, late);
      };
      window.createImageBitmap = (...given) => { window.drawn.push(window.waiting); return draw(...given); };
    }""")
    (made,) = device.numbers(1)
    assert [one["seconds"] for one in made["frames"]] == [0, 1, 2, 3]
    assert device.page.evaluate("window.drawn") == [0, 0, 0, 0]
    assert device.page.evaluate("window.asked") >= 4


def test_a_video_and_moving_pictures_give_one_frame_a_second(
    device: Device, tmp_path: Path
) -> None:
    files = [clip(), animation("GIF"), animation("WEBP"), animation("PNG")]
    chosen(device, tmp_path, files)
    for data, made in zip(files, device.numbers(len(files)), strict=True):
        ours = fingerprint_bytes(data)
        assert "problem" not in made, made
        assert (made["kind"]["name"], made["kind"]["moves"]) == (ours.format, True)
        assert (made["width"], made["height"], made["truncated"]) == (320, 240, False)
        assert [one["seconds"] for one in made["frames"]] == [one.seconds for one in ours.frames]
        for one, other in zip(made["frames"], ours.frames, strict=True):
            assert bits(one["pdq"], other.pdq) <= MOST_ON_FILE


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (HEIC, "unsupported"),
        (b"\xff\xd8\xff\xe0 broken", "unsupported"),
        (b"\x1aE\xdf\xa3 broken", "unsupported"),
    ],
)
def test_what_a_browser_cannot_read_is_told_apart(
    device: Device, tmp_path: Path, data: bytes, problem: str
) -> None:
    chosen(device, tmp_path, [data])
    (found,) = device.numbers(1)
    assert found["problem"] == problem


def photo() -> dict[str, Any]:
    """A picture with a telling name, and with a telling word in its EXIF."""
    image = Image.fromarray(next(patterns(400, 2)))
    exif = image.getexif()
    exif[0x010E] = IN_EXIF
    data = saved(image, "JPEG", exif=exif, quality=85)
    assert IN_EXIF.encode() in data
    return {"name": NAME, "mimeType": "image/jpeg", "buffer": data}


def at_the_files(visit: Any, language: str, size: dict[str, int]) -> Any:
    """A person at the third page of the report."""
    person = visit(language, size)
    person.page.goto(person.site + "/report/1")
    go_on(person.page, 2)
    return person


def go_on(page: Any, pages: int = 1) -> None:
    """Press the main button."""
    for _ in range(pages):
        press(page, ".actions button[value=next]")


def press(page: Any, selector: str) -> None:
    """Press something that leads to a page."""
    with page.expect_navigation():
        page.click(selector)


def listening(person: Any) -> list[bytes]:
    """The body of every request from now on."""
    bodies: list[bytes] = []
    person.page.on("request", lambda one: bodies.append(one.post_data_buffer or b""))
    return bodies


@pytest.mark.parametrize(("language", "size"), [("ko", PHONE), ("en", DESK)])
def test_only_numbers_are_sent(visit: Any, language: str, size: dict[str, int]) -> None:
    person = at_the_files(visit, language, size)
    bodies = listening(person)
    given = photo()
    person.page.set_input_files(FILES, [given])
    person.page.wait_for_selector(LIST)
    person.check()
    assert person.page.input_value(FILES) == ""
    press(person.page, "button[value=upload]")
    assert person.page.locator("button[value^='drop:']").count() == 1
    sent = b"".join(bodies)
    (field,) = re.findall(rb'name="device"\r\n\r\n(.*?)\r\n', sent)
    ours = fingerprint_bytes(given["buffer"])
    assert [one["sha256"] for one in json.loads(field)] == [ours.sha256]
    assert bits(json.loads(field)[0]["pdq"], ours.pdq) <= MOST_ON_FILE
    picture_bytes = given["buffer"]
    pieces = (picture_bytes[at : at + 12] for at in range(0, len(picture_bytes) - 12, 7))
    assert not any(piece in sent for piece in pieces)
    for telling in (NAME, IN_EXIF, "jiwoo"):
        assert telling.encode() not in sent


def test_what_is_pressed_meanwhile_waits_for_the_device(visit: Any) -> None:
    """A file that is no picture is said on the next page, as if the centre had looked."""
    person = at_the_files(visit, "en", PHONE)
    bodies = listening(person)
    note = {"name": "note.txt", "mimeType": "text/plain", "buffer": b"not a picture at all"}
    person.page.set_input_files(FILES, [photo(), note])
    go_on(person.page)
    assert person.page.title().startswith("1 error:")
    assert "File 2: This is neither" in person.page.locator("#files-error").inner_text()
    assert person.page.locator("button[value^='drop:']").count() == 1
    assert b"not a picture" not in b"".join(bodies)


def test_what_the_browser_cannot_read_goes_to_the_centre_only_when_asked(visit: Any) -> None:
    person = at_the_files(visit, "ko", PHONE)
    page, bodies = person.page, listening(person)
    page.set_input_files(FILES, [{"name": NAME, "mimeType": "image/heic", "buffer": HEIC}])
    page.wait_for_selector("[data-device-part=failed] li")
    # Both answers come from here, so that the centre's machine has nothing to do.
    page.route("**/report/*", lambda route: route.fulfill(body="<title>-</title>"))
    go_on(page)
    assert b"".join(bodies).count(b'name="files"; filename=""') == 1
    assert HEIC[:24] not in b"".join(bodies)
    page.unroute_all()
    page.go_back()
    page.set_input_files(FILES, [{"name": NAME, "mimeType": "image/heic", "buffer": HEIC}])
    page.click("[data-device-part=hand]")
    page.route("**/report/*", lambda route: route.fulfill(body="<title>-</title>"))
    go_on(page)
    assert HEIC[:24] in b"".join(bodies)
    assert b"jiwoo" not in b"".join(bodies)


def test_with_the_keyboard_alone_one_can_stop_and_remove(visit: Any, tmp_path: Path) -> None:
    person = at_the_files(visit, "ko", DESK)
    page = person.page
    page.set_input_files(FILES, [photo()])
    page.wait_for_selector(LIST)
    page.focus(f"{LIST} button")
    page.keyboard.press("Enter")
    assert page.locator(LIST).count() == 0
    assert page.evaluate("document.activeElement.id") == "files"
    large = tmp_path / "long"
    large.write_bytes(b"\xff\xd8\xff")
    os.truncate(large, 3_000_000_000)  # sparse: it takes no room, and seconds to read
    page.set_input_files(FILES, [str(large)])
    page.wait_for_selector("[data-device-part=cancel]")
    page.focus("[data-device-part=cancel]")
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-device-part=cancel]", state="hidden")
    assert "멈췄어요" in page.inner_text(STATUS)
    assert page.evaluate("document.activeElement.id") == "files"
    assert page.locator("[data-device-part=failed] li").count() == 0


NOISE = """for (const kind of [CanvasRenderingContext2D, OffscreenCanvasRenderingContext2D]) {
  const read = kind.prototype.getImageData;
  kind.prototype.getImageData = function (...where) {
    const found = read.apply(this, where);
    found.data[4] ^= 1;
    return found;
  };
}"""


def test_a_browser_that_changes_pixels_makes_no_fingerprint(visit: Any) -> None:
    """One bit of one pixel is enough to be told; the plain way stays."""
    person = visit("en", PHONE)
    person.page.add_init_script(NOISE)
    person.page.goto(person.site + "/report/1")
    go_on(person.page, 2)
    person.check()
    assert "hides pictures from pages" in person.page.inner_text("[data-device]")
    assert "counsellor" in person.page.inner_text("[data-device]")
    assert person.page.get_attribute(FILES, "name") == "files"


@pytest.mark.parametrize("language", ["ko", "en"])
def test_without_scripts_a_counsellor_is_offered_and_the_plain_way_works(
    browser: Any, theatre: Any, language: str
) -> None:
    locale = {"ko": "ko-KR", "en": "en-GB"}[language]
    context = browser.new_context(java_script_enabled=False, locale=locale, viewport=PHONE)
    page = context.new_page()
    page.goto(theatre.address + "/report/1")
    go_on(page, 2)
    said = page.inner_text("[data-device]")
    assert {"ko": "상담원이 함께", "en": "together with you"}[language] in said
    assert page.get_attribute(FILES, "name") == "files"
    assert page.is_visible("button[value=upload]")
    context.close()
