"""Addresses of this site: names that may not exist yet, and paths that someone sent us."""

from urllib.parse import urlsplit

from django.urls import NoReverseMatch, reverse
from django.utils.http import url_has_allowed_host_and_scheme


def address_of(url_name: str) -> str:
    """The address of a URL name, or "" while that room is not built."""
    try:
        return reverse(url_name)
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
