"""Hash lists of others: each shape is told, read, written and read again."""

import base64
import contextlib
import json
import pickle
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansim.fingerprints import FrameFingerprint
from ansim.matching import Bank, BankItem, MalformedBank
from ansim.matching.bankfile import BankFile
from ansim.matching.errors import ExchangeMissing, OneVideoOnly
from ansim.matching.exchange import SHAPES, read_list, shape_of, write_list
from ansim.matching.exchange_received import take_in
from ansim.matching.exchange_signals import sample

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
A, B, C = "a1" * 32, "b2" * 32, "c3" * 32
MD5, SHA1 = "d4" * 16, "e5" * 20

NCMEC = f"""
<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<queryResult xmlns="https://hashsharing.ncmec.org/hashsharing/v2">
  <images count="3" maxTimestamp="2026-10-24T15:10:00Z">
    <image>
      <member id="42">Example</member><timestamp>2026-10-24T15:00:00Z</timestamp>
      <id>one</id><classification>A1</classification>
      <fingerprints><md5>{MD5}</md5><sha1>{SHA1}</sha1><pdna>abc...</pdna><PDQ>{A}</PDQ></fingerprints>
      <feedback lastUpdateTimestamp="2026-10-25T00:00:00Z">
        <affirmativeFeedback type="Md5"><members><member id="1">X</member></members>
        </affirmativeFeedback>
        <negativeFeedback type="Pdq"><reasons><reason guid="1" name="Not it" type="Pdq"/>
          <members><member id="43">Other</member></members></reasons></negativeFeedback>
      </feedback>
    </image>
    <image><member id="42"/><id>closed</id><fingerprints><pdna>x</pdna></fingerprints></image>
    <deletedImage><member id="43">Other</member><id>four</id></deletedImage>
  </images>
  <videos count="2" maxTimestamp="2026-10-24T15:20:00Z">
    <video><member id="42"/><id>v</id><fingerprints><md5>{MD5}</md5></fingerprints></video>
    <video><member id="42"/><id>late</id><fingerprints><md5>{MD5}</md5></fingerprints></video>
    <deletedVideo><member id="42"/><id>late</id></deletedVideo>
    <sound><id>s</id></sound>
  </videos>
  <paging><next>/v2/entries?start=2001</next></paging>
</queryResult>""".strip()


def test_ncmec_entries_opinions_and_deletions() -> None:
    received = read_list(NCMEC.encode(), name="list.xml")
    one, video = received.bank.items
    assert received.shape == "ncmec"
    assert one == BankItem(
        "42-one", pdq=A, md5=MD5, sha1=SHA1, labels=("A1",),
        state="opinion_against", since="2026-10-25T00:00:00Z", reason="Pdq: Not it",
    )  # fmt: skip
    assert (video.key, video.kind, video.md5) == ("42-v", "video", MD5)
    assert received.withdrawn == ("43-four", "42-late")
    assert received.passed_over == {
        "pdna": 2,
        "entry without a hash that can be used": 1,
        "sound": 1,
    }


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("<queryResult>", "xml"),
        ("<a/>", "shape"),
        ('<!DOCTYPE a [<!ENTITY b "c">]><queryResult>&b;</queryResult>', "doctype"),
        ('<!DOCTYPE a SYSTEM "file:///etc/passwd"><queryResult/>', "doctype"),
        ("<queryResult>" + "<a>" * 100 + "</a>" * 100 + "</queryResult>", "xml"),
        (NCMEC.replace(MD5, "zz"), "md5"),
        (NCMEC.replace("<id>one</id>", "<id/>"), "key"),
    ],
)
def test_hostile_or_wrong_xml_is_refused(text: str, problem: str) -> None:
    with pytest.raises(MalformedBank) as error:
        read_list(text.encode())
    assert error.value.problem == problem
    assert error.value.sentence("ko") != error.value.sentence("en")


def _keyed(received: Any) -> dict[str, BankItem]:
    return {item.key: item for item in received.bank.items}


SIGNALS = {
    "csv": f"signal_type,signal_str,collab,category,tags\npdq,{A},C,POSITIVE_CLASS,one two\n"
    f"video_md5,{MD5},C,NEGATIVE_CLASS,\nurl,https://example.org,C,POSITIVE_CLASS,\n",
    "lines": f"pdq {A}\nvideo_md5 {MD5} 'C' NEGATIVE_CLASS\nurl https://example.org\n",
    "json lines": f'{{"signal_type": "pdq", "content": "{A}"}}\n'
    f'{{"signal_type": "video_md5", "content": "{MD5}", "category": "NEGATIVE_CLASS"}}\n'
    '{"signal_type": "url", "content": "https://example.org"}\n',
    "descriptors": json.dumps(
        {"data": [
            {"id": "1", "indicator": A, "type": "HASH_PDQ", "should_delete": False,
             "descriptors": {"data": [{"status": "MALICIOUS", "tags": {"data": [{"text": "t"}]}}]}},
            {"id": "2", "raw_indicator": MD5, "type": "HASH_MD5", "tags": ["media_type_video"],
             "status": "NON_MALICIOUS"},
            {"id": "3", "indicator": "https://example.org", "type": "URI"},
        ]}
    ),
    "stopncii": json.dumps(
        {"count": 3, "hashRecords": [
            {"signalType": "ImagePDQ", "hashValue": A, "hashStatus": "Active",
             "CSPFeedbacks": [{"feedbackValue": "Blocked", "tags": ["x"]}]},
            {"signalType": "VideoMD5", "hashValue": MD5, "hashStatus": "Active",
             "CSPFeedbacks": [{"feedbackValue": "NotBlocked"}]},
            {"signalType": "VideoTMK", "hashValue": "x", "hashStatus": "Active"},
        ]}
    ),
}  # fmt: skip


@pytest.mark.parametrize("form", SIGNALS)
def test_signals_of_every_form_are_the_same_items(form: str) -> None:
    received = read_list(SIGNALS[form].encode())
    items = _keyed(received)
    assert received.shape == "threatexchange"
    assert set(items) == {f"picture_pdq-{A}", f"video_md5-{MD5}"}
    assert items[f"picture_pdq-{A}"].pdq == A
    assert items[f"picture_pdq-{A}"].state == "active"
    video = items[f"video_md5-{MD5}"]
    assert (video.kind, video.md5, video.state) == ("video", MD5, "opinion_against")
    [(kind, count)] = received.passed_over.items()
    assert kind.startswith("signal type")
    assert count == 1


def test_signals_that_were_taken_back_and_rows_named_by_their_file() -> None:
    record = {"signalType": "ImagePDQ", "hashValue": A, "hashStatus": "Withdrawn"}
    received = read_list(json.dumps({"hashRecords": [record]}).encode())
    assert (received.bank.items, received.withdrawn) == ((), (f"picture_pdq-{A}",))
    rows = f"{A},123,2026-01-01,one true_positive\n{B},124,2026-01-01,disputed\n"
    items = _keyed(read_list(rows.encode(), name="simple.HASH_PDQ.te"))
    assert items[f"picture_pdq-{A}"].labels == ("one", "true_positive")
    assert items[f"picture_pdq-{B}"].state == "opinion_against"


@pytest.mark.parametrize("text", [f"pdq {A[:-1]}\n", f"signal_type,signal_str\npdq,{MD5}\n",
                                  'vpdq ["a,b"]\n', "pdq\n" * 2 + "x y\n"])  # fmt: skip
def test_a_wrong_signal_names_its_line(text: str) -> None:
    with pytest.raises(MalformedBank) as error:
        read_list(text.encode(), "threatexchange")
    assert error.value.line >= 1


FRAMES = tuple(FrameFingerprint(n / 4, pdq, 60 + n) for n, pdq in enumerate((A, B, C)))
CLIP = BankItem("clip", "video", C, 62, frames=FRAMES)


def test_vpdq_of_three_forms() -> None:
    old = {str(n): {"quality": f.quality, "hash": f.pdq, "timestamp": f.seconds, "frame": n}
           for n, f in enumerate(FRAMES)}  # fmt: skip
    forms = (
        write_list(Bank(items=(CLIP,)), "vpdq").text,
        json.dumps([f"{f.pdq},{f.quality},{f.seconds:.3f}" for f in FRAMES]),
        json.dumps(old),
    )
    for form in forms:
        received = read_list(form.encode(), name="folder/clip.txt")
        assert (received.shape, received.bank.items) == ("vpdq", (CLIP,))
    for text in ("0,100,zz,0\n", f"0,101,{A},0\n", f"0,100,{A},nan\n", f"x,1,{A},0\n", "{}"):
        with pytest.raises(MalformedBank):
            read_list(text.encode(), "vpdq")
    with pytest.raises(OneVideoOnly):
        write_list(Bank(items=(CLIP, replace(CLIP, key="b"))), "vpdq")


BANK = Bank(
    "cups", "Our centre <&>", items=(
        BankItem("still", pdq=A, quality=100, md5=MD5, sha1=SHA1, labels=("beach",)),
        BankItem("against", pdq=B, state="opinion_against", since="2026-01-02T00:00:00Z",
                 reason="an ad"),
        BankItem("gone", pdq=C, state="withdrawn", since="2026-01-03T00:00:00Z"),
        BankItem("tape", "video", md5="0" * 32, sha256=C),
        CLIP,
    ),
)  # fmt: skip


@pytest.mark.parametrize("shape", ["csv", "jsonl"])
def test_our_own_shapes_keep_everything(shape: Any) -> None:
    written = write_list(BANK, shape)
    assert written.left_out == {}
    assert read_list(written.text.encode()).bank == BANK


def test_ncmec_keeps_keys_digests_opinions_and_deletions() -> None:
    written = write_list(BANK, "ncmec")
    received = read_list(written.text.encode())
    items = _keyed(received)
    assert set(items) == {"still", "against", "tape", "clip"}
    assert items["still"] == BANK.items[0]
    assert (items["against"].state, items["against"].reason) == ("opinion_against", "Pdq: an ad")
    assert received.withdrawn == ("gone",)
    assert written.left_out == {"sha256": 1, "frames": 1}


def test_threatexchange_keeps_what_is_a_signal_and_counts_the_rest() -> None:
    written = write_list(BANK, "threatexchange")
    items = read_list(written.text.encode()).bank.items
    assert {(item.kind, item.pdq, item.md5, item.sha256, len(item.frames)) for item in items} == {
        ("picture", A, "", "", 0), ("picture", B, "", "", 0), ("video", "", "0" * 32, "", 0),
        ("video", "", "", C, 0), ("video", C, "", "", 3),
    }  # fmt: skip
    assert [item.state for item in items if item.pdq == B] == ["opinion_against"]
    assert written.left_out == {"withdrawn item": 1, "md5 of a picture": 1, "sha1": 1}


def test_the_library_reads_what_we_write_and_we_read_what_it_holds(tmp_path: Path) -> None:
    hash_api = pytest.importorskip("threatexchange.exchanges.clients.ncmec.hash_api")
    import xml.etree.ElementTree as ET

    text = write_list(BANK, "ncmec").text.replace(' xmlns="', ' ignored="')
    answer = hash_api.GetEntriesResponse.from_xml(hash_api._XMLWrapper(ET.fromstring(text)), 0)
    told = {update.id: (update.deleted, update.fingerprints) for update in answer.updates}
    assert told["still"] == (False, {"md5": MD5, "sha1": SHA1, "pdq": A})
    assert told["gone"] == (True, {})
    [against] = [update for update in answer.updates if update.id == "against"]
    assert [(one.reason, one.feedback_type.value) for one in against.feedback["Pdq"]] == [
        ("an ad", "downvote")
    ]
    from threatexchange.signal_type.pdq.signal import PdqSignal

    found = sample()
    assert {item.pdq for item in found.items if item.pdq} == set(PdqSignal.get_examples())
    lines = "".join(f"pdq {digits}\n" for digits in PdqSignal.get_examples())
    assert len(read_list(lines.encode()).bank.items) == len(set(PdqSignal.get_examples()))


def test_without_the_library_only_its_samples_are_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "threatexchange", ModuleType("threatexchange"))
    monkeypatch.delitem(sys.modules, "threatexchange.signal_type", raising=False)
    for name in list(sys.modules):
        if name.startswith("threatexchange."):
            monkeypatch.delitem(sys.modules, name)
    with pytest.raises(ExchangeMissing) as error:
        sample()
    assert "ansim[exchange]" in error.value.sentence("ko")
    assert read_list(SIGNALS["csv"].encode()).bank.items


@pytest.mark.parametrize(
    ("text", "name", "shape"),
    [
        (f"pdq\n{A}\n", "", "csv"), (f"{A}\n{B}\n", "", "csv"), (f"{A},90,x\n", "", "csv"),
        (f'{{"pdq": "{A}"}}\n', "", "jsonl"), ('{"bank": {}}\n', "", "jsonl"),
        (f"0,100,{A},0.000\n", "", "vpdq"), (f"pdq {A}\n", "", "threatexchange"),
        (f"{A},1,2,3\n", "simple.HASH_PDQ.te", "threatexchange"), ("<queryResult/>", "", "ncmec"),
    ],
)  # fmt: skip
def test_the_shape_is_told_by_the_content(text: str, name: str, shape: str) -> None:
    assert shape_of(text.encode(), name) == shape


def test_bare_hashes_are_told_apart_by_their_length() -> None:
    pdq, md5, sha1 = read_list(f"{A},77,a.jpg\n\n{MD5}\n{SHA1.upper()}\n".encode()).bank.items
    assert (pdq.pdq, pdq.quality, md5.md5, sha1.sha1) == (A, 77, MD5, SHA1)
    mixed = read_list(f"FilePath,Hash\na,{A}\nb,{MD5}\n".encode()).bank.items
    assert (mixed[0].pdq, mixed[1].md5) == (A, MD5)


def test_bare_hashes_alone_are_named_by_themselves() -> None:
    first = read_list(f"{A}\r\n{B.upper()} \n{A}\n".encode()).bank.items
    assert [(item.key, item.pdq) for item in first] == [(f"pdq-{A}", A), (f"pdq-{B}", B)]
    again = read_list(f"{MD5}\n{B}\n{A}".encode()).bank.items
    assert {item.key for item in first} < {item.key for item in again}
    with pytest.raises(MalformedBank) as told:
        read_list(f"{A}\n{A[1:]}\n".encode())
    assert told.value.values["line"] == 2


@pytest.mark.parametrize("half", ['"\\ud800"', '"a\\uDC00"', '"\\ud83d\\n"'])
def test_half_of_a_surrogate_pair_names_its_line(half: str) -> None:
    with pytest.raises(MalformedBank) as told:
        read_list(f'{{"pdq": "{A}"}}\n{{"key": {half}, "pdq": "{A}"}}\n'.encode())
    assert told.value.values["line"] == 2
    assert "UTF-8" in told.value.sentence("en")
    whole = read_list(f'{{"key": "\\ud83d\\ude00", "pdq": "{A}"}}\n'.encode())
    assert whole.bank.items[0].key == "\U0001f600"


@pytest.mark.parametrize("tags", [5, "x", None, {"data": [1, "x", None, {"text": "good"}]}])
def test_tags_of_any_shape_are_read_as_far_as_they_go(tags: object) -> None:
    record = {"type": "HASH_PDQ", "indicator": A, "tags": tags}
    labels = read_list(json.dumps([record]).encode()).bank.items[0].labels
    assert set(labels) <= {"x", "good"}
    assert labels == (("good",) if isinstance(tags, dict) else labels)


def test_a_pickle_is_never_read() -> None:
    for data in (pickle.dumps({"a": 1}), b"PK\x03\x04zip", b"\x93NUMPY"):
        with pytest.raises(MalformedBank) as error:
            read_list(data)
        assert "pickle" in error.value.sentence("en")


MD5_HEX, SHA1_HEX, SHA256_HEX = "0a" * 16, "0b" * 20, "0c" * 32
BASE64 = base64.b64encode(bytes.fromhex(MD5_HEX)).decode()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"PDQ Hash;Quality\n{A};90\n", {"pdq": A, "quality": 90}),
        (f"pdq\tquality_score\n{A}\t90\n", {"pdq": A, "quality": 90}),
        (f"sep=;\nID;MD5 Hash\n7;{MD5_HEX.upper()}\n", {"key": "7", "md5": MD5_HEX}),
        (f"# exported by a tool\nSHA-1,Category\n{SHA1_HEX},A1\n", {"sha1": SHA1_HEX}),
        (f"hash,type\n{SHA256_HEX},sha256\n", {"sha256": SHA256_HEX, "pdq": ""}),
        (f"hash_type,hash_value\nSHA-256,{SHA256_HEX}\n", {"sha256": SHA256_HEX, "pdq": ""}),
        (f"algorithm|value\nMD5|{MD5_HEX}\n", {"md5": MD5_HEX}),
        (f"md5\n{BASE64}\n", {"md5": MD5_HEX}),
        (f"{BASE64}\n", {"key": f"md5-{MD5_HEX}", "md5": MD5_HEX}),
        (f"{MD5_HEX}  some film.mp4\n", {"md5": MD5_HEX}),
        (f'# two lists\n\n"{A}"; 80\n', {"pdq": A, "quality": 80}),
        (f'[{{"PDQ": "{A}", "id": 5}}]', {"pdq": A, "key": "5"}),
        (f'{{"SHA-256": "{SHA256_HEX.upper()}"}}\n', {"sha256": SHA256_HEX}),
    ],
)
def test_lists_of_others_have_other_names_delimiters_and_digits(
    text: str, found: dict[str, object]
) -> None:
    [item] = read_list(text.encode()).bank.items
    assert {name: getattr(item, name) for name in found} == found


def test_the_files_name_tells_what_64_digits_are() -> None:
    [item] = read_list(f"{SHA256_HEX}\n".encode(), name="known_sha-256.txt").bank.items
    assert (item.sha256, item.pdq) == (SHA256_HEX, "")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_kind_of_line_end_ends_a_line(end: str) -> None:
    assert len(read_list(f"{A}{end}{B}{end}".encode()).bank.items) == 2
    assert len(read_list(f"pdq{end}{A}{end}{B}{end}".encode()).bank.items) == 2


def test_kinds_of_hashes_that_nobody_can_use_are_counted() -> None:
    text = f"hash_type,hash_value\nphotodna,AAAA\npdq,{A}\n"
    received = read_list(text.encode())
    assert [item.pdq for item in received.bank.items] == [A]
    assert received.passed_over == {"signal type photodna": 1}
    none = read_list(json.dumps({"data": [{"indicator": A}]}).encode())
    assert none.passed_over == {"entry without a signal type": 1}


@pytest.mark.parametrize("wrap", ['{"data": %s}', "%s", '{"paging": {}, "data" : %s}'])
def test_a_wrong_hash_in_a_document_is_named_by_its_line(wrap: str) -> None:
    records = [{"type": "HASH_PDQ", "indicator": one} for one in (A, B, "zz", A)]
    text = wrap % json.dumps(records, indent=0)
    with pytest.raises(MalformedBank) as error:
        read_list(text.encode())
    line = text.split("\n")[error.value.line - 1]
    assert line == "{"
    assert "zz" in "".join(text.split("\n")[error.value.line : error.value.line + 3])


@pytest.mark.parametrize("start", [b"PK\x03\x04", b"\x1f\x8b\x08", b"\xd0\xcf\x11\xe0"])
def test_a_packed_file_is_told_from_text(start: bytes) -> None:
    with pytest.raises(MalformedBank) as error:
        read_list(start + bytes(9))
    assert "packed" in error.value.sentence("en")
    assert "압축" in error.value.sentence("ko")


def test_an_update_adds_replaces_withdraws_and_respects_what_was_withdrawn_here(
    tmp_path: Path,
) -> None:
    first = read_list(NCMEC.replace("deletedVideo", "video").replace(
        "<id>late</id></video>\n    <sound>", f"<id>late</id><fingerprints><md5>{'0' * 32}</md5>"
        "</fingerprints></video>\n    <sound>").encode())  # fmt: skip
    target = BankFile.create(tmp_path / "n.bank", first.bank, now=NOW)
    target.add([BankItem("own", pdq=B)], now=NOW)
    target.withdraw(["42-v"], now=NOW, reason="here")
    taken = take_in(target, read_list(NCMEC.encode()), now=NOW)
    assert (taken.added, taken.replaced, taken.withdrawn) == (0, 0, 1)
    assert (taken.unchanged, taken.kept_withdrawn) == (1, 1)
    assert target.item("42-v").reason == "here"
    assert target.item("42-late").state == "withdrawn"
    version = target.version
    again = take_in(target, read_list(NCMEC.encode()), now=NOW)
    assert (again.added, again.withdrawn, target.version) == (0, 0, version)
    changed = read_list(NCMEC.replace(A, C).encode())
    assert take_in(target, changed, now=NOW).replaced == 1
    assert target.item("42-one").pdq == C
    assert target.item("own").state == "active"


@given(st.sampled_from(SHAPES), st.binary(max_size=200) | st.text(max_size=300).map(str.encode))
def test_any_bytes_are_a_list_or_a_named_line(shape: Any, data: bytes) -> None:
    for asked in (shape, None):
        with contextlib.suppress(MalformedBank):
            assert len(read_list(data, asked).bank.items) <= len(data)


@given(st.sampled_from([*SIGNALS.values(), NCMEC]), st.data())
def test_a_list_with_a_hole_in_it_is_a_list_or_a_named_line(text: str, data: Any) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    other = data.draw(st.text(max_size=10))
    with contextlib.suppress(MalformedBank):
        read_list((text[:start] + other + text[end:]).encode())
