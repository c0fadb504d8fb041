"""Addresses of this site: names that may not exist yet, and paths that someone sent us."""

from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.http import url_has_allowed_host_and_scheme


def address_of(url_name: str, *given: object) -> str:
    """The address of a URL name, or "" while that room is not built."""
    try:
        return reverse(url_name, args=given)
    except NoReverseMatch:
        return ""


def local_path(address: str) -> str:
    """``address`` when it is a path of this site, else ``/``: nobody is sent elsewhere."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return "/"
    if (
        parts.scheme
        or parts.netloc
        or not address.startswith("/")
        or not url_has_allowed_host_and_scheme(address, allowed_hosts=None)
    ):
        return "/"
    return address


def client_address(request: HttpRequest) -> str:
    """Where a request comes from; behind the TLS proxy, what the proxy itself saw."""
    forwarded = str(request.META.get("HTTP_X_FORWARDED_FOR", ""))
    if settings.SECURE_PROXY_SSL_HEADER and forwarded:
        return forwarded.rsplit(",", 1)[-1].strip()
    return str(request.META.get("REMOTE_ADDR", ""))
