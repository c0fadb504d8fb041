"""A mail relay on loopback that delivers the centre's copies to its Maildir, and answers as told."""

import asyncio
import socket
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread
from uuid import uuid4

from aiosmtpd.smtp import SMTP

from ansim.notices import SmtpSettings

CENTRE = "notice@centre.test"
COPY = "notice+sent@centre.test"


@dataclass
class Relay:
    """Takes letters; ``answers`` maps a recipient to another answer than 250."""

    maildir: Path
    answers: dict[str, str] = field(default_factory=dict)
    taken: list[tuple[str, tuple[str, ...], str]] = field(default_factory=list)
    settings: SmtpSettings = field(default_factory=lambda: SmtpSettings("127.0.0.1", 1))

    async def handle_RCPT(self, _server, _session, envelope, address, _options) -> str:  # noqa: N802
        if address in self.answers:
            return self.answers[address]
        envelope.rcpt_tos.append(address)
        return "250 ok"

    async def handle_DATA(self, _server, _session, envelope) -> str:  # noqa: N802
        text = envelope.content.decode()
        self.taken.append((envelope.mail_from, tuple(envelope.rcpt_tos), text))
        if COPY in envelope.rcpt_tos:
            self.deliver(text)
        return "250 taken"

    def deliver(self, text: str, name: str = "") -> str:
        """Put a mail into the centre's mailbox."""
        name = name or uuid4().hex
        (self.maildir / "new" / name).write_bytes(text.encode())
        return name

    def letters_to(self, address: str) -> list[str]:
        """The letters that one recipient got."""
        return [text for _, to, text in self.taken if address in to]


def serve(relay: Relay) -> Iterator[Relay]:
    """Run the relay until the test is over."""
    loop = asyncio.new_event_loop()
    make: Callable[[], SMTP] = lambda: SMTP(relay, hostname="relay.test", loop=loop)  # noqa: E731
    server = loop.run_until_complete(loop.create_server(make, "127.0.0.1", 0))
    relay.settings = SmtpSettings("127.0.0.1", server.sockets[0].getsockname()[1])
    thread = Thread(target=loop.run_forever, daemon=True)
    thread.start()
    yield relay
    loop.call_soon_threadsafe(server.close)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(5)


def dead_port() -> SmtpSettings:
    """A relay that is down."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return SmtpSettings("127.0.0.1", probe.getsockname()[1])


def mailbox(folder: Path) -> Path:
    """An empty Maildir."""
    for part in ("cur", "new", "tmp"):
        (folder / part).mkdir(parents=True)
    return folder
