"""A centre from before there were two keys: its cases open as before, and have both keys after."""

import os
import subprocess
import sys
from pathlib import Path

# A home and a process of its own: the database of the tests is never taken back.
SCRIPT = """
import django
django.setup()
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from ansim.centre import clock
from ansim.centre.cases import keyring, serverkeys
from ansim.centre.cases.models import KeyWrap
from ansim.vault import CaseKey, new_key_pair, wrap_for

call_command("migrate", "cases", "0001", verbosity=0)
call_command("migrate", "access", "0001", verbosity=0)
old = MigrationExecutor(connection).loader.project_state(
    [("cases", "0001_initial"), ("access", "0001_initial")]).apps
private, public = new_key_pair()
lee = old.get_model("access", "Staff").objects.create(
    username="lee", public_key=public, private_box=b"", created_at=clock.now())
case = old.get_model("cases", "Case").objects.create(
    reference="x-1", opened_at=clock.now(), channel="web")
key, wraps = CaseKey.new(), old.get_model("cases", "KeyWrap").objects
wraps.create(case=case, holder="staff", staff=lee, wrapped=wrap_for(public, key))
wraps.create(case=case, holder="receipt", wrapped=wrap_for(public, key))

call_command("migrate", "cases", "0002", verbosity=0)
sealed = KeyWrap.objects.filter(subject=case.pk, which="sealed").order_by("holder")
assert [wrap.holder for wrap in sealed] == ["receipt", "staff"]
assert [wrap.holder_id for wrap in sealed] == ["", str(lee.pk)]
assert all(keyring.open_wrap(wrap, private) == key for wrap in sealed)
assert keyring.working_key(case.pk).belongs_to("working", case.pk)
assert keyring.working_key(serverkeys.CENTRE).belongs_to("working", serverkeys.CENTRE)
assert KeyWrap.objects.filter(subject=serverkeys.CENTRE).count() == 1
print("fine")
"""


def test_cases_from_before_two_keys_open_as_before(tmp_path: Path) -> None:
    environment = {**os.environ, "ANSIM_HOME": str(tmp_path), "ANSIM_MODE": "test"}
    environment["DJANGO_SETTINGS_MODULE"] = "ansim.centre.settings"
    environment.pop("ANSIM_DATABASE", None)
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], env=environment, capture_output=True, text=True, check=False
    )
    assert done.stdout.strip() == "fine", done.stderr
