"""The pictures and videos that a page shows, wherever it names them.

Whoever removes a post often forgets its preview, its small copy or the file that a script loads.
So addresses are read from all places that a browser, a search engine or a script would use.
"""

import json
import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final

from ansim.fetching.links import LinkSet

MOST_MEDIA: Final = 400
MOST_FRAMES: Final = 5
MOST_IN_TEXT: Final = 12
"""Addresses that are taken from scripts, styles and data: most of those are a site's own drawings."""

_MOST_TEXT: Final = 400_000
_MOST_DATA: Final = 5_000
_MOST_STYLES: Final = 1_000

MEDIA_PATH = re.compile(
    r"\.(?:jpe?g|jfif|png|gif|webp|avif|heic|bmp|tiff?|jxl|jp2"
    r"|mp4|m4v|webm|mov|mkv|avi|flv|wmv|ts|3gp|mpe?g|ogv)"
    r"(?:[?#]|$)",
    re.IGNORECASE,
)
_META_MEDIA = frozenset(
    (
        "og:image",
        "og:image:url",
        "og:image:secure_url",
        "og:video",
        "og:video:url",
        "og:video:secure_url",
        "twitter:image",
        "twitter:image:src",
        "twitter:player:stream",
        "thumbnail",
    )
)
# Names of schema.org, in attributes and in data blocks.
_DATA_MEDIA = frozenset(("image", "thumbnail", "thumbnailurl", "contenturl"))
_SOURCES: dict[str, tuple[str, ...]] = {
    "img": ("src", "data-src", "data-original"),
    "source": ("src",),
    "video": ("src", "poster"),
    "embed": ("src",),
    "amp-img": ("src",),
    "amp-video": ("src", "poster"),
    "image": ("href", "xlink:href"),
}
_SETS = frozenset(("srcset", "imagesrcset"))
_TELLING = _SETS | {"style", "background"}
# Elements whose other attributes tell whether what they name is a picture or a video.
_NAMING = frozenset(("a", "area", "meta", "iframe", "frame", "link", "object", "input"))
_LAZY = re.compile(r"src|lazy|original", re.IGNORECASE)
_ADDRESS = re.compile(r"(?:https?:)?/", re.IGNORECASE)
_NAME = re.compile(r"[^\s\"'<>{}\\]+")
_CSS_ADDRESS = re.compile(r"url\(\s*+[\"']?([^\s\"'()<>]{1,2000}+)", re.IGNORECASE)
# What stands between quotes, without a space: one pass, however many quotes there are.
_QUOTED = re.compile(r"[\"'(]([^\s\"'()<>{}\\]{5,2000}+)(?=[\"')])")
_ESCAPES = re.compile(r"\\u002f|\\/|\\u0026|&(?:quot|#34|#39|apos);|\\(?=[\"'])", re.IGNORECASE)
_UNESCAPED = {"\\u002f": "/", "\\/": "/", "\\u0026": "&", "\\": ""}


class Shown:
    """What one walk over a document finds of media and frames; absolute, each once."""

    def __init__(self, base: str) -> None:
        self._plain = LinkSet(base, MOST_MEDIA)
        self._hidden = LinkSet(base, MOST_MEDIA)
        self._in_text = LinkSet(base, MOST_IN_TEXT)
        self._frames = LinkSet(base, MOST_FRAMES)
        self._left = _MOST_TEXT

    @property
    def plain_count(self) -> int:
        """How many the document shows by itself, as any browser would."""
        return len(self._plain.found())

    def media(self) -> tuple[str, ...]:
        """All media, those that any browser shows first."""
        sets = (self._plain, self._hidden, self._in_text)
        return tuple(dict.fromkeys(one for found in sets for one in found.found()))[:MOST_MEDIA]

    def frames(self) -> tuple[str, ...]:
        """Pages that the page shows inside of itself."""
        return self._frames.found()

    def take(self, tag: str, attributes: dict[str, str | None]) -> None:
        """Read the attributes of one element."""
        for name in _SOURCES.get(tag, ()):
            self._plain.add(attributes.get(name))
        if tag in _NAMING:
            self._take_element(tag, attributes)
        if "itemprop" in attributes and (attributes["itemprop"] or "").lower() in _DATA_MEDIA:
            for name in ("content", "href", "src"):
                self._hidden.add(attributes.get(name))
        for name, value in attributes.items():
            # Most attributes tell nothing, and there are hundreds on a page.
            if value and (name in _TELLING or name.startswith("data-")):
                self._take_attribute(tag, name, value)

    def take_texts(self, texts: Iterable[str]) -> None:
        """Read scripts, styles and other text for addresses of files by their endings."""
        for text in texts:
            part = _ESCAPES.sub(_unescaped, text[: self._left])
            self._left -= len(part)
            self._take_styles(part, any_file=False)
            for found in _QUOTED.finditer(part):
                if "/" in found[1] and MEDIA_PATH.search(found[1]):
                    self._in_text.add(found[1])

    def take_data(self, blocks: Iterable[str]) -> None:
        """Read data blocks of schema.org (JSON-LD), whose names tell what an address is."""
        for block in blocks:
            for address in _of_data(block[:_MOST_TEXT]):
                self._hidden.add(address)

    def _take_attribute(self, tag: str, name: str, value: str) -> None:
        """Read an attribute that means the same of any element."""
        if name in _SETS:
            self._take_set(value)
        elif name.startswith("data-"):
            self._take_data(tag, name, value)
        elif name == "style":
            self._take_styles(value)
        elif name == "background":
            self._hidden.add(value)

    def _take_element(self, tag: str, attributes: dict[str, str | None]) -> None:
        if tag in {"a", "area"}:
            href = attributes.get("href")
            if href and MEDIA_PATH.search(href):
                self._plain.add(href)
        elif tag == "meta":
            name = attributes.get("property") or attributes.get("name") or ""
            if name.lower() in _META_MEDIA:
                self._plain.add(attributes.get("content"))
        elif tag in {"iframe", "frame"}:
            self._take_frame(attributes)
        else:
            self._hidden.add(_helped(tag, attributes))

    def _take_frame(self, attributes: dict[str, str | None]) -> None:
        source = attributes.get("src") or attributes.get("data-src") or ""
        (self._hidden if MEDIA_PATH.search(source) else self._frames).add(source)
        if inside := attributes.get("srcdoc"):
            self.take_texts((inside,))

    def _take_set(self, value: str) -> None:
        for candidate in _candidates(value):
            self._plain.add(candidate)

    def _take_data(self, tag: str, name: str, value: str) -> None:
        """Read an attribute that a script reads: of pictures any address, of others files only."""
        if name.endswith("srcset"):
            self._take_set(value)
        elif _NAME.fullmatch(value) and (
            MEDIA_PATH.search(value)
            or (tag in _SOURCES and _LAZY.search(name) and _ADDRESS.match(value))
        ):
            self._hidden.add(value)
        elif value[:1] in "{[" or "url(" in value:
            self.take_texts((value,))

    def _take_styles(self, text: str, *, any_file: bool = True) -> None:
        if "url(" not in text.lower():
            return
        target = self._hidden if any_file else self._in_text
        for found in islice(_CSS_ADDRESS.finditer(text), _MOST_STYLES):
            if any_file or MEDIA_PATH.search(found[1]):
                target.add(found[1])


def _helped(tag: str, attributes: dict[str, str | None]) -> str | None:
    """The picture or video that an element names which is made for other things too."""
    kind = (attributes.get("type") or attributes.get("as") or "").lower()
    if tag == "link":
        rel = (attributes.get("rel") or "").lower().split()
        preloaded = "preload" in rel and kind in {"image", "video"}
        return attributes.get("href") if preloaded or "image_src" in rel else None
    if tag == "object":
        data = attributes.get("data") or ""
        named = kind.startswith(("image/", "video/")) or MEDIA_PATH.search(data)
        return data if named else None
    return attributes.get("src") if tag == "input" and kind == "image" else None


def _unescaped(found: re.Match[str]) -> str:
    return _UNESCAPED.get(found[0].lower(), '"')


def _candidates(srcset: str) -> list[str]:
    """The addresses in a srcset attribute (HTML 4.8.4.2.1, without the descriptors' details)."""
    found: list[str] = []
    address_next = True
    for token in srcset[: 64 * 1024].split()[: 2 * MOST_MEDIA]:
        address = token
        if not address_next:
            _, comma, address = token.partition(",")
            if not comma:
                continue
        if address.strip(","):
            found.append(address.strip(","))
        address_next = not address or address.endswith(",")
    return found


def _of_data(block: str) -> Iterator[str]:
    """The addresses of media in a data block, "" of none."""
    try:
        waiting: list[tuple[str, object]] = [("", json.loads(block))]
    except (ValueError, RecursionError):
        return
    for _ in range(_MOST_DATA):
        if not waiting:
            return
        name, value = waiting.pop()
        if isinstance(value, dict):
            # A picture may be an object with its address in it.
            media = name in _DATA_MEDIA
            waiting += [
                (name if media and key == "url" else str(key).lower(), one)
                for key, one in value.items()
            ]
        elif isinstance(value, list):
            waiting += [(name, one) for one in value]
        elif isinstance(value, str) and name in _DATA_MEDIA:
            yield value
