"""Whom a sighting's verdict leads to: platform, media host, host, regulator; and beside it police."""

from datetime import UTC, datetime, timedelta

import pytest

from ansim.centre import clock, outside
from ansim.centre.cases.keyring import make_working_key
from ansim.centre.cases.ledger import give
from ansim.centre.cases.services import give_consent, withdraw_consent
from ansim.centre.materials.models import Bank, Material, Sighting
from ansim.centre.removal.drafting import NoBasis, basis_for, draft_request
from ansim.centre.removal.ladder import react
from ansim.centre.removal.models import Request, StandingApproval
from ansim.centre.removal.services import approve, ask_anyway, rewrite

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def ten_o_clock(monkeypatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def bank(db) -> Bank:
    bank = Bank.objects.create(
        name="Police list", owner="police", purpose="p", terms="t", origin="o",
        legal_basis="kr_vpa_7_3_3", imported_at=NOW,
    )  # fmt: skip
    make_working_key(bank)
    Material.objects.create(
        bank=bank, number=1, key="1", kind="picture", pdq="0c" * 32, quality=90, added_at=NOW
    )
    return bank


def seen(link: Sighting, verdict: str, now: datetime = NOW) -> dict[str, Request]:
    """The link was looked at; its requests by recipient."""
    Sighting.objects.filter(pk=link.pk).update(verdict=verdict, last_look_at=now)
    link.refresh_from_db()
    react(link, now=now)
    return {one.recipient: one for one in link.requests.all()}


def received(request: Request, *, ends: datetime = NOW) -> None:
    """It was sent, received, and its time ends at ``ends``."""
    Request.objects.filter(pk=request.pk).update(
        state="received", sent_at=NOW, received_at=NOW, escalates_at=ends
    )


def with_file(link: Sighting, host: str) -> str:
    url = f"https://{host}/f/{link.number}.jpg"
    link.media.create(
        url=url, url_key=f"{hash(url) & 0xFFFFFFFF:064}", host=host, material=link.material,
        distance=3, first_seen_at=NOW,
    )  # fmt: skip
    return url


def test_what_allows_sending_is_a_standing_consent_or_the_banks_law(link_of, case, bank):
    link = link_of()
    assert basis_for(link, "platform", NOW) == "consent"
    with pytest.raises(NoBasis):
        basis_for(link, "police", NOW)
    withdraw_consent(case, "notify", now=NOW - timedelta(hours=2))
    give(case, "notify", now=NOW - timedelta(hours=1), until=NOW)
    with pytest.raises(NoBasis):
        basis_for(link, "host", NOW)
    withdraw_consent(case, "search_engines", now=NOW)
    with pytest.raises(NoBasis):
        basis_for(link, "search", NOW)
    hit = link_of(case=None, bank=bank, material=bank.materials.get())
    assert basis_for(hit, "platform", NOW) == "law:kr_vpa_7_3_3"


def test_what_cannot_be_written_is_a_draft_that_says_why_and_can_be_mended(link_of, staff_of, case):
    nobody = link_of("nobody-knows.test")
    [draft] = seen(nobody, "present").values()
    assert (draft.state, draft.ready, draft.problem) == ("draft", False, "no_recipient")
    assert seen(nobody, "present").keys() == {""}
    with pytest.raises(Exception, match="No recipient is registered"):
        rewrite(draft, by=staff_of("park"), now=NOW)
    assert approve([draft], by=staff_of("park"), now=NOW).approved == []
    # Somebody registers the site: the same draft is written, and nothing was lost.
    Sighting.objects.filter(pk=nobody.pk).update(host="byeok.test")
    draft = Request.objects.get(pk=draft.pk)
    assert rewrite(draft, by=staff_of("park"), now=NOW).recipient == "byeok"
    assert rewrite(draft, by=staff_of("park"), now=NOW).ready
    withdraw_consent(case, "notify", now=NOW)
    refused = seen(link_of("moa.test"), "present")["moa"]
    assert (refused.ready, refused.problem, refused.body) == (False, "no_basis", "")


def test_present_goes_to_the_platform_and_up_only_when_its_time_is_over_and_it_is_still_there(
    link_of, case
):
    give_consent(case, "regulator", now=NOW - timedelta(days=1))
    link = link_of("byeok.test")
    assert list(seen(link, "present")) == ["byeok"]
    first = link.requests.get()
    received(first, ends=NOW + timedelta(hours=48))
    assert list(seen(link, "present", NOW + timedelta(hours=47))) == ["byeok"]
    for verdict in ("unknown", "gone_provisional"):
        assert list(seen(link, verdict, NOW + timedelta(hours=49))) == ["byeok"]
        first.refresh_from_db()
        assert first.state == "received"
    climbed = seen(link, "present", NOW + timedelta(hours=50))
    assert climbed["byeok"].ending == "not_done"
    assert climbed["deungdae_host"].why == "not_done"
    assert "Byeok" in climbed["deungdae_host"].body
    received(climbed["deungdae_host"], ends=NOW + timedelta(hours=100))
    top = seen(link, "present", NOW + timedelta(hours=101))
    assert (top["simui"].why, top["simui"].ready) == ("regulator", True)
    count = link.requests.count()
    seen(link, "present", NOW + timedelta(hours=200))
    assert link.requests.count() == count


def test_gone_in_between_asks_nobody_else(link_of):
    link = link_of("byeok.test")
    received(seen(link, "present")["byeok"], ends=NOW + timedelta(hours=48))
    after = seen(link, "gone_confirmed", NOW + timedelta(hours=49))
    assert {code: one.ending for code, one in after.items()} == {"byeok": "gone"}


def test_restricted_climbs_like_present(link_of):
    link = link_of("byeok.test")
    received(seen(link, "restricted")["byeok"])
    assert "deungdae_host" in seen(link, "restricted", NOW + timedelta(hours=1))


def test_the_regulator_gets_nothing_without_consent(link_of):
    link = link_of("byeok.test")
    received(seen(link, "present")["byeok"])
    received(seen(link, "present")["deungdae_host"])
    asked = seen(link, "present")["simui"]
    assert (asked.state, asked.ready, asked.problem) == ("draft", False, "no_basis")


def test_a_file_that_stays_is_asked_of_its_keeper_who_is_told_of_no_other_file(link_of):
    link = link_of("moa.test")
    kept = with_file(link, "cdn.moa-media.test")
    elsewhere = with_file(link, "byeok.test")
    requests = seen(link, "cached_copy")
    assert set(requests) == {"moa_media", "byeok"}
    assert requests["moa_media"].why == "media_copy"
    assert kept in requests["moa_media"].body
    assert elsewhere not in requests["moa_media"].body
    assert link.url not in requests["moa_media"].body
    assert elsewhere in requests["byeok"].body


def test_gone_closes_drafts_and_open_ones_but_never_what_the_police_is_told(link_of, case):
    give_consent(case, "police", now=NOW - timedelta(days=1))
    told, drafted = link_of("byeok.test"), link_of("byeok.test")
    received(seen(told, "present")["police_desk"])
    seen(drafted, "present")
    for link, police in ((told, "received"), (drafted, "draft")):
        after = seen(link, "gone_confirmed")
        assert after["byeok"].ending == "gone"
        assert after["police_desk"].state == police


def test_the_police_is_told_with_consent_only_and_of_presence_only(link_of, case):
    assert "police_desk" not in seen(link_of(), "present")
    give_consent(case, "police", now=NOW - timedelta(days=1))
    assert "police_desk" not in seen(link_of(), "restricted")
    assert seen(link_of(), "present")["police_desk"].why == "referral"


def test_nothing_is_asked_about_what_never_matched_but_a_person_may(link_of, staff_of, case):
    give_consent(case, "police", now=NOW - timedelta(days=1))
    link = link_of("byeok.test", matched_at=None, material=None)
    assert seen(link, "present") == {}
    asked = ask_anyway(link, by=staff_of("park"), now=NOW)
    assert (asked.state, asked.ready, asked.recipient) == ("draft", True, "byeok")
    with pytest.raises(Exception, match="still open"):
        ask_anyway(link, by=staff_of("park"), now=NOW)
    # A report to the police stands beside it and holds nothing up.
    Request.objects.filter(pk=asked.pk).update(state="closed")
    police = draft_request(
        link, outside.registry().recipient("police_desk"), why="referral", now=NOW
    )
    received(police)
    again = ask_anyway(link, by=staff_of("park"), now=NOW)
    assert again.rung > asked.rung


def test_a_listing_goes_to_its_search_engine_alone_and_can_be_asked_again(link_of, case, staff_of):
    page = link_of("byeok.test")
    listing = link_of("chaja.test", kind="search_result", target=page, matched_at=None)
    [request] = seen(listing, "present").values()
    assert (request.recipient, request.why, request.ready) == ("chaja", "search", True)
    assert page.url in request.body
    assert seen(listing, "unknown").keys() == {"chaja"}
    [dropped] = seen(listing, "deindexed").values()
    assert dropped.ending == "deindexed"
    again = ask_anyway(listing, by=staff_of("park"), now=NOW)
    assert (again.recipient, again.rung, again.ready) == ("chaja", 2, True)
    withdraw_consent(case, "search_engines", now=NOW)
    other = link_of("chaja.test", kind="search_result", target=page, matched_at=None)
    [without] = seen(other, "present").values()
    assert (without.ready, without.problem) == (False, "no_basis")


def test_a_bank_stands_approved_by_a_person_until_a_day(link_of, bank, staff_of):
    def hit() -> Sighting:
        return link_of("byeok.test", case=None, bank=bank, material=bank.materials.get())

    waiting = seen(hit(), "present")["byeok"]
    assert (waiting.state, waiting.basis) == ("draft", "law:kr_vpa_7_3_3")
    Bank.objects.update(approved_by=staff_of("jeong"), approved_until=NOW + timedelta(days=1))
    bank.refresh_from_db()
    standing = seen(hit(), "present")["byeok"]
    assert (standing.state, standing.by_standing_approval) == ("approved", True)
    assert standing.approved_by == staff_of("jeong")
    Bank.objects.update(approved_until=NOW)
    bank.refresh_from_db()
    assert seen(hit(), "present")["byeok"].state == "draft"


def test_a_standing_approval_never_covers_the_first_letter_to_anybody(link_of, sent_of, staff_of):
    StandingApproval.objects.create(
        recipient="byeok", why="first", given_by=staff_of("jeong"), given_at=NOW,
        ends_at=NOW + timedelta(days=30),
    )  # fmt: skip
    assert seen(link_of("byeok.test"), "present")["byeok"].state == "draft"
    sent_of("byeok.test")
    assert seen(link_of("byeok.test"), "present")["byeok"].state == "approved"
    assert seen(link_of("moa.test"), "present")["moa"].state == "draft"


def test_what_comes_back_after_it_was_gone_is_asked_of_the_platform_anew(link_of):
    link, later = link_of("moa.test"), NOW + timedelta(days=9)
    received(seen(link, "present")["moa"], ends=NOW + timedelta(hours=48))
    seen(link, "gone_confirmed", NOW + timedelta(days=4))
    seen(link, "present", later)
    asked = list(link.requests.filter(recipient="moa").order_by("rung"))
    assert [one.state for one in asked] == ["closed", "draft"]
    assert asked[1].drafted_at == later
    seen(link, "present", later)
    assert link.requests.filter(recipient="moa").count() == 2
    assert not link.requests.filter(recipient_kind="host").exists()
