"""Mail as the sandbox reads and writes it: notices in, acknowledgements and bounces out."""

import email
import email.policy
import itertools
import os
import re
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage, Message
from email.mime.message import MIMEMessage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.utils import format_datetime, parseaddr
from pathlib import Path
from typing import Final

from ansim.sandbox.chance import dice, token
from ansim.sandbox.sites import Site
from ansim.sandbox.truth import canonical

# Only characters that RFC 3986 allows: a link may be followed by Korean without a space.
URL: Final = re.compile(r"https?://[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+")


@dataclass(frozen=True, slots=True)
class Received:
    """What the sandbox needs to know of a message.

    ``sender`` is whom answers go to, ``return_path`` whom bounces go to; ``automatic``: a machine
    wrote it, so it is never answered.
    """

    message_id: str
    sender: str
    return_path: str
    subject: str
    urls: tuple[str, ...]
    automatic: bool


def read(data: bytes, envelope_sender: str) -> Received:
    """Read a message as it came over SMTP."""
    message = email.message_from_bytes(data, policy=email.policy.default)
    texts = [
        part.get_content()
        for part in message.walk()
        if part.get_content_type() in {"text/plain", "text/html"}
    ]
    found = [url.rstrip(".,;:!?)]'") for text in texts for url in URL.findall(str(text))]
    automatic = str(message.get("Auto-Submitted", "no")).lower() != "no"
    return Received(
        message_id=str(message.get("Message-ID", "")).strip(),
        sender=parseaddr(str(message.get("Reply-To") or message.get("From", "")))[1],
        return_path=envelope_sender,
        subject=str(message.get("Subject", "")),
        urls=tuple(dict.fromkeys(address for url in found if (address := canonical(url)))),
        automatic=automatic or not envelope_sender,
    )


def _reply(site: Site, notice: Received, name: str, at: datetime) -> EmailMessage:
    message = EmailMessage(policy=email.policy.SMTP)
    shown = site.korean if site.language == "ko" else site.english
    message["From"] = f"{shown} <notice@{site.host}>"
    message["To"] = notice.sender
    message["Subject"] = f"Re: {notice.subject}"
    message["Date"] = format_datetime(at)
    message["Message-ID"] = f"<{token(name, notice.message_id, length=20)}@{site.host}>"
    if notice.message_id:
        message["In-Reply-To"] = notice.message_id
        message["References"] = notice.message_id
    return message


def acknowledgement(site: Site, notice: Received, at: datetime) -> bytes:
    """The automatic answer with a receipt number."""
    message = _reply(site, notice, "ack", at)
    message["Auto-Submitted"] = "auto-replied"
    number = dice("receipt", site.host, notice.message_id).randint(100000, 999999)
    receipt = f"{site.host.split('.')[0].upper()}-{at:%Y}-{number}"
    if site.language == "ko":
        text = f"신고를 접수했습니다.\n접수번호: {receipt}\n이 메일은 자동으로 보냈습니다.\n"
    else:
        text = f"We have received your report.\nReceipt number: {receipt}\nThis is an automatic reply.\n"
    message.set_content(text)
    return message.as_bytes()


def polite_claim(site: Site, notice: Received, at: datetime) -> bytes:
    """A person's answer that says the post is gone. It need not be true."""
    message = _reply(site, notice, "claim", at)
    if site.language == "ko":
        text = "안녕하세요. 말씀하신 게시물은 삭제했습니다. 불편을 드려 죄송합니다.\n"
    else:
        text = "Hello, we have removed the post you wrote about. Sorry for the trouble.\n"
    message.set_content(text)
    return message.as_bytes()


def bounce(site: Site, notice: Received, recipient: str, at: datetime) -> bytes:
    """A delivery status notification (RFC 3464) for ``recipient``."""
    report = MIMEMultipart("report", report_type="delivery-status")
    report["From"] = f"Mail Delivery System <MAILER-DAEMON@{site.host}>"
    report["To"] = notice.return_path
    report["Subject"] = "Undelivered Mail Returned to Sender"
    report["Date"] = format_datetime(at)
    report["Message-ID"] = f"<{token('dsn', notice.message_id, recipient, length=20)}@{site.host}>"
    report["Auto-Submitted"] = "auto-replied"
    if notice.message_id:
        report["In-Reply-To"] = notice.message_id
    # A boundary by name and not by chance, so that the same story gives the same mail.
    report.set_boundary(f"=_{token('boundary', notice.message_id, recipient, length=24)}")
    report.attach(MIMEText(f"The mailbox <{recipient}> does not exist.\n", "plain", "utf-8"))
    machine, one = Message(), Message()
    machine["Reporting-MTA"] = f"dns; mx.{site.host}"
    machine["Arrival-Date"] = format_datetime(at)
    one["Final-Recipient"] = f"rfc822; {recipient}"
    one["Action"] = "failed"
    one["Status"] = "5.1.1"
    one["Diagnostic-Code"] = "smtp; 550 5.1.1 mailbox unavailable"
    status = Message()
    status["Content-Type"] = "message/delivery-status"
    status.set_payload([machine, one])
    report.attach(status)
    headers = Message()
    headers["Message-ID"] = notice.message_id
    headers["To"] = recipient
    returned = MIMEMessage(headers)
    returned.replace_header("Content-Type", "text/rfc822-headers")
    returned.set_payload(headers.as_string())
    report.attach(returned)
    return report.as_bytes(policy=email.policy.SMTP)


class Maildir:
    """The centre's mailbox on disk: each message complete and synced before it can be seen."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = itertools.count(1)
        for name in ("tmp", "new", "cur"):
            (folder / name).mkdir(parents=True, exist_ok=True)

    def put(self, data: bytes, at: datetime) -> None:
        """Deliver one message; it is on disk when this returns."""
        name = f"{int(at.timestamp())}.M{next(self._numbers):06d}P{os.getpid()}.sandbox"
        draft = self._folder / "tmp" / name
        with draft.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        draft.rename(self._folder / "new" / name)
