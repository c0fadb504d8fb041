"""The port of the demo's web site."""

import socket

import pytest

from ansim.demo.live import NoFreePort, free_port


def test_a_port_that_no_browser_opens_is_passed_over() -> None:
    assert free_port(10080) > 10080
    assert free_port(6665) > 6669


def test_a_taken_port_is_passed_over_and_none_at_all_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        first = taken.getsockname()[1]
        monkeypatch.setattr("ansim.demo.live.PORTS_TO_TRY", 1)
        with pytest.raises(NoFreePort) as caught:
            free_port(first)
    assert str(first) in caught.value.sentence("ko")
