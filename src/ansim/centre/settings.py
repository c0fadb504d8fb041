"""Settings of the centre's Django site.

Everything that differs between installations comes from the environment:

``ANSIM_HOME``      folder of database, keys, mail, logs (default ``./ansim-home``)
``ANSIM_MODE``      ``production`` (default), ``demo`` or ``test``
``ANSIM_DATABASE``  ``postgresql://user@host:port/name?sslmode=…``; unset means SQLite in ``ANSIM_HOME``
``ANSIM_SANDBOX``   file that describes a running sandbox internet; refused in production
"""

import os
import resource
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

from ansim.vault import KDF, LIGHT_KDF, ServerSecrets

ANSIM_HOME = Path(os.environ.get("ANSIM_HOME", "ansim-home")).resolve()
ANSIM_MODE = os.environ.get("ANSIM_MODE", "production")
if ANSIM_MODE not in {"production", "demo", "test"}:
    msg = f"ANSIM_MODE is {ANSIM_MODE!r}; set it to production, demo or test."
    raise ImproperlyConfigured(msg)
PRODUCTION = ANSIM_MODE == "production"

ANSIM_SANDBOX = os.environ.get("ANSIM_SANDBOX", "")
if ANSIM_SANDBOX and PRODUCTION:
    msg = "ANSIM_SANDBOX is set, but ANSIM_MODE is production: unset one of them."
    raise ImproperlyConfigured(msg)

# Everything that this process writes is for its own account alone, and it leaves no core behind.
os.umask(0o077)
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
ANSIM_HOME.mkdir(mode=0o700, parents=True, exist_ok=True)
SECRETS = ServerSecrets.load_or_create(ANSIM_HOME / "keys")
SECRET_KEY = SECRETS.django_secret
RECEIPT_PEPPER = SECRETS.receipt_pepper

DEBUG = False
ALLOWED_HOSTS = os.environ.get("ANSIM_HOSTS", "localhost 127.0.0.1 [::1]").split()
# Plain http is for loopback only; behind a TLS proxy the cookies are bound to https.
SECURE = os.environ.get("ANSIM_HTTPS", "1" if PRODUCTION else "0") == "1"

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_tasks_db",
    "ansim.centre.shell",
    "ansim.centre.access",
    "ansim.centre.custody",
    "ansim.centre.work",
    "ansim.centre.cases",
    "ansim.centre.support",
    "ansim.centre.materials",
    "ansim.centre.removal",
    "ansim.centre.patrol",
    "ansim.centre.intake",
    "ansim.centre.retention",
    "ansim.centre.portal",
    "ansim.centre.statistics",
    "ansim.centre.desk",
]

MIDDLEWARE = [
    "ansim.centre.shell.middleware.SecurityHeadersMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "ansim.centre.access.middleware.IdleTimeoutMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "ansim.centre.access.keycookie.KeyCookieMiddleware",
    "ansim.centre.shell.middleware.LanguageMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "ansim.centre.shell.middleware.SpokenErrorMiddleware",
]

ROOT_URLCONF = "ansim.centre.urls"
WSGI_APPLICATION = "ansim.centre.wsgi.application"
AUTH_USER_MODEL = "access.Staff"
LOGIN_URL = "/staff/sign-in"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "ansim.centre.shell.context.centre",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "ansim.centre.shell.templatetags.ansim_ui",
            ],
        },
    },
]


def database() -> dict[str, Any]:
    """SQLite in ANSIM_HOME, or the PostgreSQL that ANSIM_DATABASE names."""
    address = os.environ.get("ANSIM_DATABASE", "")
    if not address:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": ANSIM_HOME / "ansim.sqlite3",
            # Opening SQLite again for every job costs more than most jobs.
            "CONN_MAX_AGE": None,
            # In memory, a live test server's threads would share one connection.
            "TEST": {"NAME": str(ANSIM_HOME / "test.sqlite3")},
            "OPTIONS": {
                "timeout": 20,
                "transaction_mode": "IMMEDIATE",
                "init_command": (
                    "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; "
                    "PRAGMA foreign_keys=ON; PRAGMA secure_delete=ON"
                ),
            },
        }
    parts = urlsplit(address)
    if parts.scheme not in {"postgresql", "postgres"} or not parts.path.strip("/"):
        msg = "ANSIM_DATABASE must look like postgresql://user@host:5432/name."
        raise ImproperlyConfigured(msg)
    host = parts.hostname or ""
    options = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.strip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(host),
        "PORT": str(parts.port or ""),
        "OPTIONS": options,
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }


DATABASES = {"default": database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TASKS = {
    "default": {
        "BACKEND": "django_tasks_db.DatabaseBackend",
        "QUEUES": [],
        "ENQUEUE_ON_COMMIT": False,
    }
}

AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

# Django's default would write flash texts into a browser cookie.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_NAME = "__Host-ansim_s" if SECURE else "ansim_s"
SESSION_COOKIE_SECURE = SECURE
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Strict"
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
CSRF_COOKIE_NAME = "__Host-ansim_c" if SECURE else "ansim_c"
CSRF_COOKIE_SECURE = SECURE
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Strict"
CSRF_FAILURE_VIEW = "ansim.centre.shell.views.csrf_failure"
SECURE_SSL_REDIRECT = SECURE
SECURE_HSTS_SECONDS = 31_536_000 if SECURE else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SECURE else None
# Weaker key stretching is for tests alone: codes and passwords of a demo are real ones.
ANSIM_KDF = LIGHT_KDF if ANSIM_MODE == "test" else KDF
ANSIM_IDLE_SECONDS = int(os.environ.get("ANSIM_IDLE_SECONDS", str(20 * 60)))

# A file that someone gives is hashed in memory and dropped: no handler may write it to disk.
FILE_UPLOAD_HANDLERS = ["ansim.centre.intake.uploads.MemoryOnlyUploadHandler"]
ANSIM_UPLOAD_MAX_BYTES = 64 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

USE_TZ = True
TIME_ZONE = "UTC"
ANSIM_ZONE = "Asia/Seoul"
USE_I18N = True
LANGUAGE_CODE = "ko"
LANGUAGES = [("ko", "한국어"), ("en", "English")]
LOCALE_PATHS = [Path(__file__).parent / "locale"]
LANGUAGE_COOKIE_NAME = "__Host-ansim_lang" if SECURE else "ansim_lang"

STATIC_URL = "/static/"
STATIC_ROOT = ANSIM_HOME / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {
        "BACKEND": (
            "django.contrib.staticfiles.storage.StaticFilesStorage"
            if ANSIM_MODE == "test"
            else "ansim.centre.shell.storage.ModuleManifestStorage"
        )
    },
}
WHITENOISE_USE_FINDERS = ANSIM_MODE == "test"

ANSIM_CENTRE: dict[str, Any] = {
    "name": {"ko": "가람시 디지털안심센터", "en": "Garam Digital Safety Centre"},
    "hours": {"ko": "평일 09–18시", "en": "Weekdays 09–18"},
    "phone": "02-000-0000",
    "email": os.environ.get("ANSIM_MAIL_ADDRESS", "notice@centre.test"),
    "signatory": {"ko": "삭제지원팀장", "en": "Head of removal support"},
    "designated_body": True,
}
# Where a person whose key is no longer held is led to.
ANSIM_PORTAL_ENTRY = "/code"
ANSIM_EXIT_URL = os.environ.get("ANSIM_EXIT_URL", "https://www.weather.go.kr/")

# Mail: the relay that notices leave by, and the Maildir that the centre's mailbox is delivered to.
ANSIM_SMTP = os.environ.get("ANSIM_SMTP", "127.0.0.1:25")
ANSIM_SMTP_STARTTLS = os.environ.get("ANSIM_SMTP_STARTTLS", "0") == "1"
ANSIM_SMTP_USER = os.environ.get("ANSIM_SMTP_USER", "")
ANSIM_SMTP_PASSWORD = os.environ.get("ANSIM_SMTP_PASSWORD", "")
ANSIM_MAILDIR = Path(os.environ.get("ANSIM_MAILDIR", str(ANSIM_HOME / "mail")))
# Where an operator puts recipients and sources of their own (same TOML as the shipped ones).
ANSIM_RECIPIENTS = Path(os.environ.get("ANSIM_RECIPIENTS", str(ANSIM_HOME / "recipients")))
ANSIM_SOURCES = Path(os.environ.get("ANSIM_SOURCES", str(ANSIM_HOME / "sources")))
# From where links are looked at: name:COUNTRY[:source address], separated by spaces.
ANSIM_VANTAGES = os.environ.get("ANSIM_VANTAGES", "")
# How long a re-upload watch runs when consent names no end (a setting, not a law).
ANSIM_WATCH_DAYS = int(os.environ.get("ANSIM_WATCH_DAYS", "180"))
# Looks, and walks, that go on at once in one worker: most of their time is waiting their turn.
ANSIM_LANES = int(os.environ.get("ANSIM_LANES", "6"))
# Requests a day for looking at links again: all together, and at one registered domain.
ANSIM_LOOKS_A_DAY = int(os.environ.get("ANSIM_LOOKS_A_DAY", "20000"))
ANSIM_LOOKS_A_DOMAIN = int(os.environ.get("ANSIM_LOOKS_A_DOMAIN", "2000"))
# How long a backup may be used. Keys expire sooner: no old backup brings an erased case back.
ANSIM_BACKUP_DAYS = int(os.environ.get("ANSIM_BACKUP_DAYS", "90"))
ANSIM_KEY_BACKUP_DAYS = int(os.environ.get("ANSIM_KEY_BACKUP_DAYS", "14"))

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"scrub": {"()": "ansim.centre.shell.logs.ScrubFilter"}},
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {
        "err": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["scrub"]},
    },
    "root": {"handlers": ["err"], "level": os.environ.get("ANSIM_LOG", "WARNING")},
    # Django's own handlers would print request paths and, in errors, local variables.
    "loggers": {"django": {"handlers": [], "level": "ERROR", "propagate": True}},
}
SILENCED_SYSTEM_CHECKS: list[str] = []
