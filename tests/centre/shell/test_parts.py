"""The parts of the look say what is true, escape what they are given, and need no colour."""

import logging
import re
from datetime import UTC, date, datetime

import pytest
from django import forms
from django.template import Context, Template
from django.utils import translation

from ansim.centre import clock
from ansim.centre.shell import verdict_words
from ansim.centre.shell.logs import ScrubFilter
from ansim.centre.shell.moments import day, lately, moment

NOW = datetime(2026, 11, 20, 1, 10, tzinfo=UTC)  # Friday 10:10 in Seoul


@pytest.fixture(autouse=True)
def _friday(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


def show(source: str, language: str = "ko", **values: object) -> str:
    with translation.override(language):
        return Template("{% load ansim_ui %}" + source).render(Context(values))


@pytest.mark.parametrize(
    ("language", "voice", "word"),
    [
        ("ko", "staff", "국내 차단"),
        ("en", "staff", "Blocked in Korea"),
        ("ko", "portal", "한국에서만 안 보여요"),
        ("en", "portal", "Hidden in Korea only"),
    ],
)
def test_a_verdict_is_a_word_and_a_shape(language: str, voice: str, word: str) -> None:
    shown = show("{% chip v voice=w %}", language, v="blocked_in_country", w=voice)
    assert word in shown
    assert 'data-verdict="blocked_in_country"' in shown
    assert "icons.svg#blocked_in_country" in shown


def test_all_ten_verdicts_have_words_for_both_readers() -> None:
    for verdict in verdict_words.ORDER:
        for voice in ("staff", "portal"):
            korean = show("{% chip v voice=w %}", v=verdict, w=voice)
            assert re.search("[가-힣]", korean), verdict
    assert "확인 전" in show("{% chip v %}", v=None)


def test_a_clock_says_what_is_left_first() -> None:
    shown = show("{% clock 'soon' '3시간 50분' until %}", until="오늘 <14:00>까지")
    assert shown.index("3시간 50분") < shown.index("오늘 &lt;14:00&gt;까지")
    assert 'data-state="soon"' in shown
    assert "icons.svg#soon" in shown


def test_a_meter_fills_its_whole_width_in_order() -> None:
    shown = show("{% meter c %}", c={"present": 2, "gone_confirmed": 5, "unknown": 0, "moved": 1})
    bars = re.findall(r'data-verdict="(\w+)" x="([\d.]+)%" width="([\d.]+)%"', shown)
    assert [name for name, _x, _width in bars] == ["gone_confirmed", "moved", "present"]
    assert sum(float(width) for _name, _x, width in bars) == pytest.approx(100, abs=0.05)
    assert [float(x) for _name, x, _width in bars] == pytest.approx([0, 62.5, 75])
    assert "삭제 확인 <b>5</b>" in shown
    assert show("{% meter c %}", c={}).count("rect") == 0


def test_rings_go_from_gone_to_there() -> None:
    shown = show("{% rings v %}", v=["present", "gone_confirmed", "cached_copy", "gone_confirmed"])
    order = re.findall(r'<li data-verdict="(\w+)"', shown)
    assert order == ["gone_confirmed", "gone_confirmed", "cached_copy", "present"]


def test_moments_as_people_read_them() -> None:
    before, other_year = datetime(2026, 11, 19, 8, 2, tzinfo=UTC), datetime(2025, 1, 5, tzinfo=UTC)
    with translation.override("ko"):
        assert moment(NOW) == "11월 20일(금) 10:10"
        assert day(date(2026, 11, 22)) == "11월 22일(일)"
        assert lately(NOW) == "오늘 10:10"
        assert lately(before) == "어제 17:02"
        assert moment(other_year) == "2025년 1월 5일(일) 09:00"
    with translation.override("en"):
        assert moment(NOW) == "Fri 20 Nov, 10:10"
        assert lately(before) == "Yesterday 17:02"
    assert show("{% when t %}", t=NOW) == (
        '<time datetime="2026-11-20T10:10+09:00">11월 20일(금) 10:10</time>'
    )


class ContactForm(forms.Form):
    number = forms.CharField(label="경찰 사건번호", help_text="모르면 비워 두세요.", max_length=4)
    way = forms.ChoiceField(
        label="연락 방법",
        choices=[("sms", "문자"), ("here", "이 화면의 메시지만")],
        widget=forms.RadioSelect,
    )
    agree = forms.BooleanField(label="읽었습니다")


def test_a_field_ties_hint_and_error_to_its_control_and_keeps_what_was_typed() -> None:
    form = ContactForm({"number": '12345"><b>', "way": "here"})
    shown = show("{% field form.number %}", form=form)
    assert 'aria-describedby="id_number-hint id_number-error"' in shown
    assert 'id="id_number-error"' in shown
    assert 'aria-invalid="true"' in shown
    assert 'value="12345&quot;&gt;&lt;b&gt;"' in shown
    assert 'class="input"' in shown
    quiet = show("{% field form.number %}", form=ContactForm())
    assert "aria-invalid" not in quiet
    assert "field-error" not in quiet


def test_choices_and_checks_are_whole_rows() -> None:
    form = ContactForm({"number": "1", "way": "here"})
    form.fields["way"].choice_hints = {"sms": "밤에는 보내지 않아요"}  # type: ignore[attr-defined]
    shown = show("{% field form.way %}{% field form.agree %}", form=form)
    assert shown.count('<label class="choice">') == 3
    assert "<legend" in shown
    assert "밤에는 보내지 않아요" in shown
    assert re.search(r'value="here"[^>]*checked', shown)
    assert 'id="id_agree-error"' in shown


def test_the_summary_counts_and_points() -> None:
    form = ContactForm({"number": "", "way": "sms"})
    shown = show("{% error_title form %}|{% error_summary form %}", form=form)
    assert shown.startswith("오류 2개: |")
    assert "2가지만 다시 봐 주세요" in shown
    assert 'href="#id_number">경찰 사건번호: ' in shown
    assert "autofocus" in shown
    assert not show("{% error_title form %}{% error_summary form %}", form=ContactForm()).strip()


def test_logs_hold_no_link_code_or_address() -> None:
    try:
        raise ValueError("4821-0937-5516-2840-7713 at http://forum.test/t/1?u=mina")
    except ValueError as error:
        record = logging.LogRecord(
            "x", logging.ERROR, "f", 1, "mail %s", ("mina@mail.test",), (ValueError, error, None)
        )
    assert ScrubFilter().filter(record)
    said = logging.Formatter().format(record)
    assert "mail [address]" in said
    assert "builtins.ValueError" in said
    for secret in ("mina", "forum", "4821"):
        assert secret not in said
