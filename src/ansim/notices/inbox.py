"""The centre's mail folders, in the Maildir format that every mail server can deliver to.

A Maildir is read here by its file names and not through ``mailbox.Maildir``, which parses a whole
untrusted message to answer what its name says, and writes it anew to mark it as seen.
"""

from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

from ansim.errors import AnsimError
from ansim.notices.incoming import RAW_LIMIT, Inbound, header, parse_headers, parse_inbound

_FLAGS = ":2,"


class NoMaildir(AnsimError):
    """The folder is not a Maildir."""

    code = "no_maildir"
    sentences = {
        "en": 'The mail folder "{folder}" is not a Maildir; it must hold the folders cur, new '
        "and tmp.",
        "ko": "메일 폴더 “{folder}”가 Maildir 형식이 아닙니다. cur, new, tmp 폴더가 있어야 합니다.",
    }


class _Maildir:
    """Messages of a Maildir as files; a key is the file's name without its flags."""

    def __init__(self, path: Path) -> None:
        if not all((path / part).is_dir() for part in ("cur", "new", "tmp")):
            raise NoMaildir(folder=path.name)
        self._path = path

    def files(self) -> Iterator[tuple[str, Path]]:
        """Key and file of every delivered message."""
        for part in ("new", "cur"):
            for file in (self._path / part).iterdir():
                if not file.name.startswith("."):
                    yield file.name.partition(":")[0], file

    def file(self, key: str) -> Path | None:
        """The file of one message, None when it is gone."""
        return next((file for found, file in self.files() if found == key), None)

    def seen_name(self, file: Path, key: str) -> Path:
        """Where a message lies once it has been seen; other flags are kept, in order."""
        flags = set(file.name.partition(_FLAGS)[2]) | {"S"}
        return self._path / "cur" / f"{key}{_FLAGS}{''.join(sorted(flags))}"


def _read(file: Path) -> tuple[bytes, datetime] | None:
    """The first octets and the delivery time; None if the file was moved meanwhile."""
    try:
        with file.open("rb") as opened:
            return opened.read(RAW_LIMIT), datetime.fromtimestamp(file.stat().st_mtime, UTC)
    except FileNotFoundError:
        return None


class SentCopies:
    """The centre's own copies: proof that a letter was handed over, whoever was killed since.

    Raises:
        NoMaildir: ``path`` is not a Maildir.
    """

    def __init__(self, path: Path) -> None:
        self._box = _Maildir(path)
        self._seen: dict[str, tuple[str, datetime]] = {}

    def find(self, message_id: str) -> datetime | None:
        """When the letter with this Message-ID was sent; None when there is no copy.

        Copies read before are remembered, so that a search reads only what is new.
        """
        for key, file in self._box.files():
            copy = None if key in self._seen else _read(file)
            if copy is None:
                continue
            headers = parse_headers(copy[0])
            try:
                sent = parsedate_to_datetime(header(headers, "Date")).astimezone(UTC)
            except (ValueError, TypeError, IndexError, OverflowError):
                sent = copy[1]
            self._seen[key] = (header(headers, "Message-ID"), sent)
        return min((at for found, at in self._seen.values() if found == message_id), default=None)


class Inbox:
    """What others wrote to the centre.

    ``own`` are the centre's own addresses: a copy of an outgoing letter that lands in the same
    folder is passed over.

    Raises:
        NoMaildir: ``path`` is not a Maildir.
    """

    def __init__(self, path: Path, *, own: Collection[str] = ()) -> None:
        self._box = _Maildir(path)
        self._own = {address.lower() for address in own}

    def read(self) -> list[Inbound]:
        """Every message that is not marked as seen, the oldest first."""
        found = []
        for key, file in self._box.files():
            copy = None if "S" in file.name.partition(_FLAGS)[2] else _read(file)
            if copy is None:
                continue
            message = parse_inbound(copy[0], key=key, delivered_at=copy[1])
            if message.sender.lower() not in self._own:
                found.append(message)
        return sorted(found, key=lambda message: (message.received_at, message.key))

    def mark_seen(self, key: str) -> None:
        """Keep the message, but do not show it again; a key that is gone changes nothing."""
        file = self._box.file(key)
        if file is not None:
            with suppress(FileNotFoundError):
                file.rename(self._box.seen_name(file, key))

    def forget(self, key: str) -> None:
        """Delete the message; a key that is gone changes nothing."""
        file = self._box.file(key)
        if file is not None:
            file.unlink(missing_ok=True)


def read_inbox(path: Path, *, own: Collection[str] = ()) -> list[Inbound]:
    """What is unseen in the Maildir ``path``, the oldest first.

    Raises:
        NoMaildir: ``path`` is not a Maildir.
    """
    return Inbox(path, own=own).read()


def mark_seen(path: Path, key: str) -> None:
    """Keep a message of the Maildir ``path``, but do not show it again."""
    Inbox(path).mark_seen(key)


def forget(path: Path, key: str) -> None:
    """Delete a message of the Maildir ``path``."""
    Inbox(path).forget(key)


def forget_numbered(path: Path, known: Callable[[Collection[str]], bool]) -> int:
    """Delete every message of the Maildir ``path`` one of whose numbers ``known`` recognises.

    Numbers are a message's own Message-ID, the ones that it answers or names, and the token of
    our address. Returns how many were deleted. Raises NoMaildir.
    """
    gone = 0
    for key, file in _Maildir(path).files():
        copy = _read(file)
        if copy is None:
            continue
        own = header(parse_headers(copy[0]), "Message-ID")
        inbound = parse_inbound(copy[0], key=key, delivered_at=copy[1])
        numbers = (own, inbound.in_reply_to, inbound.request_token, *inbound.references)
        if known([one for one in numbers if one]):
            file.unlink(missing_ok=True)
            gone += 1
    return gone
