"""Real sockets on loopback: an HTTP server for each host name and one mail server for all."""

import asyncio
import socket
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

from aiohttp import web
from aiosmtpd.smtp import SMTP, Envelope, Session

from ansim.sandbox.answers import Answer, Request
from ansim.sandbox.studio import Studio

FALLBACK: Final = "127.0.0.1"
MAIL_ADDRESS: Final = "127.77.0.250"
HOME: Final = "KR"
"""The country of a peer whose address stands for no vantage point."""


def bindable(address: str) -> str:
    """``address`` when this machine lets us listen there, else 127.0.0.1 (not Linux)."""
    try:
        with socket.create_server((address, 0)):
            return address
    except OSError:
        return FALLBACK


class WebServers:
    """One small HTTP server for each host name, each on a loopback address of its own."""

    def __init__(
        self,
        hosts: Sequence[str],
        reply: Callable[[Request], Answer],
        studio: Studio,
        countries: Mapping[str, str],
    ) -> None:
        self._hosts = tuple(hosts)
        self._reply = reply
        self._studio = studio
        self._countries = countries
        self._runners: list[web.ServerRunner] = []
        self._painters = ThreadPoolExecutor(2, thread_name_prefix="sandbox-painter")
        self.addresses: dict[str, tuple[str, int]] = {}
        # Who fetched pictures and videos, by what they called themselves.
        self.media_requests: Counter[str] = Counter()

    async def start(self) -> None:
        """Listen on every address; afterwards ``addresses`` says where."""
        for number, host in enumerate(self._hosts, start=1):
            runner = web.ServerRunner(web.Server(self._handler(host), access_log=None))
            await runner.setup()
            self._runners.append(runner)
            site = web.TCPSite(runner, bindable(f"127.77.0.{number}"), 0)
            await site.start()
            address, port = runner.addresses[0][:2]
            self.addresses[host] = (address, port)

    async def stop(self) -> None:
        """Close every server."""
        for runner in self._runners:
            await runner.cleanup()
        self._painters.shutdown(wait=False, cancel_futures=True)

    def _handler(self, host: str) -> Callable[[web.BaseRequest], Any]:
        async def handle(request: web.BaseRequest) -> web.Response:
            if request.method not in {"GET", "HEAD"}:
                return web.Response(status=405, headers={"Allow": "GET, HEAD"})
            named = request.host.partition(":")[0].lower()
            if named != host:
                return web.Response(status=421, text="misdirected")
            country = self._countries.get(request.remote or "", HOME)
            asked = Request(host, request.path, dict(request.query), country)
            answer = self._reply(asked)
            if answer.file is not None:
                self.media_requests[request.headers.get("User-Agent", "")] += 1
            return await self._response(answer, host)

        return handle

    async def _response(self, answer: Answer, host: str) -> web.Response:
        headers = {"Server": f"{host.partition('.')[0]}/1.0", **answer.headers}
        headers["Content-Type"] = answer.content_type
        if answer.file is None:
            return web.Response(status=answer.status, body=answer.text.encode(), headers=headers)
        body = self._studio.ready(answer.file)
        if body is None:
            loop = asyncio.get_running_loop()
            body = await loop.run_in_executor(self._painters, self._studio.file, answer.file)
        return web.Response(status=answer.status, body=body, headers=headers)


class MailServer:
    """The mail server of every domain of the sandbox, the centre's own included."""

    def __init__(
        self,
        known: Callable[[str], bool],
        receive: Callable[[bytes, str, list[str]], None],
    ) -> None:
        self._known = known
        self._receive = receive
        self._server: asyncio.Server | None = None

    async def start(self) -> tuple[str, int]:
        """Listen; the address and port."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: SMTP(self, hostname="mx.sandbox.test", enable_SMTPUTF8=True, loop=loop),
            bindable(MAIL_ADDRESS),
            0,
        )
        address, port = self._server.sockets[0].getsockname()[:2]
        return str(address), int(port)

    async def stop(self) -> None:
        """Stop listening."""
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    async def handle_RCPT(  # noqa: N802 - the name that aiosmtpd calls
        self,
        _server: SMTP,
        _session: Session,
        envelope: Envelope,
        address: str,
        _options: list[str],
    ) -> str:
        """Refuse recipients of domains that do not exist here."""
        if not self._known(address):
            return "550 5.1.2 no such domain"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - the name that aiosmtpd calls
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        """Take the message; what belongs to the centre is on disk before the answer."""
        content = envelope.content or b""
        data = content if isinstance(content, bytes) else content.encode()
        self._receive(data, envelope.mail_from or "", list(envelope.rcpt_tos))
        return "250 2.0.0 taken"
