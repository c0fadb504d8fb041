"""Facts of the wire that an Observation keeps: the certificate and where the time went."""

from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256

_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class TlsFacts:
    """What one TLS handshake showed.

    ``version`` and ``cipher`` by OpenSSL's names ("" where the handshake failed); ``issuer`` and
    ``subject`` as RFC 4514 text; ``not_before`` and ``not_after`` in ISO 8601 (UTC); ``sha256`` of
    the leaf certificate in hex. ``error`` is "" for a verified certificate, else a code of
    CERTIFICATE_ERRORS, or "handshake"; then the certificate's fields are claims that nobody
    vouches for.
    """

    version: str = ""
    cipher: str = ""
    issuer: str = ""
    subject: str = ""
    not_before: str = ""
    not_after: str = ""
    sha256: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True)
class Timings:
    """Seconds of one look. ``connect``, ``tls`` and ``first_byte`` are those of the last request.

    ``resolve`` adds up all hops and ``waited`` all waits for a turn at the host; ``connect`` and
    ``tls`` are 0 on a connection that was open already. ``total`` is the whole look.
    """

    resolve: float = 0.0
    waited: float = 0.0
    connect: float = 0.0
    tls: float = 0.0
    first_byte: float = 0.0
    total: float = 0.0


# The verify codes of OpenSSL (x509_vfy.h) that say something about a site's state.
CERTIFICATE_ERRORS: dict[int, str] = {
    9: "not_yet_valid",
    10: "expired",
    18: "self_signed",
    19: "self_signed",
    20: "unknown_issuer",
    21: "unknown_issuer",
    23: "revoked",
    62: "other_host",
    64: "other_host",
}


def certificate_error(verify_code: int) -> str:
    """A short code for OpenSSL's verify code."""
    return CERTIFICATE_ERRORS.get(verify_code, f"verify_{verify_code}")


def tls_facts(version: str, cipher: str, leaf: bytes | None, error: str = "") -> TlsFacts:
    """The facts of a handshake and of its leaf certificate (DER), however odd that is."""
    if not leaf:
        return TlsFacts(version, cipher, error=error)
    try:
        certificate = x509.load_der_x509_certificate(leaf)
        return TlsFacts(
            version=version,
            cipher=cipher,
            issuer=certificate.issuer.rfc4514_string()[:_LONGEST_NAME],
            subject=certificate.subject.rfc4514_string()[:_LONGEST_NAME],
            not_before=_iso(certificate.not_valid_before_utc),
            not_after=_iso(certificate.not_valid_after_utc),
            sha256=certificate.fingerprint(SHA256()).hex(),
            error=error,
        )
    except (ValueError, TypeError, x509.InvalidVersion):
        return TlsFacts(version, cipher, error=error or "unreadable")


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()
