"""A report is read as a whole: every fault is named, in both languages, and nothing is half taken."""

import json
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansim.centre.access.services import create_staff
from ansim.centre.cases import keyring
from ansim.centre.cases.models import Case
from ansim.centre.custody.models import CustodyEvent
from ansim.centre.intake import services
from ansim.centre.intake.report import MalformedReport, Report
from ansim.centre.materials.addresses import BadLink, check_link
from ansim.centre.materials.models import Material, Sighting
from ansim.fingerprints import Fingerprint

NOW = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
FINE = {
    "language": "en", "channel": "phone", "standing": "family", "age": "twenties",
    "gender": "woman", "relation": "partner", "harms": ["distribution"], "places": ["sns"],
    "links": ["byeok.test/post/1", "https://byeok.test/post/1"], "keywords": ["river_412"],
    "story": "He posted them again.", "contact": {"phone": "010-0000-0000", "code_word": "tulip"},
    "safe_contact": {"channel": "sms", "hours": "9-18", "voicemail": False, "code_word": True},
    "flags": ["danger_now"], "threat_deadline": "2026-11-25T09:00:00+09:00",
    "consents": ["hold", "search"], "materials": [],
}  # fmt: skip
WRONG = {
    "language": [["ko"], 3, None, "fr"],
    "channel": ["pigeon", ["web"], 1, None],
    "standing": [{}, "boss"],
    "age": [17, "17"],
    "gender": [None, "w"],
    "relation": [[], "boss"],
    "harms": ["distribution", [["distribution"]], ["nothing"], {"distribution": 1}],
    "places": [["moon"], 4],
    "links": ["byeok.test", [3], [""], [None], ["x.test"] * 501],
    "keywords": [[1], "word", ["w" * 101], ["nul\0"]],
    "story": [3, ["a"], "a" * 20_001, "nul\0", "half \ud800"],
    "contact": [[], "010", {"phone": 10}, {"twitter": "x"}, {"name": {"a": 1}}, {"name": "n" * 301}],
    "safe_contact": [
        [], {"channel": "pigeon"}, {"channel": []}, {"hours": 9}, {"voicemail": "no"},
        {"code_word": "tulip"}, {"phone": "010"},
    ],
    "flags": [["fine"], True],
    "threat_deadline": ["tomorrow", 1, "2026-11-25", "2026-11-25T09:00", "0001-01-01T00:00:00+09:00"],
    "consents": [[], ["search"], "hold", None],
    "materials": ["a.jpg", [1], [None], ["nul\0.jpg"]],
}  # fmt: skip
BAD_LINKS = (
    "file:///etc/passwd", "http://169.254.169.254/latest", "javascript:alert(1)",
    "https://lee:secret@byeok.test/", "https://byeok", "localhost:8000", "http://[::1]/",
    "http://0x7f.1/", "https://inner.local./", "data:text/html,x", "https://a b.test/",
    "https://byeok.test/" + "a" * 2000, "https://" + "a." * 150 + "test/", "hello there",
)  # fmt: skip


def faults(raw: object) -> dict[str, dict[str, str]]:
    with pytest.raises(MalformedReport) as caught:
        Report.from_json(raw)
    for one in caught.value.problems:
        assert set(one.sentence) == {"ko", "en"}
        assert all(sentence.endswith((".", "요", "3")) for sentence in one.sentence.values())
    return {one.field: dict(one.sentence) for one in caught.value.problems}


def test_a_good_report_is_read_as_it_was_meant():
    report = Report.from_json(FINE)
    assert report.links == ("https://byeok.test/post/1",)
    assert report.threat_deadline == datetime(2026, 11, 25, tzinfo=UTC)
    assert report.safe_contact == FINE["safe_contact"]
    assert Report.from_json({"consents": ["hold"]}).channel == "import"


@pytest.mark.parametrize(
    ("field", "value"), [(field, value) for field, values in WRONG.items() for value in values]
)
def test_each_wrong_shape_is_named_by_its_field(field, value):
    named = faults(FINE | {field: value})
    assert {name.partition("[")[0].partition(".")[0] for name in named} == {field}


@pytest.mark.parametrize("link", BAD_LINKS)
def test_a_bad_link_is_named_by_its_number_and_never_repeated(link):
    named = faults(FINE | {"links": ["https://byeok.test/1", link]})
    assert set(named) == {"links[2]"}
    assert link not in str(named)


@pytest.mark.parametrize("raw", [None, [], "report", 3, [FINE]])
def test_what_is_no_object_has_one_fault(raw):
    assert set(faults(raw)) == {"-"}


def test_all_faults_are_told_at_once():
    named = faults({"age": 3, "story": 4, "nonsense": 1, "links": ["javascript:x"], "flags": "x"})
    assert set(named) == {"age", "story", "nonsense", "links[1]", "flags", "consents"}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(JSON | st.fixed_dictionaries({}, optional=dict.fromkeys(FINE, JSON)))
def test_no_json_at_all_raises_anything_else(raw):
    with suppress(MalformedReport):
        Report.from_json(json.loads(json.dumps(raw)))


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60) | st.from_regex(r"(https?://)?[\w.\-:@\[\]%]{1,40}(/\S*)?", fullmatch=True))
def test_a_typed_link_is_refused_or_in_its_one_form(typed):
    try:
        canonical = check_link(typed)
    except BadLink:
        return
    assert canonical.startswith(("http://", "https://"))
    assert check_link(canonical) == canonical


def fingerprint(digit: str = "a") -> Fingerprint:
    return Fingerprint(
        kind="picture", pdq=digit * 64, quality=90, md5=digit * 32, sha1=digit * 40,
        sha256=digit * 64, width=64, height=64, format="PNG",
    )  # fmt: skip


@pytest.fixture
def lee(db):
    return create_staff("lee", "still water runs deep", "이 상담사", "Lee", "counsellor")


@pytest.mark.django_db
def test_nobody_to_receive_is_said_and_nothing_is_kept():
    create_staff("park", "still water runs deep", "박", "Park", "removal_officer")
    with pytest.raises(services.NobodyToReceive, match="ansim staff add"):
        services.take_in(Report.from_json(FINE), now=NOW)
    assert not Case.objects.exists()


@pytest.mark.django_db
def test_a_report_becomes_a_case_that_lee_and_the_code_can_open(lee):
    report = Report.from_json(FINE, materials=[fingerprint(), fingerprint()])
    taken = services.take_in(report, now=NOW)
    assert (taken.case.materials.count(), taken.case.sightings.count()) == (1, 1)
    assert bytes(FINE["story"], "utf8") not in bytes(taken.case.story_box)
    found = keyring.find_receipt(taken.code)
    assert found is not None
    key = keyring.sealed_key_for_person(found[0], found[1])
    assert keyring.open_text(key, taken.case.story_box, taken.case, "story_box", taken.case) == (
        FINE["story"]
    )


@pytest.mark.django_db
def test_taking_in_is_all_or_nothing(lee, monkeypatch):
    def lost(*_, **__):
        raise ConnectionError

    before = CustodyEvent.objects.count()
    monkeypatch.setattr(services, "search_everywhere", lost)
    with pytest.raises(ConnectionError):
        services.take_in(Report.from_json(FINE, materials=[fingerprint()]), now=NOW)
    assert not Case.objects.exists()
    assert not Material.objects.exists()
    assert not Sighting.objects.exists()
    assert CustodyEvent.objects.count() == before
