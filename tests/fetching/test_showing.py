"""Every place in which a page may name a picture or a video, and what is no such place."""

import time

import pytest

from ansim.fetching import PageFeatures, page_features
from ansim.fetching.showing import MOST_IN_TEXT

BASE = "http://moa.test/board/1"
U = "http://cdn.test/a/1.jpg"
PLAYER = "http://cdn.test/v?id=7"


def features(html: str, kind: str = "text/html") -> PageFeatures:
    return page_features(html.encode(), kind, BASE)


@pytest.mark.parametrize(
    "html",
    [
        f"<img src=data:image/gif;base64,R0lG data-lazy-src='{U}'>",
        f"<img data-srcset='{U} 640w, /b.jpg 1280w'>",
        f"<img data-zoom-image={U}>",
        f"<div data-bg={U}></div>",
        f"<a data-full-url='{U}'>x</a>",
        f'<div data-setup=\'{{"poster":"{U}"}}\'></div>',
        f"<div style=\"background-image:url('{U}')\"></div>",
        f"<div style='background: url( {U} ) no-repeat'></div>",
        f"<style>.a{{background:url({U})}}</style>",
        f"<table background='{U}'></table>",
        f"<meta name=twitter:image:src content='{U}'>",
        f"<meta itemprop=thumbnailUrl content='{U}'>",
        f"<link itemprop=contentUrl href='{U}'>",
        f"<link rel=image_src href='{U}'>",
        f"<link rel=preload as=image imagesrcset='{U} 2x'>",
        f"<link rel=preload as=video href='{U}'>",
        f'<script type="application/ld+json">{{"@graph":[{{"contentUrl":"{U}"}}]}}</script>',
        f'<script type="application/ld+json">[{{"image":{{"url":"{U}"}}}}]</script>',
        f'<script>var a = {{"poster":"{U}"}}</script>'.replace("/a/1", "\\/a\\/1"),
        f"<script>play('{U}?t=1&k=2')</script>",
        f"<object data='{U}'></object>",
        f"<object type=image/jpeg data='{U}'></object>",
        f"<svg><image href='{U}'/></svg>",
        f"<svg><image xlink:href='{U}'/></svg>",
        f"<input type=image src='{U}'>",
        f"<map><area href='{U}'></map>",
        f"<iframe src='{U}'></iframe>",
        f"<iframe srcdoc=\"<img src='{U}'>\"></iframe>",
        f"<template><img src='{U}'></template>",
        f"<noscript><img src='{U}'></noscript>",
    ],
)
def test_a_picture_is_found_wherever_it_is_named(html: str) -> None:
    assert any(one.startswith(U) for one in features(html).media)


def test_an_address_without_an_ending_is_found_where_its_place_tells_what_it_is() -> None:
    html = (
        f"<img data-src-large='{PLAYER}'><div style='background:url({PLAYER}1)'></div>"
        f'<script type="application/ld+json">{{"thumbnailUrl":"{PLAYER}2"}}</script>'
    )
    assert set(features(html).media) == {PLAYER, PLAYER + "1", PLAYER + "2"}


@pytest.mark.parametrize(
    "html",
    [
        "<script src=/a.js></script><link rel=stylesheet href=/a.css>",
        "<style>@font-face{src:url(/a.woff2)}</style>",
        "<script>f('no address here', 'a.jpg', '/page/1')</script>",
        '<script type="application/ld+json">{"url":"/x","image":7,"name":"/a b"}</script>',
        '<script type="application/ld+json">{{{not json</script>',
        "<div data-count=7 data-id='a/b' data-href='/page'></div>",
        "<div style='color:red'></div><img data-role=button>",
    ],
)
def test_what_names_no_picture_gives_none(html: str) -> None:
    assert features(html).media == ()


def test_an_answer_of_data_names_its_pictures() -> None:
    body = '{"id":1,"image":{"url":"http:\\/\\/cdn.test\\/a\\/1.jpg"},"next":"/api/2"}'
    assert features(body, "application/json").media == (U,)


def test_what_any_browser_shows_comes_first_and_data_does_not_crowd_it_out() -> None:
    many = "".join(f"'/s/{n}.png'," for n in range(99))
    found = features(f"<script>preload([{many}])</script><img src={U}>").media
    assert found[0] == U
    assert len(found) == 1 + MOST_IN_TEXT


def test_what_scripts_name_does_not_hide_a_gate() -> None:
    many = "".join(f"'/s/{n}.png'," for n in range(9))
    page = features(f"<script>preload([{many}])</script><form><input type=password></form>")
    assert page.asks_login
    assert page.media_count == 9


def test_frames_are_kept_apart_and_bounded() -> None:
    html = "".join(f"<iframe src=/embed/{n}></iframe>" for n in range(9))
    page = features(f"<frame src=/x>{html}<iframe src=about:blank></iframe>")
    assert page.frames == tuple(f"http://moa.test/embed/{n}" for n in range(5))
    assert page.frames[0] in page.links


@pytest.mark.parametrize(
    "wrap", ["<div style='{}'>", "<script>{}</script>", "<p data-x='[{}'>", "{}"]
)
@pytest.mark.parametrize("piece", ["url(", "url( ", "'aaaaa", '"', "\\/", '[{"image":'])
def test_text_made_to_be_costly_is_read_in_bounded_time(wrap: str, piece: str) -> None:
    html = wrap.format(piece * (1_000_000 // len(piece)))
    started = time.process_time()
    features(html)
    assert time.process_time() - started < 5
