"""What stands before a page's content: captcha, login, consent, age, payment. No phrase decides.

Only names that programs give to things are read (classes, ids, addresses of scripts, schema.org
data), for these are the same whatever language the page speaks to people.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from ansim.fetching.http1 import Head
from ansim.fetching.links import LinkSet

_READ = ("class", "id", "src", "action", "name", "data-testid")
_LONGEST = 500
_MOST_SCRIPT = 20_000

_CAPTCHA = re.compile(
    r"captcha|cf-turnstile|cf-challenge|challenges\.cloudflare\.com|/cdn-cgi/challenge-platform"
    r"|captcha-delivery\.com|geetest|cf-chl|_incapsula_resource|awswaf|ddos-guard"
    r"|perimeterx|px-cloud|arkoselabs|funcaptcha|kpsdk|sucuri_cloudproxy|bot-?challenge"
    r"|challenge-(?:form|running|stage)|browser-check",
    re.IGNORECASE,
)
_CONSENT = re.compile(
    r"consent|onetrust|cookiebot|didomi|usercentrics|quantcast|sp_message|truste|gdpr|\bcmp\b"
    r"|cookie-?(?:wall|banner|notice|modal|gate)",
    re.IGNORECASE,
)
_AGE = re.compile(
    r"age[-_]?(?:gate|verif|check|confirm|wall|limit)|agegate|over[-_]?1[89]|adult[-_]?(?:check"
    r"|gate|verif|confirm|warning|auth)|(?:check|verify|confirm)[-_]?(?:age|adult)|yoti",
    re.IGNORECASE,
)
_PAYWALL = re.compile(
    r"paywall|pay-wall|piano-|tp-modal|metered|subscri(?:be|ption)[-_]?(?:wall|gate|required)"
    r"|members?-?only",
    re.IGNORECASE,
)
# Without IGNORECASE the engine skips ahead: a quarter of the time for the many names of no gate.
_ANY = re.compile("|".join(one.pattern for one in (_CAPTCHA, _CONSENT, _AGE, _PAYWALL)))
_NOT_FREE = re.compile(r"isaccessibleforfree[\"']?\s*:\s*[\"']?false", re.IGNORECASE)
# A page whose script sets a cookie and loads the address again asks: do you run scripts?
_SETS_COOKIE = re.compile(r"document\.cookie\s*=")
_COMES_BACK = re.compile(r"location\s*(?:\.\s*(?:reload|replace|assign|href)|=)")

_REFRESH = re.compile(
    r"\s*([0-9]{1,6})(?:\.[0-9]{0,6})?\s*[;,]\s*(?:url\s*=\s*)?(.*)", re.IGNORECASE | re.DOTALL
)
LONGEST_REFRESH = 5
"""Seconds: a refresh within this time is a redirect, a later one is a page that renews itself."""


@dataclass(slots=True)
class Gates:
    """What one document says of a gate; filled node by node."""

    captcha: bool = False
    consent: bool = False
    age: bool = False
    payment: bool = False
    password: bool = False
    refresh: str = ""
    _read: set[str] = field(default_factory=set)

    def take(self, tag: str, attributes: dict[str, str | None]) -> None:
        """Read the attributes of one element."""
        for name in _READ:
            value = (attributes.get(name) or "")[:_LONGEST]
            # Most names come again and again: each is read once.
            if not value or value in self._read:
                continue
            self._read.add(value)
            if _ANY.search(value.casefold()):
                self.captcha = self.captcha or _CAPTCHA.search(value) is not None
                self.consent = self.consent or _CONSENT.search(value) is not None
                self.age = self.age or _AGE.search(value) is not None
                self.payment = self.payment or _PAYWALL.search(value) is not None
        if tag == "input" and (attributes.get("type") or "").lower() == "password":
            self.password = True
        elif tag == "meta" and (attributes.get("http-equiv") or "").lower() == "refresh":
            self.refresh = self.refresh or refresh_target(attributes.get("content") or "")

    def take_scripts(self, scripts: Iterable[str]) -> None:
        """Read what scripts and data blocks say."""
        for script in scripts:
            text = script[:_MOST_SCRIPT]
            self.payment = self.payment or _NOT_FREE.search(text) is not None
            # The challenge's own name, or a cookie and back again.
            again = _SETS_COOKIE.search(text) is not None and _COMES_BACK.search(text) is not None
            self.captcha = self.captcha or again or _CAPTCHA.search(text) is not None


def refresh_target(content: str) -> str:
    """The address in a meta refresh that comes within LONGEST_REFRESH seconds, as written; or ""."""
    found = _REFRESH.match(content[:4096])
    if found is None or int(found[1]) > LONGEST_REFRESH:
        return ""
    address = found[2].strip()
    if address[:1] in {"'", '"'}:
        address = address[1:].partition(address[0])[0]
    return address.strip()


def refresh_of(head: Head, base: str) -> str:
    """Where a Refresh header leads to, absolute, or ""; browsers obey it as they do the element."""
    target = LinkSet(base, 1)
    target.add(refresh_target(head.get("refresh")))
    return next(iter(target.found()), "")
