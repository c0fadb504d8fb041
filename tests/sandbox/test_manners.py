"""Each site takes a notice in its own manner, seen by raw HTTP and raw SMTP."""

from datetime import timedelta
from urllib.parse import quote

import pytest

from ansim.fetching.resolving import NameNotFound
from ansim.sandbox import State
from tests.sandbox.conftest import Story
from tests.sandbox.web import ABROAD, HOME, RETURN_PATH, copy_at, look, mailbox, write

HOST = "notice@deungdae-host.test"


def test_social_network_removes_the_page_and_leaves_the_file(story: Story) -> None:
    copy = copy_at(story.net, "moa.test")
    (file, *_) = copy.media_urls
    assert look(story.net, copy.url).status == 200
    assert file in look(story.net, copy.url).text
    write(story.net, "notice@moa.test", copy.url)
    assert copy.state_at(story.pass_hours(15)) is State.VISIBLE
    now = story.pass_hours(10)
    assert look(story.net, copy.url).status == 404
    assert look(story.net, file).status == 200
    assert copy.state_at(now) is State.MEDIA_LEFT
    assert copy.gone_at is None
    write(story.net, "notice@cdn.moa-media.test", *copy.media_urls)
    now = story.pass_hours(13)
    assert look(story.net, file).status == 404
    assert copy.state_at(now) is State.GONE
    assert copy.gone_at is not None
    assert story.clock.now - timedelta(hours=6) < copy.gone_at <= now


def test_media_store_acts_on_file_addresses_only(story: Story) -> None:
    copy = copy_at(story.net, "moa.test")
    write(story.net, "notice@cdn.moa-media.test", copy.url)
    assert copy.state_at(story.pass_hours(200)) is State.VISIBLE


def test_video_board_removes_and_a_reupload_follows_elsewhere(story: Story) -> None:
    net = story.net
    first = next(c for c in net.truth.copies if c.site == "pado-video.test" and c.owner != "bank")
    planned = next(p for p in net.scenario.world.all_posts() if p.follows == first.key)
    assert look(net, planned.url).status in {200, 404}
    assert net.truth.check(planned.url) is None
    assert look(net, first.media_urls[0]).kind.startswith(("video/", "image/"))
    write(net, "notice@pado-video.test", first.url)
    story.pass_hours(40)
    assert look(net, first.url).status == 404
    assert {look(net, url).status for url in first.media_urls} == {404}
    assert first.gone_at is not None
    assert net.truth.count("reupload") == 0
    story.pass_hours(24 * 10)
    again = net.truth.check(planned.url)
    assert again is not None
    assert (again.origin, again.material) == ("reupload", first.material)
    assert again.url != first.url
    assert again.media_urls[0].rpartition(".")[2] != first.media_urls[0].rpartition(".")[2]
    assert timedelta(days=3) <= again.appeared_at - first.gone_at <= timedelta(days=9)
    assert look(net, again.media_urls[0]).status == 200


def test_board_says_not_found_with_status_200(story: Story) -> None:
    copy = copy_at(story.net, "maru-board.test")
    missing = look(story.net, "http://maru-board.test/board/999999")
    write(story.net, "notice@maru-board.test", copy.url)
    story.pass_hours(32)
    after = look(story.net, copy.url)
    assert (after.status, missing.status) == (200, 200)
    assert copy.media_urls[0] not in after.text
    number = copy.url.rpartition("/")[2]
    assert after.text.replace(number, "999999") == missing.text
    assert look(story.net, copy.media_urls[0]).status == 404
    assert copy.gone_at is not None


def test_login_site_hides_but_never_removes(story: Story) -> None:
    copies = [copy for copy in story.net.truth.copies if copy.site == "dalbit.test"]
    write(story.net, "notice@dalbit.test", *(copy.url for copy in copies))
    write(story.net, HOST, *(copy.url for copy in copies))
    now = story.pass_hours(24 * 30)
    for copy in copies:
        answer = look(story.net, copy.url)
        if answer.status == 302:
            answer = look(story.net, f"http://dalbit.test{answer.location}")
        assert 'type="password"' in answer.text
        assert look(story.net, copy.media_urls[0]).status == 403
        assert copy.state_at(now) is State.LOGIN
        assert copy.gone_at is None


def test_country_block_hides_from_korea_only_until_the_host_acts(story: Story) -> None:
    copy = copy_at(story.net, "haneul.test")
    write(story.net, "notice@haneul.test", copy.url)
    now = story.pass_hours(15)
    assert look(story.net, copy.url, HOME).status in {404, 451}
    assert look(story.net, copy.media_urls[0], HOME).status in {404, 451}
    assert look(story.net, copy.url, ABROAD).status == 200
    assert look(story.net, copy.media_urls[0], ABROAD).status == 200
    assert (copy.state_at(now, "KR"), copy.state_at(now, "DE")) == (State.BLOCKED, State.VISIBLE)
    assert copy.gone_at is None
    write(story.net, HOST, copy.url)
    story.pass_hours(22)
    assert look(story.net, copy.url, ABROAD).status == 410
    assert look(story.net, copy.media_urls[0], ABROAD).status == 404
    assert copy.gone_at is not None


def test_ignoring_site_stays_silent_until_its_host_acts(story: Story) -> None:
    copy = copy_at(story.net, "gorae.test")
    write(story.net, "notice@gorae.test", copy.url)
    assert copy.state_at(story.pass_hours(24 * 20)) is State.VISIBLE
    assert mailbox(story.net) == []
    write(story.net, HOST, copy.url)
    assert copy.state_at(story.pass_hours(22)) is State.GONE


def test_polite_site_claims_and_does_nothing(story: Story) -> None:
    copy = copy_at(story.net, "nabi.test")
    notice = write(story.net, "notice@nabi.test", copy.url)
    story.pass_hours(24 * 5)
    receipt, claim = mailbox(story.net)
    assert receipt["Auto-Submitted"] == "auto-replied"
    assert claim["Auto-Submitted"] is None
    assert claim["In-Reply-To"] == notice
    assert "삭제했습니다" in claim.get_content()
    assert look(story.net, copy.url).status == 200
    assert copy.state_at(story.clock.now) is State.VISIBLE


def test_bouncing_site_returns_a_delivery_report(story: Story) -> None:
    copy = copy_at(story.net, "byeok.test")
    notice = write(story.net, "notice@byeok.test", copy.url)
    assert mailbox(story.net) == []
    story.pass_hours(0.1)
    (report,) = mailbox(story.net)
    assert report.get_content_type() == "multipart/report"
    assert report["To"] == RETURN_PATH
    _, status, returned = report.iter_parts()
    assert "Final-Recipient: rfc822; notice@byeok.test" in status.as_string()
    assert "Status: 5.1.1" in status.as_string()
    assert notice in returned.as_string()


def test_host_takes_a_customer_off_the_net_after_its_last_copy(story: Story) -> None:
    net = story.net
    copies = [copy for copy in net.truth.copies if copy.site == "byeok.test"]
    write(net, HOST, *(copy.url for copy in copies[:-1]))
    story.pass_hours(24)
    assert look(net, "http://byeok.test/").status == 200
    write(net, HOST, copies[-1].url, number=2)
    story.pass_hours(24)
    with pytest.raises(NameNotFound):
        net.resolver.resolve("byeok.test", 80)
    assert "byeok.test" not in net.addresses()
    assert all(copy.gone_at for copy in copies)


def test_search_engine_delists_on_request_and_is_stale_otherwise(story: Story) -> None:
    net = story.net
    named = [copy for copy in net.truth.copies if copy.keywords and copy.site != "byeok.test"]
    asked = named[0]
    stale = next(copy for copy in net.truth.copies if copy.site == "pado-video.test")
    word = next(word for word in asked.keywords if asked.url in results(story, word))
    write(net, "notice@chaja.test", asked.url)
    write(net, "notice@pado-video.test", stale.url)
    story.pass_hours(12)
    assert asked.url not in results(story, word)
    assert not net.truth.listed(asked.url, story.clock.now)
    assert asked.state_at(story.clock.now) is State.VISIBLE
    story.pass_hours(28)
    assert stale.gone_at is not None
    assert net.truth.listed(stale.url, story.clock.now)
    story.pass_hours(24 * 4)
    assert not net.truth.listed(stale.url, story.clock.now)


def results(story: Story, word: str) -> str:
    """The search engine's answer in JSON, whose words stand URL-encoded in the query."""
    query = "+".join(word.split())
    url = f"http://chaja.test/search?format=json&q={quote(query, safe='+')}"
    answer = look(story.net, url)
    assert answer.kind.startswith("application/json")
    return answer.text


@pytest.mark.parametrize("desk", ["simui.test", "police.test", "deungdae-host.test", "moa.test"])
def test_desks_acknowledge_with_a_receipt_number(story: Story, desk: str) -> None:
    notice = write(story.net, f"notice@{desk}", copy_at(story.net, "moa.test").url)
    story.pass_hours(4 / 60)
    assert mailbox(story.net) == []
    story.pass_hours(0.5)
    (receipt,) = mailbox(story.net)
    assert receipt["Auto-Submitted"] == "auto-replied"
    assert receipt["References"] == notice
    assert f"{desk.partition('.')[0].upper()}-2026-" in receipt.get_content()


def test_asking_twice_sets_nothing_new_in_motion_but_is_recorded(story: Story) -> None:
    net = story.net
    copy = copy_at(net, "pado-video.test")
    write(net, "notice@pado-video.test", copy.url)
    planned = net.next_event_at()
    write(net, "notice@pado-video.test", copy.url, copy_to_centre=True)
    assert [(mail.to, mail.duplicate) for mail in net.truth.mail] == [
        ("notice@pado-video.test", False),
        ("notice@pado-video.test", True),
        ("sent@centre.test", False),
    ]
    assert net.truth.mail[0].urls == (copy.url,)
    assert net.next_event_at() == planned
    assert len(mailbox(net)) == 1
    story.pass_hours(60)
    assert [c.kind for c in copy.changes].count("page_removed") == 1


def test_asking_twice_happens_once(story: Story) -> None:
    copy = copy_at(story.net, "dalbit.test")
    write(story.net, "notice@dalbit.test", copy.url)
    write(story.net, "notice@dalbit.test", copy.url, number=2)
    story.pass_hours(40)
    assert [change.kind for change in copy.changes] == ["login"]


def test_a_site_minds_its_own_posts_only_and_a_host_its_customers(story: Story) -> None:
    copies = list(story.net.truth.copies)
    urls = [copy.url for copy in copies]
    for stranger in ("pado-video.test", "simui.test", "police.test"):
        write(story.net, f"notice@{stranger}", *(url for url in urls if stranger not in url))
    foreign = [copy.url for copy in copies if copy.site in {"moa.test", "maru-board.test"}]
    write(story.net, HOST, *foreign)
    story.pass_hours(24 * 7)
    assert all(copy.changes == [] for copy in copies)


def test_automatic_mail_is_recorded_and_never_answered(story: Story) -> None:
    copy = copy_at(story.net, "pado-video.test")
    write(story.net, "notice@pado-video.test", copy.url, automatic=True)
    story.pass_hours(60)
    assert len(story.net.truth.mail) == 1
    assert mailbox(story.net) == []
    assert copy.changes == []
