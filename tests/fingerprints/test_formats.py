"""Every format and flavour that a picture may come in has the fingerprint of that picture."""

import io
import struct
from collections.abc import Callable

import av
import numpy as np
import pillow_heif
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageCms
from skimage import data as samples

from ansim.fingerprints import (
    Limits,
    MediaError,
    TooManyPixels,
    TooMuchWork,
    Undecodable,
    UnsupportedFormat,
    fingerprint_bytes,
)
from ansim.fingerprints.headers import boxes
from ansim.fingerprints.pdq import pdq
from ansim.fingerprints.pictures import upright
from tests.fingerprints.plain_files import bmp, interlaced, png, rows

tifffile = pytest.importorskip("tifffile")

Pixels = NDArray[np.uint8]
Encode = Callable[..., bytes]


def distance(one: str, other: str) -> int:
    return (int(one, 16) ^ int(other, 16)).bit_count()


@pytest.fixture(scope="module")
def picture() -> Pixels:
    return np.ascontiguousarray(samples.coffee()[::2, ::2])


@pytest.fixture(scope="module")
def grey(picture: Pixels) -> Pixels:
    return np.asarray(Image.fromarray(picture).convert("L"))


def check(data: bytes, expected: Pixels, form: str, bits: int) -> None:
    found = fingerprint_bytes(data)
    assert (found.kind, found.format, found.truncated) == ("picture", form, False)
    assert (found.height, found.width) == expected.shape[:2]
    rgb = expected if expected.ndim == 3 else np.repeat(expected[..., None], 3, axis=2)
    assert distance(found.pdq, pdq(np.ascontiguousarray(rgb)).pdq) <= bits


@pytest.mark.parametrize(
    ("mode", "options"),
    [
        ("RGB", {}),
        ("RGB", {"progressive": True}),
        ("RGB", {"subsampling": "4:4:4", "quality": 95}),
        ("RGB", {"restart_marker_rows": 1}),
        ("RGB", {"keep_rgb": True}),
        ("L", {}),
        ("L", {"progressive": True}),
        ("CMYK", {"quality": 95}),
    ],
)
def test_jpeg(mode: str, options: dict[str, object], picture: Pixels, encoded: Encode) -> None:
    check(encoded(Image.fromarray(picture).convert(mode), "JPEG", **options), picture, "JPEG", 6)


def test_jpeg_of_inks_in_either_of_adobes_ways(picture: Pixels, encoded: Encode) -> None:
    """Adobe stores inks inverted, as YCCK or plain; without its mark they are not inverted."""
    data = encoded(Image.fromarray(picture).convert("CMYK"), "JPEG", quality=95)
    mark = data.index(b"Adobe")
    assert data[mark + 11] == 0
    # Pillow inverts what it writes; inks stored inverted, as Adobe does, are the plain colours.
    planes = Image.fromarray(picture).convert("YCbCr").split()
    inks = Image.merge("CMYK", (*planes, Image.new("L", planes[0].size, 0)))
    ycck = bytearray(encoded(inks, "JPEG", quality=95))
    ycck[ycck.index(b"Adobe") + 11] = 2
    check(bytes(ycck), picture, "JPEG", 6)


def test_the_first_of_several_pictures_in_a_jpeg(picture: Pixels, encoded: Encode) -> None:
    image = Image.fromarray(picture)
    others = [image.transpose(Image.Transpose.ROTATE_180)]
    check(encoded(image, "MPO", save_all=True, append_images=others), picture, "JPEG", 6)


def _patched(data: bytes, process: int, bits: int = 8) -> bytes:
    at = data.index(b"\xff\xc0")
    return (
        data[:at] + bytes([255, process]) + data[at + 2 : at + 4] + bytes([bits]) + data[at + 5 :]
    )


def test_jpegs_that_would_be_read_wrongly_are_named(picture: Pixels, encoded: Encode) -> None:
    data = encoded(picture, "JPEG")
    for patched, words in (
        (_patched(data, 0xC1, 12), "12-bit JPEG"),
        (_patched(data, 0xC3, 16), "16-bit JPEG"),
        (_patched(data, 0xC3), "Lossless JPEG"),
        (_patched(data, 0xC5), "Lossless JPEG"),
    ):
        with pytest.raises(UnsupportedFormat, match=words):
            fingerprint_bytes(patched)


def test_a_jpeg_of_a_thousand_scans_is_not_begun(picture: Pixels, encoded: Encode) -> None:
    data = encoded(picture, "JPEG", progressive=True)
    scan = data.index(b"\xff\xda")
    with pytest.raises(TooMuchWork):
        fingerprint_bytes(data[:scan] + data[scan:-2] * 100)


def test_png_of_every_depth(picture: Pixels, grey: Pixels) -> None:
    height, width = grey.shape
    for bits in (1, 2, 4):
        values = grey >> (8 - bits)
        shallow = (values * (255 // (2**bits - 1))).astype(np.uint8)
        places = np.unpackbits(values[..., None], axis=2)[..., 8 - bits :]
        packed = np.packbits(places.reshape(height, -1), axis=1)
        check(png(width, height, bits, 0, rows(packed)), shallow, "PNG", 0)
        greys = b"".join(bytes([255 * n // (2**bits - 1)] * 3) for n in range(2**bits))
        check(png(width, height, bits, 3, rows(packed), b"PLTE" + greys), shallow, "PNG", 0)
    deep_grey, deep = grey.astype(np.uint16) * 257, picture.astype(np.uint16) * 257
    opaque = np.full((height, width, 1), 65_535, np.uint16)
    check(png(width, height, 8, 2, rows(picture)), picture, "PNG", 0)
    check(png(width, height, 16, 0, rows(deep_grey)), grey, "PNG", 0)
    check(png(width, height, 16, 2, rows(deep)), picture, "PNG", 0)
    check(png(width, height, 16, 4, rows(np.dstack([deep_grey, opaque]))), grey, "PNG", 0)
    check(png(width, height, 16, 6, rows(np.dstack([deep, opaque]))), picture, "PNG", 0)
    for bits, colour, stored in ((8, 2, picture), (16, 2, deep), (16, 0, deep_grey)):
        expected = grey if colour == 0 else picture
        data = png(width, height, bits, colour, interlaced(stored), interlaced=1)
        check(data, expected, "PNG", 0)


def test_one_transparent_colour_is_white(picture: Pixels, grey: Pixels, encoded: Encode) -> None:
    height, width = grey.shape
    half_red = picture.copy()
    half_red[:70, :110] = (200, 10, 10)
    on_white = picture.copy()
    on_white[:70, :110] = 255
    data = png(width, height, 8, 2, rows(half_red), b"tRNS" + struct.pack(">HHH", 200, 10, 10))
    check(data, on_white, "PNG", 0)
    dark = np.maximum(grey, 1)
    dark[:70, :110] = 0
    white = dark.copy()
    white[:70, :110] = 255
    check(png(width, height, 8, 0, rows(dark), b"tRNS\0\0"), white, "PNG", 0)
    palette = Image.fromarray(dark)
    check(encoded(palette.convert("P"), "PNG", transparency=0), white, "PNG", 0)
    check(encoded(palette.convert("P"), "GIF", transparency=0), white, "GIF", 0)


@pytest.mark.parametrize("form", ["PNG", "WEBP", "AVIF", "TIFF", "HEIC", "JPEG2000"])
def test_transparency_is_white_in_every_format(
    form: str, picture: Pixels, encoded: Encode, heic: Encode
) -> None:
    alpha = np.full(picture.shape[:2], 255, np.uint8)
    alpha[:70, :110] = 0
    on_white = picture.copy()
    on_white[:70, :110] = 255
    image = Image.fromarray(np.dstack([picture, alpha]))
    check(heic(image) if form == "HEIC" else encoded(image, form), on_white, form, 6)


@pytest.fixture(scope="module")
def heic() -> Encode:
    def encode(image: Image.Image, **options: object) -> bytes:
        buffer = io.BytesIO()
        pillow_heif.from_pillow(image).save(
            buffer, quality=80, enc_params={"preset": "ultrafast"}, **options
        )
        return buffer.getvalue()

    return encode


def test_webp_avif_and_heic_flavours(picture: Pixels, encoded: Encode, heic: Encode) -> None:
    image = Image.fromarray(picture)
    check(encoded(image, "WEBP", quality=80), picture, "WEBP", 6)
    check(encoded(image, "WEBP", lossless=True), picture, "WEBP", 0)
    check(encoded(image.convert("RGBA"), "WEBP", lossless=True), picture, "WEBP", 0)
    check(encoded(image, "AVIF"), picture, "AVIF", 6)
    check(encoded(image.convert("L"), "AVIF"), picture, "AVIF", 6)
    check(heic(image), picture, "HEIC", 6)
    check(heic(image.convert("L")), picture, "HEIC", 6)
    tiled = heic(image, tile_size=256)
    assert b"grid" in tiled
    check(tiled, picture, "HEIC", 6)
    buffer = io.BytesIO()
    ten_bits = (picture.astype(np.uint16) * 257).tobytes()
    pillow_heif.encode(
        "RGB;16", (300, 200), ten_bits, buffer, quality=80, enc_params={"preset": "ultrafast"}
    )
    check(buffer.getvalue(), picture, "HEIC", 6)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_of_every_format_is_upright(
    orientation: int, picture: Pixels, encoded: Encode, heic: Encode
) -> None:
    # Undone by the turn that undoes it: 6 and 8 undo each other, the others themselves.
    stored = Image.fromarray(upright(picture, {6: 8, 8: 6}.get(orientation, orientation)))

    def tag() -> Image.Exif:
        exif = Image.Exif()
        exif[0x0112] = orientation
        return exif

    for form, bits in (("JPEG", 6), ("PNG", 0), ("WEBP", 6), ("TIFF", 0), ("AVIF", 6)):
        check(encoded(stored, form, exif=tag()), picture, form, bits)
    check(encoded(stored, "TIFF", exif=tag(), compression="tiff_lzw"), picture, "TIFF", 0)
    # The container of HEIC turns; what EXIF then repeats must not turn it again.
    check(heic(stored, exif=tag().tobytes()), picture, "HEIC", 6)


@pytest.mark.parametrize("packing", [None, "tiff_lzw", "tiff_adobe_deflate", "packbits", "jpeg"])
def test_tiff_packings_and_modes(packing: str | None, picture: Pixels, encoded: Encode) -> None:
    image = Image.fromarray(picture)
    for mode in ("RGB", "L", "CMYK", "RGBA", "YCbCr"):
        check(encoded(image.convert(mode), "TIFF", compression=packing), picture, "TIFF", 6)


def test_tiff_flavours(picture: Pixels, grey: Pixels, encoded: Encode) -> None:
    def tiff(stored: NDArray[np.generic], **options: object) -> bytes:
        buffer = io.BytesIO()
        tifffile.imwrite(buffer, stored, **options)
        return buffer.getvalue()

    planes = np.ascontiguousarray(picture.transpose(2, 0, 1))
    check(tiff(grey.astype(np.uint16) * 257), grey, "TIFF", 0)
    check(tiff(grey.astype(np.uint32) * 0x01010101), grey, "TIFF", 0)
    check(tiff((grey / 255).astype(np.float32)), grey, "TIFF", 2)
    check(tiff(255 - grey, photometric="miniswhite"), grey, "TIFF", 0)
    check(tiff(picture.astype(np.uint16) * 257, photometric="rgb"), picture, "TIFF", 0)
    check(tiff(picture, photometric="rgb", byteorder=">"), picture, "TIFF", 0)
    check(tiff(picture, photometric="rgb", bigtiff=True), picture, "TIFF", 0)
    check(tiff(picture, photometric="rgb", tile=(128, 128)), picture, "TIFF", 0)
    check(tiff(planes, photometric="rgb", planarconfig="separate"), picture, "TIFF", 0)
    check(tiff(np.stack([picture, 255 - picture]), photometric="rgb"), picture, "TIFF", 0)
    dots = Image.fromarray(picture).convert("1")
    check(encoded(dots, "TIFF", compression="group4"), np.asarray(dots.convert("L")), "TIFF", 0)
    srgb, lab = ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB")
    as_lab = ImageCms.profileToProfile(Image.fromarray(picture), srgb, lab, outputMode="LAB")
    assert as_lab is not None
    check(encoded(as_lab, "TIFF"), picture, "TIFF", 6)


def test_tiffs_that_would_be_read_wrongly_are_named(picture: Pixels, grey: Pixels) -> None:
    planes = np.ascontiguousarray(picture.transpose(2, 0, 1)).astype(np.uint16) * 257
    for stored, options in (
        (planes, {"photometric": "rgb", "planarconfig": "separate"}),
        ((grey.astype(np.int16) - 128).astype(np.int8), {}),
        ((picture / 255).astype(np.float32), {"photometric": "rgb"}),
        ((grey / 255).astype(np.float64), {}),
    ):
        buffer = io.BytesIO()
        tifffile.imwrite(buffer, stored, **options)
        with pytest.raises(UnsupportedFormat):
            fingerprint_bytes(buffer.getvalue())


def test_bmp_of_every_depth(picture: Pixels, grey: Pixels) -> None:
    height, width = grey.shape
    from_below = grey[::-1]
    for bits in (1, 4, 8):
        values = from_below >> (8 - bits)
        shallow = ((grey >> (8 - bits)) * (255 // (2**bits - 1))).astype(np.uint8)
        places = np.unpackbits(values[..., None], axis=2)[..., 8 - bits :]
        packed = np.packbits(places.reshape(height, -1), axis=1)
        packed = np.pad(packed, ((0, 0), (0, -packed.shape[1] % 4)))
        palette = b"".join(bytes([255 * n // (2**bits - 1)] * 3 + [0]) for n in range(2**bits))
        check(bmp(width, height, bits, packed.tobytes(), palette), shallow, "BMP", 0)
    red, green, blue = (picture[::-1, :, at].astype(np.uint16) >> 3 for at in range(3))
    check(bmp(width, height, 16, (red << 10 | green << 5 | blue).tobytes()), picture, "BMP", 6)
    check(bmp(width, height, 24, picture[::-1, :, ::-1].tobytes()), picture, "BMP", 0)
    check(bmp(width, -height, 24, picture[:, :, ::-1].tobytes()), picture, "BMP", 0)
    unused = np.zeros((height, width, 1), np.uint8)
    four = np.dstack([picture[::-1, :, ::-1], unused])
    check(bmp(width, height, 32, four.tobytes()), picture, "BMP", 0)
    palette = b"".join(bytes([number] * 3 + [0]) for number in range(256))
    runs = b"".join(b"".join(bytes([1, dot]) for dot in line) + b"\0\0" for line in from_below)
    check(bmp(width, height, 8, runs + b"\0\1", palette, pack=1), grey, "BMP", 0)


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA", "LA"])
def test_jpeg_2000(mode: str, picture: Pixels, encoded: Encode) -> None:
    image = Image.fromarray(picture).convert(mode)
    check(encoded(image, "JPEG2000"), picture, "JPEG2000", 2)
    check(encoded(image, "JPEG2000", no_jp2=True), picture, "JPEG2000", 2)


@pytest.mark.parametrize("form", ["GIF", "WEBP", "PNG", "AVIF"])
def test_an_animation_cut_off_keeps_its_first_frames(
    form: str, picture: Pixels, encoded: Encode
) -> None:
    frames = [Image.fromarray(picture[at : at + 100, at : at + 150]) for at in range(0, 100, 10)]
    data = encoded(frames[0], form, save_all=True, append_images=frames[1:], duration=1000)
    whole = fingerprint_bytes(data)
    assert (whole.kind, len(whole.frames), whole.truncated) == ("video", 10, False)
    if form in {"GIF", "PNG"}:
        part = fingerprint_bytes(data[: len(data) // 2])
        assert part.truncated
        assert 0 < len(part.frames) < 10
        assert part.frames[:2] == whole.frames[:2]


def _branded(data: bytes, brand: bytes) -> bytes:
    length = int.from_bytes(data[:4], "big")
    return data[:8] + brand + data[12:16] + brand * ((length - 16) // 4) + data[length:]


def test_contents_decide_where_the_brand_lies(
    picture: Pixels, encoded: Encode, heic: Encode, video: Callable[..., bytes]
) -> None:
    photograph, small = heic(Image.fromarray(picture)), encoded(picture, "AVIF")
    check(_branded(photograph, b"isom"), picture, "HEIC", 6)
    check(_branded(photograph, b"mp42"), picture, "HEIC", 6)
    check(_branded(small, b"isom"), picture, "AVIF", 6)
    check(_branded(small, b"mif1"), picture, "AVIF", 6)
    film = video()
    plain = fingerprint_bytes(film)
    for brand in (b"heic", b"hevc", b"mif1", b"msf1"):
        found = fingerprint_bytes(_branded(film, brand))
        assert (found.kind, found.frames) == ("video", plain.frames)


def test_a_sequence_of_hevc_pictures_is_a_video(picture: Pixels) -> None:
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="mp4", options={"brand": "hevc"}) as out:
        stream = out.add_stream("libx265", rate=2, options={"x265-params": "log-level=none"})
        stream.width, stream.height, stream.pix_fmt = 256, 192, "yuv420p"
        for number in range(6):
            part = np.ascontiguousarray(picture[number : number + 192, :256])
            out.mux(stream.encode(av.VideoFrame.from_ndarray(part, format="rgb24")))
        out.mux(stream.encode())
    found = fingerprint_bytes(buffer.getvalue())
    assert (found.kind, found.format, len(found.frames)) == ("video", "MP4", 3)


def test_a_cut_off_picture_is_hashed_and_marked(
    picture: Pixels, encoded: Encode, heic: Encode
) -> None:
    image = Image.fromarray(picture)
    for data in (
        encoded(image, "JPEG"),
        encoded(image.convert("L"), "JPEG"),
        encoded(image.convert("CMYK"), "JPEG"),
        encoded(image, "PNG"),
        encoded(image, "GIF"),
        encoded(image, "BMP"),
        encoded(image, "TIFF"),
        heic(image, tile_size=128),
    ):
        nearly = fingerprint_bytes(data[: len(data) * 98 // 100])
        assert nearly.truncated
        assert distance(nearly.pdq, pdq(picture).pdq) <= 31
        assert fingerprint_bytes(data[: len(data) * 6 // 10]).truncated
        with pytest.raises(MediaError):
            fingerprint_bytes(data[: len(data) // 25])
    progressive = encoded(image, "JPEG", progressive=True)
    half = fingerprint_bytes(progressive[: len(progressive) // 2])
    assert half.truncated
    assert distance(half.pdq, pdq(picture).pdq) <= 8


def test_what_cannot_be_read_in_part_is_refused(picture: Pixels, encoded: Encode) -> None:
    for form in ("WEBP", "AVIF", "JPEG2000"):
        data = encoded(picture, form)
        with pytest.raises(Undecodable):
            fingerprint_bytes(data[: len(data) * 9 // 10])


def test_pixel_caps_come_from_the_header_of_every_format(
    picture: Pixels, encoded: Encode, heic: Encode, video: Callable[..., bytes]
) -> None:
    """Only the first bytes are given, so nothing can have been decoded."""
    limits = Limits(max_pixels=1000)
    for form in ("JPEG", "PNG", "WEBP", "GIF", "BMP", "JPEG2000", "TIFF"):
        with pytest.raises(TooManyPixels, match="300 x 200"):
            fingerprint_bytes(encoded(picture, form)[:2000], limits)
    for data in (encoded(picture, "AVIF"), heic(Image.fromarray(picture)), video()):
        with pytest.raises(TooManyPixels):
            fingerprint_bytes(data, limits)
    sides = b"\x57\x1b\0" * 2
    webp = b"RIFF\x16\0\0\0WEBPVP8X\x0a\0\0\0" + bytes(4) + sides
    with pytest.raises(TooManyPixels, match="7000 x 7000 pixels and the limit is 30000000"):
        fingerprint_bytes(webp)
    photograph = heic(Image.fromarray(picture))
    end = next(end for kind, _, end in boxes(photograph) if kind == b"meta")
    with pytest.raises(TooManyPixels):
        fingerprint_bytes(photograph[:end], limits)
