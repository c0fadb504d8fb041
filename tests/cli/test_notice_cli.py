"""``ansim notice build``: the letter on the terminal, or one clear sentence."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from ansim.cli.notice import app
from ansim.notices.request import EXAMPLE

RECIPIENT = """\
code = "video_platform_a"
name = { ko = "영상 플랫폼 A", en = "Video platform A" }
kind = "platform"
domains = ["video.test"]
regime = "eu_dsa_16"
channel_type = "video"
effective_from = 2024-03-01
status = "in_force"
source = "written for the tests"
verified_on = 2026-11-22
routes = [{ channel = "smtp", address = "reports@video.test", language = "en" }]
"""
Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run ``build`` on the example with changes, as a reader of a language."""
    (tmp_path / "recipients").mkdir()
    (tmp_path / "recipients" / "a.toml").write_text(RECIPIENT, encoding="utf-8")
    request = tmp_path / "request.json"

    def invoke(
        *options: str, text: str | None = None, reader: str = "en", **changes: Any
    ) -> Result:
        # The clock of the command is the machine's: seen long ago, whatever day it is.
        good = json.loads(EXAMPLE) | {"seen_at": "2024-03-02T09:00:00+09:00"} | changes
        kept = {name: value for name, value in good.items() if value is not ...}
        request.write_text(json.dumps(kept) if text is None else text, encoding="utf-8")
        monkeypatch.setenv("ANSIM_LANG", reader)
        arguments = ["build", str(request), "--recipients", str(tmp_path / "recipients")]
        return CliRunner().invoke(app, [*arguments, *options])

    return invoke


def test_the_letter_and_its_checks_are_printed(run: Run) -> None:
    result = run()
    assert result.exit_code == 0
    assert "To: reports@video.test\nSubject: [R-7F3K2] Removal request\n" in result.output
    assert "\nhttps://video.example/watch/81\n" in result.output
    assert "✓ Exact addresses" in result.output
    assert "✓ 정확한 주소" in run(reader="ko").output


def test_json_is_one_object(run: Run) -> None:
    result = run("--json", "--language", "ko")
    found = json.loads(result.output)
    assert (found["ready"], found["language"], found["regime"]) == (True, "ko", "eu_dsa_16")
    assert "가람시 디지털안심센터" in found["body"]


def test_a_missing_field_exits_1_and_says_how_to_mend_it(run: Run) -> None:
    result = run(item_urls=[])
    assert result.exit_code == 1
    assert "✗ Exact addresses: Give the complete http or https address" in result.output
    assert "✗ 정확한 주소: 게시물마다" in run(item_urls=[], reader="ko").output


@pytest.mark.parametrize(
    ("call", "exit_code", "english", "korean"),
    [
        ({"text": '{"a": 1,\n'}, 2, "(line 2)", "2번째 줄"),
        ({"text": "[1]"}, 2, "not a JSON object", "JSON 객체가 아닙니다"),
        ({"text": "[" * 100_000}, 2, "not a JSON object", "JSON 객체가 아닙니다"),
        ({"item_url": "x"}, 2, "item_url is not a field", "요청에 없는 항목"),
        ({"seen_at": "yesterday"}, 2, "seen_at is missing or of the wrong type", "seen_at 항목"),
        ({"harm": ...}, 2, "harm is missing", "harm 항목: 빠졌거나"),
        ({"harm": "gossip"}, 2, "harm must be one of", "harm 항목: 다음 가운데"),
        ({"centre_name": "Garam"}, 2, "centre_name is missing or", "centre_name 항목"),
        ({"prior": [1]}, 2, "prior is missing or", "prior 항목"),
        ({"recipient": ...}, 2, "No recipient is named", "받는 곳이 없습니다"),
        ({"recipient": "nobody"}, 2, 'code "nobody"', "“nobody”인 받는 곳"),
        ({"recipient": "kr_police_cyber"}, 1, "has no route", "보낼 경로가 없습니다"),
    ],
)
def test_bad_input_gets_one_sentence(
    run: Run, call: dict[str, Any], exit_code: int, english: str, korean: str
) -> None:
    for reader, sentence in (("en", english), ("ko", korean)):
        result = run(reader=reader, **call)
        assert result.exit_code == exit_code
        assert sentence in result.stderr
        assert result.stderr.count("\n") == 1
        assert result.stdout == ""
    failed = json.loads(run("--json", **call).stdout)
    assert english in failed["error"]
    assert failed["path"].endswith("request.json")


def test_files_that_cannot_be_used_are_named(run: Run, tmp_path: Path) -> None:
    missing = CliRunner().invoke(app, ["build", str(tmp_path / "none.json")])
    assert (missing.exit_code, missing.stderr.count("\n")) == (2, 1)
    broken = tmp_path / "recipients" / "a.toml"
    broken.write_text(RECIPIENT.replace("platform", "plattform"), encoding="utf-8")
    result = run()
    assert result.exit_code == 2
    assert "a.toml, field " in result.stderr


def test_help_shows_a_description_that_works(run: Run) -> None:
    shown = CliRunner().invoke(app, ["build", "--help"], env={"COLUMNS": "120"}).output
    example = shown[shown.index("{\n") : shown.index("  }\n") + 4]
    description = json.loads(example) | {"seen_at": "2024-03-02T09:00:00+09:00"}
    assert run(text=json.dumps(description)).exit_code == 0
