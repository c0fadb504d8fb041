"""The consent ledger: who allowed what to whom, in which words; nothing is written over."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import DatabaseError, transaction

from ansim.centre.access.services import create_staff
from ansim.centre.cases import ledger, wordings
from ansim.centre.cases.consents import purpose_lines
from ansim.centre.cases.errors import UnknownCode
from ansim.centre.cases.ledger import Said, covering, covering_now, give, withdraw
from ansim.centre.cases.models import Case, Consent, Disclosure
from ansim.centre.cases.services import CaseFacts, open_case
from ansim.centre.cases.taxonomy import taxonomy
from ansim.centre.custody.models import CustodyEvent

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def mina() -> Case:
    """Mina's case, opened without any consent."""
    return Case.objects.create(reference="여울-412", opened_at=NOW, channel="web")


def covers(case: Case, purpose: str, recipient: str = "", kind: str = "", at=NOW) -> bool:
    return covering_now(case.pk, purpose, recipient, now=at, kind=kind) is not None


def test_nothing_is_covered_until_mina_says_so(mina):
    assert not covers(mina, "notify", "byeok", "platform")
    give(mina, "notify", now=NOW)
    assert covers(mina, "notify", "byeok", "platform")
    assert not covers(mina, "police", "police_desk", "police")
    assert not covers(mina, "notify", at=NOW - DAY)


def test_the_narrowest_answer_decides(mina):
    give(mina, "notify", now=NOW)
    withdraw(mina, "notify", "byeok", now=NOW)
    assert not covers(mina, "notify", "byeok", "platform")
    assert covers(mina, "notify", "nabi", "platform")
    withdraw(mina, "notify", "kind:host", now=NOW)
    assert not covers(mina, "notify", "deungdae_host", "host")
    give(mina, "notify", "deungdae_host", now=NOW)
    assert covers(mina, "notify", "deungdae_host", "host")
    assert not covers(mina, "notify", "other_host", "host")
    give(mina, "notify", "byeok", now=NOW)
    assert covers(mina, "notify", "byeok", "platform")


def test_a_consent_for_one_recipient_is_none_for_another(mina):
    give(mina, "share_hashes", "jimun", now=NOW)
    assert covers(mina, "share_hashes", "jimun", "hash_sharing")
    assert not covers(mina, "share_hashes", "other", "hash_sharing")
    assert not mina.allows("share_hashes", NOW)


def test_a_refusal_outlives_a_consent_to_all_that_comes_later(mina):
    withdraw(mina, "notify", "byeok", now=NOW)
    give(mina, "notify", now=NOW + DAY)
    assert not covers(mina, "notify", "byeok", "platform", at=NOW + DAY)
    assert covers(mina, "notify", "nabi", "platform", at=NOW + DAY)


def test_taking_a_whole_purpose_back_ends_its_narrower_consents(mina):
    give(mina, "notify", "byeok", now=NOW)
    give(mina, "notify", now=NOW)
    assert len(withdraw(mina, "notify", now=NOW + DAY)) == 2
    assert not covers(mina, "notify", "byeok", "platform", at=NOW + DAY)
    assert withdraw(mina, "notify", now=NOW + DAY) == []


def test_without_hold_nothing_goes_on(mina):
    for purpose in ("hold", "search", "notify", "police"):
        give(mina, purpose, now=NOW)
    withdraw(mina, "hold", now=NOW + DAY)
    assert not any(covers(mina, one, at=NOW + DAY) for one in taxonomy().codes("consent"))


def test_each_change_is_a_row_or_an_end_and_an_event(mina):
    lee = create_staff("lee", "still water runs deep", "이상담", "Lee", "counsellor")
    first = give(mina, "police", now=NOW, said=Said("family", "telephone", lee))
    assert give(mina, "police", now=NOW + DAY) == first
    withdraw(mina, "police", now=NOW + DAY)
    second = give(mina, "police", now=NOW + 2 * DAY)
    assert second != first
    first.refresh_from_db()
    assert (first.given_by, first.given_how, first.recorded_by) == ("family", "telephone", lee)
    assert (first.withdrawn_at, first.withdrawn_by) == (NOW + DAY, "person")
    told = CustodyEvent.objects.filter(action__startswith="consent.").order_by("sequence")
    assert [(one.action, one.actor_kind) for one in told] == [
        ("consent.given", "staff"), ("consent.withdrawn", "person"), ("consent.given", "person"),
    ]  # fmt: skip
    assert all(one.fields == ["police"] for one in told)


@pytest.mark.parametrize(
    "change",
    [
        {"purpose": "police"}, {"recipient": "byeok"}, {"refused": True}, {"wording": "9"},
        {"wording_digest": "0" * 64}, {"given_at": NOW - DAY}, {"given_by": "friend"},
        {"expires_at": NOW + DAY}, {"withdrawn_at": None}, {"withdrawn_at": NOW + 9 * DAY},
        {"withdrawn_by": "friend"},
    ],
)  # fmt: skip
def test_the_database_refuses_to_write_an_answer_over(mina, change):
    consent = give(mina, "notify", now=NOW)
    withdraw(mina, "notify", now=NOW + DAY)
    with pytest.raises(DatabaseError), transaction.atomic():
        Consent.objects.filter(pk=consent.pk).update(**change)


def test_the_words_that_were_shown_are_kept(mina):
    korean = give(mina, "search", now=NOW, language="ko")
    english = give(mina, "notify", now=NOW, language="en-GB")
    words = wordings.shown_again(korean.wording, "search", korean.wording_language)
    assert words is not None
    assert words.digest == korean.wording_digest
    assert "지문으로 웹에서 찾고" in words.text
    assert english.wording_language == "en"
    assert english.wording_digest != wordings.wording_at(NOW).shown("notify", "ko").digest


def test_words_of_an_older_version_stay_readable_and_changed_ones_are_not_shown(mina):
    old = datetime(2026, 3, 1, tzinfo=UTC)
    consent = give(mina, "hold", now=old)
    assert consent.wording == "2026-1"
    [line] = [one for one in purpose_lines(mina, NOW) if one.words.purpose == "hold"]
    assert line.words.version == "2026-2"
    assert line.events[0].words.version == "2026-1"
    Consent.objects.create(
        case=mina, purpose="search", wording="2026-1", wording_language="ko",
        wording_digest="0" * 64, given_at=old,
    )  # fmt: skip
    [line] = [one for one in purpose_lines(mina, NOW) if one.words.purpose == "search"]
    assert line.events[0].words is None


def test_a_consent_that_is_asked_for_a_year_ends_by_itself(mina):
    shared = give(mina, "share_hashes", now=NOW)
    assert shared.expires_at == NOW + 365 * DAY
    named = give(mina, "police", now=NOW, until=NOW + 3 * DAY)
    assert ledger.ending_soon(mina, NOW) == [named]
    assert ledger.expire_due(NOW + 2 * DAY) == []
    assert ledger.expire_due(NOW + 3 * DAY) == [named]
    assert ledger.expire_due(NOW + 4 * DAY) == []
    assert not covers(mina, "police", at=NOW + 3 * DAY)
    assert CustodyEvent.objects.filter(action="consent.expired").count() == 1
    assert give(mina, "police", now=NOW + 5 * DAY) != named


def test_a_proxys_report_says_who_spoke(db):
    bora = create_staff("bora", "still water runs deep", "보라", "Bora", "counsellor")
    facts = CaseFacts(
        language="en", channel="phone", standing="family", consents=["hold", "search"]
    )
    case, _ = open_case(facts, now=NOW, holders=[bora], actor=bora)
    given = list(case.consents.all())
    assert {(one.given_by, one.given_how, one.recorded_by) for one in given} == {
        ("family", "telephone", bora)
    }
    assert {one.wording_language for one in given} == {"en"}


@pytest.mark.parametrize("said", [Said("neighbour"), Said(how="dream")])
def test_an_unknown_speaker_or_way_is_refused(mina, said):
    with pytest.raises(UnknownCode):
        give(mina, "police", now=NOW, said=said)
    with pytest.raises(UnknownCode):
        give(mina, "everything", now=NOW)


def test_what_left_is_written_once(mina):
    consent = give(mina, "notify", now=NOW)
    for _ in range(2):
        ledger.disclose(
            mina, purpose="notify", recipient="byeok", kind="platform", basis="consent",
            facts=["address"], source=consent.pk, now=NOW,
        )  # fmt: skip
    row = Disclosure.objects.get()
    assert (row.consent, row.facts) == (consent, ["address"])


def test_covering_reads_what_was_fetched_and_covering_now_the_database(mina):
    case = Case.objects.prefetch_related("consents").get(pk=mina.pk)
    give(mina, "notify", now=NOW)
    assert covering(case, "notify", now=NOW) is None
    assert covers(case, "notify")


def test_every_wording_is_whole_and_in_step_with_the_list_of_purposes():
    every = wordings.wordings()
    assert [one.effective_from for one in every.values()] == [date(2026, 1, 1), date(2026, 11, 1)]
    newest = list(every.values())[-1]
    assert set(newest.purposes) == set(taxonomy().codes("consent"))
    for code, purpose in newest.purposes.items():
        assert dict(purpose.title) == dict(taxonomy().lists["consent"][code])


@pytest.mark.parametrize(
    ("broken", "field"),
    [
        ("version = '1'", "effective_from"),
        ("= nothing", "-"),
        ("HEAD", "purpose.hold"),
        ("HEAD\n[purpose.hold]\nat_report = true\ntitle = {ko='가'}", "purpose.hold.title"),
        ("HEAD\n[purpose.hold]\nat_report = 1\nBOTH", "purpose.hold.at_report"),
        ("HEAD\n[purpose.hold]\nat_report = true\ndays = 0\nBOTH", "purpose.hold.days"),
    ],
)
def test_a_wrong_wording_file_says_what_to_mend(tmp_path, broken, field):
    head = "version = '1'\neffective_from = 2026-01-01\nstatus = 'in_force'\nsource = 'x'\n"
    both = "title = {ko='가', en='a'}\ntext = {ko='가', en='a'}"
    text = broken.replace("HEAD", head + "verified_on = 2026-01-01").replace("BOTH", both)
    path = tmp_path / "wrong.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(wordings.WordingError) as caught:
        wordings.load_wording(path)
    assert caught.value.values["field"] == field
    assert "wrong.toml" in caught.value.sentence("ko")
