"""A worker without a process, and one archive of a crawl."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ansim.sweeping import Settings
from ansim.sweeping.working import Worker
from tests.sweeping.archives import crawl, packed
from tests.sweeping.inside import cups


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    with Worker(Settings(cups)) as one:
        yield one


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("crawl") / "crawl.warc.gz"
    path.write_bytes(packed(crawl(), "gzip"))
    return path
