"""The thief of the drill finds what can be found; else its "nothing found" would mean nothing."""

import base64
import gzip
import json
import sqlite3
import zlib
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest

from ansim.demo.theft import Loot, Row, Thief, sqlite_rows
from ansim.vault import Aad, CaseKey, blind_index, new_key_pair, seal, wrap_for

STORY = "작년 겨울 등대 카페에서"
NAME = "Hana Dorazy"
PHONE = "010-2468-1357"
LINK = "https://moa.test/p/7731"


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    folder = tmp_path / "keys"
    folder.mkdir()
    return folder


@pytest.fixture
def robbed(keys: Path, tmp_path: Path) -> Callable[..., Loot]:
    """``robbed(rows=..., file=...)``: what a thief of those has."""

    def rob(*rows: bytes, file: bytes = b"") -> Loot:
        path = tmp_path / "some.log"
        path.write_bytes(file)
        values = [Row(f"cases.column{number}", value) for number, value in enumerate(rows)]
        return Thief([STORY, NAME, PHONE]).rob([path], values, keys)

    return rob


def server_key(keys: Path) -> bytes:
    private, public = new_key_pair()
    (keys / "server_key").write_bytes(base64.b64encode(private) + b"\n")
    return public


def box(key: CaseKey, text: str) -> bytes:
    return seal(key, text.encode(), Aad("cases_case", "story_box", uuid4(), uuid4()))


@pytest.mark.parametrize(
    "lying",
    [
        STORY.encode(),
        STORY.encode("utf-16-le"),
        STORY.encode("cp949"),
        json.dumps({"story": STORY}).encode(),
        b"x" + base64.b64encode(b"y" + STORY.encode() + b"z"),
        base64.urlsafe_b64encode(b"yy" + STORY.encode() * 3),
        STORY.encode().hex().encode(),
        zlib.compress(STORY.encode() * 9),
        gzip.compress(STORY.encode() * 9, mtime=0),
        base64.b64encode(zlib.compress(STORY.encode() * 9)),
        b"GET /staff?q=%EC%9E%91%EB%85%84%20%EA%B2%A8%EC%9A%B8%20%EB%93%B1%EB%8C%80%20%EC%B9%B4%ED%8E%98%EC%97%90%EC%84%9C",
    ],
    ids=[
        "utf-8", "utf-16", "cp949", "json", "base64", "base64url", "hex", "zlib", "gzip",
        "zlib in base64", "percent",
    ],
)
def test_a_story_in_a_file_is_found(robbed, lying: bytes) -> None:
    assert {one.word for one in robbed(file=lying).finds} == {STORY}


@pytest.mark.parametrize("lying", ["010-2468-1357", "01024681357", "+821024681357"])
def test_a_number_is_found_however_it_is_written(robbed, lying: str) -> None:
    assert {one.word for one in robbed(file=lying.encode()).finds} == {PHONE}


def test_a_name_in_other_letters_is_found(robbed) -> None:
    assert robbed(NAME.upper().encode()).finds[0].where == "cases.column0"


def test_what_the_server_can_open_is_opened(robbed, keys: Path) -> None:
    key = CaseKey.new()
    loot = robbed(wrap_for(server_key(keys), key), box(key, f"{STORY} {LINK}"))
    assert (loot.keys, loot.opened, loot.links) == (1, 1, {LINK})
    assert [one.where for one in loot.finds] == ["cases.column1, decrypted"]


def test_a_box_in_text_columns_is_opened_too(robbed, keys: Path) -> None:
    key = CaseKey.new()
    text = base64.b64encode(box(key, STORY))
    assert robbed(wrap_for(server_key(keys), key), text).finds


def test_what_only_staff_can_open_stays_closed(robbed, keys: Path) -> None:
    server_key(keys)
    key = CaseKey.new()
    loot = robbed(wrap_for(new_key_pair()[1], key), box(key, STORY))
    assert (loot.finds, loot.closed_wraps, loot.opened, loot.closed) == ([], 1, 0, 1)


def test_a_number_under_the_servers_own_index_key_is_guessed(robbed, keys: Path) -> None:
    secret = bytes(range(32))
    (keys / "blind_secret").write_bytes(base64.b64encode(secret))
    loot = robbed(blind_index(secret, "phone", PHONE))
    assert [one.where for one in loot.finds] == ["cases.column0, by guessing"]


def test_every_value_of_a_database_is_read(tmp_path: Path, keys: Path) -> None:
    with sqlite3.connect(tmp_path / "a.sqlite3") as database:
        database.execute("CREATE TABLE one (id INTEGER, words TEXT, box BLOB)")
        database.execute("INSERT INTO one VALUES (1, ?, ?)", (STORY, NAME.encode()))
    loot = Thief([STORY, NAME]).rob([], sqlite_rows(tmp_path / "a.sqlite3"), keys)
    assert {(one.word, one.where) for one in loot.finds} == {(STORY, "one.words"), (NAME, "one.box")}


def test_an_excerpt_of_a_long_text_is_found(keys: Path) -> None:
    told = "Somebody from the choir filmed me beside the old lighthouse last winter."
    row = Row("jobs.arguments", b"... beside the old lighthouse la ...")
    assert Thief([told]).rob([], [row], keys).finds


def test_nothing_is_found_where_nothing_lies(robbed) -> None:
    assert robbed(b"2026-11-22", file=b"a worker started\n" * 100).finds == []
