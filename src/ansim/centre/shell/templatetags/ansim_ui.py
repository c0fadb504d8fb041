"""The parts of the look as template tags and filters (see each docstring for use)."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django import template
from django.conf import settings
from django.forms.boundfield import BoundField
from django.templatetags.static import static
from django.urls import reverse
from django.utils import translation
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext

from ansim.centre.shell import fields, moments, nav, verdict_words
from ansim.centre.shell.context import in_language
from ansim.centre.shell.pages import STAFF_PATH
from ansim.errors import AnsimError

if TYPE_CHECKING:
    from django.http import HttpRequest

register = template.Library()


@register.simple_tag
def icon(name: str, flip: bool = False) -> SafeString:  # noqa: FBT001 - template syntax
    """``{% icon "present" %}``: a symbol of the sprite; ``flip=True`` mirrors it in RTL."""
    return format_html(
        '<svg class="{}" aria-hidden="true"><use href="{}#{}"/></svg>',
        "i i-flip" if flip else "i",
        static("ansim/icons.svg"),
        name,
    )


@register.simple_tag
def ripple() -> SafeString:
    """The decorative ripple of the portal's first page."""
    return format_html(
        '<svg class="ripple" aria-hidden="true"><use href="{}#ripple"/></svg>',
        static("ansim/icons.svg"),
    )


@register.simple_tag
def chip(verdict: str | None, voice: str = "staff") -> SafeString:
    """``{% chip sighting.verdict %}``: a verdict in words; ``voice="portal"`` for the person."""
    code = str(verdict or "")
    return format_html(
        '<span class="chip" data-verdict="{}">{}{}</span>',
        code or "unknown",
        icon(code or "not_started"),
        verdict_words.words_for(voice)[code],
    )


@register.simple_tag
def verdict_word(verdict: str | None, voice: str = "staff") -> str:
    """The word alone, for sentences and cells."""
    return str(verdict_words.words_for(voice)[str(verdict or "")])


@register.simple_tag
def clock(state: str, left: str, until: str = "") -> SafeString:
    """``{% clock c.state c.left c.until %}``: what is left, then the moment when it ends."""
    second = format_html('<span class="clock-until">{}</span>', until) if until else ""
    return format_html(
        '<span class="clock" data-state="{}">{}<span class="clock-left">{}</span>{}</span>',
        state,
        icon(str(state)),
        left,
        second,
    )


@register.simple_tag
def rings(verdicts: Iterable[str | None]) -> SafeString:
    """``{% rings verdicts %}``: one mark for each link (up to 24; beyond, use the meter)."""
    ordered = sorted((str(verdict or "") for verdict in verdicts), key=verdict_words.ORDER.index)
    marks = format_html_join(
        "",
        '<li data-verdict="{}">{}</li>',
        ((code or "unknown", icon(code or "not_started")) for code in ordered),
    )
    return format_html('<ul class="rings" aria-hidden="true">{}</ul>', marks)


@register.simple_tag
def meter(
    counts: Mapping[str, int],
    voice: str = "staff",
    legend: bool = True,  # noqa: FBT001 - template syntax
) -> SafeString:
    """``{% meter counts %}``: verdict -> number, as one bar and its key. Widths are attributes."""
    ordered = verdict_words.in_order(counts)
    total = sum(count for _code, count in ordered)
    bars, done = [], 0
    for code, count in ordered:
        bars.append((code or "unknown", f"{100 * done / total:.2f}", f"{100 * count / total:.2f}"))
        done += count
    rects = format_html_join(
        "", '<rect data-verdict="{}" x="{}%" width="{}%" height="100%"/>', bars
    )
    svg = format_html('<svg class="meter meter-tall" aria-hidden="true">{}</svg>', rects)
    if not legend:
        return svg
    words = verdict_words.words_for(voice)
    items = format_html_join(
        "",
        '<li data-verdict="{}">{}{} <b>{}</b></li>',
        (
            (code or "unknown", icon(code or "not_started"), words[code], count)
            for code, count in ordered
        ),
    )
    return format_html('{}<ul class="legend">{}</ul>', svg, items)


@register.simple_tag
def bar(share: float, tone: str = "") -> SafeString:
    """``{% bar 0.58 %}``: a bar of a table; ``share`` of the longest one, 0 to 1."""
    return format_html(
        '<svg class="bar-svg" aria-hidden="true" data-tone="{}">'
        '<rect width="{}%" height="100%" rx="2"/></svg>',
        tone,
        f"{100 * min(max(float(share), 0.0), 1.0):.1f}",
    )


@register.simple_tag
def steps(done: int, total: int) -> SafeString:
    """``{% steps 2 6 %}``: the strip beside “step 2 of 6” (step ``done`` is the current one)."""
    marks = {True: ' class="done"', False: ""}
    items = [
        SafeString('<li aria-current="step"></li>' if n == done else f"<li{marks[n < done]}></li>")
        for n in range(1, int(total) + 1)
    ]
    return format_html('<ol class="steps" aria-hidden="true">{}</ol>', SafeString("".join(items)))


@register.filter
def moment(value: datetime | None) -> str:
    """``{{ value|moment }}``: 11월 20일(금) 09:10 / Fri 20 Nov, 09:10."""
    return moments.moment(value) if value else ""


@register.filter
def day(value: datetime | date | None) -> str:
    """``{{ value|day }}``: 11월 20일(금) / Fri 20 Nov."""
    return moments.day(value) if value else ""


@register.filter
def hour(value: datetime | None) -> str:
    """``{{ value|hour }}``: 09:10."""
    return moments.hour(value) if value else ""


@register.filter
def lately(value: datetime | None) -> str:
    """``{{ value|lately }}``: 오늘 09:10, 어제 17:02, or the moment."""
    return moments.lately(value) if value else ""


@register.simple_tag
def when(value: datetime | None, form: str = "moment") -> SafeString:
    """``{% when value %}``: a ``<time>``; ``form`` is moment, lately, day or hour."""
    if value is None:
        return SafeString("")
    forms = {
        "moment": moments.moment,
        "lately": moments.lately,
        "day": moments.day,
        "hour": moments.hour,
    }
    written = forms[form](value)
    stamp = moments.here(value).isoformat(timespec="minutes")
    return format_html('<time datetime="{}">{}</time>', stamp, written)


@register.filter
def words(text: dict[str, str] | str) -> str:
    """``{{ recipient.name|words }}``: a ``{"ko": ..., "en": ...}`` text as the reader reads."""
    return in_language(text)


@register.filter
def sentence(error: AnsimError) -> str:
    """``{{ error|sentence }}``: an AnsimError or Reason in the reader's language."""
    return error.sentence((translation.get_language() or settings.LANGUAGE_CODE)[:2])


@register.inclusion_tag("shell/flashes.html", takes_context=True)
def flashes(context: template.Context) -> dict[str, Any]:
    """Messages of django.contrib.messages as flashes; shown once, at the top of main."""
    tones = {"success": "ok", "info": "info", "warning": "wait", "error": "stop"}
    icons = {"ok": "met", "info": "info", "wait": "alert", "stop": "alert"}
    shown = []
    for message in context.get("messages") or ():
        tone = tones.get(message.level_tag, "info")
        shown.append({"tone": tone, "icon": icons[tone], "text": message.message})
    return {"flashes": shown}


@register.inclusion_tag("shell/languages.html", takes_context=True)
def languages(context: template.Context, css: str = "lang") -> dict[str, Any]:
    """Links that switch to each other language and come back to this page."""
    request: HttpRequest | None = context.get("request")
    here = "/"
    if request is not None:
        # What follows the path may be something that somebody typed; only staff's lists need it.
        listed = request.method == "GET" and request.path.startswith(STAFF_PATH)
        here = request.get_full_path() if listed else request.path
    current = (translation.get_language() or settings.LANGUAGE_CODE)[:2]
    others = [
        {
            "code": code,
            "name": name,
            "address": f"{reverse('language', args=[code])}?{urlencode({'next': here})}",
        }
        for code, name in settings.LANGUAGES
        if code != current
    ]
    return {"languages": others, "css": css}


@register.inclusion_tag("shell/nav.html", takes_context=True)
def staff_nav(context: template.Context) -> dict[str, Any]:
    """The staff navigation; ``nav_counts`` (URL name -> number) in the context adds counts."""
    request: HttpRequest = context["request"]
    if not request.user.is_authenticated:
        return {"groups": []}
    counts = context.get("nav_counts") or {}
    return {"groups": list(nav.groups_for(request.user, request.path, counts))}


@register.simple_tag
def error_title(*forms: Any) -> str:
    """``{% error_title form %}``: “오류 1개: ” before a page title when the form has errors."""
    count = len(error_links(forms))
    if not count:
        return ""
    said = ngettext("%(count)d error: ", "%(count)d errors: ", count)
    return said % {"count": count}


@register.inclusion_tag("shell/error_summary.html")
def error_summary(*forms: Any, heading: str = "") -> dict[str, Any]:
    """``{% error_summary form heading="..." %}``: what to look at again, with links; focused."""
    links = error_links(forms)
    general = (
        gettext("Please look at one thing again")
        if len(links) == 1
        else gettext("Please look at %(count)d things again") % {"count": len(links)}
    )
    return {"links": links, "heading": heading or general}


def error_links(forms: Iterable[Any]) -> list[tuple[str, str]]:
    """(id of the field or "", sentence) for each error of the forms that were sent."""
    links: list[tuple[str, str]] = []
    for form in forms:
        if not form or not form.is_bound:
            continue
        links += [("", str(error)) for error in form.non_field_errors()]
        for bound in form:
            identity = bound.id_for_label or bound.auto_id
            links += [(identity, f"{bound.label}: {error}") for error in bound.errors]
    return links


@register.inclusion_tag("shell/field.html")
def field(bound: BoundField, hint: str = "", label_class: str = "label") -> dict[str, Any]:
    """``{% field form.name %}``: label, hint, error, control; checkboxes and radios too."""
    described = fields.describe(bound, hint)
    if fields.is_choices(bound):
        return {**described, "rows": fields.choice_rows(bound)}
    if fields.is_check(bound):
        return {**described, "check": fields.check_row(bound, described["attrs"])}
    shown = fields.control(bound, described["attrs"])
    return {**described, "control": shown, "label_class": label_class}
