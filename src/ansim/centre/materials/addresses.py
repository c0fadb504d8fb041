"""Web addresses as people type them, and the one form under which they are kept."""

from ipaddress import ip_address
from uuid import UUID

import ada_url
from django.conf import settings

from ansim.centre.cases import keyring
from ansim.errors import AnsimError
from ansim.fetching import is_special
from ansim.vault import blind_index

LONGEST = 2000
# The longest name that DNS knows (RFC 1035), without its last dot.
LONGEST_HOST = 253


class BadLink(AnsimError):
    """What was typed is no web address that the centre may look at."""

    code = "bad_link"
    sentences = {
        "en": "This does not look like a web address. Example: example.com/123",
        "ko": "주소가 아닌 것 같아요. 예: example.com/123",
    }


class MissingDot(BadLink):
    """A host without a dot."""

    code = "bad_link_dot"
    sentences = {
        "en": "A dot (.) seems to be missing. Example: example.com/123",
        "ko": "점(.)이 빠진 것 같아요. 예: example.com/123",
    }


class NotWeb(BadLink):
    """Another scheme than http or https."""

    code = "bad_link_scheme"
    sentences = {
        "en": "Only addresses that begin with http:// or https:// can be checked.",
        "ko": "http://나 https://로 시작하는 주소만 확인할 수 있어요.",
    }


class InnerAddress(BadLink):
    """An address inside some network, not on the public web."""

    code = "bad_link_inner"
    sentences = {
        "en": "This address is inside a private network, so we cannot look at it. "
        "Give the address that others see too.",
        "ko": "사설망 안의 주소라서 확인할 수 없어요. 다른 사람에게도 보이는 주소를 적어 주세요.",
    }


class TooLong(BadLink):
    """Longer than any real address."""

    code = "bad_link_long"
    sentences = {
        "en": "This address is too long. Copy it from the address bar again.",
        "ko": "주소가 너무 길어요. 주소창에서 다시 복사해 주세요.",
    }


def check_link(typed: str) -> str:
    """The canonical form of a typed address (WHATWG URL, no fragment, https:// if left out).

    Raises BadLink or one of its kinds, each with its sentence.
    """
    text = typed.strip()
    if len(text) > LONGEST:
        raise TooLong
    if not text or any(char.isspace() for char in text):
        raise MissingDot if "." not in text else BadLink
    scheme, colon, rest = text.partition(":")
    if not (colon and rest.startswith("//")):
        looks_like_port = colon and rest.split("/")[0].isdigit()
        if colon and scheme.isalpha() and "." not in scheme and not looks_like_port:
            raise NotWeb
        text = f"https://{text}"
    try:
        url = ada_url.URL(text)
    except ValueError as error:
        raise BadLink from error
    if url.protocol not in {"http:", "https:"}:
        raise NotWeb
    if url.username or url.password:
        raise BadLink
    _check_host(url.hostname)
    url.hash = ""
    return str(url.href)


def _check_host(host: str) -> None:
    if _is_inner(host.strip("[]").rstrip(".")):
        raise InnerAddress
    if len(host) > LONGEST_HOST:
        raise TooLong
    if "." not in host.strip(".") and ":" not in host:
        raise MissingDot


def _is_inner(host: str) -> bool:
    try:
        return is_special(ip_address(host))
    except ValueError:
        return host == "localhost" or host.endswith((".localhost", ".local", ".internal"))


def url_key(url: str) -> str:
    """The blind index (64 hex digits) of a canonical address: what rows are compared by.

    It is keyed by a secret of the server, so that nobody with the database alone can try
    addresses, and the same in every case, so that the watch knows a page again.
    """
    return blind_index(settings.SECRETS.blind_secret, "url", url).hex()


def material_key(owner: UUID, what: str) -> str:
    """A digest (64 hex digits) of a file's SHA-256 or a list's key, within one case or bank.

    It is made under the owner's working key: two cases that hunt the same file cannot be told
    from the database, and it means nothing once the key is destroyed. Raises KeysDestroyed.
    """
    return blind_index(keyring.working_key(owner).secret, "material", what).hex() if what else ""


def host_of(url: str) -> str:
    """The host name of a canonical address."""
    return str(ada_url.URL(url).hostname)
