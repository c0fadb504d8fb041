"""Where pictures and videos become files: on demand, in memory, each painted once."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from ansim.sandbox.copies import CONTENT_TYPES, Alteration, encode, reworked
from ansim.sandbox.pictures import Picture, paint
from ansim.sandbox.videos import film, poster


@dataclass(frozen=True, slots=True)
class Artwork:
    """A file by name: what it shows (``picture.key``; also a video's name) and how altered."""

    kind: Literal["picture", "video", "poster"]
    picture: Picture
    change: Alteration

    @property
    def content_type(self) -> str:
        """The media type of the file."""
        return "image/jpeg" if self.kind == "poster" else CONTENT_TYPES[self.change.format]


class Studio:
    """Makes the bytes of an artwork of one world; keeps them in memory only."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._files: dict[Artwork, bytes] = {}
        self._locks: dict[Artwork, threading.Lock] = {}
        self._guard = threading.Lock()

    def file(self, artwork: Artwork) -> bytes:
        """The file's bytes; two who ask at once share one painting."""
        made = self._files.get(artwork)
        if made is not None:
            return made
        with self._guard:
            lock = self._locks.setdefault(artwork, threading.Lock())
        with lock:
            if artwork not in self._files:
                self._files[artwork] = self._make(artwork)
            return self._files[artwork]

    def ready(self, artwork: Artwork) -> bytes | None:
        """The bytes if they have been made already."""
        return self._files.get(artwork)

    def _make(self, artwork: Artwork) -> bytes:
        key, change = artwork.picture.key, artwork.change
        makers: dict[str, Callable[[], bytes]] = {
            "video": lambda: film(self._seed, key, change),
            "poster": lambda: poster(self._seed, key, change),
            "picture": lambda: encode(reworked(paint(self._seed, artwork.picture), change), change),
        }
        return makers[artwork.kind]()
