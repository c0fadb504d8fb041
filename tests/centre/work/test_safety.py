"""``ansim doctor`` says no, loudly, to each setting that would give people away."""

import os
from pathlib import Path

import pytest
from django.db import connection

from ansim.centre.work import safety
from ansim.vault import KDF, LIGHT_KDF

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def a_safe_centre(settings, tmp_path) -> None:
    """What a production centre has; each test below spoils one thing."""
    home = tmp_path / "home"
    (home / "keys").mkdir(parents=True, mode=0o700)
    home.chmod(0o700)
    (home / "keys" / "server_key").touch(0o600)
    settings.PRODUCTION = True
    settings.SECURE = True
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME = "__Host-ansim_s", "__Host-ansim_c"
    settings.SECURE_HSTS_SECONDS = 31_536_000
    settings.SECURE_SSL_REDIRECT = True
    settings.ALLOWED_HOSTS = ["centre.test"]
    settings.ANSIM_HOME = home
    settings.ANSIM_KDF = KDF
    settings.ANSIM_SMTP = "127.0.0.1:25"
    settings.ANSIM_EXIT_URL = "https://weather.test/"


def unsafe() -> set[str]:
    found = [check() for check in safety.CHECKS]
    assert all(one.text["ko"] and one.text["en"] for one in found)
    return {one.code for one in found if not one.ok}


def test_a_safe_centre_passes() -> None:
    assert unsafe() == set()


@pytest.mark.parametrize(
    ("code", "name", "value"),
    [
        ("mode", "PRODUCTION", False),
        ("https", "SECURE", False),
        ("https", "SESSION_COOKIE_SECURE", False),
        ("https", "CSRF_COOKIE_SECURE", False),
        ("https", "SESSION_COOKIE_NAME", "ansim_s"),
        ("https", "SECURE_HSTS_SECONDS", 60),
        ("https", "SECURE_SSL_REDIRECT", False),
        ("debug", "DEBUG", True),
        ("hosts", "ALLOWED_HOSTS", ["*"]),
        ("hosts", "ALLOWED_HOSTS", [".centre.test"]),
        ("hosts", "ALLOWED_HOSTS", []),
        ("stretching", "ANSIM_KDF", LIGHT_KDF),
        ("stretching", "AUTH_PASSWORD_VALIDATORS", []),
        ("idle", "ANSIM_IDLE_SECONDS", 3600),
        ("idle", "ANSIM_IDLE_SECONDS", 0),
        ("idle", "SESSION_EXPIRE_AT_BROWSER_CLOSE", False),
        ("mail_tls", "ANSIM_SMTP", "relay.example.test:587"),
        ("exit", "ANSIM_EXIT_URL", "http://weather.test/"),
        ("exit", "ANSIM_EXIT_URL", "https://centre.test/"),
        ("uploads", "FILE_UPLOAD_HANDLERS", ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]),
    ],
)  # fmt: skip
def test_one_unsafe_setting_is_named(settings, code: str, name: str, value: object) -> None:
    setattr(settings, name, value)
    assert unsafe() == {code}


@pytest.mark.parametrize("missing", safety.MIDDLEWARE)
def test_a_missing_guard_is_named(settings, missing: str) -> None:
    settings.MIDDLEWARE = [one for one in settings.MIDDLEWARE if one != missing]
    assert unsafe() == {"headers"}


def test_guards_that_come_too_late_are_named(settings) -> None:
    settings.MIDDLEWARE = list(reversed(settings.MIDDLEWARE))
    assert unsafe() == {"headers"}


@pytest.mark.parametrize("what", [".", "keys", "keys/server_key"])
def test_files_that_others_can_read_are_named(settings, what: str) -> None:
    spoiled = Path(settings.ANSIM_HOME, what)
    spoiled.chmod(spoiled.stat().st_mode | 0o044)
    assert unsafe() == {"keys"}


def test_a_log_that_tells_is_named(settings) -> None:
    shipped = settings.LOGGING
    settings.LOGGING = {**shipped, "root": {**shipped["root"], "level": "DEBUG"}}
    assert unsafe() == {"logs"}
    settings.LOGGING = {**shipped, "handlers": {"file": {"class": "logging.FileHandler"}}}
    assert unsafe() == {"logs"}


def test_mail_to_another_machine_with_tls_is_fine(settings) -> None:
    settings.ANSIM_SMTP = "relay.example.test:587"
    settings.ANSIM_SMTP_STARTTLS = True
    assert unsafe() == set()


def test_deleted_values_must_be_overwritten() -> None:
    if connection.vendor != "sqlite":
        pytest.skip("SQLite's own setting")
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA secure_delete=OFF")
        try:
            assert unsafe() == {"database"}
        finally:
            cursor.execute("PRAGMA secure_delete=ON")


@pytest.mark.parametrize(
    ("host", "mode", "fine"),
    [
        ("", "", True), ("localhost", "", True), ("/run/postgresql", "", True), ("::1", "", True),
        ("db.example.test", "", False), ("db.example.test", "require", False),
        ("10.0.0.4", "verify-ca", True), ("db.example.test", "verify-full", True),
    ],
)  # fmt: skip
def test_a_remote_database_needs_tls(settings, monkeypatch, host: str, mode: str, fine: bool) -> None:
    monkeypatch.setattr(connection, "vendor", "postgresql")
    described = {"HOST": host, "OPTIONS": {"sslmode": mode} if mode else {}}
    monkeypatch.setattr(safety.settings, "DATABASES", {"default": described})
    assert ("database" in unsafe()) is not fine


def test_the_process_writes_for_itself_alone(tmp_path) -> None:
    (tmp_path / "made").touch()
    assert (tmp_path / "made").stat().st_mode & 0o077 == 0
    assert os.umask(0o077) == 0o077
