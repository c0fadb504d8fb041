"""Nothing that a person typed comes into a log, however it goes wrong."""

import io
import logging
import logging.config
from collections.abc import Callable, Iterator

import pytest
from django.conf import settings

from ansim.centre.shell.logs import places, scrub
from ansim.errors import AnsimError

PLANTED = (
    "하늘빛 도라지", "dorae.ji@mail.test", "010-2468-1357", "4821 0937 5516 2840 7713",
    "https://byeok.test/post/7?x=1", "He said he would send it to my school.",
)  # fmt: skip


class Odd(AnsimError):
    code = "odd"
    sentences = {"en": "“{value}” is odd.", "ko": "‘{value}’은 이상합니다."}


@pytest.fixture
def written() -> Iterator[Callable[[], str]]:
    """What the shipped handlers write, with the shipped settings."""
    stream = io.StringIO()
    shipped = settings.LOGGING
    handlers = {name: {**one, "stream": stream} for name, one in shipped["handlers"].items()}
    logging.config.dictConfig({**shipped, "handlers": handlers})
    yield stream.getvalue
    logging.config.dictConfig(shipped)


def nothing_told(text: str) -> None:
    assert text
    for word in PLANTED:
        assert word not in text


@pytest.mark.parametrize("word", PLANTED)
def test_an_error_is_told_without_its_words(written: Callable[[], str], word: str) -> None:
    typed = f"a local variable with {word}"
    try:
        try:
            int(word)
        except ValueError as error:
            raise Odd(value=typed) from error
    except AnsimError:
        logging.getLogger("ansim.any").exception("a job failed")
    nothing_told(written())
    assert "a job failed" in written()
    assert "Odd (odd)" in written()
    assert "builtins.ValueError" in written()
    assert "test_logs.py" in written()


@pytest.mark.parametrize("word", PLANTED)
def test_an_error_as_an_argument_keeps_its_words(written: Callable[[], str], word: str) -> None:
    logging.getLogger("django.request").error("%s at %s", ValueError(word), "here")
    logging.getLogger("ansim").warning(ValueError(word))
    nothing_told(written())
    assert "ValueError at here" in written()


@pytest.mark.parametrize("word", PLANTED[1:5])
def test_what_looks_like_a_trace_of_somebody_is_taken_out(
    written: Callable[[], str], word: str
) -> None:
    logging.getLogger("some.library").warning("could not use %s today", word)
    nothing_told(written())
    assert "could not use [" in written()


def test_addresses_are_logged_without_their_questions() -> None:
    assert scrub("Error handling request /staff/cases?q=Mina&x=2") == "Error handling request /staff/cases"


@pytest.mark.parametrize("fine", ["2026-11-22 10:20:30", "127.0.0.1:8000", "took 1234 ms", "5ffb-41b8"])
def test_moments_and_measures_stay(fine: str) -> None:
    assert scrub(fine) == fine


def test_places_name_every_cause_once() -> None:
    try:
        try:
            raise KeyError("a")
        except KeyError:
            raise Odd(value="b") from None
    except Odd as error:
        said = places(error)
    assert said.count("Odd (odd)") == 1
    assert said.count("KeyError") == 1
