"""The register of recipients and rules: read-only, for it is changed by files."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from ansim.centre import outside
from ansim.centre.access.permissions import StaffRequest, staff_view
from ansim.centre.cases.taxonomy import taxonomy
from ansim.centre.removal import words
from ansim.centre.removal.reviewing import promise_of
from ansim.notices import Recipient


@require_GET
@staff_view("recipients.read")
def recipients(request: StaffRequest) -> HttpResponse:
    """Every recipient of today by kind, and every rule with its dates and its source."""
    registry = outside.registry()
    kinds = [kind for kind in words.KINDS if kind]
    groups = [
        (words.KINDS[kind], rows)
        for kind in kinds
        if (rows := [_row(one) for one in registry.recipients if one.kind == kind])
    ]
    rules = [
        {"rule": rule, "promise": promise_of(rule), "status": words.STATUSES[rule.status]}
        for rule in sorted(registry.regimes, key=lambda rule: rule.code)
    ]
    bases = [(one, words.STATUSES[one.status]) for one in registry.bases]
    context = {"groups": groups, "rules": rules, "bases": bases}
    return render(request, "removal/recipients.html", context)


def _row(recipient: Recipient) -> dict[str, object]:
    registry = outside.registry()
    return {
        "recipient": recipient,
        "regime": registry.regime(recipient.regime),
        "place": taxonomy().label("place", recipient.channel_type),
        "routes": [
            (
                words.CHANNELS.get(route.channel, route.channel),
                words.LANGUAGES.get(route.language, route.language),
                route.address,
            )
            for route in recipient.routes
        ],
    }
