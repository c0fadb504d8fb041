"""Hostile targets whose site answers, and plays a trick with the answer."""

import zlib
from collections.abc import Callable, Iterator
from itertools import count

from tests.fetching.hostile_servers import Play, Wire
from tests.fetching.hostile_targets import SPECIAL, Target

HOST = "hostile.test"
SITE = {HOST: (("SITE",),)}
OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
PAGE = b"<html><title>Quiet</title><body><p>A page about gardens and paths.</p></body></html>"
PLAIN = OK + b"Content-Length: %d\r\n\r\n" % len(PAGE) + PAGE
_SERIAL = count()


def redirect(to: str, status: int = 302, body: bytes = b"") -> bytes:
    head = f"HTTP/1.1 {status} Away\r\nLocation: {to}\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def played(family: str, what: str, play: Play, *expected: str, **more: object) -> Target:
    """A target at the hostile site that plays ``play``."""
    path = f"/{next(_SERIAL)}"
    plays = {path: play, "/ok": PLAIN, **more.pop("plays", {})}  # type: ignore[dict-item]
    answers = {**SITE, **more.pop("answers", {})}  # type: ignore[dict-item]
    return Target(family, what, f"http://{HOST}{path}", expected, answers, plays, **more)  # type: ignore[arg-type]


# Where a redirect may try to lead, and what must come of it.
AWAY = {
    "http://127.0.0.1{port}/": "special_address",
    "//127.0.0.1{port}/": "special_address",
    "http://127.1{port}/": "special_address",
    "http://2130706433{port}/": "special_address",
    "http://0x7f000001{port}/": "special_address",
    "http://[::1]{port}/": "special_address",
    "http://[::ffff:127.0.0.1]{port}/": "special_address",
    "http://0.0.0.0{port}/": "special_address",
    "https://169.254.169.254/latest/meta-data/": "special_address",
    "http://\u2460\u2461\u2466.0.0.1{port}/": "special_address",
    "http://inside.test/": "special_address",
    "//half.test/": "special_address",
    "http://localhost{port}/": "special_name",
    "http://router/": "special_name",
    "file:///etc/passwd": "bad_scheme",
    "gopher://127.0.0.1:6379/_FLUSHALL": "bad_scheme",
    "ftp://127.0.0.1/": "bad_scheme",
    "data:text/html,<p>x": "bad_scheme",
    "javascript:alert(1)": "bad_scheme",
    "http://a@127.0.0.1{port}/": "userinfo",
    "//a:b@127.0.0.1{port}/": "userinfo",
    "http:\\\\127.0.0.1{port}\\": "backslash",
    "/\\127.0.0.1{port}/": "backslash",
    "http://hostile.test:22/": "port",
    "http://hostile.test:6379/": "port",
    "/\t/127.0.0.1/": "control_character",
    "http://[::1": "malformed",
    "http://" + "a" * 9000 + ".test/": "too_long",
}  # fmt: skip
INSIDE = {"inside.test": (("127.0.0.1",),), "half.test": (("SITE", "127.0.0.2"),)}


def redirects() -> Iterator[Target]:
    """Redirects of every kind into private space, and loops."""
    for status in (301, 302, 303, 307, 308):
        for to, reason in AWAY.items():
            yield played(
                "redirects", f"{status} to {to[:50]!r}", redirect(to, status),
                f"refused:{reason}", answers=INSIDE,
            )  # fmt: skip
    for to, reason in AWAY.items():
        plays = {"/b": redirect("/c", 307, PAGE), "/c": redirect(to, 308)}
        yield played(
            "redirect chains", f"three hops, then {to[:40]!r}", redirect("/b", 301),
            f"refused:{reason}", plays=plays, answers=INSIDE,
        )  # fmt: skip
    family = "redirect loops"
    yield Target(
        family, "to itself", f"http://{HOST}/self", ("refused:redirect_limit",), SITE,
        {"/self": redirect("/self")},
    )  # fmt: skip
    plays = {"/a": redirect("/z"), "/z": redirect("/a?x=1"), "/a?x=1": redirect("/a")}
    limit = ("refused:redirect_limit",)
    yield Target(family, "between pages", f"http://{HOST}/a", limit, SITE, plays)
    plays = {f"/n{one}": redirect(f"/n{one + 1}") for one in range(40)}
    yield Target(family, "forty pages", f"http://{HOST}/n0", limit, SITE, plays)
    plays = {"/": redirect("http://other.test/")}
    hosts = SITE | {"other.test": (("SITE",),)}
    yield Target(family, "between hosts", f"http://{HOST}/", limit, hosts, plays)


def refreshes() -> Iterator[Target]:
    """Pages that send a browser on at once; followed or not, nothing inside may be reached."""
    for to, reason in AWAY.items():
        text = to.replace("&", "&amp;").replace('"', "&quot;")
        body = f'<html><head><meta http-equiv="refresh" content="0; url={text}"></head></html>'
        raw = body.encode()
        head = OK + b"\r\n"
        # A page is read as a browser reads it: "\\" is "/" there, and what is no link is no refresh.
        expected = ("answered", "refused")
        if reason in {"special_address", "special_name", "port", "userinfo"}:
            expected = (f"refused:{reason}",)
        yield played("meta refresh", f"to {to[:50]!r}", head + raw, *expected, answers=INSIDE)


def refresh_headers() -> Iterator[Target]:
    """The same in a header, which browsers obey as well."""
    for to, reason in AWAY.items():
        if "\t" in to:
            continue
        head = OK + f"Refresh: 0; url={to}\r\nContent-Length: {len(PAGE)}\r\n\r\n".encode()
        expected = ("answered", "refused")
        if reason in {"special_address", "special_name", "port", "userinfo"}:
            expected = (f"refused:{reason}",)
        yield played("refresh header", f"to {to[:50]!r}", head + PAGE, *expected, answers=INSIDE)


def rebinding() -> Iterator[Target]:
    """A name service that changes its mind: each hop may ask once, and must dial what it heard."""
    family = "rebinding"
    for number, inside in enumerate(("127.0.0.1", "127.0.0.2", "127.1.1.1", "::1", "10.0.0.1")):
        host = f"mind{number}.test"
        turns = {host: (("SITE",), (inside,))}
        url = f"http://{host}/ok"
        yield Target(family, f"then {inside}", url, ("answered",), turns, {"/ok": PLAIN}, asked=1)
        yield Target(
            family, f"then {inside}, with robots.txt between", url, ("answered",), turns,
            {"/ok": PLAIN}, asked=1, robots=True,
        )  # fmt: skip
        away = {"/ok": redirect("/next"), "/next": PLAIN}
        what = f"then {inside}, behind a redirect to itself"
        yield Target(family, what, url, SPECIAL, turns, away, asked=2)
        back = {host: ((inside,), ("SITE",))}
        yield Target(family, f"first {inside}", url, SPECIAL, back, {"/ok": PLAIN}, asked=1)
    # An idle connection to the first address must not be taken for the second.
    robots = {"/robots.txt": redirect("http://127.0.0.1{port}/robots.txt"), "/ok": PLAIN}
    for what, rules in (
        ("robots.txt that leads inside", robots),
        (
            "robots.txt that leads to a name inside",
            {**robots, "/robots.txt": redirect("http://inside.test/robots.txt")},
        ),
    ):
        yield Target(
            family, what, f"http://{HOST}/ok", ("answered",), SITE | INSIDE, rules, robots=True
        )


def slow() -> Iterator[Target]:
    """Servers that never finish: each look ends at its deadline."""
    family, late = "slow servers", "timed_out"

    def dripped(head: bytes, drop: bytes = b"x") -> Callable[[Wire], None]:
        def play(wire: Wire) -> None:
            wire.send(head)
            while True:
                wire.drip(drop)

        return play

    yield played(family, "silence after the request", Wire.silence, late)
    yield played(family, "the status line, a letter at a time", dripped(b"HTTP/1.1 200 O"), late)
    yield played(family, "headers, a letter at a time", dripped(OK, b"X-A: b\r\n"), late)
    yield played(family, "one header without end", dripped(OK + b"X-Long: "), late)
    yield played(
        family, "a body of known length", dripped(OK + b"Content-Length: 99999\r\n\r\n"), late
    )
    yield played(family, "a body of unknown length", dripped(OK + b"\r\n"), late)
    chunked = OK + b"Transfer-Encoding: chunked\r\n\r\n"
    yield played(family, "chunks of a letter", dripped(chunked, b"1\r\nx\r\n"), late)
    yield played(family, "a chunk's size", dripped(chunked, b"0"), late)
    yield played(family, "trailers", dripped(chunked + b"0\r\n", b"X: y\r\n"), late)
    yield played(
        family, "interim answers", dripped(b"", b"HTTP/1.1 102 Wait\r\n\r\n"), late, "broken"
    )
    squeezed = zlib.compressobj(9, zlib.DEFLATED, 31).compress(b"x") or b"\x1f\x8b\x08" + bytes(7)
    zipped = OK + b"Content-Encoding: gzip\r\n\r\n" + squeezed
    yield played(family, "a compressed body", dripped(zipped, b"\0"), late, "broken")
    away = b"HTTP/1.1 302 Away\r\nLocation: /ok\r\nContent-Length: 999\r\n\r\n"
    yield played(family, "a redirect's body", dripped(away), "answered")
    picture = b"HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\n\r\n\xff\xd8\xff\xe0"
    yield played(family, "a picture", dripped(picture, b"\0"), late)
    for name, hello in (
        ("silent", Wire.silence),
        ("a letter at a time", lambda wire: wire.drip(b"\x16\x03\x03\x00\x50" + bytes(99))),
        ("a record that is never whole", dripped(b"\x16\x03\x03\x40\x00", b"\2")),
    ):
        host = f"tls{len(name)}.test"
        yield Target(
            family, f"TLS: {name}", f"https://{host}/", (late, "tls_failed"), {host: (("SITE",),)},
            greeting=hello,
        )  # fmt: skip
    rules = {"/robots.txt": dripped(OK + b"\r\n", b"#"), "/ok": PLAIN}
    yield Target(family, "robots.txt", f"http://{HOST}/ok", (late,), SITE, rules, robots=True)


def malformed() -> Iterator[Target]:
    """Answers that are no HTTP, or that contradict their own frame."""
    chunked = OK + b"Transfer-Encoding: chunked\r\n\r\n"
    length = OK + b"Content-Length: "
    broken = {
        "no status line": b"hello\r\n\r\n",
        "HTTP/0.9": b"<html>plain</html>\r\n\r\n",
        "HTTP/2 preface": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "HTTP/3": b"HTTP/3 200 OK\r\n\r\n",
        "a status of 4 digits": b"HTTP/1.1 2000 OK\r\n\r\n",
        "a status of letters": b"HTTP/1.1 OK 200\r\n\r\n",
        "a negative status": b"HTTP/1.1 -200 OK\r\n\r\n",
        "two spaces": b"HTTP/1.1  200 OK\r\n\r\n",
        "another protocol": b"SSH-2.0-OpenSSH_9.9\r\n\r\n",
        "mail": b"220 mail.test ESMTP\r\n\r\n",
        "redis": b"-ERR unknown command\r\n\r\n",
        "two lengths": length + b"5\r\nContent-Length: 6\r\n\r\nxxxxxx",
        "two lengths in one": length + b"5, 6\r\n\r\nxxxxxx",
        "a negative length": length + b"-1\r\n\r\nx",
        "a hexadecimal length": length + b"0x5\r\n\r\nxxxxx",
        "a length with a sign": length + b"+5\r\n\r\nxxxxx",
        "a length of words": length + b"many\r\n\r\nx",
        "a length of 20 digits": length + b"9" * 20 + b"\r\n\r\nx",
        "a length in other digits": length + "٥".encode() + b"\r\n\r\nxxxxx",
        "a length never kept": length + b"5000\r\n\r\nx",
        "no chunk": chunked,
        "a chunk cut off": chunked + b"ff\r\nx",
        "a chunk without its end": chunked + b"1\r\nxy\r\n0\r\n\r\n",
        "a negative chunk": chunked + b"-1\r\nx\r\n0\r\n\r\n",
        "a chunk of 2^64": chunked + b"10000000000000000\r\nx\r\n0\r\n\r\n",
        "a chunk of 0x": chunked + b"0x1\r\nx\r\n0\r\n\r\n",
        "a chunk with spaces before it": chunked + b" 1\r\nx\r\n0\r\n\r\n",
        "chunked twice": OK + b"Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
        "chunked, then gzip": OK + b"Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n",
        "an unknown transfer coding": OK + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        "identity": OK + b"Transfer-Encoding: identity\r\n\r\nx",
        "only interim answers": b"HTTP/1.1 100 Go\r\n\r\n" * 9,
    }
    for what, raw in broken.items():
        yield played("framing", what, raw, "broken", "connect_failed")


def odd() -> Iterator[Target]:
    """Answers that say one thing and do another, and can be read all the same."""
    harmless = {
        "a length and chunks": OK + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n",
        "a second answer behind the first": PLAIN + b"HTTP/1.1 200 OK\r\nX: evil\r\n\r\nevil",
        "a name with a space": OK + b"Content-Length : 99\r\nContent-Length: 1\r\n\r\nx",
        "bare line feeds": b"HTTP/1.1 200 OK\nContent-Type: text/html\nContent-Length: 1\n\nx",
        "a header without a name": OK + b": x\r\nContent-Length: 1\r\n\r\nx",
        "a folded length": OK + b"X: a\r\n Content-Length: 99\r\nContent-Length: 1\r\n\r\nx",
        "a type of 60 kB": b"HTTP/1.1 200 OK\r\nContent-Type: " + b"x" * 60_000 + b"\r\n\r\nx",
        "a name of zero bytes": OK + b"X\0: \0\r\nContent-Length: 1\r\n\r\nx",
        "zeros and bells in values": b"HTTP/1.1 200 OK\r\nContent-Type: text/html;\0\x07\r\nServer: a\0b\x1b[31m\r\nETag: \x85\r\nContent-Length: 1\r\n\r\nx",
        "no body to a 204": b"HTTP/1.1 204 No\r\nContent-Length: 99\r\n\r\n",
        "a 304 nobody asked for": b"HTTP/1.1 304 Same\r\n\r\n",
        "a redirect without a place": b"HTTP/1.1 302 Away\r\nContent-Length: 0\r\n\r\n",
        "a page of zeros": OK + b"Content-Length: 900000\r\n\r\n" + bytes(900_000),
        "nested deep": OK + b"\r\n" + b"<div>" * 150_000,
        "one tag of 900 kB": OK + b"\r\n<p " + b"a" * 900_000,
        "200,000 attributes": OK + b"\r\n<p " + b"a=1 " * 200_000 + b">",
        "60,000 links": OK + b"\r\n" + b"<a href=/%d>x</a>" * 50_000,
        "a character set of nothing": b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=x-none\r\n\r\n" + PAGE,
        "a character set of two bytes": b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-16\r\n\r\n" + PAGE,
        "an entity for ever": OK + b"\r\n&" + b"amp;" * 200_000,
        "a feed of entities": b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\n\r\n"
        b'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "aaaaaaaaaa">'
        + b"".join(b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 12))
        + b"]><rss><item><link>&a11;</link></item></rss>",
        "a feed that reads a file": b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\n\r\n"
        b'<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><rss><item><link>&x;</link></item></rss>',
        "a feed of bases that grow": b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\n\r\n<rss>"
        + b"<item xml:base='b/'><link>x</link>" * 25_000,
        "a feed of entries never closed": b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\n\r\n<rss>"
        + b"<description>" * 60_000,
        "a feed of pictures in words": b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\n\r\n<rss>"
        + b"<description>&lt;img src=/%d.jpg&gt;</description>" * 15_000,
        "JSON, brackets without end": b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n" + b"[" * 900_000,
        "JSON, a number of 900,000 digits": b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n[" + b"9" * 900_000 + b"]",
        "JSON, 90,000 lines": b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n" + b"{}\n" * 90_000,
    }  # fmt: skip
    for what, raw in harmless.items():
        yield played("framing", what, raw, "answered")


def framing() -> Iterator[Target]:
    """Answers with a frame of their own kind, or with none."""
    family = "framing"
    yield from malformed()
    yield from odd()
    yield played(family, "reset at once", Wire.reset, "connect_failed")
    yield played(family, "an end at once", b"", "connect_failed", "broken")
    for what, greeting in (
        ("plain HTTP behind https", PLAIN),
        ("an alert", b"\x15\x03\x03\x00\x02\x02\x28"),
        ("SSL 2", b"\x80\x2e\x01\x03\x01" + bytes(46)),
        ("noise", bytes(range(256))),
    ):
        host = f"{what.replace(' ', '-').lower()}.test"
        yield Target(
            family, f"TLS: {what}", f"https://{host}/", ("tls_failed", "connect_failed"),
            {host: (("SITE",),)}, greeting=greeting,
        )  # fmt: skip


def quick() -> Iterator[Target]:
    """What answers, and is done at once."""
    yield from redirects()
    yield from refreshes()
    yield from refresh_headers()
    yield from rebinding()
    yield from framing()
