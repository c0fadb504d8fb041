"""Hundreds of hostile targets as data: what each is, and what the door must say to it.

``{port}`` in a URL stands for ":" and the port at which this machine's forbidden listeners wait, or
for nothing where they wait at port 80 itself. "SITE" among the answers of the name service is the
address of the hostile site (see ``hostile_servers.py``). Families whose targets must be refused
before anything is opened are here; those that play tricks with answers are in ``hostile_plays.py``.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address

from tests.fetching.hostile_servers import Play

SPECIAL = ("refused:special_address",)
MALFORMED = ("refused:malformed",)


@dataclass(frozen=True)
class Target:
    """One hostile target.

    ``expected``: the outcomes that are right, "outcome" or "outcome:reason". ``answers``: what the
    name service says for a host, one tuple for each question. ``plays``: what the site does at each
    path; ``greeting``: what it does to a TLS hello for this host. ``asked``: how often the name
    service must have been asked for the URL's host. ``robots``: robots.txt is asked first.
    """

    family: str
    what: str
    url: str
    expected: tuple[str, ...]
    answers: dict[str, tuple[tuple[str, ...], ...]] = field(default_factory=dict)
    plays: dict[str, Play] = field(default_factory=dict)
    greeting: Play | None = None
    asked: int | None = None
    robots: bool = False


# One address, or several, of each block of IANA's special-purpose and multicast registries.
SPECIAL_IPV4 = {
    "this network": "0.1.2.3",
    "this host": "0.0.0.0",
    "private 10": "10.0.0.1",
    "private 10, last": "10.255.255.255",
    "shared (carrier NAT)": "100.64.0.1",
    "shared, last": "100.127.255.254",
    "loopback": "127.0.0.1",
    "loopback, other": "127.1.1.1",
    "link local": "169.254.1.1",
    "cloud metadata": "169.254.169.254",
    "private 172.16": "172.16.0.1",
    "private 172.31": "172.31.255.254",
    "IETF protocols": "192.0.0.1",
    "dummy address": "192.0.0.8",
    "NAT64 discovery": "192.0.0.170",
    "documentation 1": "192.0.2.1",
    "AS112": "192.31.196.1",
    "AMT": "192.52.193.1",
    "6to4 relay": "192.88.99.1",
    "private 192.168": "192.168.0.1",
    "direct AS112": "192.175.48.1",
    "benchmarking": "198.18.0.1",
    "benchmarking, last": "198.19.255.254",
    "documentation 2": "198.51.100.1",
    "documentation 3": "203.0.113.1",
    "multicast": "224.0.0.1",
    "multicast, SSDP": "239.255.255.250",
    "reserved": "240.0.0.1",
    "broadcast": "255.255.255.255",
}

SPECIAL_IPV6 = {
    "unspecified": "::",
    "loopback": "::1",
    "discard only": "100::1",
    "dummy prefix": "100:0:0:1::1",
    "NAT64, local use": "64:ff9b:1::a00:1",
    "Teredo": "2001::1",
    "port control anycast": "2001:1::1",
    "TURN anycast": "2001:1::2",
    "benchmarking": "2001:2::1",
    "AMT": "2001:3::1",
    "AS112": "2001:4:112::1",
    "ORCHID": "2001:10::1",
    "ORCHID 2": "2001:20::1",
    "drone tags": "2001:30::1",
    "documentation": "2001:db8::1",
    "documentation 2": "3fff::1",
    "6bone, given back": "3ffe::1",
    "direct AS112": "2620:4f:8000::1",
    "segment routing": "5f00::1",
    "unique local": "fc00::1",
    "cloud metadata": "fd00:ec2::254",
    "link local": "fe80::1",
    "site local": "fec0::1",
    "multicast": "ff02::1",
    "multicast, global": "ff0e::1",
    "reserved 4000": "4000::1",
    "reserved e000": "e000::1",
}


def notations(address: str) -> Iterator[tuple[str, str]]:
    """An IPv4 address in every way in which a browser understands it: what, and the host's text."""
    number = int(IPv4Address(address))
    a, b, c, d = (number >> shift & 255 for shift in (24, 16, 8, 0))
    yield "dotted", address
    yield "trailing dot", f"{address}."
    yield "one number", f"{number}"
    yield "hexadecimal", f"0x{number:08x}"
    yield "octal", f"0{number:o}"
    yield "dotted octal", f"0{a:o}.0{b:o}.0{c:o}.0{d:o}"
    yield "dotted hexadecimal", f"0x{a:x}.0X{b:X}.0x{c:x}.0x{d:x}"
    yield "octal with zeros", f"00000{a:o}.{b}.{c}.{d}"
    yield "mixed", f"0x{a:x}.{b}.0{c:o}.{d}"
    yield "two parts", f"{a}.{number & 0xFFFFFF}"
    yield "three parts", f"{a}.{b}.{number & 0xFFFF}"
    yield "full-width", address.translate({46: 0xFF0E} | {n: n + 0xFEE0 for n in range(48, 58)})
    yield "ideographic dots", address.replace(".", "\u3002")
    yield "half-width dots", address.replace(".", "\uff61")
    yield "percent-encoded", "".join(f"%{ord(one):02x}" for one in address)


def disguises(address: str) -> Iterator[tuple[str, str]]:
    """An IPv4 address inside of an IPv6 one, in every way that some gateway unwraps."""
    number = int(IPv4Address(address))
    yield "mapped", f"::ffff:{address}"
    yield "mapped, hexadecimal", f"::ffff:{number >> 16:x}:{number & 0xFFFF:x}"
    yield "mapped, written out", f"0:0:0:0:0:FFFF:{number >> 16:04X}:{number & 0xFFFF:04X}"
    yield "compatible", f"::{address}"
    yield "translated", f"::ffff:0:{address}"
    yield "NAT64", f"64:ff9b::{address}"
    yield "NAT64, local use", f"64:ff9b:1::{address}"
    yield "6to4", str(IPv6Address(0x2002 << 112 | number << 80 | 1))
    yield "Teredo client", str(IPv6Address(0x20010000 << 96 | number ^ 0xFFFFFFFF))
    yield "Teredo server", str(IPv6Address(0x20010000 << 96 | number << 64 | 0x01010101))
    yield "ISATAP", str(IPv6Address(0x2606470000000000 << 64 | 0x00005EFE << 32 | number))
    yield "ISATAP, global", str(IPv6Address(0x2606470000000000 << 64 | 0x02005EFE << 32 | number))


# Networks behind which a gateway of our own could translate IPv6 into IPv4 of our own.
BEHIND_US = ("10.0.0.1", "100.64.0.1", "127.0.0.1", "169.254.169.254", "172.16.0.1", "192.168.0.1")


def translated(address: str) -> Iterator[tuple[str, str]]:
    """An IPv4 address behind a NAT64 prefix of somebody's own, in each length of RFC 6052."""
    number = int(IPv4Address(address))
    prefix = int(IPv6Address("2001:67c:2960:6464::"))
    for length in (32, 40, 48, 56, 64):
        kept = prefix >> 128 - length
        # The bits on both sides of the octet of zeros, which are the bits 64 to 71.
        joined = (kept << 32 | number) << 120 - length - 32
        whole = joined >> 56 << 64 | joined & (1 << 56) - 1
        yield f"a NAT64 prefix of {length} bits", str(IPv6Address(whole))
    yield "a NAT64 prefix of 96 bits", str(IPv6Address(prefix | number))


def gateways() -> Iterator[Target]:
    """Addresses that look public, and that a gateway of this network would lead inside."""
    for inside in BEHIND_US:
        for number, (what, text) in enumerate(translated(inside)):
            named = f"{inside}, {what}"
            yield Target("IPv4 inside of IPv6", named, f"http://[{text}]{{port}}/", SPECIAL)
            host = f"g{number}-{inside.replace('.', '-')}.test"
            answers = {host: ((text,),)}
            yield Target("names", named, f"http://{host}/", SPECIAL, answers, asked=1)


def literals() -> Iterator[Target]:
    """Every special block in every notation, as the host of a link."""
    for block, address in SPECIAL_IPV4.items():
        for what, text in notations(address):
            url = f"http://{text}{{port}}/"
            yield Target("IPv4 notations", f"{block}, {what}", url, SPECIAL)
        for what, text in disguises(address):
            url = f"http://[{text}]{{port}}/"
            yield Target("IPv4 inside of IPv6", f"{block}, {what}", url, SPECIAL)
    for block, address in SPECIAL_IPV6.items():
        full = IPv6Address(address).exploded
        for what, text in (
            ("short", address),
            ("written out", full),
            ("upper case", full.upper()),
            ("zeros left out", full.replace("0000", "0")),
        ):
            yield Target("IPv6", f"{block}, {what}", f"http://[{text}]{{port}}/", SPECIAL)
        zone = f"http://[{address}%25eth0]{{port}}/"
        yield Target("IPv6", f"{block}, with a zone", zone, MALFORMED)


def names() -> Iterator[Target]:
    """Names that the name service leads into special networks."""
    both = [(f"IPv4 {block}", address) for block, address in SPECIAL_IPV4.items()]
    both += [(f"IPv6 {block}", address) for block, address in SPECIAL_IPV6.items()]
    both += [(f"{what} loopback", text) for what, text in disguises("127.0.0.1")]
    for number, (block, address) in enumerate(both):
        for place, answer in (
            ("alone", (address,)),
            ("after a good one", ("SITE", address)),
            ("before a good one", (address, "SITE")),
        ):
            host = f"n{number}-{len(answer)}-{answer.index(address)}.test"
            yield Target(
                "names", f"{block}, {place}", f"http://{host}/", SPECIAL, {host: (answer,)}, asked=1
            )
    for number, broken in enumerate(
        ("127.0.0.1 ", "::1%lo", "localhost", "", "0x7f000001", "127.1")
    ):
        host = f"broken{number}.test"
        yield Target(
            "names", f"an answer of {broken!r}", f"http://{host}/", SPECIAL, {host: ((broken,),)}
        )


TRICKS = {
    "malformed": (
        "", "   ", "moa", "http://", "http:///", "//moa.test/", "http://mo a.test/",
        "http://a..b.test/", "http://" + "a" * 64 + ".test/", "http://256.1.1.1/",
        "http://1.2.3.4.5/", "http://0x100000000/", "http://4294967296/", "http://127.0.0.1.2/",
        "http://[::1/", "http://::1/", "http://[::1]x/", "http://[127.0.0.1]/", "http://[::1::]/",
        "http://[v1.x]/", "http://[::ffff:127.0.0.256]/", "http://[1:2:3:4:5:6:7:8:9]/",
        "http://[fe80::1%25eth0]/", "http://moa.test:99999/", "http://moa.test:65616/",
        "http://moa.test:80:80/", "http://moa.test:-80/", "http://moa.test:8o/",
        "http://-moa.test/", "http://moa%00.test/", "http://moa%2f.test/", "http://moa%5c.test/",
        "http://moa%40127.0.0.1/", "http://moa%3a80.test/", "http://moa%20.test/",
        "http://moa\uff0f.test/", "http://moa\u2100.test/", "http://moa\uff20127.0.0.1/",
        "http://mo\u00a0a.test/", "http://%zz.test/", "http://moa<b>.test/",
        "http://moa|.test/", "http://moa^.test/", "http://*.test/", "http://\u00ad/",
        "http://%e2%80%8b/", "http://" + "a." * 130 + "test/", "http://?@127.0.0.1/",
        "http://#@127.0.0.1/", "https://", "http:", "https:?", "http:#x", "///127.0.0.1/",
    ),
    "too_long": (
        "http://moa.test/" + "a" * 9000, "http://moa.test/" + "\u00e9" * 3000,
        "http://moa.test/?" + "\u00e9" * 2500, "http://" + "a" * 9000 + ".test/",
    ),
    "control_character": (
        "http://127.0.0.1\t/", "http://moa\t.test/", "ht\ntp://127.0.0.1/", "http://moa\r.test/",
        "http://moa.test/a\nHost: evil.test", "http://moa.test/a\r\n\r\nGET / HTTP/1.1",
        "http://moa.test/\x00", "http://127.0.0.1\x00.moa.test/", "http://moa.test/\x7f",
        "java\tscript:alert(1)", "http://moa.test/\u2028", "\x00http://moa.test/",
        "http:/\t/127.0.0.1/", "\x1bhttp://moa.test/", "http://moa.test/\x85",
    ),
    "bad_scheme": (
        "file:///etc/passwd", "file://127.0.0.1/share", "FILE:/etc/passwd", "ftp://moa.test/",
        "gopher://moa.test:80/_GET", "javascript:alert(1)", "data:text/html,x",
        "data:text/html;base64,eA==", "blob:http://moa.test/x", "ws://moa.test/",
        "wss://moa.test/", "dict://127.0.0.1:11211/", "ldap://127.0.0.1/", "tftp://127.0.0.1/x",
        "smb://127.0.0.1/x", "ssh://127.0.0.1/", "jar:http://moa.test/!/", "mailto:a@moa.test",
        "about:blank", "view-source:http://moa.test/", "netdoc:///etc/passwd", "unix:/run/x.sock",
        "http+unix://%2frun%2fx.sock/", "chrome://settings", "intent://moa.test/", "tel:112",
        "feed:http://127.0.0.1/", "url:http://127.0.0.1/", "httpx://moa.test/", "magnet:?xt=1",
    ),
    "backslash": (
        "http://moa.test\\@127.0.0.1/", "http:\\\\127.0.0.1\\", "http://moa.test/a\\b",
        "\\\\127.0.0.1\\share", "http://127.0.0.1\\.moa.test/", "http:/\\127.0.0.1/",
        "http://moa.test\\:80@127.0.0.1/", "http://moa.test?\\",
    ),
    "userinfo": (
        "http://user@moa.test/", "http://user:secret@moa.test/", "http://@moa.test/",
        "http://:@moa.test/", "http:user@moa.test/", "http://moa.test@127.0.0.1/",
        "http://moa.test:80@127.0.0.1/", "http://moa.test%2f@127.0.0.1/", "http:///a@127.0.0.1/",
        "http://moa.test%23@127.0.0.1/", "http://moa.test%3f@127.0.0.1/", "http://a@b@127.0.0.1/",
        "http://moa.test%00@127.0.0.1/", "http://[::1]@127.0.0.1/", "http://a%40b@127.0.0.1/",
        "https:user@127.0.0.1/", "http://\u00e9@moa.test/", "http://moa.test\uff0e@127.0.0.1/",
    ),
    "port": (
        "http://moa.test:8080/", "http://moa.test:22/", "https://moa.test:8443/",
        "http://moa.test:0/", "http://moa.test:00000/", "http://moa.test:65535/",
        "http://moa.test:25/", "http://moa.test:6379/", "http://moa.test:11211/",
        "http://moa.test:08080/", "http://127.0.0.1:3306/", "https://[::1]:2375/",
    ),
    "special_name": (
        "http://localhost/", "http://LOCALHOST./", "http://a.localhost/", "http://router/",
        "http://localhost.localdomain/", "http://metadata.google.internal/",
        "http://printer.local/", "http://wiki.lan/", "http://abc.onion/", "http://abc.alt/",
        "http://1.0.0.127.in-addr.arpa/", "http://home.arpa/", "http://nas.home/",
        "http://\u24db\u24de\u24d2\u24d0\u24db\u24d7\u24de\u24e2\u24e3/", "http://%6cocalhost/",
        "http://lo\u00adcalhost/", "http://l\u200bocalhost/", "http://\uff4cocalhost/",
        "http://wiki.corp/", "http://x.intranet/", "http://x.invalid/", "http://x.private/",
        "http://x.workgroup/", "http://x.local./", "http://x.LOCAL/", "http://x\u3002local/",
        "http://x%2elocal/",
    ),
    "special_address": (
        "http:127.0.0.1", "http:/127.0.0.1/", "http:////127.0.0.1/", "http://127.0.0.1",
        "HTTP://127.0.0.1/", "http://127.0.0.1?x", "http://127.0.0.1#x", "http://0/", "http://0x/",
        "http://0x0/", "http://00/", "http://127.0.0.1:/", "http://127.0.0.1:0080/",
        "http://127.0.0.1:00000080/", "https://127.0.0.1:443/", "http://\u2460\u2461\u2466.0.0.1/",
        "http://\u00b9\u00b2\u2077.0.0.1/", "http://12\u200b7.0.0.1/", "http://127.0.0.\u00ad1/",
        "http://%31%32%37.0.0.1/", "http://127%2e0%2e0%2e1/", "http://\U0001d7cf27.0.0.1/",
        "http://0x7f.1/", "http://0x7F.0X1/", "http://127.0.0.0x1/", "http://0x7f.0.0x01/",
        "http://017700000001/", "http://0000000000000177.1/", "http://127.0.1/", "http://[::0]/",
        "http://[0:0::1]/", "http://[::ffff:7F00:1]/", "http://[::ffff:0:127.0.0.1]/",
        "http://[0000:0000:0000:0000:0000:0000:0000:0001]/", "http://%5b::1%5d/",
        " http://127.0.0.1/ ", "http://127.0.0.1/../../", "http://127.0.0.1//moa.test/",
        "http://0.0.0.0/@moa.test", "http://0x7f000001.",
    ),
}  # fmt: skip


def tricks() -> Iterator[Target]:
    """Links that one parser reads otherwise than another."""
    for reason, urls in TRICKS.items():
        for number, url in enumerate(urls):
            what = f"{number}: {url[:60]!r}"
            # What is no URL at all must be refused, by whichever of the two names.
            reasons = ("malformed", reason) if url.startswith("http://%5b") else (reason,)
            yield Target(f"tricks: {reason}", what, url, tuple(f"refused:{one}" for one in reasons))


def gate() -> list[Target]:
    """All that must be refused with nothing opened."""
    return [*literals(), *gateways(), *names(), *tricks()]
