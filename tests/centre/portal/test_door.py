"""The way in costs the same for every code: counted, not timed (bench/portal_timing.py times it)."""

import re
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from ansim.centre.cases import keyring
from ansim.centre.cases.models import Receipt
from ansim.centre.portal import door, limits, once, puzzles
from ansim.vault import KdfProfile
from tests.centre.portal.people import NOON, Known

# How the databases' last statement shows text, bytes and numbers.
VALUES = re.compile(
    r""""s\d+_x\d+"|(?:[Xx]|b)?'(?:[^'\\]|\\.|'')*'|b"(?:[^"\\]|\\.)*"|\b\d+\b|\b(?:true|false|True|False)\b"""
)
KINDS = ("right", "wrong", "erased", "malformed", "empty", "endless")


@pytest.fixture
def codes(jiwoo: Known, bora: Known) -> dict[str, str]:
    """A code of each kind; Bora's case has been erased."""
    Receipt.objects.filter(case=bora.case).delete()
    return {
        "right": jiwoo.code, "wrong": "1" * 20, "erased": bora.code, "malformed": "4821 09",
        "empty": "", "endless": "9" * 100_000,
    }  # fmt: skip


def counted(monkeypatch: pytest.MonkeyPatch, owner: Any, name: str, counts: Counter[str]) -> None:
    real: Callable[..., Any] = getattr(owner, name)

    def count(*args: Any, **kwargs: Any) -> Any:
        counts[name] += 1
        return real(*args, **kwargs)

    monkeypatch.setattr(owner, name, count)


def work_of(code: str, monkeypatch: pytest.MonkeyPatch) -> tuple[list[str], Counter[str]]:
    """(statements, with their values left out; how often each costly thing was done)."""
    counts = Counter[str]()
    puzzle = puzzles.new_puzzle("code", 4, NOON)
    answer = puzzles.solve(puzzle)
    with monkeypatch.context() as patched:
        counted(patched, KdfProfile, "derive", counts)
        counted(patched, keyring, "receipt_keys", counts)
        counted(patched, once, "salted_hmac", counts)
        counted(patched, puzzles, "fits", counts)
        with CaptureQueriesContext(connection) as queries:
            door.try_code(code, "203.0.113.7", puzzle, answer, now=NOON)
    return [shape(one["sql"]) for one in queries.captured_queries], counts


def shape(sql: str) -> str:
    """The statement without its values."""
    return VALUES.sub("?", sql)


def test_every_code_costs_the_same_work(
    codes: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    done = {kind: work_of(codes[kind], monkeypatch) for kind in KINDS}
    statements, counts = done["right"]
    assert counts["derive"] == counts["receipt_keys"] == 1
    assert counts["fits"] == puzzles.PARTS
    for kind in KINDS:
        assert done[kind][1] == counts, kind
        assert done[kind][0] == statements, kind


def test_only_the_right_one_comes_in(codes: dict[str, str]) -> None:
    for kind in KINDS:
        found = door.try_code(codes[kind], "203.0.113.7", "", "", now=NOON)
        assert (found is not None) == (kind == "right"), kind


def test_every_wrong_code_gets_the_same_page(codes: dict[str, str]) -> None:
    pages = set()
    for kind in ("wrong", "erased", "malformed", "empty"):
        client = Client(headers={"accept-language": "ko"})
        page = client.post("/code", {"code": codes[kind]})
        text = page.content.decode().replace(codes[kind] or "\0", "…")
        for changing in ("csp_nonce", "puzzle"):
            text = text.replace(str(page.context[changing]), "…")
        token = page.context["csrf_token"]
        text = text.replace(str(token), "…").replace(' value="…"', "")
        pages.add((page.status_code, text, tuple(sorted(page.cookies))))
    assert len(pages) == 1


def test_no_answer_sets_a_cookie_before_a_code_is_right(codes: dict[str, str]) -> None:
    client = Client()
    client.post("/code", {"code": codes["wrong"]})
    assert not [name for name in client.cookies if name in {"ansim_s", "ansim_k"}]


def test_the_limit_is_asked_before_anything_is_derived(
    codes: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(limits.CODES.plain.address):
        limits.begin(limits.CODES, "203.0.113.7", work=0, now=NOON)
    counts = Counter[str]()
    counted(monkeypatch, KdfProfile, "derive", counts)
    with pytest.raises(limits.TooManyTries):
        door.try_code(codes["right"], "203.0.113.7", "", "", now=NOON)
    assert not counts
