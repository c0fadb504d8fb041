"""The report: six pages, one draft that travels with them, and the code at the end.

Each page posts to the address of the page that comes next, with the number of the page it is
(``step``) and what was pressed (``do``). The answer leads on to the next page; where something has
to be looked at again it is the same page once more. No page is stored by the browser: Back and
Forward ask for it anew, and it is filled from the draft that the session keeps, which only a
secret of this browser opens (``resting.py``).
"""

from dataclasses import dataclass, field, replace
from typing import Final

from django.conf import settings
from django.contrib import messages
from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import get_language, pgettext, pgettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from ansim.centre import clock
from ansim.centre.access.addresses import client_address
from ansim.centre.intake.services import NobodyToReceive
from ansim.centre.portal import device, resting, sending
from ansim.centre.portal.draft import Draft, DraftLost, DraftTooLarge
from ansim.centre.portal.fingerprinting import MOST_MATERIALS, given_fingerprints, kept
from ansim.centre.portal.forms import LAST, STEPS, speak
from ansim.centre.portal.limits import TooManyReports
from ansim.centre.portal.person import let_in
from ansim.centre.portal.spoken import spoken
from ansim.centre.portal.step_forms import LinksForm, StepForm
from ansim.centre.portal.summary import summary_of
from ansim.centre.shell.policy import plays_local_media
from ansim.errors import AnsimError

TITLES: Final[tuple[Promise, ...]] = (
    pgettext_lazy("portal", "Who is it for?"),
    pgettext_lazy("portal", "Where did you see it?"),
    pgettext_lazy("portal", "What happened?"),
    pgettext_lazy("portal", "Are you in danger now?"),
    pgettext_lazy("portal", "How may we reach you?"),
    pgettext_lazy("portal", "Check and send"),
)
@dataclass(frozen=True, slots=True)
class Page:
    """One page about to be shown."""

    number: int
    form: StepForm
    draft: Draft
    secret: bytes
    mark: str
    file_problems: list[str] = field(default_factory=list)
    problem: str = ""


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@plays_local_media
def step(request: HttpRequest, number: int) -> HttpResponse:
    """One page of the report."""
    if not 1 <= number <= LAST:
        raise Http404
    if request.method != "POST":
        return _asked_for(request, number)
    try:
        page = _sent_page(request)
    except DraftLost as lost:
        return start_again(request, lost)
    do = request.POST.get("do", "next")
    if do.startswith("lang:"):
        return _in_language(request, _kept(page), do.removeprefix("lang:"))
    after = _after(page, do, number)
    # More empty fields, and errors, belong to this answer alone.
    if do == "add" or after.form.is_bound or after.file_problems:
        return show(request, after)
    return _lead_to(request, after)


def _asked_for(request: HttpRequest, number: int) -> HttpResponse:
    """A page by its address alone: Back, Forward or a reload, or the first page."""
    mark = resting.mark_of(request)
    sealed = resting.resting(request.session, mark)
    if sealed is None:
        return begin(request, mark) if number == 1 else _to_the_first(request)
    try:
        secret = sending.draft_secret(request)
        draft = sending.open_draft(sealed, secret, clock.now())
    except DraftLost as lost:
        return start_again(request, lost)
    form = STEPS[number - 1].shown(draft.answers)
    return show(request, Page(number, form, draft, secret, mark))


def _lead_to(request: HttpRequest, page: Page) -> HttpResponse:
    """Lay the draft to rest and go to the page by its address."""
    try:
        sealed = sending.seal_draft(page.draft, page.secret)
    except DraftTooLarge:
        return show(request, page)
    resting.lay(request.session, page.mark, sealed)
    response = HttpResponseRedirect(_marked(page.number, page.mark))
    response.status_code = 303
    return response


def begin(request: HttpRequest, mark: str) -> HttpResponse:
    """The first page with an empty draft. The browser's secret stays if it has one."""
    try:
        secret = sending.draft_secret(request)
    except DraftLost:
        secret = sending.new_draft_secret()
    response = show(request, Page(1, STEPS[0](), Draft.begin(clock.now()), secret, mark))
    sending.set_cookie(response, "d", secret.hex())
    return response


def _to_the_first(request: HttpRequest) -> HttpResponse:
    """An address alone carries no draft (a reload, another language, a bookmark)."""
    said = pgettext(
        "portal",
        "A report begins here. To return to what you were writing, press Back in your browser.",
    )
    messages.info(request, said)
    return HttpResponseRedirect(_address(1))


def start_again(request: HttpRequest, lost: AnsimError) -> HttpResponse:
    """One sentence, and the way on: to the first page, or in by the code that was shown."""
    sent = isinstance(lost, sending.AlreadySent)
    words = {
        "sentence": lost.sentence(get_language() or "ko"), "sent": sent,
        "mark": resting.new_mark(),
    }  # fmt: skip
    return render(request, "portal/start_again.html", words, status=400)


def _sent_page(request: HttpRequest) -> Page:
    """What the browser sent: the page it was on, and the draft with its new fingerprints."""
    secret = sending.draft_secret(request)
    draft = sending.open_draft(request.POST.get("draft", ""), secret, clock.now())
    came_from = request.POST.get("step", "")
    number = int(came_from) if came_from in {str(n) for n in range(1, LAST + 1)} else 1
    room = MOST_MATERIALS - len(draft.materials)
    found, problems = given_fingerprints(request, room=room)
    draft = draft.with_materials((*draft.materials, *found))
    form = STEPS[number - 1](request.POST)
    return Page(number, form, draft, secret, resting.mark_of(request), problems)


def _kept(page: Page, *, more: int = 0) -> Page:
    """The same page with everything as typed, unchecked; ``more`` empty address fields."""
    step_form = STEPS[page.number - 1]
    answers = page.form.answers()
    draft = page.draft.keep(step_form.names(page.draft.answers), answers)
    if issubclass(step_form, LinksForm):
        return replace(page, draft=draft, form=step_form.shown(answers, more=more))
    return replace(page, draft=draft, form=step_form.shown(answers))


def _after(page: Page, do: str, target: int) -> Page:
    """The page to show after a button was pressed."""
    stay = _kept(page, more=int(do == "add"))
    if do.startswith("drop:"):
        number = do.removeprefix("drop:")
        remaining = tuple(
            one for n, one in enumerate(page.draft.materials, start=1) if str(n) != number
        )
        return replace(stay, draft=stay.draft.with_materials(remaining))
    if do in {"add", "upload"} or page.file_problems:
        return stay
    if do == "next" and not page.form.is_valid():
        return replace(page, draft=stay.draft)
    draft = stay.draft
    if do == "skip":
        names = STEPS[page.number - 1].names(page.draft.answers)
        draft = page.draft.keep(names, page.form.good_answers())
    form = STEPS[target - 1].shown(draft.answers)
    return Page(target, form, draft, page.secret, page.mark)


def show(request: HttpRequest, page: Page) -> HttpResponse:
    """Render one page with its draft sealed into it."""
    try:
        sealed = sending.seal_draft(page.draft, page.secret)
    except DraftTooLarge as error:
        # What was just added does not fit: what the page came with still travels on.
        page = replace(page, problem=error.sentence(get_language() or "ko"))
        sealed = request.POST.get("draft", "")
    voice = sending.voice_of_draft(page.draft)
    speak(page.form, voice)
    words = {
        "page": page,
        "number": page.number,
        "last": LAST,
        "next": _sent_to(page) if page.number == LAST else _marked(page.number + 1, page.mark),
        "previous": _marked(page.number - 1, page.mark) if page.number > 1 else "",
        "here": _marked(page.number, page.mark),
        "heading": TITLES[page.number - 1],
        "form": page.form,
        "draft": sealed,
        "kept": kept(page.draft.materials),
        "room": MOST_MATERIALS - len(page.draft.materials),
        "device_problems": device.PROBLEMS,
        "problems": len(page.file_problems) + bool(page.problem),
        "voice": voice,
        "flags": page.draft.answers.get("flag", []),
        "summary": summary_of(page.draft) if page.number == LAST else [],
        "puzzle": sending.next_puzzle(clock.now()) if page.number == LAST else "",
        "other_languages": [
            (code, name) for code, name in settings.LANGUAGES if code != get_language()
        ],
    }
    return render(request, f"portal/step{page.number}.html", words)


def _address(number: int) -> str:
    return reverse("report", args=[number])


def _marked(number: int, mark: str) -> str:
    return f"{_address(number)}?{resting.FIELD}={mark}"


def _sent_to(page: Page) -> str:
    return f"{reverse('report-send')}?{resting.FIELD}={page.mark}"


def _in_language(request: HttpRequest, page: Page, code: str) -> HttpResponse:
    """The same page in another language, with everything typed so far."""
    if code not in dict(settings.LANGUAGES):
        raise Http404
    with translation.override(code):
        page = replace(page, form=STEPS[page.number - 1].shown(page.draft.answers))
        response = show(request, page)
    response["Content-Language"] = code
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME, code,
        secure=settings.SESSION_COOKIE_SECURE, httponly=True, samesite="Lax",
    )  # fmt: skip
    return response


@sensitive_post_parameters()
@require_POST
def send(request: HttpRequest) -> HttpResponse:
    """Take the report in; the code is shown on the page that follows."""
    try:
        page = _sent_page(request)
    except DraftLost as lost:
        return start_again(request, lost)
    wrong = sending.first_wrong(page.draft)
    if wrong is not None:
        number, form = wrong
        return show(request, replace(page, number=number, form=form))
    try:
        code, private = sending.send(
            page.draft, request.session, _knock(request), language=get_language() or "ko",
            now=clock.now(),
        )  # fmt: skip
    except sending.AlreadySent as sent:
        return start_again(request, sent)
    except (DatabaseError, AnsimError) as error:
        response = show(request, replace(page, problem=_why_not_sent(error)))
        if isinstance(error, TooManyReports):
            response.status_code = 429
        return response
    response = HttpResponseRedirect(reverse("report-code"))
    response.status_code = 303
    resting.forget(request.session)
    let_in(request, response, private)
    sending.carry_code(response, code, page.secret)
    return response


def _knock(request: HttpRequest) -> sending.Knock:
    """From where the report comes, and the work that its page shows."""
    given = [request.POST.get(name, "") for name in ("puzzle", "answer")]
    return sending.Knock(client_address(request), *given)


def _why_not_sent(error: DatabaseError | AnsimError) -> str:
    """One sentence for the person; what only an operator can mend is not explained to them."""
    if isinstance(error, DatabaseError | NobodyToReceive):
        return pgettext(
            "portal", "We could not take this in just now. What you typed is still here."
        )
    return spoken(error)
