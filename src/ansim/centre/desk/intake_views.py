"""Taking a report in by telephone or at the door; the receipt code is shown once."""

from uuid import uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ansim.centre import clock
from ansim.centre.access.permissions import StaffRequest, staff_view
from ansim.centre.cases.contacts import index_contact
from ansim.centre.cases.keyring import index_key_for_staff
from ansim.centre.cases.pages import UNPROCESSABLE, reader_language
from ansim.centre.desk.forms import ReportForm
from ansim.centre.intake.services import take_in
from ansim.errors import AnsimError
from ansim.vault import show

# One ticket for each form that was given out: pressing twice opens one case, not two.
TICKETS = "intake_tickets"
MOST_TICKETS = 20


@require_http_methods(["GET", "POST"])
@staff_view("case.create")
def new_case(request: StaffRequest) -> HttpResponse:
    """One page with sections; after it, the code for the person, never shown again."""
    now = clock.now()
    if request.method == "POST":
        tickets: dict[str, str] = request.session.get(TICKETS, {})
        ticket = request.POST.get("ticket", "")
        if tickets.get(ticket):
            messages.info(
                request, _("This report is taken in already. Its code is not shown again.")
            )
            return redirect("case", tickets[ticket])
        form = ReportForm(request.POST, now=now)
        if form.is_valid():
            try:
                report = form.report()
                taken = take_in(report, now=now, actor=request.user)
            except AnsimError as error:
                form.add_error(None, error.sentence(reader_language()))
            else:
                index = index_key_for_staff(request.user, request.private_key)
                index_contact(taken.case, report.contact, index=index)
                if ticket:
                    tickets[ticket] = str(taken.case.pk)
                request.session[TICKETS] = dict(list(tickets.items())[-MOST_TICKETS:])
                words = {"case": taken.case, "groups": show(taken.code).split()}
                return render(request, "desk/code.html", words)
    else:
        form = ReportForm(now=now)
        ticket = uuid4().hex
    status = UNPROCESSABLE if form.is_bound else None
    return render(request, "desk/intake.html", {"form": form, "ticket": ticket}, status=status)
