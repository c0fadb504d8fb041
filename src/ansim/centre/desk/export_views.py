"""Taking a case's sealed content out, once, after a second person confirmed it."""

from django.http import HttpResponse
from django.views.decorators.http import require_http_methods

from ansim.centre import clock
from ansim.centre.access import joint
from ansim.centre.access.permissions import StaffRequest
from ansim.centre.access.reauth import fresh_view
from ansim.centre.cases.models import Case
from ansim.centre.cases.pages import case_view, render_case, sealed_key
from ansim.centre.desk.act_forms import PassphraseForm
from ansim.centre.desk.export import KIND, take_out

# The name says nothing: neither the centre nor the case.
FILE_NAME = "export.bin"


@require_http_methods(["GET", "POST"])
@case_view(KIND)
@fresh_view
def export(request: StaffRequest, case: Case) -> HttpResponse:
    """The form for the passphrase, and the file as the answer to it."""
    now, key = clock.now(), sealed_key(request, case)
    ready = joint.ready(KIND, case, request.user, now)
    form = PassphraseForm(request.POST if ready and request.method == "POST" else None)
    if key is not None and ready is not None and form.is_valid():
        content = take_out(
            case, by=request.user, key=key, passphrase=form.cleaned_data["passphrase"], now=now
        )
        answer = HttpResponse(content, content_type="application/octet-stream")
        answer["Content-Disposition"] = f'attachment; filename="{FILE_NAME}"'
        answer["Cache-Control"] = "no-store"
        return answer
    words = {
        "form": form,
        "sealed": key is None,
        "ready": ready,
        "until": joint.use_until(ready) if ready else None,
    }
    return render_case(request, case, "desk/export.html", words)
