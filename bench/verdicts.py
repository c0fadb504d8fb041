"""Ten verdicts over labelled situations that are really served and really looked at.

    python bench/verdicts.py [--variants 5] [--seed 50000] [--misses]

Each situation is a seeded site on loopback that changes over the rounds; its label comes from
what was built. Seeds below 50000 were used to choose the rules, later ones never. Prints the confusion
matrix, what gone_confirmed is worth, and the same for a check by status and phrases as peers do it.
Exit status 1 when a goal is missed.
"""

import argparse
import sys
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from ansim.verdicts import Verdict
from tests.verdicts.situations.cases import Situation, peer_verdict, play, verdict_of
from tests.verdicts.situations.families import FAMILIES, corpus
from tests.verdicts.situations.served import Web

GOAL_RECALL = 0.95
Tally = Counter[tuple[Verdict, Verdict]]


def matrix(tally: Tally) -> None:
    """Rows: the right verdict; columns: the one given."""
    print(f"{'right, given':20}" + "".join(f"{one.value[:10]:>11}" for one in Verdict))
    for right in Verdict:
        cells = "".join(f"{tally[right, given] or '.':>11}" for given in Verdict)
        print(f"{right.value:20}{cells}")


def worth(name: str, given: list[tuple[Situation, Verdict]]) -> tuple[float, float]:
    """Precision and recall of gone_confirmed."""
    said = [one for one, verdict in given if verdict is Verdict.GONE_CONFIRMED]
    false = [one for one in said if one.truth == "there"]
    early = [one for one in said if one.verdict is not Verdict.GONE_CONFIRMED and one not in false]
    due = [(one, v) for one, v in given if one.verdict is Verdict.GONE_CONFIRMED]
    found = sum(v is Verdict.GONE_CONFIRMED for _, v in due)
    precision = 1 - (len(false) + len(early)) / len(said) if said else 1.0
    right = sum(one.verdict is verdict for one, verdict in given)
    print(
        f"{name}: gone_confirmed said {len(said)} times, {len(false)} while it was there, "
        f"{len(early)} before it was sure: precision {precision:.4f}; "
        f"recall {found}/{len(due)} = {found / len(due):.4f}; right verdict {right}/{len(given)}"
    )
    return precision, found / len(due)


def main() -> int:
    """Play them all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--variants", type=int, default=5)
    parser.add_argument("--seed", type=int, default=50_000)
    parser.add_argument("--misses", action="store_true", help="name each wrong verdict")
    asked = parser.parse_args()
    web = Web()
    door = web.door()
    ours: list[tuple[Situation, Verdict]] = []
    peers: list[tuple[Situation, Verdict]] = []
    started = time.monotonic()
    for situation in corpus(asked.variants, asked.seed):
        rounds = play(situation, web, door)
        ours.append((situation, verdict_of(situation, rounds)))
        peers.append((situation, peer_verdict(situation, door)))
        if asked.misses and ours[-1][1] is not situation.verdict:
            print(f"  {situation.family} (seed {situation.site.seed}): {ours[-1][1]}")
    seconds = time.monotonic() - started
    door.close()
    web.close()
    print(
        f"{len(ours)} situations of {len(FAMILIES)} families, {web.requests} requests, {seconds:.0f} s"
    )
    matrix(Counter((one.verdict, verdict) for one, verdict in ours))
    precision, recall = worth("ours", ours)
    worth("status and phrases", peers)
    removed = [verdict for one, verdict in ours if one.truth == "removed" and len(one.hours) > 3]
    print(
        f"of {len(removed)} true removals with three looks and more, whatever sign they gave, "
        f"{removed.count(Verdict.GONE_CONFIRMED)} are confirmed"
    )
    return int(precision < 1 or recall < GOAL_RECALL)


if __name__ == "__main__":
    sys.exit(main())
