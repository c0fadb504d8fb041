"""Searching banks: every state, every kind of item, several banks, and the index beside a file."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from ansim.fingerprints import Fingerprint, FrameFingerprint
from ansim.matching import Bank, BankItem, MalformedHash
from ansim.matching import bankfile_search as searching
from ansim.matching.bankfile import BankFile, index_path
from ansim.matching.bankfile_search import BankIndex, search_banks
from ansim.matching.index import HashIndex

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
CHANCE = np.random.default_rng(11)
HASHES = CHANCE.integers(0, 256, (300, 32), dtype=np.uint8)


def _hex(row: "np.ndarray") -> str:
    return bytes(row).hex()


def _near(row: "np.ndarray", bits: int) -> "np.ndarray":
    flat = np.unpackbits(row)
    flat[CHANCE.permutation(256)[:bits]] ^= 1
    return np.packbits(flat)


def _picture(number: int, **more: object) -> BankItem:
    return BankItem(f"p{number}", pdq=_hex(HASHES[number]), **more)  # type: ignore[arg-type]


def _found(row: "np.ndarray", **more: object) -> Fingerprint:
    plain = Fingerprint("picture", _hex(row), 90, "0" * 32, "0" * 40, "0" * 64, 9, 9, "JPEG")
    return replace(plain, **more)  # type: ignore[arg-type]


@pytest.fixture(params=["file", "sealed", "list"])
def bank(request: pytest.FixtureRequest, tmp_path: Path) -> BankFile | Bank:
    items = [_picture(n) for n in range(6)]
    items[1] = replace(items[1], state="withdrawn")
    items[2] = replace(items[2], state="opinion_against")
    items[3] = replace(items[3], quality=20)
    items[4] = replace(items[4], sha256="ab" * 32, md5="cd" * 16)
    frames = tuple(FrameFingerprint(n, _hex(HASHES[100 + n]), 80) for n in range(5))
    flat = (FrameFingerprint(5.0, _hex(HASHES[105]), 10),)
    items.append(BankItem("clip", "video", frames[0].pdq, 80, frames=frames + flat))
    whole = Bank("b", items=tuple(items))
    if request.param == "list":
        return whole
    return BankFile.create(
        tmp_path / "b.bank", whole, now=NOW, server_key=b"k" * 32, sealed=request.param == "sealed"
    )


def test_states_and_quality_decide_what_matches(bank: BankFile | Bank) -> None:
    index = BankIndex(bank)
    asked = np.stack([_near(HASHES[n], n * 5) for n in range(6)])
    hits = [(hit.query, hit.key, hit.distance, hit.disputed) for hit in index.search(asked, 31)]
    assert hits == [(0, "p0", 0, False), (2, "p2", 10, True), (4, "p4", 20, False),
                    (5, "p5", 25, False)]  # fmt: skip
    assert [hit.key for hit in index.search(asked, 24)] == ["p0", "p2", "p4"]
    assert index.search(np.empty((0, 32), np.uint8)) == []


def test_equal_files_come_first_whatever_they_look_like(bank: BankFile | Bank) -> None:
    index = BankIndex(bank)
    for same in ({"sha256": "ab" * 32}, {"md5": "cd" * 16}):
        hits = index.match(_found(HASHES[0], **same))
        assert [(hit.key, hit.exact, hit.distance) for hit in hits] == [
            ("p4", True, 0),
            ("p0", False, 0),
        ]
    assert [hit.key for hit in index.match(_found(HASHES[0], quality=10, md5="cd" * 16))] == ["p4"]
    assert index.match(_found(HASHES[1])) == []
    turned = _found(HASHES[200], dihedral=(_hex(HASHES[200]), _hex(HASHES[5])))
    assert [hit.key for hit in index.match(turned)] == ["p5"]
    assert [hit.key for hit in index.search_hashes(["AB" * 32, _hex(HASHES[5])])] == ["p4", "p5"]
    with pytest.raises(MalformedHash) as error:
        index.search_hashes(["ab" * 32, "x"])
    assert "number 2" in error.value.sentence("en")


def test_guesses_come_last_and_only_of_what_does_not_surely_match(bank: BankFile | Bank) -> None:
    index = BankIndex(bank)
    guesses = tuple(_hex(_near(HASHES[n], bits)) for n, bits in ((5, 8), (0, 0), (2, 4), (1, 0)))
    found = _found(_near(HASHES[0], 20), uncropped=guesses)
    assert [(hit.key, hit.distance, hit.guessed) for hit in index.match(found)] == [
        ("p0", 20, False), ("p2", 4, True), ("p5", 8, True)
    ]  # fmt: skip
    assert index.match(replace(found, quality=10)) == []


def _video(rows: "np.ndarray", quality: int = 80) -> Fingerprint:
    frames = tuple(FrameFingerprint(n, _hex(row), quality) for n, row in enumerate(rows))
    return _found(rows[0], kind="video", frames=frames)


def test_videos_match_by_the_share_of_their_frames(bank: BankFile | Bank) -> None:
    index = BankIndex(bank)
    four = np.stack([*(_near(HASHES[100 + n], 10 + n) for n in range(4)), HASHES[250]])
    assert [(hit.key, hit.distance) for hit in index.match(_video(four))] == [("clip", 13)]
    three = np.stack([*HASHES[100:103], *HASHES[250:252]])
    assert index.match(_video(three)) == []
    # A part of the video, and a still of it; a flat frame on either side shows nothing.
    assert [hit.key for hit in index.match(_video(HASHES[102:105]))] == ["clip"]
    assert [hit.key for hit in index.match(_found(HASHES[103]))] == ["clip"]
    assert index.match(_found(HASHES[105])) == []
    assert index.match(_video(HASHES[100:105], quality=10)) == []


def test_a_videos_own_pdq_is_one_of_its_frames_and_counts_once() -> None:
    frames = tuple(FrameFingerprint(n, _hex(HASHES[100 + n]), 80) for n in range(4))
    bank = Bank(items=(BankItem("clip", "video", frames[0].pdq, 80, frames=frames),))
    three_of_four = np.stack([*HASHES[100:103], *HASHES[250:260]])
    assert BankIndex(bank).match(_video(three_of_four)) == []


def test_several_banks_are_searched_at_once(bank: BankFile | Bank) -> None:
    other = Bank("other", items=(BankItem("copy", pdq=_hex(_near(HASHES[0], 7))), _picture(1)))
    hits = search_banks([bank, other, Bank("empty")], HASHES[:2])
    told = [(hit.query, hit.bank, hit.key, hit.distance) for hit in hits]
    assert told == [(0, "b", "p0", 0), (0, "other", "copy", 7), (1, "other", "p1", 0)]


@pytest.fixture
def large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> BankFile:
    monkeypatch.setattr(searching, "_WORTH_KEEPING", 100)
    bank = BankFile.create(tmp_path / "large.bank", Bank("large"), now=NOW)
    bank.add_hashes(HASHES[:200], [f"h{n}" for n in range(200)], now=NOW)
    return bank


def _builds(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The sizes of the indexes that are built from now on."""
    built: list[int] = []
    build = HashIndex.build

    def counted(hashes: "np.ndarray") -> HashIndex:
        built.append(len(hashes))
        return build(hashes)

    monkeypatch.setattr(HashIndex, "build", counted)
    return built


def _keys(bank: BankFile, rows: "np.ndarray" = HASHES) -> list[str]:
    return [hit.key for hit in BankIndex(bank).search(rows, 0)]


def test_the_index_beside_a_bank_is_kept_and_only_added_to(
    large: BankFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    built = _builds(monkeypatch)
    all_keys = [f"h{n}" for n in range(200)]
    assert (_keys(large), _keys(large), built) == (all_keys, all_keys, [200])
    assert index_path(large.path).name == "large.bank.index"
    large.withdraw(["h0"], now=NOW)
    assert (_keys(large), built) == (all_keys[1:], [200])
    large.reinstate(["h0"], now=NOW)
    large.add_hashes(HASHES[200:201], ["one"], now=NOW)
    before = index_path(large.path).read_bytes()
    assert (_keys(large), built) == ([*all_keys, "one"], [200])
    assert index_path(large.path).read_bytes() == before  # too little to write it again
    large.add_hashes(HASHES[201:260], [f"more{n}" for n in range(59)], now=NOW)
    assert (len(_keys(large)), built) == (260, [200])
    assert index_path(large.path).read_bytes() != before
    assert len(HashIndex.open(index_path(large.path))) == 260


def test_an_index_that_cannot_be_used_is_built_anew(
    large: BankFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    built = _builds(monkeypatch)
    _keys(large)
    kept = index_path(large.path)
    whole = kept.read_bytes()
    for damaged in (b"", whole[:100], whole[:-1] + bytes([whole[-1] ^ 1]), b"x" * 500):
        kept.write_bytes(damaged)
        assert len(_keys(large)) == 200
    kept.unlink()
    assert len(_keys(large)) == 200
    # After a compaction the same rows may be other items.
    stale = kept.read_bytes()
    large.withdraw(["h0"], now=NOW)
    large.compact(now=NOW, forget_withdrawn=True)
    assert not kept.exists()  # it held what was to be forgotten
    _keys(large)
    large.add_hashes(HASHES[250:251], ["new"], now=NOW)
    assert _keys(large) == [*(f"h{n}" for n in range(1, 200)), "new"]
    assert built[-1] == 199
    kept.write_bytes(stale)
    [hit] = BankIndex(large).search(HASHES[5:6], 0)
    assert hit.key == "h5"


def test_no_index_is_left_beside_a_sealed_bank(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "_WORTH_KEEPING", 1)
    path = tmp_path / "s.bank"
    bank = BankFile.create(path, Bank(), now=NOW, server_key=b"k" * 32, sealed=True)
    bank.add_hashes(HASHES, [str(n) for n in range(300)], now=NOW)
    assert len(_keys(bank)) == 300
    assert not index_path(path).exists()
