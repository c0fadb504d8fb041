"""``ansim case``, ``staff``, ``doctor``, ``demo``: clear sentences, honest exit statuses."""

import io
import json

import pytest
from PIL import Image
from typer.testing import CliRunner

from ansim.centre.access.models import Staff
from ansim.centre.access.services import create_staff
from ansim.centre.cases.models import Case
from ansim.centre.custody.models import CustodyEvent
from ansim.centre.materials.models import Material
from ansim.centre.work import checkup
from ansim.cli.app import app

pytestmark = pytest.mark.django_db
runner = CliRunner()


@pytest.fixture
def lee(db) -> Staff:
    return create_staff("lee", "still water runs deep", "이 상담사", "Lee", "counsellor")


def picture() -> bytes:
    buffer = io.BytesIO()
    image = Image.radial_gradient("L")
    image.paste(Image.linear_gradient("L").resize((90, 120)), (40, 20))
    image.save(buffer, "PNG")
    return buffer.getvalue()


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "photo.png").write_bytes(picture())
    (tmp_path / "words.png").write_text("no picture at all")
    return tmp_path


def case_import(folder, text, *options: str):
    (folder / "report.json").write_bytes(text if isinstance(text, bytes) else text.encode())
    return runner.invoke(app, ["case", "import", str(folder / "report.json"), *options])


def test_a_report_file_becomes_a_case_and_its_code_is_printed_once(lee, folder):
    given = {"links": ["byeok.test/1"], "materials": ["photo.png"], "consents": ["hold", "search"]}
    done = case_import(folder, "\ufeff" + json.dumps(given), "--json")
    assert done.exit_code == 0, done.output
    printed = json.loads(done.stdout)
    case = Case.objects.get()
    assert (printed["case"], len(printed["code"]), printed["links"]) == (case.reference, 20, 1)
    assert case.channel == "import"
    assert case.materials.get().kind == "picture"


GOOD = '{"consents": ["hold"], %s}'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "line 1"),
        ('{"links": [,]}', "line 1, column 12"),
        (b"\xff\xfe{", "UTF-8"),
        ("[" * 100_000, "too deep"),
        ('{"age": %s}' % ("9" * 5000), "too large"),
        ("[]", "one JSON object"),
        (GOOD % '"materials": ["words.png"]', "words.png"),
        (GOOD % '"materials": ["photo.png", "lost.png"]', "lost.png"),
        (GOOD % '"materials": ["."]', "cannot be opened"),
        (GOOD % '"materials": ["a\\u0000b"]', "list of at most"),
        (GOOD % '"links": ["file:///etc/passwd"]', "http://"),
        (GOOD % '"links": ["http://169.254.169.254/"]', "private network"),
    ],
)
def test_what_cannot_be_taken_in_is_one_sentence_and_changes_nothing(lee, folder, text, said):
    before = CustodyEvent.objects.count()
    done = case_import(folder, text)
    assert done.exit_code == 1
    assert isinstance(done.exception, SystemExit)
    [sentence] = done.stderr.splitlines()
    assert said in sentence
    assert "Traceback" not in done.output
    assert done.stdout == ""
    assert (Case.objects.count(), Material.objects.count()) == (0, 0)
    assert CustodyEvent.objects.count() == before


def test_every_fault_has_its_own_line_in_the_readers_language(lee, folder, monkeypatch):
    monkeypatch.setenv("ANSIM_LANG", "ko")
    wrong = '{"age": 3, "links": ["javascript:x", "byeok"], "consents": ["hold"]}'
    done = case_import(folder, wrong)
    assert done.exit_code == 1
    lines = done.stderr.splitlines()
    assert len(lines) == 3
    assert "age" in lines[0]
    assert lines[1].startswith("  links[1]: http")
    assert lines[2].startswith("  links[2]: 점(.)")
    listed = json.loads(case_import(folder, wrong, "--json").stdout)
    assert [one["field"] for one in listed["problems"]] == ["age", "links[1]", "links[2]"]


def test_without_a_counsellor_nothing_is_taken_in(folder):
    done = case_import(folder, '{"consents": ["hold"]}')
    assert done.exit_code == 1
    assert "ansim staff add" in done.stderr


def test_staff_are_added_listed_and_closed():
    names = ["--name-ko", "이 상담사", "--name-en", "Lee"]
    added = runner.invoke(app, ["staff", "add", "Lee", "--role", "counsellor", *names])
    assert added.exit_code == 0
    assert len(added.stdout.strip()) >= 12
    again = runner.invoke(app, ["staff", "add", "lee", "--role", "counsellor", *names])
    assert again.exit_code == 1
    assert len(again.stderr.splitlines()) == 1
    assert runner.invoke(app, ["staff", "add", "kim", "--role", "boss", *names]).exit_code == 1
    assert runner.invoke(app, ["staff", "deactivate", "LEE"]).exit_code == 0
    listed = runner.invoke(app, ["staff", "list", "--json"])
    assert [json.loads(line) for line in listed.stdout.splitlines()] == [
        {"username": "lee", "role": "counsellor", "active": False, "second_steps": 0}
    ]
    reset = runner.invoke(app, ["staff", "reset-factor", "lee"])
    assert reset.exit_code == 0
    assert "a new second step" in reset.stdout
    assert runner.invoke(app, ["staff", "reset-factor", "nobody"]).exit_code == 1
    nobody = runner.invoke(app, ["staff", "deactivate", "nobody"])
    assert nobody.exit_code == 1
    assert "ansim staff list" in nobody.stderr
    assert CustodyEvent.objects.filter(action="staff.deactivated", actor_kind="operator").count() == 1


def findings(settings) -> tuple[int, dict[str, dict]]:
    done = runner.invoke(app, ["doctor", "--json"])
    assert isinstance(done.exception, SystemExit | None), done.exception
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert all({"ko", "en"} == set(one["text"]) for one in found)
    return done.exit_code, {one["code"]: one for one in found}


def test_doctor_says_no_in_test_mode_and_why(settings, lee):
    settings.ANSIM_SMTP = "relay-without-a-port"
    status, found = findings(settings)
    assert status == 1
    assert not found["mode"]["ok"]
    assert not found["mail_out"]["ok"]
    assert (found["receivers"]["ok"], found["custody"]["ok"], found["keys"]["ok"]) == (True,) * 3
    Staff.objects.update(is_active=False)
    assert not findings(settings)[1]["receivers"]["ok"]


def test_doctor_names_a_broken_recipients_file_and_goes_on(settings, tmp_path, monkeypatch):
    settings.ANSIM_RECIPIENTS = tmp_path
    (tmp_path / "mine.toml").write_text("code = 3")
    status, found = findings(settings)
    assert status == 1
    assert "mine.toml" in found["registry"]["text"]["en"]
    assert "custody" in found
    assert len(found) == len(checkup.check_up())


def test_no_demo_in_production(monkeypatch, tmp_path):
    monkeypatch.setenv("ANSIM_MODE", "production")
    monkeypatch.setenv("ANSIM_HOME", str(tmp_path / "home"))
    done = runner.invoke(app, ["demo", "--once"])
    assert done.exit_code == 2
    assert "ANSIM_MODE" in done.stderr
    assert not (tmp_path / "home").exists()
