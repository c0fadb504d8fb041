"""Does the time of a look-up tell whether a receipt code is right?

    python bench/portal_timing.py            # 2,000 tries: 1,000 right and 1,000 wrong
    python bench/portal_timing.py --tries 400 --kinds wrong,erased,malformed

Right, wrong, erased and malformed codes are tried in an order drawn from a fixed seed, with the
real key derivation (Argon2id), in a database with 10,000 live codes. Timed is all that happens
before the ways part: puzzle, count, derivation, look-up, note of the outcome; on the clock, which is
what somebody outside sees, and of the processor, which other work on the machine blurs less.

The tests, for each pair of kinds: Mann-Whitney U and Kolmogorov-Smirnov (both two-sided, 5% shared
among them after Bonferroni), and for equivalence the 90% bootstrap interval of the difference
of medians, which must lie within 2% of the median: 2,000 tries on two cores leave an interval of
1% by themselves, so that 1% could not be shown. `guess` is how often the best single threshold on
time would name the kind rightly; 50% is a coin.
"""

import argparse
import math
import os
import random
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path

import numpy as np

SEED = 20261122
LIVE = 10_000
KNOWN = 20
MARGIN = 0.02


def set_up(home: Path) -> None:
    """A fresh centre whose derivation is the real one."""
    os.environ |= {"ANSIM_HOME": str(home), "ANSIM_MODE": "test"}
    os.environ["DJANGO_SETTINGS_MODULE"] = "ansim.centre.settings"
    import django
    from django.conf import settings
    from django.core.management import call_command

    from ansim.vault import KDF

    django.setup()
    settings.ANSIM_KDF = KDF
    call_command("migrate", verbosity=0)


def people(count: int) -> list[str]:
    """The codes of ``count`` people who reported; one of two is erased again by the caller."""
    from ansim.centre.access.services import create_staff
    from ansim.centre.intake.report import Report
    from ansim.centre.intake.services import take_in

    create_staff("lee", "quiet water runs deep", "이상담", "Lee", "counsellor")
    now = datetime.now(UTC)
    return [take_in(Report(consents=("hold",)), now=now).code for _ in range(count)]


def others(count: int) -> None:
    """So many more live codes, whose cases nobody opens here."""
    from ansim.centre.cases.models import Case, Receipt

    now = datetime.now(UTC)
    cases = [Case(reference=f"b-{number}", opened_at=now, channel="web") for number in range(count)]
    Case.objects.bulk_create(cases, batch_size=500)
    Receipt.objects.bulk_create(
        (Receipt(case=one, lookup=os.urandom(32), public_key=os.urandom(32)) for one in cases),
        batch_size=500,
    )


def codes_by_kind() -> dict[str, list[str]]:
    """Codes of each kind to try."""
    from ansim.centre.cases.models import Receipt
    from ansim.centre.portal.door import look_up_receipt

    every = people(2 * KNOWN)
    erased, right = every[:KNOWN], every[KNOWN:]
    for code in erased:
        Receipt.objects.filter(lookup=look_up_receipt(code)[0].lookup).delete()
    others(LIVE - KNOWN)
    dice = random.Random(SEED)
    wrong = [f"{dice.randrange(10**20):020d}" for _ in range(KNOWN)]
    malformed = ["", "12", "1234 5678", "열두 자리", "9" * 150, "4821 0937 5516 2840 771x"]
    return {"right": right, "wrong": wrong, "erased": erased, "malformed": malformed}


def measure(kinds: Sequence[str], tries: int) -> dict[str, np.ndarray]:
    """Milliseconds of every try, on the clock and of the processor (n × 2), by kind."""
    from ansim.centre.portal import limits
    from ansim.centre.portal.door import try_code
    from ansim.centre.portal.limits import CODES, Rule, Width
    from ansim.centre.portal.models import Try

    wide = Width(10**9, 10**9)
    limits.CODES = Rule(CODES.kind, CODES.window, wide, wide, CODES.bits, 10**9)  # type: ignore[misc]
    codes, dice = codes_by_kind(), random.Random(SEED)
    order = [kind for kind in kinds for _ in range(tries // len(kinds))]
    dice.shuffle(order)
    taken: dict[str, list[tuple[float, float]]] = {kind: [] for kind in kinds}
    for number, kind in enumerate(order):
        code = dice.choice(codes[kind])
        if number % 20 == 0:
            # The count of tries must not grow: it is the same work for everybody, but more of it.
            Try.objects.all().delete()
        began = time.perf_counter(), time.process_time()
        found = try_code(code, "203.0.113.7", "", "", now=datetime.now(UTC))
        ended = time.perf_counter(), time.process_time()
        taken[kind].append((ended[0] - began[0], ended[1] - began[1]))
        if (found is not None) != (kind == "right"):
            sys.exit(f"a {kind} code was answered wrongly")
    return {kind: np.array(pairs) * 1e3 for kind, pairs in taken.items()}


def rank_test(a: np.ndarray, b: np.ndarray) -> float:
    """p of the two-sided Mann-Whitney U test (normal approximation; times have no ties)."""
    ranks = np.empty(len(a) + len(b))
    ranks[np.argsort(np.concatenate((a, b)))] = np.arange(1, len(ranks) + 1)
    u = ranks[: len(a)].sum() - len(a) * (len(a) + 1) / 2
    mean, spread = len(a) * len(b) / 2, math.sqrt(len(a) * len(b) * (len(ranks) + 1) / 12)
    return math.erfc(abs(u - mean) / spread / math.sqrt(2))


def shape_test(a: np.ndarray, b: np.ndarray) -> tuple[float, float]:
    """(p of the Kolmogorov-Smirnov test (asymptotic), share of right guesses by a threshold)."""
    points = np.concatenate((a, b))
    gap = np.abs(
        np.searchsorted(np.sort(a), points, side="right") / len(a)
        - np.searchsorted(np.sort(b), points, side="right") / len(b)
    ).max()
    x = gap * math.sqrt(len(a) * len(b) / (len(a) + len(b)))
    p = 2 * sum((-1) ** (k - 1) * math.exp(-2 * (k * x) ** 2) for k in range(1, 101))
    return min(1.0, max(0.0, p)), 0.5 + gap / 2


def interval(a: np.ndarray, b: np.ndarray) -> tuple[float, float]:
    """90% bootstrap interval of the difference of medians, in milliseconds."""
    dice = np.random.default_rng(SEED)
    draws = [
        np.median(dice.choice(a, len(a))) - np.median(dice.choice(b, len(b))) for _ in range(2000)
    ]
    low, high = np.percentile(draws, (5, 95))
    return float(low), float(high)


def compare(times: dict[str, np.ndarray]) -> bool:
    """Print each kind and each pair; whether nothing tells them apart."""
    for kind, taken in times.items():
        middle, late = np.median(taken), np.percentile(taken, 95)
        print(f"{kind:>10}: n {len(taken)}, median {middle:.2f} ms, p95 {late:.2f} ms")
    pairs = list(combinations(times, 2))
    level = 0.05 / (2 * len(pairs))
    margin = MARGIN * float(np.median(np.concatenate(list(times.values()))))
    fine = True
    for one, other in pairs:
        a, b = times[one], times[other]
        (shape, guess), ranks, (low, high) = shape_test(a, b), rank_test(a, b), interval(a, b)
        alike = min(shape, ranks) > level and -margin < low and high < margin
        fine &= alike
        print(
            f"{one} / {other}: Mann-Whitney p {ranks:.3f}, Kolmogorov-Smirnov p {shape:.3f} "
            f"(told apart below {level:.4f}); medians differ by {low:+.3f} to {high:+.3f} ms "
            f"(allowed ±{margin:.3f}); best guess {guess:.1%}: {'alike' if alike else 'NOT ALIKE'}"
        )
    return fine


def the_sum() -> None:
    """Print how long guessing takes at the widest rate that the limits let through."""
    from ansim.centre.portal.limits import ALL_CODES, CODES, YEAR, years_to_guess

    tries = CODES.worked.overall * (YEAR / CODES.window)
    print(
        f"guessing: {CODES.worked.overall:,} wrong codes in {CODES.window} are {tries:,.0f} a year; "
        f"of {ALL_CODES:.0e} codes {LIVE:,} are live, so that one is met after "
        f"{(ALL_CODES + 1) / (LIVE + 1):.1e} tries: {years_to_guess(LIVE):,.0f} years"
    )


def main() -> int:
    """0 when no pair can be told apart."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tries", type=int, default=2000, help="all tries together")
    parser.add_argument("--kinds", default="right,wrong", help="right,wrong,erased,malformed")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        set_up(Path(home))
        the_sum()
        measured = measure(given.kinds.split(","), given.tries)
    fine = True
    for column, name in enumerate(("on the clock", "of the processor")):
        print(f"-- {name}")
        fine &= compare({kind: both[:, column] for kind, both in measured.items()})
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
