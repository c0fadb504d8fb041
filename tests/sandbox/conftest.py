"""A story's clock that is stepped by hand, and one running internet."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ansim.sandbox import Internet

STARTED_AT = datetime(2026, 3, 2, 0, 0, tzinfo=UTC)


@dataclass
class Clock:
    """The time of the story."""

    now: datetime = STARTED_AT

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Story:
    """A running internet and its clock."""

    net: Internet
    clock: Clock

    def pass_hours(self, hours: float) -> datetime:
        """Let time pass; everything due happens."""
        self.clock.now += timedelta(hours=hours)
        self.net.tick(self.clock.now)
        return self.clock.now


@pytest.fixture
def make_story(tmp_path: Path) -> Iterator[Callable[..., Story]]:
    stories: list[Story] = []

    def make(seed: int = 1, cases: int = 2) -> Story:
        clock = Clock()
        folder = tmp_path / str(len(stories))
        folder.mkdir()
        net = Internet(
            seed, clock=clock, maildir=folder / "mail", started_at=STARTED_AT, cases=cases
        )
        net.start()
        stories.append(Story(net, clock))
        return stories[-1]

    yield make
    for story in stories:
        story.net.stop()


@pytest.fixture
def story(make_story: Callable[..., Story]) -> Story:
    return make_story()
