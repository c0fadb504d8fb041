"""Turns at a host that all processes share: the same answers as one process alone, in the database."""

import threading
from collections.abc import Callable, Iterator

import pytest
from django.db import connection
from django.test import override_settings
from pytest_django import DjangoDbBlocker

from ansim.centre import outside
from ansim.centre.materials.models import HostTurn
from ansim.centre.turns import SWEEP_ONE_IN, DatabaseTurns, sweep
from ansim.fetching.rates import HostRates

START = 1_800_000_000.0
HOST = "moa.test"


def never() -> float:
    return 0.5


@pytest.mark.django_db
@pytest.mark.parametrize("burst", [1, 3])
def test_the_database_gives_the_same_turns_as_one_process(burst: int) -> None:
    shared = DatabaseTurns(2.0, burst, jitter=0.4, chance=never)
    alone = HostRates(2.0, burst, jitter=0.4, chance=never)
    moment = START
    for step in (0, 0, 0.1, 0, 3, 0.2, 0, 0, 9):
        moment += step
        assert shared.ready_in(HOST, moment) == pytest.approx(alone.ready_in(HOST, moment))
        given = shared.reserve(HOST, moment, 1.2)
        expected = alone.reserve(HOST, moment, 1.2)
        assert given == (None if expected is None else pytest.approx(expected))


@pytest.mark.django_db
def test_two_doors_share_one_bucket_and_one_penalty() -> None:
    one, other = (DatabaseTurns(1.0, 1, chance=never) for _ in range(2))
    assert one.reserve(HOST, START, 5.0) == 0.0
    assert other.reserve(HOST.upper(), START, 5.0) == 1.0
    other.penalise(HOST, START + 60)
    one.penalise(HOST, START + 30)
    assert one.waits_until(HOST) == START + 60
    assert one.reserve(HOST, START + 10, 15.0) is None
    assert one.reserve(HOST, START + 10, 60.0) == 50.0
    assert one.reserve("other.test", START, 0.0) == 0.0
    assert one.waits_until("unseen.test") == one.ready_in("unseen.test", START) == 0.0


@pytest.mark.django_db
def test_a_slower_wish_holds_and_a_rate_of_none_still_knows_penalties() -> None:
    free = DatabaseTurns(None, 4, chance=never)
    assert [free.reserve(HOST, START, 9) for _ in range(9)] == [0.0] * 9
    assert [free.reserve(HOST, START, 9, rate=0.5) for _ in range(2)] == [0.0, 2.0]
    free.penalise(HOST, START + 60)
    assert free.reserve(HOST, START, 9) is None


@pytest.mark.django_db
def test_the_table_names_no_host_and_stays_small() -> None:
    turns = DatabaseTurns(1.0, 1, chance=never)
    for number in range(20):
        turns.reserve(f"h{number}.test", START, 0.0)
    turns.penalise("h7.test", START + 9000)
    assert HostTurn.objects.count() == 20
    assert not any(".test" in key for key in HostTurn.objects.values_list("key", flat=True))
    assert sweep(START + 30) == 0
    assert sweep(START + 600) == 19
    assert turns.waits_until("h7.test") == START + 9000
    assert sweep(START + 99_999) == 1


@pytest.mark.django_db
def test_a_turn_now_and_then_sweeps() -> None:
    chances: Callable[[], float] = lambda: 0.5 / SWEEP_ONE_IN  # noqa: E731 - one line says it
    turns = DatabaseTurns(1.0, 1, chance=chances)
    turns.reserve("old.test", START, 0.0)
    turns.reserve("new.test", START + 9000, 0.0)
    assert HostTurn.objects.count() == 1


@pytest.fixture
def committed(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The real tables, seen by every thread; only the turns are written, and swept afterwards."""
    with django_db_blocker.unblock():
        yield
        HostTurn.objects.all().delete()
        connection.close()


@pytest.mark.usefixtures("committed")
def test_threads_never_share_a_turn() -> None:
    turns = DatabaseTurns(1.0, 1, chance=never)
    waits: list[float | None] = []

    def take() -> None:
        try:
            waits.extend(turns.reserve(HOST, START, 100.0) for _ in range(5))
        finally:
            connection.close()

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    waited = sorted(wait for wait in waits if wait is not None)
    # Without jitter each turn is one second behind the one before.
    assert waited == [float(number) for number in range(20)]


@pytest.mark.parametrize(
    ("text", "ways"),
    [
        ("", []),
        ("seoul:KR", [("seoul", "KR", None, None)]),
        (
            "seoul:KR  berlin:DE:10.8.0.2 six:FR:fd00::2 osaka:JP:http://eve:pw@10.8.0.3:3128",
            [
                ("seoul", "KR", None, None),
                ("berlin", "DE", "10.8.0.2", None),
                ("six", "FR", "fd00::2", None),
                ("osaka", "JP", None, "http://eve:pw@10.8.0.3:3128"),
            ],
        ),
    ],
)
def test_vantage_points_are_read(
    text: str, ways: list[tuple[str, str, str | None, str | None]]
) -> None:
    with override_settings(ANSIM_VANTAGES=text):
        found = [
            (one.name, one.country, one.source_address, one.proxy) for one in outside.vantages()
        ]
    assert found == ways


@pytest.mark.parametrize(
    "entry",
    [
        "seoul", ":KR", "seoul:kr", "seoul:KOR", "seoul:K1", "seoul:한국", "seoul:KR:10.8.0",
        "seoul:KR:proxy.lan:3128", "seoul:KR:https://10.8.0.3:3128", "seoul:KR:http://10.8.0.3",
        "seoul:KR:http://eve:secret@10.8.0.3:3128/path", "here:KR here:DE",
    ],
)  # fmt: skip
def test_a_malformed_vantage_point_is_one_sentence_without_its_secret(entry: str) -> None:
    with override_settings(ANSIM_VANTAGES=entry), pytest.raises(outside.MalformedVantage) as error:
        outside.vantages()
    for language in ("en", "ko"):
        sentence = error.value.sentence(language)
        assert "ANSIM_VANTAGES" in sentence
        assert "secret" not in sentence
        assert entry.rsplit(maxsplit=1)[-1].partition("//")[0] in sentence
