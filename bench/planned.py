"""What the daily plan of looks costs a centre whose database holds a million links.

    python bench/planned.py [--links 1000000] [--hosts 50000]

Sets up a centre of its own in a temporary folder (SQLite, or the database that ANSIM_DATABASE
names: run it under tools/throwaway_postgresql.py for PostgreSQL) with links that hold nothing but
what a plan reads. Prints the seconds of a whole plan, read and written, three times.
"""

import argparse
import os
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

NOW = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
LINKS_A_CASE = 200
BATCH = 5_000
PLACES = ("platform", "board", "adult_site", "unknown")


def furnish(links: int, hosts: int) -> None:
    """Cases, links that wait for their removal, and what was learned of their hosts."""
    from ansim.centre.cases.models import Case
    from ansim.centre.materials.models import HostRate, Sighting

    chance = random.Random(5)
    cases = [
        Case(reference=f"여울-{number}", opened_at=NOW, channel="web")
        for number in range(links // LINKS_A_CASE + 1)
    ]
    Case.objects.bulk_create(cases, batch_size=BATCH)

    def made() -> Iterator[Sighting]:
        for number in range(links):
            host = min(int(chance.paretovariate(1.1)), hosts)
            seen = NOW - timedelta(days=chance.random() * 3)
            yield Sighting(
                case=cases[number // LINKS_A_CASE], number=number % LINKS_A_CASE,
                origin=Sighting.Origin.GIVEN, url_key=f"{number:064d}", host=f"h{host}.example",
                place=PLACES[host % len(PLACES)], found_at=seen - timedelta(days=chance.random() * 90),
                verdict="present", last_look_at=seen, next_look_at=seen + timedelta(days=5),
            )  # fmt: skip

    Sighting.objects.bulk_create(made(), batch_size=BATCH)
    HostRate.objects.bulk_create(
        (
            HostRate(
                host=f"h{number}.example", place=PLACES[number % len(PLACES)], updated_at=NOW,
                events=float(chance.randrange(9)), exposure=chance.expovariate(0.02),
            )
            for number in range(1, hosts, 2)
        ),
        batch_size=BATCH,
    )  # fmt: skip


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--links", type=int, default=1_000_000)
    asked.add_argument("--hosts", type=int, default=50_000)
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as home:
        os.environ.update(
            ANSIM_HOME=home, ANSIM_MODE="test", ANSIM_LOOKS_A_DAY=str(given.links // 7),
            DJANGO_SETTINGS_MODULE="ansim.centre.settings",
        )  # fmt: skip
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        from ansim.centre.materials import planning

        started = time.perf_counter()
        furnish(given.links, given.hosts)
        print(f"{given.links:,} links on {given.hosts:,} hosts, furnished in {time.perf_counter() - started:.0f} s")
        for day in range(3):
            started = time.perf_counter()
            plan = planning.renew(now=NOW + timedelta(minutes=day))
            seconds = time.perf_counter() - started
            print(f"plan {day + 1}: {seconds:6.1f} s, {plan.looks_a_day:,.0f} looks a day")


if __name__ == "__main__":
    sys.exit(main())
