"""The registry says what is wrong in which file, and finds who answers for a host."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from ansim.notices import Registry, RegistryError, UnknownRecipient, load_registry
from ansim.notices.letters import Letterbook

TODAY = date(2026, 11, 22)
Writer = Callable[..., Path]


def test_every_shipped_record_says_where_it_was_read_and_when() -> None:
    shipped = load_registry(today=TODAY)
    assert {regime.code for regime in shipped.regimes} >= {
        "kr_tba_22_5", "kr_network_44_2", "us_take_it_down", "eu_dsa_16", "in_it_rules_3_2_b",
        "search_policy", "host_aup", "police_referral_kr", "regulator_kr",
    }  # fmt: skip
    for record in (*shipped.regimes, *shipped.recipients, *shipped.bases):
        assert record.source
        assert record.verified_on == TODAY
    # No public body may be written to before a centre has entered a route that it verified.
    assert all(not recipient.routes and recipient.note for recipient in shipped.recipients)


@pytest.mark.parametrize(
    ("code", "kind", "hours"),
    [
        ("us_take_it_down", "hours", 48),
        ("in_it_rules_3_2_b", "hours", 2),
        ("kr_tba_22_5", "without_delay", None),
        ("eu_dsa_16", "none", None),
    ],
)
def test_clocks_are_those_of_the_law(code: str, kind: str, hours: int | None) -> None:
    regime = load_registry(today=TODAY).regime(code)
    assert (regime.clock_kind, regime.clock_hours) == (kind, hours)


def test_the_version_of_the_day_is_chosen() -> None:
    shipped = load_registry(today=TODAY)
    assert shipped.regime("in_it_rules_3_2_b", date(2026, 2, 19)).clock_hours == 24
    assert shipped.regime("in_it_rules_3_2_b", date(2026, 2, 20)).clock_hours == 2
    assert not shipped.regime("us_take_it_down").in_force(date(2026, 5, 18))


@pytest.mark.parametrize(
    ("change", "field", "mend"),
    [
        (('kind = "platform"', 'kind = "plattform"'), "kind", "one of: platform"),
        (("verified_on = 2026-11-22", 'verified_on = "today"'), "verified_on", "a date like"),
        (('source = "written for the tests"', "source = 3"), "source", "must be a text"),
        (('source = "written for the tests"\n', ""), "source", "is missing"),
        (('channel_type = "video"', 'channel_type = "tv"'), "channel_type", "one of: sns"),
        (("reports@video.test", "reports at video"), "routes[1].address", "write it like"),
        (('language = "en"', 'language = "tlh"'), "routes[1].language", "write it like"),
        (('["video.test"]', '["https://video.test"]'), "domains", "host name"),
        (('regime = "us_take_it_down"', 'regime = "us_taken"'), "regime", "us_taken"),
        ((', en = "Video platform A"', ""), "name", "both languages"),
        (('kind = "platform"', 'kind = "platform"\nkinds = 1'), "kinds", "not a field"),
        (("effective_from = 2026-01-01", "effective_from = "), "-", "line 7"),
    ],
)
def test_a_fault_names_file_field_and_mend(
    write_recipient: Writer, change: tuple[str, str], field: str, mend: str
) -> None:
    with pytest.raises(RegistryError) as caught:
        load_registry(write_recipient(change), today=TODAY)
    english = caught.value.sentence("en")
    assert english.startswith(f"video_platform_a.toml, field {field}: ")
    assert mend in english
    korean = caught.value.sentence("ko")
    assert korean.startswith(f"video_platform_a.toml 파일의 {field} 항목: ")


def test_a_recipient_without_route_must_say_why(write_recipient: Writer) -> None:
    head = '[[routes]]\nchannel = "smtp"\naddress = "reports@video.test"\nlanguage = "en"\n'
    code = 'code = "video_platform_a"\n'
    with pytest.raises(RegistryError, match="field routes"):
        load_registry(write_recipient((head, ""), (code, code + "routes = []\n")), today=TODAY)


def test_two_files_for_the_same_days_are_refused(write_recipient: Writer) -> None:
    write_recipient()
    folder = write_recipient(name="video_platform_b")
    with pytest.raises(RegistryError, match=r"also in video_platform_a\.toml"):
        load_registry(folder, today=TODAY)


def test_an_hours_rule_is_never_shorter_than_the_law(tmp_path: Path) -> None:
    shipped = Path(load_registry.__code__.co_filename).parent / "regimes" / "us_take_it_down.toml"
    folder = tmp_path / "regimes"
    folder.mkdir()
    text = shipped.read_text(encoding="utf-8").replace('"us_take_it_down"', '"us_impatient"')
    text = text.replace("escalate_after_hours = 48", "escalate_after_hours = 47")
    (folder / "us_impatient.toml").write_text(text, encoding="utf-8")
    with pytest.raises(RegistryError, match="escalate_after_hours"):
        load_registry(folder, today=TODAY)


def test_an_empty_folder_is_a_fault_not_an_empty_registry(tmp_path: Path) -> None:
    with pytest.raises(RegistryError, match=r"holds no \.toml"):
        load_registry(tmp_path, today=TODAY)


def test_a_domain_matches_whole_labels(registry: Registry) -> None:
    assert [r.code for r in registry.responsible("www.VIDEO.test.", {"platform"})] == [
        "video_platform_a"
    ]
    assert registry.responsible("myvideo.test", {"platform"}) == []
    assert registry.responsible("video.test.evil.test", {"platform"}) == []
    assert registry.responsible("video.test", {"host"}) == []
    assert registry.host_of("video.test") is None


def test_the_most_specific_recipient_comes_first(write_recipient: Writer) -> None:
    write_recipient()
    folder = write_recipient(
        ('"video_platform_a"', '"a_media_store"'),
        ('kind = "platform"', 'kind = "host"'),
        ('["video.test"]', '["cdn.video.test"]'),
        name="a_media_store",
    )
    registry = load_registry(folder, today=TODAY)
    found = registry.responsible("f.cdn.video.test", {"platform", "host"})
    assert [recipient.code for recipient in found] == ["a_media_store", "video_platform_a"]
    host = registry.host_of("f.cdn.video.test")
    assert host is not None
    assert host.code == "a_media_store"


def test_an_unknown_code_lists_the_known_ones(registry: Registry) -> None:
    with pytest.raises(UnknownRecipient) as caught:
        registry.recipient("video_platform_z")
    assert "video_platform_a" in caught.value.sentence("ko")


@pytest.mark.parametrize(
    ("letter", "field"),
    [
        ("Subject: [{{ request_ref }}] x\n\n{{ person_name }}", "person_name"),
        ("Subject: {{ links[0] }}\n\nx", "Subject"),
        ("Subject: [{{ request_ref }}] {{ centre_name }}\n\nx", "Subject"),
        ("Dear all", "Subject"),
        ("Subject: [{{ request_ref }}] x\n\n{% if %}", "line 3"),
    ],
)
def test_a_letter_is_checked_before_it_is_needed(tmp_path: Path, letter: str, field: str) -> None:
    for language in ("ko", "en"):
        (tmp_path / language).mkdir()
        (tmp_path / language / "note.txt").write_text(letter, encoding="utf-8")
    with pytest.raises(RegistryError, match=f"field {field}"):
        Letterbook(tmp_path).names()


def test_a_letter_cannot_reach_into_python(tmp_path: Path) -> None:
    for language in ("ko", "en"):
        (tmp_path / language).mkdir()
        (tmp_path / language / "note.txt").write_text(
            "Subject: [{{ request_ref }}] x\n\n{{ harm.__class__.__mro__ }}", encoding="utf-8"
        )
    with pytest.raises(Exception, match="unsafe") as caught:
        Letterbook(tmp_path).render("note", "en", {"request_ref": "R-1", "harm": "ncii"})
    assert type(caught.value).__name__ == "SecurityError"
