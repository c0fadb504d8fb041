"""The whole story over many seeds: what was found against what is true, and how long it took.

    python bench/story.py [--seeds 1-10]

Prints one line a seed and the medians. Exit status 1 when any of the promises is broken.
"""

import argparse
import json
import subprocess
import sys
from statistics import median

PROMISES = (
    ("sightings_found", "sightings_true"),
    ("reuploads_found", "reuploads_true"),
    ("patrol_found", "patrol_true"),
)
NOUGHT = (
    "sightings_false", "false_gone", "false_present", "requests_sent_twice",
    "media_bytes_at_rest", "media_views",
)  # fmt: skip
SECONDS, SECONDS_TO_DRAFT = 60, 10


def play(seed: int) -> dict:
    """One story, as a user would run it."""
    command = [sys.executable, "-m", "ansim", "demo", "--once", "--json", "--seed", str(seed)]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def broken(told: dict) -> list[str]:
    """The promises that a story breaks."""
    bad = [f"{a} {told[a]} of {told[b]}" for a, b in PROMISES if told[a] != told[b]]
    bad += [f"{name} {told[name]}" for name in NOUGHT if told[name]]
    if told["seconds"] > SECONDS:
        bad.append(f"{told['seconds']} s")
    if told["seconds_to_first_draft"] > SECONDS_TO_DRAFT:
        bad.append(f"first draft after {told['seconds_to_first_draft']} s")
    return bad


def main() -> int:
    """Play the seeds and print what came of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", default="1-10", help="first-last")
    first, _, last = parser.parse_args().seeds.partition("-")
    stories = []
    for seed in range(int(first), int(last or first) + 1):
        told = play(seed)
        stories.append(told)
        bad = broken(told)
        print(
            f"seed {seed:3}  found {told['sightings_found']}/{told['sightings_true']}"
            f"  re-uploads {told['reuploads_found']}/{told['reuploads_true']}"
            f"  patrol {told['patrol_found']}/{told['patrol_true']}"
            f"  sent {told['requests_sent']}  gone {told['confirmed_removals']}"
            f"  first draft {told['seconds_to_first_draft']:.1f} s  all {told['seconds']:.1f} s"
            f"  {'; '.join(bad) or 'ok'}",
            flush=True,
        )
    print(
        f"median: first draft {median(s['seconds_to_first_draft'] for s in stories):.1f} s, "
        f"story {median(s['seconds'] for s in stories):.1f} s, longest "
        f"{max(s['seconds'] for s in stories):.1f} s, hours from true end to confirmed "
        f"{median(s['median_hours_to_confirmed'] for s in stories):.1f}"
    )
    return int(any(broken(story) for story in stories))


if __name__ == "__main__":
    sys.exit(main())
