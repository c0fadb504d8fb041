"""Patrol without a request: sites full of pictures, a bank of hunted ones, and nobody looking.

    python bench/patrol.py [--pictures 20000] [--sites 50] [--copies 200] [--seed 1] [--json]

The centre's own worker walks the sites through the one door, hashes every picture in memory and
matches it against a bank that a supervisor has approved. Told are recall for each alteration and
precision, pictures a second, and what must be nought: bytes of pictures in any file that the run
left behind, and looks by a person. Exit status 1 when one of these is not nought, when a match is
false, or when a copy that was only encoded anew is missed.
"""

import argparse
import json
import multiprocessing
import os
import shutil
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from patrolled import RUN, Plan, serve

LANES = 6
PASSWORD = "calm-river-412-bench"
HEADERS = (
    b"\xff\xd8\xff\xe0\x00\x10JFIF", b"\x89PNG\r\n\x1a\n", b"WEBPVP8", b"GIF89a", b"ftypheic",
    b"ftypavif",
)  # fmt: skip
VIEWS = ("link.shown", "request.body_shown")
RECIPIENT = """
code = "bench"
name = {{ ko = "벤치", en = "Bench" }}
kind = "platform"
domains = [{domains}]
regime = "eu_dsa_16"
channel_type = "adult"
effective_from = 2020-01-01
status = "in_force"
source = "bench"
verified_on = 2026-11-01

[[routes]]
channel = "smtp"
address = "notice@bench.test"
language = "en"
"""


def main() -> int:
    """Run, print, and say whether the promises were kept."""
    asked = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    asked.add_argument("--pictures", type=int, default=20_000)
    asked.add_argument("--sites", type=int, default=50)
    asked.add_argument("--copies", type=int, default=200)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--json", action="store_true")
    given = asked.parse_args()
    plan = Plan(given.pictures, given.sites, given.copies, given.seed)
    root = Path(tempfile.mkdtemp(prefix="ansim-patrol-"))
    try:
        told = run(plan, root)
    finally:
        shutil.rmtree(root, ignore_errors=True)
    print(json.dumps(told, ensure_ascii=False) if given.json else "\n".join(lines(told)))
    return 0 if kept(told) else 1


def run(plan: Plan, root: Path) -> dict[str, Any]:
    """Everything in processes of its own and in the folder ``root``; the figures."""
    spawn = multiprocessing.get_context("spawn")
    ours, theirs = spawn.Pipe()
    started = time.monotonic()
    servers = spawn.Process(target=serve, args=(plan, theirs), daemon=True)
    servers.start()
    try:
        world = ours.recv()
        painted = time.monotonic() - started
        set_up(root, world)
        bank = approved_bank(world["hunted"])
        started = time.monotonic()
        work()
        seconds = time.monotonic() - started
        ours.send("stop")
        served = ours.recv()
    finally:
        servers.join(10)
        servers.kill()
    return {
        "pictures": world["pictures"],
        "sites": plan.sites,
        "copies": len(world["planted"]),
        "painted_seconds": round(painted, 1),
        "seconds": round(seconds, 1),
        "pictures_a_second": round(world["pictures"] / seconds, 1),
        "requests": served["requests"],
        "agents": served["agents"],
        "letters": served["letters"],
        **scored(bank, world["planted"]),
        **at_rest(root, served["runs"]),
    }


def set_up(root: Path, world: dict[str, Any]) -> None:
    """A fresh centre in ``root`` whose internet is the servers', and nothing else."""
    sandbox, recipients, temporary = (root / name for name in ("sandbox", "recipients", "tmp"))
    for folder in (sandbox, recipients, temporary, sandbox / "mail"):
        folder.mkdir()
    from ansim.sandbox.internet import NETWORK, RECIPIENTS

    names = sandbox / "names.json"
    names.write_text(json.dumps({"addresses": world["addresses"]}))
    domains = ", ".join(f'"{host}"' for host in world["addresses"])
    (recipients / "bench.toml").write_text(RECIPIENT.format(domains=domains))
    shutil.copy(RECIPIENTS / "police_desk.toml", recipients)
    host, port = world["smtp"]
    described = {
        "names_file": str(names), "permitted_networks": [NETWORK], "recipients": str(recipients),
        "vantages": [{"name": "seoul", "country": "KR"}, {"name": "frankfurt", "country": "DE"}],
        "smtp": {"host": host, "port": port}, "maildir": str(sandbox / "mail"),
        "sources": world["sources"],
    }  # fmt: skip
    (sandbox / "sandbox.json").write_text(json.dumps(described))
    for name in [name for name in os.environ if name.startswith("ANSIM_")]:
        del os.environ[name]
    os.environ |= {
        "ANSIM_MODE": "test", "ANSIM_HOME": str(root), "TMPDIR": str(temporary),
        "ANSIM_SANDBOX": str(sandbox / "sandbox.json"),
        "DJANGO_SETTINGS_MODULE": "ansim.centre.settings",
    }  # fmt: skip
    tempfile.tempdir = None
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)


def approved_bank(hunted: dict[str, str]) -> Any:
    """The bank, imported and approved by a supervisor, and the sites as targets that are due."""
    from ansim.centre.access.services import create_staff
    from ansim.centre.patrol import services
    from ansim.matching import Bank, BankItem

    now = datetime.now(UTC)
    jeong = create_staff("jeong", PASSWORD, "정 팀장", "Jeong", "supervisor")
    services.sync_targets(now=now)
    listed = Bank(items=tuple(BankItem(key=key, pdq=pdq) for key, pdq in hunted.items()))
    return services.import_bank(
        listed, name="Bench", owner="Bench", purpose="bench", terms="none", origin="made here",
        legal_basis="kr_vpa_7_3_3", now=now, by=jeong, approved_days=30,
    )  # fmt: skip


def work() -> None:
    """The centre's own worker, until nothing is left to do now."""
    from ansim.centre.work.worker import CentreWorker

    CentreWorker(interval=0.01, lanes=LANES).run_once()


def scored(bank: Any, planted: Iterable[Any]) -> dict[str, Any]:
    """What was found against what is there; what the centre made of it; who looked."""
    from ansim.centre.custody.models import CustodyEvent
    from ansim.centre.materials.addresses import material_key
    from ansim.centre.materials.models import Sighting
    from ansim.centre.patrol.models import HitRecord, NearHit, Run
    from ansim.centre.removal.models import Request

    truth = {one.page: (one.alteration, material_key(bank.pk, one.key)) for one in planted}
    found = _of_truth(Sighting.objects.filter(bank=bank), truth)
    near = _of_truth(NearHit.objects.filter(bank=bank), truth)
    recall: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for url, (alteration, _key) in truth.items():
        row = recall[alteration]
        row[0] += found.get(url, False)
        row[1] += not found.get(url, False) and near.get(url, False)
        row[2] += 1
    staff = CustodyEvent.objects.filter(actor_kind="staff").values_list("action", flat=True)
    kinds = Request.objects.filter(sighting__bank=bank).values_list("recipient_kind", flat=True)
    return {
        "recall": dict(sorted(recall.items())),
        "found": sum(found.values()),
        "false": len(found) - sum(found.values()),
        "near": len(near),
        "near_false": len(near) - sum(near.values()),
        "records": HitRecord.objects.count(),
        "records_in_custody": CustodyEvent.objects.filter(action="hit.recorded").count(),
        "requests_by_kind": dict(Counter(kinds)),
        "sent": Request.objects.exclude(sent_at=None).count(),
        "failures": sum(run.failures for run in Run.objects.all()),
        "views": CustodyEvent.objects.filter(action__in=VIEWS).count(),
        "acts_of_staff": sorted(set(staff)),
    }


def _of_truth(rows: Any, truth: dict[str, tuple[str, str]]) -> dict[str, bool]:
    """For each page of sightings or near hits, whether what matched is what is planted there."""
    right: dict[str, bool] = {}
    for row in rows.select_related("material"):
        key = row.material.key if row.material is not None else ""
        right[row.url] = right.get(row.url, False) or truth.get(row.url, ("", "none"))[1] == key
    return right


def at_rest(root: Path, runs: Iterable[bytes]) -> dict[str, Any]:
    """Bytes of pictures in the files of the run: the database, its log, logs, temporary files."""
    from django.db import connections

    connections.close_all()
    known = Runs(runs)
    files = [path for path in sorted(root.rglob("*")) if path.is_file()]
    bodies = [path.read_bytes() for path in files]
    return {
        "files": len(files),
        "file_bytes": sum(map(len, bodies)),
        "media_runs_at_rest": sum(known.count(body) for body in bodies),
        "media_headers_at_rest": sum(body.count(head) for body in bodies for head in HEADERS),
    }


class Runs:
    """Runs of RUN bytes, searched for at every offset."""

    def __init__(self, runs: Iterable[bytes]) -> None:
        self.runs = frozenset(runs)
        heads = np.frombuffer(b"".join(run[:8] for run in self.runs), "<u8")
        # A bit for each value of the first three bytes: it passes one offset in some hundreds.
        self._starts = np.zeros(1 << 24, bool)
        self._starts[heads & 0xFFFFFF] = True
        self._heads = np.unique(heads)

    def count(self, body: bytes) -> int:
        """How many of the runs lie in ``body``, each place counted."""
        return sum(body[at : at + RUN] in self.runs for at in self._places(body))

    def _places(self, body: bytes) -> Iterator[int]:
        for shift in range(8):
            words = (len(body) - shift) // 8
            if words < 1:
                return
            heads = np.frombuffer(body, "<u8", words, shift)
            near = np.flatnonzero(self._starts[heads & 0xFFFFFF])
            sure = near[np.isin(heads[near], self._heads)]
            yield from (int(place) * 8 + shift for place in sure)


def kept(told: dict[str, Any]) -> bool:
    """Nothing at rest, nobody looked, nothing false, and no plain copy missed."""
    nought = ("media_runs_at_rest", "media_headers_at_rest", "views", "false", "failures")
    plain = [pair for name, pair in told["recall"].items() if name == "JPEG quality: 75"]
    ours = all("Ansim" in agent for agent in told["agents"])
    return (
        ours
        and not any(told[name] for name in nought)
        and all(hit == count for hit, _near, count in plain)
    )


def lines(told: dict[str, Any]) -> Iterator[str]:
    """The figures as text."""
    yield f"{told['pictures']} pictures on {told['sites']} sites, {told['copies']} planted copies"
    yield (
        f"{told['seconds']} s: {told['pictures_a_second']} pictures a second, looks at what was "
        f"found and letters included; painted before in {told['painted_seconds']} s"
    )
    yield f"requests at the servers: {told['requests']}"
    yield f"  {'alteration':<36} found  near  of"
    for name, (hits, near, count) in told["recall"].items():
        yield f"  {name:<36} {hits:>5} {near:>5} {count:>3}"
    share = told["found"] / max(1, told["copies"])
    yield (
        f"recall {share:.3f}; near hits for two people {told['near']}, "
        f"of them of something else {told['near_false']}"
    )
    yield f"precision {told['found']}/{told['found'] + told['false']}"
    yield (
        f"evidence records {told['records']}, in custody {told['records_in_custody']}; "
        f"requests {told['requests_by_kind']}, sent {told['sent']}"
    )
    yield (
        f"at rest: {told['files']} files, {told['file_bytes']} bytes; runs of picture bytes "
        f"{told['media_runs_at_rest']}, picture headers {told['media_headers_at_rest']}"
    )
    yield f"looks by a person: {told['views']}; acts of staff: {', '.join(told['acts_of_staff'])}"


if __name__ == "__main__":
    sys.exit(main())
