import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansim.fetching import PageFeatures, page_features, structure_distance
from ansim.fetching.markup import affordable
from ansim.fetching.pages import decode_text

BASE = "http://moa.test/board/1"
HEADER = (
    "<header><a href=/>모아</a><nav><a href=/best>인기</a><a href=/new>새 글</a></nav></header>"
)
FOOTER = "<footer><p>모아 커뮤니티 고객센터 이용약관 개인정보처리방침 청소년보호정책</p></footer>"


def features(html: str, url: str = BASE, kind: str = "text/html") -> PageFeatures:
    return page_features(html.encode(), kind, url)


def framed(main: str) -> str:
    return (
        f"<!doctype html><html><title>모아</title><body>{HEADER}<main>{main}</main>{FOOTER}</body>"
    )


def soft_404(path: str) -> str:
    return framed(
        f"<h1>페이지를 찾을 수 없습니다</h1><p>요청하신 주소 {path} 는 없거나 삭제된 게시물입니다.</p>"
        "<p>주소를 다시 확인하시거나 첫 화면으로 이동해 주세요.</p>"
    )


CONTENT = framed(
    "<h1>봄 정원 가꾸기</h1><p>올해는 튤립과 수선화를 함께 심었습니다. 햇볕이 잘 드는 곳을 골라 "
    "흙을 고르고 거름을 섞었습니다.</p><img src=/media/garden.jpg>"
    "<ul><li>물은 아침에 주세요<li>잡초는 보이는 대로</ul>"
)


def test_two_soft_404_pages_are_near_and_content_is_far() -> None:
    paths = ("/board/1", "/board/x8d2kq-page", "/gallery/2026/none?id=99")
    ghosts = [features(soft_404(p), f"http://moa.test{p}").structure for p in paths]
    content = features(CONTENT).structure
    for one in ghosts:
        assert all(structure_distance(one, other) <= 6 for other in ghosts)
        assert structure_distance(one, content) > 9


def test_every_kind_of_media_and_link_is_collected_absolute_and_once() -> None:
    page = features(
        '<base href="http://cdn.test/a/"><meta property="og:image" content="og.jpg">'
        '<meta property="og:video:url" content="http://v.test/v.mp4">'
        '<img src=1.jpg srcset="2.jpg 1x, /3.jpg 2x,4.jpg"><img src=1.jpg><img data-src=5.jpg>'
        "<video poster=p.png><source src=v.webm></video><a href=full.PNG?x=1>full</a>"
        "<a href=/next#top>n</a><a href=javascript:x()>j</a><a href=mailto:a@b.c>m</a>"
        "<img src=data:image/png;base64,AAAA><iframe src=//player.test/e></iframe><a href='http://['>"
    )
    assert page.media == (
        "http://cdn.test/a/og.jpg",
        "http://v.test/v.mp4",
        "http://cdn.test/a/1.jpg",
        "http://cdn.test/a/2.jpg",
        "http://cdn.test/3.jpg",
        "http://cdn.test/a/4.jpg",
        "http://cdn.test/a/5.jpg",
        "http://cdn.test/a/p.png",
        "http://cdn.test/a/v.webm",
        "http://cdn.test/a/full.PNG?x=1",
    )
    assert page.links == (
        "http://cdn.test/a/full.PNG?x=1",
        "http://cdn.test/next",
        "http://player.test/e",
    )
    assert page.media_count == len(page.media)


def test_lists_are_bounded() -> None:
    page = features("".join(f"<a href=/{n}>x</a><img src={n}.jpg>" for n in range(2000)))
    assert (len(page.links), len(page.media)) == (500, 400)


@pytest.mark.parametrize(
    ("html", "login", "captcha"),
    [
        (framed("<form><input name=id><input type=PASSWORD></form>"), True, False),
        (CONTENT + "<p>" + "긴 글 " * 400 + "<input type=password>", False, False),
        (framed("<div class='g-recaptcha'></div>"), False, True),
        (
            framed("<script src=https://challenges.cloudflare.com/turnstile/v0/api.js></script>"),
            False,
            True,
        ),
        (CONTENT + "<p>" + "긴 글 " * 400 + "<div class=h-captcha>", False, False),
        (CONTENT, False, False),
    ],
)
def test_login_and_captcha_count_only_with_little_else(
    html: str, *, login: bool, captcha: bool
) -> None:
    page = features(html)
    assert (page.asks_login, page.captcha) == (login, captcha)


@pytest.mark.parametrize(
    ("head", "target"),
    [
        ("<meta http-equiv=refresh content='0; url=/gone'>", "http://moa.test/gone"),
        ("<META HTTP-EQUIV=Refresh CONTENT='5;URL=\"next\"'>", "http://moa.test/board/next"),
        ("<meta http-equiv=refresh content='0, //other.test/x'>", "http://other.test/x"),
        ("<meta http-equiv=refresh content='6; url=/later'>", ""),
        ("<meta http-equiv=refresh content='0'>", ""),
        ("<meta http-equiv=refresh content='0;url=javascript:x()'>", ""),
        ("<meta name=refresh content='0;url=/no'>", ""),
    ],
)
def test_a_meta_refresh_within_five_seconds_is_a_redirect(head: str, target: str) -> None:
    assert features(head + CONTENT).refresh == target


@pytest.mark.parametrize(
    ("html", "gate"),
    [
        ("<div id=onetrust-consent-sdk>x</div>", "consent_gate"),
        ("<form action=https://consent.site.test/save>x</form>", "consent_gate"),
        ("<div class='age-gate modal'>x</div>", "age_gate"),
        ("<form action=/adult_check.php>x</form>", "age_gate"),
        ("<div class=paywall>x</div>", "paywall"),
        ('<script type="application/ld+json">{"isAccessibleForFree": "False"}</script>', "paywall"),
        ("<script>document.cookie='a=1';location.reload()</script>", "captcha"),
        ("<script src=/cdn-cgi/challenge-platform/x.js></script>", "captcha"),
    ],
)
@pytest.mark.parametrize("sentence", ["계속하려면", "لحظة من فضلك", "一会儿"])
def test_gates_are_known_in_any_language_and_only_with_little_else(
    html: str, gate: str, sentence: str
) -> None:
    page = features(framed(f"<p>{sentence}</p>{html}"))
    gates = ("consent_gate", "age_gate", "paywall", "captcha", "asks_login")
    assert [name for name in gates if getattr(page, name)] == [gate]
    long = features(framed(f"<p>{sentence * 200}</p>{html}"))
    assert not any(getattr(long, name) for name in gates)


def test_a_score_sees_the_words_and_only_its_result_is_kept() -> None:
    asked: list[tuple[str, str]] = []

    def score(title: str, text: str) -> tuple[tuple[str, float], ...]:
        asked.append((title, text))
        return (("w1", 0.5),)

    page = page_features(CONTENT.encode(), "text/html", BASE, score=score)
    assert page.scores == (("w1", 0.5),)
    [(title, text)] = asked
    assert title == "모아"
    assert "봄 정원 가꾸기" in text
    assert "<" not in text
    assert "정원" not in repr(page)
    assert features(CONTENT).scores == ()


def test_pieces_tell_one_notice_from_another_in_the_same_frame() -> None:
    lost = [features(soft_404(p), f"http://moa.test{p}") for p in ("/board/1", "/board/x8d2kq")]
    assert lost[0].pieces == lost[1].pieces
    private = features(framed("<h1>친구만 볼 수 있습니다</h1>"))
    assert len(set(private.pieces) - set(lost[0].pieces)) == 1


def test_a_page_of_hardly_any_text_is_known_by_its_bytes() -> None:
    box = features("<script>alert('없는 게시물입니다')</script>")
    assert box.brief
    assert box.brief == features("<script>alert('없는 게시물입니다')</script>").brief
    assert box.brief != features("<script>alert('잠시만 기다려 주세요')</script>").brief
    assert not features("  \n").brief
    assert not features(CONTENT).brief


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (
            (
                '<?xml version="1.0"?><rss><channel><item><link>http://a.test/1</link></item>'
                "<item><link><![CDATA[http://a.test/2?x=1&y]]></link></item></channel></rss>"
            ),
            "application/rss+xml",
        ),
        (
            (
                "<feed xmlns='http://www.w3.org/2005/Atom'><link href='http://a.test/1' rel='alternate'/>"
                '<entry><link href="http://a.test/2?x=1&amp;y"/></entry></feed>'
            ),
            "application/atom+xml",
        ),
        (
            (
                "<urlset><url><loc>http://a.test/1</loc></url><url>"
                "<loc> http://a.test/2?x=1&amp;y </loc></url></urlset>"
            ),
            "text/xml",
        ),
        (
            json.dumps(
                {
                    "items": [
                        {"url": "http://a.test/1"},
                        {"deep": [{"link": "http://a.test/2?x=1&y"}]},
                    ]
                }
            ),
            "application/json",
        ),
    ],
)
def test_feeds_sitemaps_and_search_answers_list_their_items(body: str, kind: str) -> None:
    assert features(body, kind=kind).feed_items == ("http://a.test/1", "http://a.test/2?x=1&y")
    assert features(CONTENT).feed_items == ()


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ("안심".encode("cp949"), "text/html; charset=EUC-KR"),
        (b"<meta charset='ks_c_5601-1987'>" + "안심".encode("cp949"), "text/html"),
        ("안심".encode("utf-16"), "text/html"),
        (b"\xef\xbb\xbf" + "안심".encode(), "text/html; charset=latin-1"),
        ("안심".encode(), "text/html; charset=unicode_escape"),
        ("안심".encode(), "text/html; charset=zlib"),
        ("안심".encode(), ""),
    ],
)
def test_korean_text_is_read_in_its_charset(body: bytes, content_type: str) -> None:
    assert "안심" in decode_text(body, content_type)


FRAGMENTS = st.sampled_from(
    [
        "<html>",
        "<base href='http://[",
        "<img srcset=',,,'>",
        "<a href=\ud800>",
        "<!--",
        "]]>",
        "<title>",
        "</",
        "<?xml",
        "<rss><link>",
        "[" * 3000,
        '{"url":',
        "\0",
        "<svg><style>",
        "\\",
    ]
)


@settings(max_examples=60, deadline=None)
@given(st.lists(FRAGMENTS | st.text(max_size=20), max_size=30), st.text(max_size=30))
def test_any_text_has_features(parts: list[str], kind: str) -> None:
    body = "".join(parts).encode("utf-8", "surrogatepass")
    page = page_features(body, kind, BASE)
    assert len(page.structure) == 16


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_have_features(body: bytes) -> None:
    assert page_features(body, "application/json", BASE).text_length >= 0


COSTLY = {
    "nested": "<div>" * 600_000,
    "attributes": "<p " + " ".join(f"a{n}=1" for n in range(300_000)) + ">",
    "end tag attributes": "</p " + " ".join(f"a{n}" for n in range(300_000)) + ">",
    "tags in values": "<p " + " ".join(f'a{n}="<b>"' for n in range(200_000)),
    "unclosed": "<a b=" * 600_000,
    "feed": "<?xml><loc>" + " " * 3_000_000,
    "feed links": "<?xml>" + "<link " * 500_000,
    "srcset": "<img srcset='" + "," * 3_000_000,
    "json": "[" * 200_000,
}


@pytest.mark.parametrize("name", COSTLY)
def test_pages_made_to_be_costly_are_cut_off(name: str) -> None:
    started = time.thread_time()
    page_features(COSTLY[name].encode(), "text/html;charset=" + " " * 60_000, BASE)
    assert time.thread_time() - started < 3  # each took 20 s to hours before there was a limit


def test_ordinary_pages_are_read_whole() -> None:
    rows = "".join(f"<p class='a b' title=\"1 > {n}\" hidden>row<br/></p>" for n in range(4000))
    assert affordable(CONTENT + rows) == CONTENT + rows
