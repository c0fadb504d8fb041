"""Why the door did not open a link, and what went wrong when it did: a sentence for each."""

from typing import ClassVar, Literal

from ansim.errors import AnsimError
from ansim.fetching.facts import TlsFacts

Outcome = Literal[
    "answered",
    "refused",
    "name_not_found",
    "name_service_failed",
    "connect_failed",
    "tls_failed",
    "timed_out",
    "too_large",
    "broken",
]


class UnknownVantage(AnsimError):
    """The caller named a vantage point that the policy does not have."""

    code = "unknown_vantage"
    sentences: ClassVar[dict[str, str]] = {
        "en": "There is no vantage point named {name}. Choose one of: {known}.",
        "ko": "{name} 지역은 설정되어 있지 않습니다. 다음 중에서 고르세요: {known}.",
    }


class Refused(AnsimError):
    """The door declined to open a link. The base of all refusals; never raised itself."""

    code = "refused"
    sentences: ClassVar[dict[str, str]] = {
        "en": "Ansim does not open this link. Check it and try again.",
        "ko": "이 링크는 열지 않습니다. 링크를 확인하고 다시 시도해 주세요.",
    }


class MalformedUrl(Refused):
    """Not a URL by the WHATWG URL standard, or its host is no valid name."""

    code = "malformed"
    sentences: ClassVar[dict[str, str]] = {
        "en": "This is not a web link. Copy the whole address from the browser, from http on.",
        "ko": "웹 링크가 아닙니다. 브라우저의 주소를 http부터 끝까지 복사해 주세요.",
    }


class TooLongUrl(Refused):
    """Longer than any server accepts."""

    code = "too_long"
    sentences: ClassVar[dict[str, str]] = {
        "en": "This link is too long to be opened. Copy only the address itself.",
        "ko": "링크가 너무 길어 열 수 없습니다. 주소만 복사해 주세요.",
    }


class ControlCharacter(Refused):
    """A control character inside the URL, which different parsers read differently."""

    code = "control_character"
    sentences: ClassVar[dict[str, str]] = {
        "en": "This link contains an invisible control character. Copy the address again.",
        "ko": "링크에 보이지 않는 제어 문자가 있습니다. 주소를 다시 복사해 주세요.",
    }


class BadScheme(Refused):
    """Neither http nor https."""

    code = "bad_scheme"
    sentences: ClassVar[dict[str, str]] = {
        "en": "Only links that start with http:// or https:// can be opened.",
        "ko": "http:// 또는 https://로 시작하는 링크만 열 수 있습니다.",
    }


class Backslash(Refused):
    r"""A backslash, which some parsers read as a slash (``http://a\@b/``)."""

    code = "backslash"
    sentences: ClassVar[dict[str, str]] = {
        "en": "This link contains a backslash. Copy the address again, or replace it with a slash.",
        "ko": "링크에 역슬래시(\\)가 있습니다. 주소를 다시 복사하거나 빗금(/)으로 바꿔 주세요.",
    }


class Userinfo(Refused):
    """A user name or password before the host."""

    code = "userinfo"
    sentences: ClassVar[dict[str, str]] = {
        "en": "This link has a user name or password before the host. Take out the part up to @.",
        "ko": "링크의 주소 앞에 사용자 이름이나 비밀번호가 있습니다. @까지의 부분을 지워 주세요.",
    }


class PortNotAllowed(Refused):
    """A port other than the web's."""

    code = "port"
    sentences: ClassVar[dict[str, str]] = {
        "en": "This link names a port that is not open to it. Only ports 80 and 443 are used.",
        "ko": "링크에 허용되지 않은 포트 번호가 있습니다. 80번과 443번 포트만 사용합니다.",
    }


class SpecialName(Refused):
    """A host name of a private network or of a special use (RFC 6761)."""

    code = "special_name"
    sentences: ClassVar[dict[str, str]] = {
        "en": "This host name belongs to a private network. Give a link on the public web.",
        "ko": "내부 네트워크의 호스트 이름입니다. 공개된 웹의 링크를 넣어 주세요.",
    }


class SpecialAddress(Refused):
    """The host is, or resolves to, an address that is not public."""

    code = "special_address"
    sentences: ClassVar[dict[str, str]] = {
        "en": "This link leads to a private or special address. Give a link on the public web.",
        "ko": "내부 또는 특수 주소로 이어지는 링크입니다. 공개된 웹의 링크를 넣어 주세요.",
    }


class RedirectLimit(Refused):
    """More redirects than the policy follows."""

    code = "redirect_limit"
    sentences: ClassVar[dict[str, str]] = {
        "en": "This link redirects too many times. Give the address where it ends.",
        "ko": "링크가 다른 주소로 너무 여러 번 넘어갑니다. 마지막 주소를 넣어 주세요.",
    }


class RobotsDisallow(Refused):
    """robots.txt of the host asks not to be visited."""

    code = "robots"
    sentences: ClassVar[dict[str, str]] = {
        "en": "The site asks programs not to open this page (robots.txt). A person can open it.",
        "ko": "이 사이트는 프로그램의 접근을 막고 있습니다(robots.txt). 사람이 직접 확인해 주세요.",
    }


class RobotsUnavailable(Refused):
    """robots.txt answered with a server error: RFC 9309 says to stay out until it answers."""

    code = "robots_unavailable"
    sentences: ClassVar[dict[str, str]] = {
        "en": "The site could not say whether programs may open it (robots.txt). Try again later.",
        "ko": "사이트가 접근 허용 여부(robots.txt)를 답하지 못했습니다. 나중에 다시 해 주세요.",
    }


class RateLimited(Refused):
    """Our own limit of looks at one host is used up for now."""

    code = "rate"
    sentences: ClassVar[dict[str, str]] = {
        "en": "This site was opened many times just now. Try again in a minute.",
        "ko": "이 사이트를 방금 여러 번 열었습니다. 1분 뒤에 다시 시도해 주세요.",
    }


class AskedToWait(Refused):
    """The host itself said when to come back (Retry-After, or too many requests)."""

    code = "asked_to_wait"
    sentences: ClassVar[dict[str, str]] = {
        "en": "The site asked not to be opened for a while. Ansim looks again after that time.",
        "ko": "사이트가 잠시 열지 말라고 요청했습니다. 그 시간이 지난 뒤에 다시 확인합니다.",
    }


REFUSALS: dict[str, type[Refused]] = {
    kind.code: kind
    for kind in (
        MalformedUrl,
        TooLongUrl,
        ControlCharacter,
        BadScheme,
        Backslash,
        Userinfo,
        PortNotAllowed,
        SpecialName,
        SpecialAddress,
        RedirectLimit,
        RobotsDisallow,
        RobotsUnavailable,
        RateLimited,
        AskedToWait,
    )
}


class FetchFailed(AnsimError):
    """What the world did to a look. Caught by the door, which turns it into an Observation.

    ``reason`` is a short code for the log; ``outcome`` is the kind of failure; ``tls`` is what a
    failed handshake showed.
    """

    code = "fetch_failed"
    sentences: ClassVar[dict[str, str]] = {
        "en": "The look failed ({outcome}). Try again later.",
        "ko": "확인하지 못했습니다({outcome}). 나중에 다시 시도해 주세요.",
    }

    def __init__(self, outcome: Outcome, reason: str, tls: TlsFacts | None = None) -> None:
        super().__init__(outcome=outcome)
        self.outcome = outcome
        self.reason = reason
        self.tls = tls
