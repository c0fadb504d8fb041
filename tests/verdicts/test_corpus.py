"""A part of the labelled corpus, really served and looked at; bench/verdicts.py plays all of it."""

from collections.abc import Iterator

import pytest

from ansim.fetching import Door
from ansim.verdicts import Verdict
from tests.verdicts.situations.cases import play, verdict_of
from tests.verdicts.situations.families import FAMILIES, corpus
from tests.verdicts.situations.served import Web

TESTED = 30_000
# Another language and manner for each family.
SEEDS = {name: TESTED + place * 7 for place, name in enumerate(FAMILIES)}


@pytest.fixture(scope="module")
def web() -> Iterator[Web]:
    web = Web()
    yield web
    web.close()


@pytest.fixture(scope="module")
def door(web: Web) -> Iterator[Door]:
    door = web.door()
    yield door
    door.close()


@pytest.mark.parametrize("name", FAMILIES)
def test_the_verdict_is_the_one_that_the_world_was_built_for(
    name: str, web: Web, door: Door
) -> None:
    situation = FAMILIES[name](SEEDS[name])
    assert verdict_of(situation, play(situation, web, door)) is situation.verdict


def test_the_corpus_holds_every_verdict_and_enough_of_each() -> None:
    built = list(corpus(1, TESTED))
    assert {one.verdict for one in built} == set(Verdict)
    assert len({one.site.tongue.code for one in built}) == 12
    assert 4 * len(FAMILIES) >= 400  # the benchmark plays six and more of each
