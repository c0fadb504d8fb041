"""When to look again: delay until a removal is seen, against requests, in worlds with known truth.

    python bench/revisits.py [--worlds 5] [--links 20000]

Every policy gets as many requests as flat weekly looks make; ours is told each day what they made
lately and never what is to come. Flat counts its week from the finding of each link; the batch has
one day of the week, so that its first look comes sooner. Exponential backoff (as feed
readers and re-checkers do) begins at the interval at which it makes as many and ends at 28 days. Then: how long it
takes to plan a million links.
"""

import argparse
import statistics
import time
from concurrent.futures import ProcessPoolExecutor
from functools import partial

import numpy as np

from ansim.verdicts.revisits import capped_by_domain, plan
from ansim.verdicts.worlds import Backoff, Batch, Flat, Knowing, Learning, make_world, play

CURVE = (3.5, 5.0, 7.0, 10.0, 14.0)


def compare(seed: int, links: int) -> dict[str, tuple[float, float, int]]:
    """Mean and 95 % delay in days, and requests, of each policy in one world."""
    world = make_world(seed, links=links)
    flat, batch = play(world, Flat(7.0)), play(world, Batch(7.0))
    found = {"flat weekly": flat}
    low, high = 0.25, 28.0
    for _ in range(9):
        middle = (low * high) ** 0.5
        found["exponential backoff"] = play(world, Backoff(middle))
        low, high = (middle, high) if found["exponential backoff"].requests > flat.requests else (low, middle)
    found["ours"] = play(world, Learning(), flat.spent)
    found["weekly batch"] = batch
    found["ours, batch's requests"] = play(world, Learning(), batch.spent)
    found["rates known beforehand"] = play(world, Knowing(world.rate), flat.spent)
    found["ours, late costs nothing"] = play(world, Learning(late_costs=0.0), flat.spent)
    found["same, batch's requests"] = play(world, Learning(late_costs=0.0), batch.spent)
    return {name: (one.mean, one.p95, one.requests) for name, one in found.items()}


def against(name: str) -> str:
    """The baseline with whose requests a policy was played."""
    return "weekly batch" if "batch" in name else "flat weekly"


def curve(days: float, links: int) -> tuple[int, tuple[float, float], tuple[float, float]]:
    """Requests, and (mean, 95 %) of flat looks every ``days`` and of ours with as many."""
    world = make_world(1, links=links)
    flat = play(world, Flat(days))
    ours = play(world, Learning(), flat.spent)
    return flat.requests, (flat.mean, flat.p95), (ours.mean, ours.p95)


def planning(links: int = 1_000_000) -> float:
    """Seconds to plan so many links on 50,000 domains: median of five."""
    dice = np.random.default_rng(1)
    rate = 10 ** dice.uniform(-3, 1, links)
    domain = dice.integers(0, 50_000, links)
    taken = []
    for _ in range(5):
        started = time.perf_counter()
        made = plan(rate, np.ones(links), links / 7)
        capped_by_domain(made.every_days, domain, 2_000.0)
        taken.append(time.perf_counter() - started)
    return statistics.median(taken)


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--worlds", type=int, default=5)
    asked.add_argument("--links", type=int, default=20_000)
    given = asked.parse_args()
    with ProcessPoolExecutor() as pool:
        worlds = list(pool.map(partial(compare, links=given.links), range(given.worlds)))
        points = list(pool.map(partial(curve, links=given.links), CURVE))
    print(f"{given.worlds} worlds of {given.links} links on 1,000 hosts, 180 days; delays in days")
    print("world  policy                     requests   mean    95 %   mean/flat  95 %/flat")
    for seed, found in enumerate(worlds):
        for name, (mean, p95, requests) in found.items():
            flat = found[against(name)]
            print(f"{seed:5}  {name:25} {requests:9,} {mean:6.2f}  {p95:6.2f}   {mean / flat[0]:8.3f}  {p95 / flat[1]:8.3f}")
    for name in worlds[0]:
        means = [found[name][0] / found[against(name)][0] for found in worlds]
        tails = [found[name][1] / found[against(name)][1] for found in worlds]
        print(f"  all  {name:25} mean of ratios {statistics.mean(means):.3f} (worst {max(means):.3f}), 95 % {statistics.mean(tails):.3f} (worst {max(tails):.3f})")
    print("\nworld 1: requests against delay   flat mean  95 %    ours mean  95 %")
    for requests, flat, ours in points:
        print(f"{requests:24,}          {flat[0]:6.2f}  {flat[1]:6.2f}      {ours[0]:6.2f}  {ours[1]:6.2f}")
    print(f"\nplanning 1,000,000 links: {planning():.2f} s (median of five)")


if __name__ == "__main__":
    main()
