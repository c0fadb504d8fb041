import json
import socket

import pytest
import typer
from typer.testing import CliRunner

from ansim.cli.check import check

app = typer.Typer()
app.command()(check)
runner = CliRunner()


@pytest.fixture(autouse=True)
def no_socket(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    opened: list[object] = []
    monkeypatch.setattr(socket.socket, "connect", lambda _, address: opened.append(address))
    monkeypatch.setattr(socket, "getaddrinfo", lambda *names, **_: opened.append(names))
    return opened


@pytest.mark.parametrize(
    ("language", "words"), [("en", ("public web", "http://")), ("ko", ("공개된 웹", "http://"))]
)
def test_refused_links_get_a_sentence_each_and_open_nothing(
    language: str, words: tuple[str, str], monkeypatch: pytest.MonkeyPatch, no_socket: list[object]
) -> None:
    monkeypatch.setenv("ANSIM_LANG", language)
    links = ["http://169.254.169.254/", "file:///etc/passwd", "nonsense"]
    result = runner.invoke(app, [*links, "--json"])
    assert result.exit_code == 1
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert [line["url"] for line in lines] == links
    assert {line["verdict"] for line in lines} == {"unknown"}
    assert words[0] in lines[0]["refused"]
    assert words[1] in lines[1]["refused"]
    assert all(set(line) == {"url", "verdict", "reasons", "refused"} for line in lines)
    assert no_socket == []


def test_plain_output_is_one_line_a_link_without_control_characters(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ANSIM_LANG", "en")
    result = runner.invoke(app, ["http://10.0.0.1/", "http://a\x1b[31m/"])
    assert result.exit_code == 1
    assert len(result.stdout.splitlines()) == 2
    assert "\x1b" not in result.stdout
    assert runner.invoke(app, []).exit_code == 2


def test_the_whole_observation_is_told_on_request(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANSIM_LANG", "en")
    result = runner.invoke(app, ["http://10.0.0.1/", "--json", "--facts"])
    seen = json.loads(result.stdout)["observation"]
    assert (seen["outcome"], seen["reason"], seen["dns"]) == ("refused", "special_address", "")
    assert "private" in seen["failure"]


def test_a_malformed_name_server_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANSIM_LANG", "ko")
    monkeypatch.setenv("ANSIM_NAMESERVERS", "dns.example")
    result = runner.invoke(app, ["http://10.0.0.1/"])
    assert result.exit_code == 2
    assert "ANSIM_NAMESERVERS" in result.stderr


def test_links_are_told_in_the_order_in_which_they_were_given() -> None:
    from ansim.cli.check import in_order
    from ansim.fetching.crew import Job, Looked

    def looked(number: int) -> Looked:
        return Looked(Job("u", "here", key=number), f"seen {number}")  # type: ignore[arg-type]

    told = list(in_order(looked(number) for number in (2, 0, 3, 1, 4)))
    assert told == [f"seen {number}" for number in range(5)]
