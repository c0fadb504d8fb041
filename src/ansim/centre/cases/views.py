"""A case's own pages: triage, sharing, closing, what was told, messages, notes."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
)

from ansim.centre import clock
from ansim.centre.access.models import Staff
from ansim.centre.access.permissions import StaffRequest, can
from ansim.centre.cases import contacts, identity, keyring, services
from ansim.centre.cases.errors import EmptyText, KeyNotHeld
from ansim.centre.cases.forms import ShareForm, TextForm, TriageForm
from ansim.centre.cases.models import Case
from ansim.centre.cases.pages import case_view, reader_language, render_case, sealed_key
from ansim.centre.cases.taxonomy import taxonomy

CONTACT_WORDS: dict[str, Promise] = {
    "name": pgettext_lazy("contact", "Called"),
    "phone": pgettext_lazy("contact", "Telephone"),
    "email": pgettext_lazy("contact", "E-mail"),
    "code_word": pgettext_lazy("contact", "Code word"),
    "hours": pgettext_lazy("contact", "When"),
    "other": pgettext_lazy("contact", "Other ways"),
}


@require_http_methods(["GET", "POST"])
@case_view("case.triage")
def triage(request: StaffRequest, case: Case) -> HttpResponse:
    """A person's decision on danger, deadline and owner."""
    now = clock.now()
    holders = services.holders_of(case)
    initial = {
        "flags": case.flags,
        "threat_deadline": case.threat_deadline,
        "owner": str(case.owner_id or (request.user.pk if request.user in holders else "")),
    }
    form = TriageForm(request.POST or None, initial=initial, case=case, holders=holders, now=now)
    if form.is_valid():
        services.triage(
            case,
            by=request.user,
            flags=form.cleaned_data["flags"],
            threat_deadline=form.cleaned_data["threat_deadline"],
            owner=form.chosen_owner(),
            now=now,
        )
        messages.success(request, _("The decision is saved."))
        return redirect("case", case.pk)
    lists = taxonomy()
    facts = [
        (_("Harm"), ", ".join(lists.label("harm", harm.code) for harm in case.harms.all())),
        (_("Places"), ", ".join(lists.label("place", code) for code in case.places)),
        (_("For whom"), lists.label("standing", case.standing)),
        (_("Age"), lists.label("age", case.age)),
        (_("Who did it"), lists.label("relation", case.relation)),
    ]
    return render_case(
        request, case, "cases/triage.html",
        {"form": form, "facts": [(word, value or "—") for word, value in facts]},
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
@case_view("case.share")
def share(request: StaffRequest, case: Case) -> HttpResponse:
    """Let one more colleague open what is sealed."""
    have = {one.pk for one in services.holders_of(case)}
    others = [
        one
        for one in Staff.objects.filter(is_active=True).exclude(pk__in=have).order_by("username")
        if can(one, "case.read_sealed")
    ]
    form = ShareForm(request.POST or None, colleagues=others)
    if form.is_valid():
        key = sealed_key(request, case)
        if key is None:
            form.add_error(None, KeyNotHeld().sentence(reader_language()))
        else:
            colleague = form.chosen()
            services.share_case(case, colleague, by=request.user, key=key, now=clock.now())
            messages.success(
                request, _("%(name)s can open this case now.") % {"name": colleague.name}
            )
            return redirect("case", case.pk)
    return render_case(request, case, "cases/share.html", {"form": form})


@require_http_methods(["GET", "POST"])
@case_view("case.close")
def close(request: StaffRequest, case: Case) -> HttpResponse:
    """Close a case, or open it again: asked first."""
    if request.method == "POST":
        if case.status == Case.Status.CLOSED:
            services.reopen_case(case, by=request.user, now=clock.now())
            messages.success(request, _("The case is open again."))
        else:
            services.close_case(case, by=request.user, now=clock.now())
            messages.success(request, _("The case is closed. It can be opened again at any time."))
        return redirect("case", case.pk)
    return render_case(request, case, "cases/close.html", {})


@require_POST
@case_view("case.read_sealed")
def story(request: StaffRequest, case: Case) -> HttpResponse:
    """What the person told, without who they are: shown once, on request, logged."""
    key = sealed_key(request, case)
    words: dict[str, object] = {"sealed": key is None}
    if key is not None:
        opened = services.read_story(case, key=key, reader=request.user, now=clock.now())
        index = keyring.index_key_for_staff(request.user, request.private_key)
        contacts.index_contact(case, identity.identity_of(case, key), index=index)
        words["story"] = opened
        words["contact"] = [
            (CONTACT_WORDS.get(name, name), value)
            for name, value in opened.contact.items()
            if value
        ]
    return render_case(request, case, "cases/story.html", words)


@require_http_methods(["GET", "POST"])
@case_view()
def case_messages(request: StaffRequest, case: Case) -> HttpResponse:
    """The thread with the person; the draft stays on the page when it could not be sent."""
    key, now = sealed_key(request, case), clock.now()
    form = TextForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if not can(request.user, "message.write"):
            key = None
        try:
            services.post_message(
                case, form.cleaned_data["text"], key=key, author=request.user, now=now
            )
        except (EmptyText, KeyNotHeld) as error:
            form.add_error(None, error.sentence(reader_language()))
        else:
            messages.success(request, _("The message is sent. The person sees it on their page."))
            return redirect("case-messages", case.pk)
    words: dict[str, object] = {
        "form": form,
        "sealed": key is None,
        "text_hint": _("The person reads this on a page that others may see: write calmly."),
    }
    if key is not None:
        words["thread"] = services.read_messages(case, key=key, reader=request.user, now=now)
    return render_case(request, case, "cases/messages.html", words, tab="case-messages")


@require_http_methods(["GET", "POST"])
@case_view()
def notes(request: StaffRequest, case: Case) -> HttpResponse:
    """Notes among staff, sealed; the draft stays on the page when it could not be saved."""
    key, now = sealed_key(request, case), clock.now()
    form = TextForm(request.POST or None)
    form.fields["text"].label = _("Note")
    if request.method == "POST" and form.is_valid():
        if not can(request.user, "note.write"):
            key = None
        try:
            services.write_note(
                case, form.cleaned_data["text"], key=key, author=request.user, now=now
            )
        except (EmptyText, KeyNotHeld) as error:
            form.add_error(None, error.sentence(reader_language()))
        else:
            messages.success(request, _("The note is saved."))
            return redirect("case-notes", case.pk)
    words: dict[str, object] = {
        "form": form,
        "sealed": key is None,
        "text_hint": _("Write what helps a colleague to go on. No name is needed."),
    }
    if key is not None:
        words["notes"] = services.read_notes(case, key=key, reader=request.user, now=now)
    return render_case(request, case, "cases/notes.html", words, tab="case-notes")
