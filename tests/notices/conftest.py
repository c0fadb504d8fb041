"""A centre with one request, and the recipients it writes to."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from ansim.notices import (
    Notice,
    NoticeFacts,
    Recipient,
    Registry,
    Route,
    build_notice,
    load_registry,
)

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
TODAY = date(2026, 11, 22)

PLATFORM_TOML = """\
code = "video_platform_a"
name = { ko = "영상 플랫폼 A", en = "Video platform A" }
kind = "platform"
domains = ["video.test"]
regime = "us_take_it_down"
channel_type = "video"
effective_from = 2026-01-01
status = "in_force"
source = "written for the tests"
verified_on = 2026-11-22

[[routes]]
channel = "smtp"
address = "reports@video.test"
language = "en"
"""


@pytest.fixture
def write_recipient(tmp_path: Path) -> Callable[..., Path]:
    """Write a recipient file, with lines of the good one replaced; returns its folder."""

    def write(*changes: tuple[str, str], name: str = "video_platform_a") -> Path:
        text = PLATFORM_TOML
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        folder = tmp_path / "recipients"
        folder.mkdir(exist_ok=True)
        (folder / f"{name}.toml").write_text(text, encoding="utf-8")
        return folder

    return write


@pytest.fixture
def registry(write_recipient: Callable[..., Path]) -> Registry:
    return load_registry(write_recipient(), today=TODAY)


@pytest.fixture
def platform(registry: Registry) -> Recipient:
    return registry.recipient("video_platform_a")


@pytest.fixture
def facts() -> NoticeFacts:
    return NoticeFacts(
        centre_name={"ko": "가람시 디지털안심센터", "en": "Garam Digital Safety Centre"},
        centre_email="requests@centre.test",
        centre_phone="+82 2 000 0000",
        designated_body=True,
        request_ref="R-7F3K2",
        item_urls=("https://video.test/watch/81", "https://cdn.video.test/f/81.mp4"),
        item_kind={"ko": "동영상이 든 게시물", "en": "a post with a video"},
        harm="ncii",
        basis="consent",
        pdq=("ab" * 32,),
        sha256=("0c" * 32,),
        seen_at=datetime(2026, 11, 20, 0, 10, tzinfo=UTC),
        statement_of_good_faith=True,
        signature="센터장",
    )


@pytest.fixture
def build(registry: Registry, platform: Recipient, facts: NoticeFacts) -> Callable[..., Notice]:
    """Build a notice under a regime, with facts changed."""

    def notice(regime: str = "us_take_it_down", language: str = "en", **changes: Any) -> Notice:
        letter = changes.pop("letter", None)
        return build_notice(
            replace(facts, **changes),
            platform,
            registry.regime(regime),
            now=NOW,
            language=language,
            letter=letter,
        )

    return notice


@pytest.fixture
def korean_route() -> Route:
    return Route(channel="smtp", address="sin-go@board.test", language="ko")
