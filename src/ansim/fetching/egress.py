"""The ways out of a vantage point: proxies that are told an address, never a name.

The proxy is asked to CONNECT to the very address that the gate passed, for http and for https, so
that nobody looks the name up a second time. It must allow CONNECT to ports 80 and 443. Whatever
goes wrong before the tunnel stands is the vantage point's own failure (``egress``): it says
nothing about the site. So is a tunnel that breaks before the site's first byte: nobody can tell
whether the site, a censor on its way or the proxy broke it.
"""

import base64
import contextlib
import re
import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from ipaddress import ip_address
from typing import ClassVar
from urllib.parse import SplitResult, unquote, urlsplit

from ansim.errors import AnsimError
from ansim.fetching.refusals import FetchFailed
from ansim.fetching.resolving import Endpoint

MAX_ANSWER_BYTES = 16 * 1024
_STATUS = re.compile(rb"HTTP/1\.[01] 2\d\d(?: |\r?\n)")


class MalformedProxy(AnsimError):
    """The text names no proxy."""

    code = "malformed_proxy"
    sentences: ClassVar[dict[str, str]] = {
        "en": "This is no proxy of a vantage point. Write http://host:port, "
        "for example http://10.8.0.2:3128.",
        "ko": "확인 지역의 프록시를 읽을 수 없습니다. http://호스트:포트로 쓰세요. "
        "예: http://10.8.0.2:3128",
    }


class EgressFailed(FetchFailed):
    """The vantage point could not get out, so the look says nothing about the site."""

    def __init__(self) -> None:
        super().__init__("connect_failed", "egress")


@dataclass(frozen=True, slots=True)
class Proxy:
    """Where a proxy listens, and what it wants to hear ("" or a Proxy-Authorization value)."""

    host: str
    port: int
    authorization: str = field(default="", repr=False)


@lru_cache(maxsize=64)
def read_proxy(text: str) -> Proxy:
    """The proxy that ``http://[user:password@]host:port`` names.

    Raises:
        MalformedProxy: it is not of that form.

    """
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise MalformedProxy from error
    plain = parts.scheme == "http" and parts.path in {"", "/"} and not parts.query + parts.fragment
    if not plain or not parts.hostname or not port or not text.isascii() or not text.isprintable():
        raise MalformedProxy
    return Proxy(parts.hostname, port, _authorization(parts))


def _authorization(parts: SplitResult) -> str:
    if parts.username is None:
        return ""
    pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
    return "Basic " + base64.b64encode(pair.encode()).decode()


def proxy_endpoints(proxy: Proxy) -> list[Endpoint]:
    """The addresses of the proxy itself, by the machine's own names (it is the operator's).

    Raises:
        EgressFailed: it has none.

    """
    try:
        found = socket.getaddrinfo(proxy.host, proxy.port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise EgressFailed from error
    addresses = dict.fromkeys(str(entry[4][0]) for entry in found)
    return [Endpoint(address, proxy.port) for address in addresses]


def open_tunnel(
    plain: socket.socket, proxy: Proxy, endpoint: Endpoint, remaining: Callable[[], float]
) -> None:
    """Ask the proxy at the other end of ``plain`` for a tunnel to ``endpoint``.

    ``remaining`` gives the seconds that are left for it; it raises FetchFailed at their end.

    Raises:
        EgressFailed: it gave none, or not in time.

    """
    at = f"[{endpoint.address}]" if ":" in endpoint.address else endpoint.address
    lines = [f"CONNECT {at}:{endpoint.port} HTTP/1.1", f"Host: {at}:{endpoint.port}"]
    if proxy.authorization:
        lines.append(f"Proxy-Authorization: {proxy.authorization}")
    answer = b""
    try:
        plain.settimeout(remaining())
        plain.sendall(("\r\n".join(lines) + "\r\n\r\n").encode("ascii"))
        while b"\r\n\r\n" not in answer and len(answer) < MAX_ANSWER_BYTES:
            # Anew for each piece: a proxy that drips would hold the look for hours.
            plain.settimeout(remaining())
            piece = plain.recv(4096)
            if not piece:
                break
            answer += piece
    except (OSError, FetchFailed) as error:
        raise EgressFailed from error
    # In a tunnel the site speaks second: bytes after the head would be the proxy's own words.
    _, end, more = answer.partition(b"\r\n\r\n")
    if not _STATUS.match(answer) or not end or more:
        raise EgressFailed


def same_address(one: str, other: str) -> bool:
    """Whether two texts name the same IP address; a zone index does not count."""
    with contextlib.suppress(ValueError):
        return ip_address(one.partition("%")[0]) == ip_address(other.partition("%")[0])
    return False
