"""An older database, whose working data lay in clear, is brought up to date by its migrations."""

import os
import subprocess
import sys
from datetime import UTC, datetime

BEFORE = [
    ("access", "0001_initial"), ("cases", "0001_initial"), ("materials", "0002_alternates"),
    ("removal", "0001_initial"), ("support", "0001_initial"), ("patrol", "0001_initial"),
]  # fmt: skip
NOW = datetime(2026, 11, 22, tzinfo=UTC)
HOST = "secret-host.test"
ONE, TWO, FILE = f"https://{HOST}/1", f"https://{HOST}/2", f"https://{HOST}/m.jpg"
REASON = {"code": "listed", "params": {}}


def test_what_lay_in_clear_is_sealed_and_none_of_it_is_left(tmp_path):
    home = os.environ | {"ANSIM_HOME": str(tmp_path), "DJANGO_SETTINGS_MODULE": "ansim.centre.settings"}
    home.pop("ANSIM_DATABASE", None)
    done = subprocess.run(
        [sys.executable, __file__], env=home, check=False, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    stored = b"".join(path.read_bytes() for path in tmp_path.glob("ansim.sqlite3*"))
    assert b"cases_keywrap" in stored
    for left in (f"{HOST}/", "별빛_99", "Secret Clinic", "after seven", "ab" * 32):
        assert left.encode() not in stored


def before(apps) -> None:
    """One row of each kind, as the first version wrote them."""

    def rows(app: str, name: str):
        return apps.get_model(app, name).objects

    case = rows("cases", "Case").create(
        reference="여울-412", opened_at=NOW, channel="web", keywords=["별빛_99"],
        safe_contact={"channel": "sms", "hours": "after seven"},
    )  # fmt: skip
    bank = rows("materials", "Bank").create(
        name="b", owner="o", purpose="p", terms="t", origin="f", legal_basis="l", imported_at=NOW
    )
    mine = rows("materials", "Material").create(
        case=case, number=1, kind="picture", pdq="0f" * 32, quality=9, sha256="ab" * 32,
        dihedral=["1"], added_at=NOW,
    )  # fmt: skip
    rows("materials", "Material").create(
        bank=bank, number=1, key="k1", kind="picture", pdq="0e" * 32, quality=9, added_at=NOW
    )
    there = {"found_at": NOW, "host": HOST}
    link = rows("materials", "Sighting").create(
        case=case, number=1, origin="given", url=ONE, url_key="x" * 64, reasons=[REASON],
        next_look_reason=REASON, **there,
    )  # fmt: skip
    rows("materials", "Sighting").create(
        bank=bank, number=1, origin="patrol", url=TWO, url_key="y" * 64, **there
    )
    rows("materials", "SightingMedia").create(
        sighting=link, url=FILE, url_key="z" * 64, host=HOST, material=mine, distance=1,
        first_seen_at=NOW,
    )  # fmt: skip
    rows("materials", "Look").create(
        sighting=link, number=1, at=NOW, round={"page": ONE}, verdict="present", reasons=[REASON]
    )
    request = rows("removal", "Request").create(
        reference="R-1", sighting=link, rung=1, recipient="r", recipient_kind="host", regime="g",
        why="first", drafted_at=NOW, basis="b", language="en", subject="s", body=ONE,
        fields=[{"ok": True}], to_address="a@b.example",
    )  # fmt: skip
    for key, about in (("1", request), ("2", None)):
        rows("removal", "Reply").create(
            request=about, mail_key=key, kind="reply", received_at=NOW, text=f"{key} {ONE}"
        )
    rows("support", "Service").create(
        case=case, kind="medical", provider="Secret Clinic", outcome="done", given_at=NOW
    )
    rows("patrol", "SeenPage").create(url_key="q" * 64, seen_at=NOW, hunted=1)


def after() -> None:
    """Everything can be read, and found by its keyed digest."""
    from ansim.centre.cases.models import Case
    from ansim.centre.materials.addresses import material_key, url_key
    from ansim.centre.materials.models import Look, Material, Sighting, SightingMedia
    from ansim.centre.patrol.models import SeenPage
    from ansim.centre.removal.models import Reply, Request
    from ansim.centre.support.models import Service

    case = Case.objects.get()
    assert case.keywords == ["별빛_99"]
    assert case.safe_contact == {"channel": "sms", "hours": "after seven"}, "staff seal it: read_story"
    mine, listed = Material.objects.get(case=case), Material.objects.get(case=None)
    assert (mine.pdq, mine.sha256, mine.dihedral, listed.pdq) == ("0f" * 32, "ab" * 32, ["1"], "0e" * 32)
    assert mine.key == material_key(case.pk, "ab" * 32)
    assert listed.key == material_key(listed.bank_id, "k1")
    link = Sighting.objects.get(case=case)
    assert (link.url, link.url_key) == (ONE, url_key(ONE))
    assert (link.reasons, link.next_look_reason) == ([REASON], REASON)
    assert Sighting.objects.get(case=None).url == TWO
    media = SightingMedia.objects.get()
    assert (media.url, media.url_key) == (FILE, url_key(FILE))
    look = Look.objects.get()
    assert (look.round, look.reasons) == ({"page": ONE}, [REASON])
    request = Request.objects.get()
    assert (request.subject, request.body, request.to_address) == ("s", ONE, "a@b.example")
    assert request.fields == [{"ok": True}]
    assert sorted(one.text for one in Reply.objects.all()) == [f"1 {ONE}", f"2 {ONE}"]
    assert Service.objects.get().provider == "Secret Clinic"
    assert not SeenPage.objects.exists()


def main() -> None:
    """In a process and a data folder of its own."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    executor.migrate(BEFORE)
    before(executor.loader.project_state(BEFORE).apps)
    call_command("migrate", verbosity=0)
    after()
    connection.close()


if __name__ == "__main__":
    main()
