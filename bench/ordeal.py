"""The worker is killed with SIGKILL at random points of the story; nothing is lost, none is twice.

    python bench/ordeal.py [--kills 200] [--seed 1]

Plays one story undisturbed and then disturbed ones of the same seed until so many kills were
done, and compares every notice's content and fate. Exit status 1 when anything differs.
"""

import argparse
import json
import subprocess
import sys


def play(seed: int, kills: int) -> dict:
    """One story with so many kills."""
    command = [sys.executable, "-m", "ansim", "demo", "--once", "--json", "--seed", str(seed)]
    command += ["--kills", str(kills)]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def main() -> int:
    """Compare disturbed stories with an undisturbed one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    calm = play(asked.seed, 0)
    print(f"undisturbed: {calm['requests_sent']} notices, digest {calm['notices_digest'][:16]}")
    done, worst = 0, 0
    while done < asked.kills:
        told = play(asked.seed, asked.kills - done)
        done += told["worker_kills"]
        same = told["notices_digest"] == calm["notices_digest"]
        worst |= int(not same or told["requests_sent_twice"] > 0)
        print(
            f"{told['worker_kills']:4} kills ({done} so far): {told['requests_sent']} notices, "
            f"{told['requests_sent_twice']} twice, {'the same' if same else 'DIFFERENT'}, "
            f"{told['seconds']:.0f} s",
            flush=True,
        )
    return worst


if __name__ == "__main__":
    sys.exit(main())
