"""Watched words: recall for each way of hiding them, false finds in ordinary text, time a page.

    python bench/words.py [--words 1000] [--seed 1] [--json]

The words are made up from syllables, the ordinary text is the Python manual's and this program's own
Korean. False finds are told apart by length: a made-up name of two syllables may well be a word.
Exit status 1 when a trick is found in fewer than 95 of 100 or a page of 50 kB takes over 25 ms.
"""

import argparse
import json
import re
import statistics
import sys
import time
from collections import Counter
from pathlib import Path
from pydoc_data import topics
from random import Random

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from ansim.keywords import Watchword, WordWatch  # noqa: E402
from tests.keywords import disguises  # noqa: E402

SYLLABLES = "가나다라마바사아자하고노도로모보소오조호구누두루무부수우주후기니디리미비시이지히별달빛솔숲강산들봄"
LATIN = ("blue", "moon", "river", "stone", "amber", "cedar", "lark", "dune", "mint", "opal", "fern")
PAGE = 50_000
LEAST, MOST_MS = 0.95, 25.0


def made_up(count: int, chance: Random) -> list[Watchword]:
    """Words of three kinds, each once: Korean, Latin, account names."""
    found: dict[str, str] = {}
    while len(found) < count:
        turn = len(found) % 3
        if turn == 0:
            text, kind = "".join(chance.choices(SYLLABLES, k=chance.randint(2, 6))), "word"
        elif turn == 1:
            text, kind = "".join(chance.sample(LATIN, 2)), "word"
            text += chance.choice(("", "er", "ian", "ly", "ton", "wick"))
        else:
            text = "_".join(chance.sample(LATIN, 2)) + chance.choice(("", "77", "_kr", "2"))
            kind = "account"
        found.setdefault(text, kind)
    return [
        Watchword(str(number), text, kind)  # type: ignore[arg-type]
        for number, (text, kind) in enumerate(found.items())
    ]


def ordinary() -> dict[str, str]:
    """Text that has none of the words: English and Korean, about 50 kB a page."""
    po = ROOT / "src/ansim/centre/locale/ko/LC_MESSAGES/django.po"
    korean = " ".join(re.findall(r'"([^"]*[가-힣][^"]*)"', po.read_text(encoding="utf-8")))
    return {"English": " ".join(topics.topics.values()), "Korean": korean}


def recall(words: list[Watchword], watch: WordWatch, chance: Random) -> dict[str, float]:
    """For each trick the part of the words that are found, in the middle of other text."""
    tried, found = Counter[str](), Counter[str]()
    for word in words:
        korean = "가" <= word.text[0] <= "힣"
        own = disguises.KOREAN if korean else disguises.LATIN
        tricks = disguises.ACCOUNT if word.kind == "account" else disguises.BOTH | own
        for name, trick in tricks.items():
            label = f"{'Korean' if korean else word.kind.replace('word', 'Latin')}: {name}"
            text = f"지난주 모임 안내 {trick(word.text, chance)} 그리고 the rest of it"
            tried[label] += 1
            found[label] += word.id in dict(watch.score("", text))
    return {label: found[label] / tried[label] for label in tried}


def false_finds(words: list[Watchword], watch: WordWatch) -> dict[str, dict[str, float]]:
    """Finds per million characters of ordinary text that does not have the word as written."""
    by_id = {word.id: word for word in words}
    result: dict[str, dict[str, float]] = {}
    for language, text in ordinary().items():
        counts = Counter[str]()
        for start in range(0, len(text), PAGE):
            page = text[start : start + PAGE]  # characters
            for identity, _ in watch.score("", page):
                word = by_id[identity]
                short = "two syllables" if len(word.text) == 2 else "longer"
                counts[short + (", there as written" if word.text in page.lower() else "")] += 1
        millions = len(text) / 1e6
        result[language] = {name: round(n / millions, 1) for name, n in sorted(counts.items())}
    return result


def milliseconds(watch: WordWatch) -> dict[str, float]:
    """Median time for a page of 50,000 bytes."""
    times = {}
    for language, text in ordinary().items():
        page = (text.encode() * 2)[:PAGE].decode(errors="ignore")
        taken = []
        for _ in range(15):
            started = time.perf_counter()
            watch.score("", page)
            taken.append(1000 * (time.perf_counter() - started))
        times[language] = round(statistics.median(taken), 2)
    return times


def main() -> int:
    """Run and print."""
    asked = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    asked.add_argument("--words", type=int, default=1000)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--json", action="store_true")
    given = asked.parse_args()
    chance = Random(given.seed)
    words = made_up(given.words, chance)
    watch = WordWatch(words)
    told = {
        "words": len(watch),
        "recall": recall(words, watch, chance),
        "false_finds_per_million_characters": false_finds(words, watch),
        "ms_a_page_of_50_kB": milliseconds(watch),
    }
    if given.json:
        print(json.dumps(told, ensure_ascii=False))
    else:
        for name, value in told["recall"].items():
            print(f"{name:44} {100 * value:6.1f} % found")
        for name in ("false_finds_per_million_characters", "ms_a_page_of_50_kB"):
            print(name, told[name])
    well = min(told["recall"].values()) >= LEAST
    return 0 if well and max(told["ms_a_page_of_50_kB"].values()) <= MOST_MS else 1


if __name__ == "__main__":
    sys.exit(main())
