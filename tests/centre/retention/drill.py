"""The processes of the backup drill, each on a home of its own: ``python drill.py STEP FOLDER``.

``live``: a centre takes in Mina and Bora, is backed up, erases Mina, and is backed up again.
``look``: what a restored centre knows. Both print one JSON object.
"""

import json
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import django

django.setup()

from django.conf import settings  # noqa: E402 -- after Django is set up
from django.core.management import call_command  # noqa: E402

from ansim.backups import Lock  # noqa: E402
from ansim.centre import clock  # noqa: E402
from ansim.centre.access.models import Staff  # noqa: E402
from ansim.centre.access.services import create_staff  # noqa: E402
from ansim.centre.cases.keyring import (  # noqa: E402
    find_receipt,
    open_text,
    sealed_key_for_person,
    sealed_key_for_staff,
)
from ansim.centre.cases.models import Case, KeyWrap  # noqa: E402
from ansim.centre.custody.queries import check_chain  # noqa: E402
from ansim.centre.custody.services import record  # noqa: E402
from ansim.centre.intake.report import Report  # noqa: E402
from ansim.centre.intake.services import take_in  # noqa: E402
from ansim.centre.removal.models import Request  # noqa: E402
from ansim.centre.retention.backups import make_backup  # noqa: E402
from ansim.centre.retention.models import Tombstone  # noqa: E402
from ansim.centre.retention.services import erase  # noqa: E402
from ansim.centre.statistics import showing  # noqa: E402
from ansim.centre.statistics.queries import month_figures, months  # noqa: E402
from ansim.vault import open_staff_key, rebox_staff_key  # noqa: E402

OLD, NEW, PHRASE = "still water runs deep", "a new password altogether", "correct horse battery"
STATES = ("approved", "sending", "draft", "sent", "draft")


def live(folder: Path) -> dict[str, Any]:
    """The first centre's life."""
    call_command("migrate", verbosity=0, interactive=False)
    for part in ("cur", "new", "tmp"):
        (settings.ANSIM_MAILDIR / part).mkdir(parents=True, exist_ok=True)
    lee = create_staff("lee", OLD, "이상담", "Lee", "counsellor")
    now = clock.now()
    links = tuple(f"https://forum.example.com/t/{number}" for number in range(len(STATES)))
    mina, bora = (
        take_in(
            Report(consents=("hold", "statistics"), story=f"the story of {name}", links=links),
            now=now,
        )
        for name in ("mina", "bora")
    )
    for name, taken in (("M", mina), ("B", bora)):
        for number, link in enumerate(taken.case.sightings.all()):
            Request.objects.create(
                reference=f"{name}-{number}", sighting=link, rung=1, recipient=f"r{number}",
                recipient_kind="platform", regime="eu_dsa_16", why="first", language="en",
                basis="consent:notify", state=STATES[number], drafted_at=now, send_queued=True,
                sent_at=now if STATES[number] == "sent" else None,
            )  # fmt: skip
    first = make_backup(folder / "data", folder / "keys", Lock(PHRASE), now=now)
    # After the backup: a letter leaves, the password changes, and Mina has everything erased.
    copy = f"Message-ID: <B-4.1@{settings.ANSIM_CENTRE['email'].rpartition('@')[2]}>\n\nx"
    (settings.ANSIM_MAILDIR / "new" / "copy").write_text(copy)
    Request.objects.filter(reference="B-4").update(state="sent", sent_at=now)
    private = open_staff_key(bytes(lee.private_box), OLD)
    lee.private_box = rebox_staff_key(private, NEW, settings.ANSIM_KDF)
    lee.save(update_fields=["private_box"])
    gone = mina.case.pk
    tombstone = erase(mina.case, asked_by=None, now=now)
    second = make_backup(
        folder / "data", folder / "keys", Lock(PHRASE), now=now + timedelta(seconds=2)
    )
    return {
        "data": [str(first.data.folder), str(second.data.folder)],
        "keys": [str(first.keys.folder), str(second.keys.folder)],
        "mina": {"id": str(gone), "code": mina.code}, "bora": {"code": bora.code},
        "certificate": tombstone.certificate, "figures": figures(),
    }  # fmt: skip


def figures() -> list[str]:
    """Every month's tables."""
    return [showing.as_csv(month_figures(*month)) for month in months()]


def look(folder: Path) -> dict[str, Any]:
    """What the restored centre knows, and whether it can go on."""
    told = json.loads((folder / "told.json").read_text())
    mina, bora = told["mina"], told["bora"]
    lee = Staff.objects.get(username="lee")
    found = find_receipt(bora["code"])
    assert found is not None
    case, private = found
    key = sealed_key_for_person(case, private)
    staff_key = sealed_key_for_staff(case, lee, open_staff_key(bytes(lee.private_box), NEW))
    record("backup.made", actor_kind="operator")
    return {
        "cases": Case.objects.count(),
        "mina_wraps": KeyWrap.objects.filter(subject=mina["id"]).count(),
        "mina_code": find_receipt(mina["code"]) is not None,
        "tombstones": [
            [str(one.case_id), one.certificate == told["certificate"]]
            for one in Tombstone.objects.all()
        ],
        "bora": open_text(key, case.story_box or b"", case, "story_box", case),
        "lee": staff_key == key,
        "links": sorted(link.url for link in case.sightings.all()),
        "requests": dict(Request.objects.values_list("reference", "state")),
        "queued": Request.objects.filter(send_queued=True).count(),
        "whole": check_chain().whole,
        "same_figures": figures() == told["figures"],
    }


if __name__ == "__main__":
    step = {"live": live, "look": look}[sys.argv[1]]
    sys.stdout.write(json.dumps(step(Path(sys.argv[2]))))
