"""What confidentiality costs staff: the list of cases, a search in free text, a sign-in.

    python bench/confidential.py [--quick] [--cases 10000] [--mine 200] [--notes 10000] [--spread]

Sets up a centre of its own in a temporary folder (SQLite, or the database that ANSIM_DATABASE
names: run it under tools/throwaway_postgresql.py for PostgreSQL) with ordinary random words, and
times whole requests through Django's test client with the real middleware and, for the sign-in,
the real password stretching and the code of an authenticator app. Prints milliseconds.

``--spread`` gives each note a case of its own, which is the most expensive case for the search:
one key to unwrap for each note.
"""

import argparse
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from statistics import median
from uuid import uuid4

GOALS = {"list": 150, "search": 500, "sign-in": 1000}
PASSWORD = "still water runs deep"
NOW = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
SECRET = bytes(range(20))
LETTERS = 700
LINKS_A_CASE, MESSAGES_A_CASE = 4, 2
BATCH = 2000
SENTENCE = (
    "어제 그 사람이 다시 연락했다 영상을 내려 달라고 여러 번 말했지만 답이 없다 상담 시간에 함께 "
    "계획을 세우고 다음 주에 다시 이야기하기로 했다 잠을 잘 못 잔다고 한다 병원 예약을 도왔다"
)
WORDS = SENTENCE.split()


def timed(act: Callable[[], object], runs: int) -> tuple[float, float]:
    """Milliseconds of ``runs`` runs: the median and the 95th percentile."""
    taken = []
    for _ in range(runs):
        started = time.perf_counter()
        act()
        taken.append((time.perf_counter() - started) * 1000)
    taken.sort()
    return median(taken), taken[min(len(taken) - 1, round(0.95 * len(taken)))]


def row(what: str, figures: tuple[float, float], goal: int | None = None) -> None:
    wanted = "" if goal is None else f"   goal {goal:>5}"
    print(f"  {what:<44}{figures[0]:>8.0f}{figures[1]:>8.0f}{wanted}", flush=True)


def text_of(chance: random.Random) -> str:
    """About LETTERS letters (2 kB) of ordinary words."""
    words = [chance.choice(WORDS) for _ in range(LETTERS // 3)]
    return " ".join(words)[:LETTERS]


def some_cases(count: int, chance: random.Random) -> list:
    """Cases with links, requests and messages; what is sealed in them is noise."""
    from ansim.centre.cases.models import Case, Message
    from ansim.centre.materials.models import Sighting
    from ansim.centre.removal.models import Request

    cases, links, requests, messages = [], [], [], []
    for _ in range(count):
        opened = NOW - timedelta(hours=chance.randrange(9000))
        case = Case(
            reference=f"물결-{uuid4().hex[:10]}", opened_at=opened, channel="web",
            status=chance.choice(["new", "open", "open", "closed"]),
            triaged_at=chance.choice([None, opened]), story_box=chance.randbytes(1500),
            keywords_box=chance.randbytes(100),
        )  # fmt: skip
        cases.append(case)
        for at in range(LINKS_A_CASE):
            link = Sighting(
                case=case, number=at + 1, origin="given", url_box=chance.randbytes(120),
                url_key=uuid4().hex * 2, host="host.test", found_at=opened, place="adult",
                verdict=chance.choice(["present", "gone_confirmed", "unknown"]),
            )  # fmt: skip
            links.append(link)
            requests.append(
                Request(
                    reference=uuid4().hex[:12], sighting=link, rung=1, recipient="r", why="first",
                    recipient_kind="platform", regime="eu_dsa_16", drafted_at=opened, basis="consent",
                    language="en", letter_box=chance.randbytes(1500), clock_ends_at=NOW,
                    state=chance.choice(["draft", "sent", "received", "closed", "closed", "closed"]),
                )
            )  # fmt: skip
        messages += [
            Message(
                case=case, from_person=chance.random() < 0.5, at=opened,
                read_at=chance.choice([opened, opened, opened, None]),
                text_box=chance.randbytes(400),
            )
            for _ in range(MESSAGES_A_CASE)
        ]  # fmt: skip
    for rows in (cases, links, requests, messages):
        type(rows[0]).objects.bulk_create(rows, batch_size=500)
    return cases


def share(cases: list, staff: object) -> dict:
    """Give a staff member the sealed keys of some cases; returns the keys by case."""
    from ansim.centre.cases.models import CaseMembership, KeyWrap
    from ansim.vault import CaseKey, wrap_for

    keys = {case.pk: CaseKey.for_subject("sealed", case.pk) for case in cases}
    CaseMembership.objects.bulk_create(
        [CaseMembership(case=case, staff=staff, added_at=NOW) for case in cases], batch_size=BATCH
    )
    wraps = [
        KeyWrap(
            case=case, subject=case.pk, which="sealed", key_id=keys[case.pk].id.hex(), holder="staff",
            holder_id=str(staff.pk), staff=staff, wrapped=wrap_for(bytes(staff.public_key), keys[case.pk]),
        )
        for case in cases
    ]  # fmt: skip
    KeyWrap.objects.bulk_create(wraps, batch_size=BATCH)
    type(cases[0]).objects.filter(pk__in=list(keys)).update(story_box=None)
    return keys


def write_notes(cases: list, keys: dict, count: int, staff: object, chance: random.Random) -> None:
    """``count`` notes over the cases; every thousandth has the word that is looked for."""
    from ansim.centre.cases.keyring import seal_text
    from ansim.centre.cases.models import Note

    notes = []
    for number in range(count):
        case = cases[number % len(cases)]
        note = Note(case=case, author=staff, at=NOW - timedelta(minutes=number))
        text = text_of(chance) + (" 변호사 상담" if number % 1000 == 0 else "")
        note.text_box = seal_text(keys[case.pk], text, note, "text_box", case)
        notes.append(note)
    Note.objects.bulk_create(notes, batch_size=500)


def set_up(args: argparse.Namespace) -> None:
    """The database, one counsellor with an app, and the cases."""
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from ansim.centre.access import totp
    from ansim.centre.access.models import Factor, Staff
    from ansim.centre.access.services import create_staff

    chance = random.Random(1)
    lee = create_staff("lee", PASSWORD, "이 상담사", "Lee", "counsellor")
    create_staff("jeong", PASSWORD, "정 팀장", "Jeong", "supervisor")
    for staff in Staff.objects.all():
        factor = Factor(staff=staff, kind=Factor.Kind.TOTP, added_at=NOW)
        factor.secret_box = totp.seal_secret(SECRET, factor.pk)
        factor.save(force_insert=True)
    cases: list = []
    while len(cases) < args.cases:
        cases += some_cases(min(BATCH, args.cases - len(cases)), chance)
    mine = cases if args.spread else cases[: args.mine]
    write_notes(mine, share(mine, lee), args.notes, lee, chance)


def come_in(name: str) -> object:
    """A browser that has just signed in with password and code."""
    from django.test import Client

    from ansim.centre.access import totp
    from ansim.centre.access.models import Factor

    # The bench signs in faster than an app makes new codes.
    Factor.objects.update(last_step=0)
    client = Client()
    client.cookies["ansim_lang"] = "ko"
    client.post("/staff/sign-in", {"username": name, "password": PASSWORD})
    code = totp.code_of(SECRET, totp.step_at(time.time()))
    answer = client.post("/staff/sign-in/second", {"code": code})
    if answer.status_code != 302:
        sys.exit(f"the sign-in failed with status {answer.status_code}")
    return client


def fetched(client: object, method: str, address: str, data: dict | None = None) -> Callable[[], None]:
    """A request that must be answered with a page."""

    def act() -> None:
        answer = getattr(client, method)(address, data)
        if answer.status_code != 200:
            sys.exit(f"{address} answered with status {answer.status_code}")

    return act


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a tenth of everything, few runs")
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--mine", type=int, default=200, help="cases that the counsellor may see")
    parser.add_argument("--notes", type=int, default=10_000)
    parser.add_argument("--spread", action="store_true", help="every case is hers, a note in each")
    args = parser.parse_args()
    if args.quick:
        args.cases, args.notes = args.cases // 10, args.notes // 10
    runs = 10 if args.quick else 60
    with tempfile.TemporaryDirectory(prefix="ansim-bench-") as home:
        os.environ |= {
            "ANSIM_HOME": home, "ANSIM_MODE": "demo", "DJANGO_SETTINGS_MODULE": "ansim.centre.settings",
            "ANSIM_HOSTS": "testserver",
        }  # fmt: skip
        os.environ.pop("ANSIM_SANDBOX", None)
        import django

        django.setup()
        from django.core.management import call_command

        call_command("collectstatic", verbosity=0, interactive=False)
        started = time.perf_counter()
        set_up(args)
        kind = "PostgreSQL" if os.environ.get("ANSIM_DATABASE") else "SQLite"
        mine = args.cases if args.spread else args.mine
        print(
            f"{kind}, {args.cases:,} cases, {mine:,} of them hers with {args.notes:,} notes of "
            f"{LETTERS} letters (set up in {time.perf_counter() - started:.0f} s)\n"
            f"  {'milliseconds':<44}{'p50':>8}{'p95':>8}"
        )
        lee, jeong = come_in("lee"), come_in("jeong")
        row("case list, counsellor", timed(fetched(lee, "get", "/staff/cases"), runs), GOALS["list"])
        row("case list, supervisor (every case)", timed(fetched(jeong, "get", "/staff/cases"), runs),
            GOALS["list"])  # fmt: skip
        row("Today, counsellor", timed(fetched(lee, "get", "/staff/"), runs // 2))
        row("Today, supervisor", timed(fetched(jeong, "get", "/staff/"), runs // 2))
        for typed in ("변호사상담", "변호사 lawyer", "사람이"):
            act = fetched(lee, "post", "/staff/find/words", {"words": typed})
            row(f"search “{typed}”", timed(act, max(5, runs // 6)), GOALS["search"])
        row("sign-in, password and code", timed(lambda: come_in("lee"), max(5, runs // 6)),
            GOALS["sign-in"])  # fmt: skip


if __name__ == "__main__":
    main()
