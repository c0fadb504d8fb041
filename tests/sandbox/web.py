"""Plain looks and plain mails: sockets and the standard library, none of Ansim's own parts."""

import email
import email.policy
import http.client
import smtplib
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import urlsplit

from ansim.sandbox import Copy, Internet

RETURN_PATH = "bounces@centre.test"
HOME, ABROAD = "127.78.0.1", "127.78.0.2"


@dataclass
class Look:
    status: int
    kind: str
    location: str
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


def look(net: Internet, url: str, source: str = HOME) -> Look:
    """One GET from a source address, by the resolver's answer."""
    parts = urlsplit(url)
    (endpoint,) = net.resolver.resolve(parts.hostname or "", parts.port or 80)
    connection = http.client.HTTPConnection(
        endpoint.address, endpoint.port, timeout=10, source_address=(source, 0)
    )
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    connection.request("GET", path, headers={"Host": parts.netloc})
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return Look(
        answer.status,
        answer.getheader("Content-Type", ""),
        answer.getheader("Location", ""),
        body,
    )


def write(
    net: Internet,
    to: str,
    *urls: str,
    number: int = 1,
    copy_to_centre: bool = False,
    automatic: bool = False,
) -> str:
    """Send a notice about ``urls``; its Message-ID."""
    message = EmailMessage()
    message["From"] = "Centre <notice@centre.test>"
    message["To"] = to
    message["Subject"] = "R-7F3K2"
    message["Message-ID"] = f"<n{number}.{to.replace('@', '.')}@centre.test>"
    if automatic:
        message["Auto-Submitted"] = "auto-generated"
    message.set_content("다음 주소의 게시물을 지워 주세요.\n\n" + "\n".join(urls) + "\n")
    recipients = [to, "sent@centre.test"] if copy_to_centre else [to]
    with smtplib.SMTP(net.smtp_host, net.smtp_port, timeout=10) as server:
        server.send_message(message, from_addr=RETURN_PATH, to_addrs=recipients)
    return str(message["Message-ID"])


def mailbox(net: Internet) -> list[EmailMessage]:
    """The centre's mails, oldest first."""
    files = sorted(Path(net.maildir, "new").iterdir(), key=lambda path: path.name.split(".")[1])
    return [
        email.message_from_bytes(path.read_bytes(), policy=email.policy.default) for path in files
    ]


def copy_at(net: Internet, site: str) -> Copy:
    """A copy that stands on ``site``."""
    return next(copy for copy in net.truth.copies if copy.site == site)
