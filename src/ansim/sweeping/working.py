"""One worker: it reads a part, hashes what is a picture or a video, and asks the banks.

The bytes of strangers are decoded in the confined child of ``ansim.fetching.confined``; what it
is, its first bytes say, never its name or declared type. A file is held whole while it is decoded,
64 MiB at most, and dropped.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from ansim.errors import AnsimError
from ansim.fetching.confined import Decoder, DecoderUnavailable, DecodeTimeout
from ansim.fingerprints import EmptyFile, Limits, NotMedia, TooManyBytes
from ansim.fingerprints.sniff import sniff
from ansim.matching import RADIUS
from ansim.matching.bankfile_search import BankIndex
from ansim.sweeping.errors import (
    Broken,
    CutShort,
    InputUnreadable,
    InSegments,
    TooSlow,
    UnknownEncoding,
)
from ansim.sweeping.members import Shell
from ansim.sweeping.parts import Batch, Counts, Hit, Part, Range, Result, Trouble
from ansim.sweeping.records import WITH_BODIES, Damage, Record, Walk
from ansim.sweeping.troubles import trouble_of

OpenBanks = Callable[[], Sequence[BankIndex]]

_HEAD: Final = 1024
_READ: Final = 1024 * 1024
_BUFFER: Final = 256 * 1024
_REMEMBERED: Final = 4096
"""Different files of a part whose outcome is remembered; about 1 KiB each."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What every worker is told. ``open_banks`` must be a function that can be pickled.

    ``folder``: what the parts' relative paths start from, which is another one on other machines.
    ``cropped``: copies with a strip cut off are guessed at, too.
    """

    open_banks: OpenBanks
    folder: str = ""
    radius: int = RADIUS
    limits: Limits = field(default_factory=Limits)
    cropped: bool = False


@dataclass(frozen=True, slots=True)
class _Found:
    """What the banks say about one file: (bank, item, distance, exact, disputed, guessed) each."""

    matches: tuple[tuple[int, str, int, bool, bool, bool], ...] = ()
    error: AnsimError | None = None


class Worker:
    """Banks opened once, and one decoder. Raises AnsimError where a bank cannot be opened."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._banks = list(settings.open_banks())
        self._decoder = Decoder(settings.limits, searching=settings.cropped)

    def __enter__(self) -> Self:
        """The worker itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the decoder's child."""
        self._decoder.close()

    def do(self, part: Part) -> Result | Trouble:
        """Read the whole part; a Trouble when it could not be begun, and is to be tried again."""
        settings = self._settings
        job = _Job(self._look, Path(settings.folder), settings.limits.max_bytes)
        try:
            if isinstance(part, Range):
                job.range(part)
            else:
                job.batch(part)
        except (InputUnreadable, DecoderUnavailable) as error:
            return trouble_of(error)
        return job.result

    def _look(self, data: bytes) -> _Found:
        try:
            found = self._decoder.fingerprint(data)
        except DecodeTimeout:
            # Its sentence has a measured time, which would differ from run to run.
            return _Found(error=TooSlow())
        except DecoderUnavailable:
            # Nothing is wrong with the file: the part is not done.
            raise
        except AnsimError as error:
            return _Found(error=error)
        matches = [
            (number, hit.key, hit.distance, hit.exact, hit.disputed, hit.guessed)
            for number, bank in enumerate(self._banks)
            for hit in bank.match(found, self._settings.radius)
        ]
        return _Found(tuple(matches))


class _Job:
    """One part on its way to a result."""

    def __init__(self, look: Callable[[bytes], _Found], folder: Path, max_bytes: int) -> None:
        self.result = Result()
        self._look = look
        self._folder = folder
        self._max_bytes = max_bytes
        self._seen: OrderedDict[bytes, _Found] = OrderedDict()

    @property
    def _counts(self) -> Counts:
        return self.result.counts

    def range(self, part: Range) -> None:
        try:
            with (self._folder / part.path).open("rb", buffering=_BUFFER) as file:
                walk = Walk(Shell(file, part.form), part.low, part.high, part.start)
                for one in walk:
                    if isinstance(one, Damage):
                        self._counts.damaged += 1
                        self._trouble(one.offset, 0, one.broken)
                    else:
                        self._record(one)
        except (OSError, ValueError):
            raise InputUnreadable from None
        self.result.first, self.result.reached = walk.first, walk.reached

    def batch(self, part: Batch) -> None:
        for place, path in enumerate(part.paths):
            self._counts.records += 1
            try:
                with (self._folder / path).open("rb", buffering=0) as file:
                    pieces = iter(lambda file=file: file.read(_READ), b"")  # type: ignore[misc]
                    self._file(pieces, place, 0, walked=part.walked)
            except (OSError, ValueError):
                self._counts.unread += 1
                self._trouble(place, 0, InputUnreadable())

    def _record(self, record: Record) -> None:
        self._counts.records += 1
        if record.kind == "revisit":
            self._counts.revisits += 1
        elif record.kind not in WITH_BODIES:
            self._counts.skipped += 1
        else:
            media = self._counts.media
            if self._file(record.body(), record.offset, record.number, walked=True):
                self.result.urls[record.offset, record.number] = record.url
            if not record.whole and self._counts.media > media:
                self._trouble(record.offset, record.number, InSegments())

    def _file(self, pieces: Iterator[bytes], offset: int, number: int, *, walked: bool) -> bool:
        """Look at one body; whether there was a hit. ``walked``: nobody said it was media."""
        try:
            data = self._media(pieces)
        except UnknownEncoding:
            self._counts.packed += 1
            return False
        except (NotMedia, EmptyFile) as error:
            self._counts.other += 1
            if not walked:
                self._trouble(offset, number, error)
            return False
        except Broken as error:
            self._counts.damaged += 1
            self._trouble(offset, number, error)
            return False
        except AnsimError as error:
            self._counts.media += 1
            self._counts.unread += 1
            self._trouble(offset, number, error)
            return False
        digest = hashlib.sha256(data).digest()
        found = self._remembered(digest, data)
        self._counts.media += 1
        if found.error is not None:
            self._counts.unread += 1
            self._trouble(offset, number, found.error)
        self.result.hits += [Hit(offset, number, digest.hex(), *match) for match in found.matches]
        return bool(found.matches)

    def _media(self, pieces: Iterator[bytes]) -> bytes:
        """The whole file, once its first bytes say that it is media. Raises what ``sniff`` does."""
        parts, size, sniffed = [], 0, False
        try:
            for piece in pieces:
                parts.append(piece)
                size += len(piece)
                if not sniffed and size >= _HEAD:
                    sniff(b"".join(parts)[:_HEAD])
                    sniffed = True
                if size > self._max_bytes:
                    raise TooManyBytes(size=size, limit=self._max_bytes)
        except Broken as broken:
            # What there is of it may still be seen. An archive that ends here is told by the walk;
            # a header that cannot be read is not, and hides whatever the record holds.
            if not parts and not isinstance(broken, CutShort):
                raise
        if not sniffed:
            sniff(b"".join(parts))
        return b"".join(parts)

    def _remembered(self, digest: bytes, data: bytes) -> _Found:
        found = self._seen.get(digest)
        if found is not None:
            self._counts.repeated += 1
            self._seen.move_to_end(digest)
            return found
        found = self._seen[digest] = self._look(data)
        if len(self._seen) > _REMEMBERED:
            self._seen.popitem(last=False)
        return found

    def _trouble(self, offset: int, number: int, error: AnsimError) -> None:
        self.result.troubles.append(trouble_of(error, offset, number))
