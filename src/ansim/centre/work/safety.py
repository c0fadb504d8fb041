"""Settings and files that would give people away: each is looked at, each has its mend."""

import stat
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection

from ansim.vault import KDF

PRIVATE: Final = 0o077
LONGEST_IDLE_SECONDS: Final = 30 * 60
LEAST_PASSWORD: Final = 12
YEAR_SECONDS: Final = 31_536_000
MIDDLEWARE: Final = (
    "ansim.centre.shell.middleware.SecurityHeadersMiddleware",
    "ansim.centre.access.middleware.IdleTimeoutMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "ansim.centre.access.keycookie.KeyCookieMiddleware",
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing checked: fine or not, in words."""

    code: str
    ok: bool
    text: dict[str, str]


def say(code: str, ok: bool, good: tuple[str, str], bad: tuple[str, str]) -> Finding:  # noqa: FBT001
    """A finding with its sentence, Korean and English."""
    korean, english = good if ok else bad
    return Finding(code, ok, {"ko": korean, "en": english})


def mode() -> Finding:
    """Only production refuses every sandbox."""
    return say(
        "mode", settings.PRODUCTION,
        ("운영 방식입니다.", "Running in production mode."),
        ("시연·시험 방식입니다. 실제 사건에 쓰지 마세요. ANSIM_MODE=production으로 바꾸세요.",
         "Running in demo or test mode: do not use it for real cases; set ANSIM_MODE=production."),
    )  # fmt: skip


def https() -> Finding:
    """Cookies that travel in clear can be taken on the way."""
    names = (settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME)
    fine = (
        bool(settings.SECURE) and settings.SESSION_COOKIE_SECURE and settings.CSRF_COOKIE_SECURE
        and all(name.startswith("__Host-") for name in names)
        and settings.SECURE_HSTS_SECONDS >= YEAR_SECONDS and settings.SECURE_SSL_REDIRECT
    )  # fmt: skip
    return say(
        "https", fine,
        ("쿠키가 https에 묶여 있습니다.", "Cookies are bound to https."),
        ("https가 꺼져 있습니다. TLS 프록시를 두고 ANSIM_HTTPS=1로 바꾸세요.",
         "https is off: put a TLS proxy in front and set ANSIM_HTTPS=1."),
    )  # fmt: skip


def debug() -> Finding:
    """Django's debug pages show what was typed."""
    return say(
        "debug", not settings.DEBUG,
        ("오류 화면에 내용이 나오지 않습니다.", "Error pages show nothing of what was typed."),
        ("DEBUG가 켜져 있어 오류 화면에 적은 내용이 나옵니다. DEBUG를 끄세요.",
         "DEBUG is on, so error pages show what people typed: turn it off."),
    )  # fmt: skip


def hosts() -> Finding:
    """A star lets anybody's host name into our links."""
    named = [host for host in settings.ALLOWED_HOSTS if host]
    fine = bool(named) and not any(host == "*" or host.startswith(".") for host in named)
    return say(
        "hosts", fine,
        ("정해진 이름으로만 열립니다.", "The site answers to its own names only."),
        ("아무 이름으로나 열립니다. ANSIM_HOSTS에 센터의 주소만 적으세요.",
         "The site answers to any name: put only the centre's own names into ANSIM_HOSTS."),
    )  # fmt: skip


def headers() -> Finding:
    """The guards that every answer passes."""
    used = settings.MIDDLEWARE
    fine = all(name in used for name in MIDDLEWARE) and used[0] == MIDDLEWARE[0]
    return say(
        "headers", fine,
        ("모든 화면에 보안 머리글이 붙습니다.", "Every page carries its security headers."),
        ("보안 미들웨어가 빠졌거나 순서가 다릅니다. 설치본의 MIDDLEWARE로 되돌리세요.",
         "A security middleware is missing or not first: put back the shipped MIDDLEWARE."),
    )  # fmt: skip


def files() -> Finding:
    """The data folder holds database, keys, mail and logs: for its owner alone."""
    home = Path(settings.ANSIM_HOME)
    found = [home, home / "keys", *(home / "keys").rglob("*"), *home.glob("*.sqlite3*")]
    fine = not any(stat.S_IMODE(one.stat().st_mode) & PRIVATE for one in found if one.exists())
    return say(
        "keys", fine,
        ("열쇠와 자료 파일은 주인만 읽을 수 있습니다.",
         "Only the owner can read the key and data files."),
        ("다른 사람이 열쇠나 자료 파일을 읽을 수 있습니다. 폴더는 0700, 파일은 0600으로 바꾸세요.",
         "Others can read the key or data files: set folders to 0700 and files to 0600."),
    )  # fmt: skip


def stretching() -> Finding:
    """The cost of one guess at a password or a code."""
    rules: list[Any] = list(settings.AUTH_PASSWORD_VALIDATORS)
    lengths = [
        int(one.get("OPTIONS", {}).get("min_length", 0))
        for one in rules
        if str(one["NAME"]).endswith("MinimumLengthValidator")
    ]
    weakest = min(lengths, default=0)
    fine = settings.ANSIM_KDF == KDF and weakest >= LEAST_PASSWORD
    return say(
        "stretching", fine,
        ("비밀번호와 접수번호를 추측하는 데 비용이 듭니다.",
         "Guessing a password or a code is costly."),
        ("비밀번호 늘리기가 약하거나 12자보다 짧은 비밀번호를 받습니다. 기본 설정으로 되돌리세요.",
         "Guesses are cheap, or passwords under 12 characters are taken: put back the settings."),
    )  # fmt: skip


def idle() -> Finding:
    """A screen that nobody watches locks itself."""
    fine = 0 < settings.ANSIM_IDLE_SECONDS <= LONGEST_IDLE_SECONDS
    fine = fine and settings.SESSION_EXPIRE_AT_BROWSER_CLOSE
    return say(
        "idle", fine,
        ("쓰지 않는 화면은 잠깁니다.", "A screen that is not used locks itself."),
        ("쓰지 않는 화면이 30분이 지나도 잠기지 않습니다. ANSIM_IDLE_SECONDS를 1800 이하로 하세요.",
         "An unused screen stays open for more than 30 minutes: set ANSIM_IDLE_SECONDS to 1800 or less."),
    )  # fmt: skip


def logs() -> Finding:
    """Debug logs hold statements with values."""
    handlers = settings.LOGGING.get("handlers", {}).values()
    level = settings.LOGGING.get("root", {}).get("level", "WARNING")
    fine = level not in {"DEBUG", "NOTSET"} and all("scrub" in one.get("filters", ()) for one in handlers)
    return say(
        "logs", fine,
        ("기록에서 주소와 번호를 지웁니다.", "Logs are scrubbed of links, codes and addresses."),
        ("기록이 너무 자세하거나 지우는 거름망이 빠졌습니다. ANSIM_LOG를 WARNING으로 되돌리세요.",
         "Logs are too detailed, or a handler does not scrub: set ANSIM_LOG back to WARNING."),
    )  # fmt: skip


def uploads() -> Finding:
    """A given file must never touch the disk."""
    memory = ["ansim.centre.intake.uploads.MemoryOnlyUploadHandler"]
    fine = memory == settings.FILE_UPLOAD_HANDLERS
    fine = fine and settings.STORAGES["default"]["BACKEND"].endswith("InMemoryStorage")
    return say(
        "uploads", fine,
        ("받은 파일은 메모리에만 있습니다.", "Given files stay in memory."),
        ("받은 파일이 디스크에 쓰일 수 있습니다. FILE_UPLOAD_HANDLERS를 기본값으로 되돌리세요.",
         "Given files could be written to disk: put back the shipped FILE_UPLOAD_HANDLERS."),
    )  # fmt: skip


def database() -> Finding:
    """Erased rows are overwritten; a remote database is reached by TLS."""
    described = settings.DATABASES["default"]
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA secure_delete")
            fine = cursor.fetchone()[0] == 1
    else:
        fine = _local(str(described.get("HOST", ""))) or _verified(described)
    return say(
        "database", fine,
        ("데이터베이스가 안전하게 쓰이고 있습니다.", "The database is used safely."),
        ("지운 값이 남거나 암호화 없이 이어집니다. ANSIM_DATABASE에 ?sslmode=verify-full을 붙이세요.",
         "Deleted values stay, or there is no TLS: add ?sslmode=verify-full to ANSIM_DATABASE."),
    )  # fmt: skip


def mail() -> Finding:
    """Letters hold links; to another machine they travel by TLS."""
    host = settings.ANSIM_SMTP.rpartition(":")[0] or "127.0.0.1"
    fine = _local(host) or settings.ANSIM_SMTP_STARTTLS
    return say(
        "mail_tls", fine,
        ("요청서는 암호화된 길로만 나갑니다.", "Letters leave by an encrypted way only."),
        ("요청서가 암호화 없이 다른 기계로 나갑니다. ANSIM_SMTP_STARTTLS=1로 바꾸세요.",
         "Letters leave for another machine without encryption: set ANSIM_SMTP_STARTTLS=1."),
    )  # fmt: skip


def exit_page() -> Finding:
    """Leaving leads to somebody harmless, not back to us."""
    parts = urlsplit(settings.ANSIM_EXIT_URL)
    fine = parts.scheme == "https" and bool(parts.hostname)
    fine = fine and parts.hostname not in settings.ALLOWED_HOSTS
    return say(
        "exit", fine,
        ("나가기 단추는 다른 곳의 무난한 화면을 엽니다.",
         "The way out leads to a harmless page elsewhere."),
        ("나가기 단추가 여는 주소가 https가 아니거나 이 사이트입니다. ANSIM_EXIT_URL을 바꾸세요.",
         "The way out is not https, or leads back to this site: change ANSIM_EXIT_URL."),
    )  # fmt: skip


def _local(host: str) -> bool:
    if not host or host.startswith("/") or host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _verified(described: dict[str, object]) -> bool:
    options = described.get("OPTIONS") or {}
    mode = options.get("sslmode", "") if isinstance(options, dict) else ""
    return mode in {"verify-ca", "verify-full"}


CHECKS: Final = (
    mode, https, debug, hosts, headers, files, stretching, idle, logs, uploads, database, mail,
    exit_page,
)  # fmt: skip
