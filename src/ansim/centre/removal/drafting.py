"""From a sighting to a drafted request: recipient, basis, letter, checks."""

import secrets
from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import Max, Q

from ansim.centre import outside
from ansim.centre.cases import ledger
from ansim.centre.cases.models import Case
from ansim.centre.custody.services import record
from ansim.centre.materials.models import Material, Sighting
from ansim.centre.removal.errors import NoBasis, NoRecipient
from ansim.centre.removal.models import HashList, Reply, Request, StandingApproval
from ansim.errors import AnsimError
from ansim.notices import (
    MEDIA_COPY,
    NoticeFacts,
    PriorAsk,
    Recipient,
    UnknownRecipient,
    build_notice,
)

# Without letters and digits that look alike on paper.
LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
PURPOSE_OF_KIND = {
    "platform": "notify",
    "media_host": "notify",
    "host": "notify",
    "search": "search_engines",
    "police": "police",
    "regulator": "regulator",
    "hash_sharing": "share_hashes",
}
IMAGE_HARMS = frozenset({"illegal_filming", "distribution", "distribution_anxiety", "threat"})
ITEM_KIND = {
    "picture": {"ko": "사진이 있는 게시물", "en": "a post with a picture"},
    "video": {"ko": "영상이 있는 게시물", "en": "a post with a video"},
    "listing": {"ko": "검색 결과", "en": "a search result"},
    "file": {"ko": "서버에 남은 파일", "en": "a file left on a server"},
    "unmatched": {"ko": "게시물", "en": "a post"},
}


def basis_for(sighting: Sighting, kind: str, now: datetime, recipient: str = "") -> str:
    """What allows sending to a recipient of ``kind``: ``consent`` or ``law:<code>``.

    Raises NoBasis when there is neither. Asked when drafting, approving and sending, so that a
    withdrawn consent stops what is still on its way.
    """
    if sighting.bank is not None:
        if not _still_listed(sighting):
            raise NoBasis
        return f"law:{sighting.bank.legal_basis}"
    if sighting.case is None:
        raise NoBasis
    return consent_for(sighting.case, kind, now, recipient)


def _still_listed(sighting: Sighting) -> bool:
    """Whether the bank hunts something that matched here: an item may have been listed wrongly."""
    listed = Material.objects.filter(bank=sighting.bank_id, withdrawn_at=None)
    here = Q(pk=sighting.material_id) | Q(pk__in=sighting.media.values("material_id"))
    return listed.filter(here).exists()


def consent_for(case: Case, kind: str, now: datetime, recipient: str) -> str:
    """``consent`` when one covers this recipient now, read anew. Raises NoBasis."""
    purpose = PURPOSE_OF_KIND[kind or "platform"]
    if ledger.covering_now(case.pk, purpose, recipient, now=now, kind=kind) is None:
        raise NoBasis
    return "consent"


def harm_of(sighting: Sighting) -> str:
    """The kind of harm that the letter names."""
    if sighting.bank is not None:
        return "csam"
    codes = set() if sighting.case is None else {harm.code for harm in sighting.case.harms.all()}
    if "synthesis" in codes:
        return "deepfake"
    return "personal_data" if "personal_data" in codes and not codes & IMAGE_HARMS else "ncii"


def _item_kind(sighting: Sighting, why: str) -> dict[str, str]:
    if sighting.kind == Sighting.Kind.SEARCH_RESULT:
        return ITEM_KIND["listing"]
    if why == Request.Why.MEDIA_COPY:
        return ITEM_KIND["file"]
    return ITEM_KIND[sighting.material.kind if sighting.material is not None else "unmatched"]


def recipient_of_host(host: str, why: str) -> Recipient | None:
    """Who answers for a host, when asked for the reason ``why``; None when nobody is known."""
    registry = outside.registry()
    if why == Request.Why.SEARCH:
        return first_of(registry.responsible(host, ("search",)))
    return first_of(registry.responsible(host, ("platform", "media_host"))) or registry.host_of(host)


def recipient_for(sighting: Sighting, why: str) -> Recipient | None:
    """Who is to be asked about a sighting; for a file that stays, its keeper."""
    hosts = [sighting.host]
    if why == Request.Why.MEDIA_COPY:
        hosts = list(dict.fromkeys(sighting.media.values_list("host", flat=True)))
    known = [one for host in hosts if (one := recipient_of_host(host, why)) is not None]
    asked = set(sighting.requests.values_list("recipient", flat=True))
    return next((one for one in known if one.code not in asked), first_of(known))


def _urls(sighting: Sighting, why: str, recipient: str) -> tuple[str, ...]:
    if why == Request.Why.MEDIA_COPY:
        # Each keeper of files is told of its own files and of no others.
        return tuple(
            one.url
            for one in sighting.media.all()
            if getattr(recipient_of_host(one.host, why), "code", "") == recipient
        )
    media = tuple(one.url for one in sighting.media.all())
    if sighting.kind == Sighting.Kind.SEARCH_RESULT and sighting.target is not None:
        return (sighting.target.url,)
    return (sighting.url, *media)


def _came(request: Request) -> str:
    if request.ending == Request.Ending.BOUNCED or request.bounced_how:
        return "bounced"
    if request.why == Request.Why.MEDIA_COPY:
        return "page_gone_file_remains"
    answered = request.replies.filter(kind=Reply.Kind.REPLY).exists()
    if answered:
        return "still_there"
    return "acknowledged" if request.received_at and not request.receipt_is_presumed else "nothing"


def prior_asks(sighting: Sighting) -> tuple[PriorAsk, ...]:
    """Who was asked about this sighting before, when, and what came of it."""
    asked = sighting.requests.exclude(sent_at=None).exclude(
        recipient_kind__in=("police", "regulator", "search")
    )
    return tuple(
        PriorAsk(_name_of(one.recipient), one.sent_at, _came(one))  # type: ignore[arg-type]
        for one in asked.order_by("sent_at")
        if one.sent_at is not None
    )


def _name_of(code: str) -> dict[str, str]:
    try:
        return outside.registry().recipient(code).name
    except UnknownRecipient:
        # Taken out of the registry since; it was asked all the same.
        return {"ko": code, "en": code}


def facts_for(
    sighting: Sighting, recipient: str, reference: str, why: str, basis: str, language: str
) -> NoticeFacts:
    """The facts of one request, in the centre's name; the person's name is not among them."""
    centre = settings.ANSIM_CENTRE
    materials = [sighting.material] if sighting.material is not None else []
    return NoticeFacts(
        centre_name=centre["name"],
        centre_email=centre["email"],
        centre_phone=centre["phone"],
        designated_body=centre["designated_body"],
        request_ref=reference,
        item_urls=_urls(sighting, why, recipient),
        item_kind=_item_kind(sighting, why),
        harm=harm_of(sighting),
        basis=basis,
        pdq=tuple(material.pdq for material in materials),
        sha256=tuple(material.sha256 for material in materials if material.sha256),
        seen_at=sighting.matched_at or sighting.found_at,
        statement_of_good_faith=True,
        signature=centre["signatory"][language],
        prior=prior_asks(sighting),
        request_kind="report" if why in {Request.Why.REFERRAL, Request.Why.REGULATOR} else "deletion",
    )


def new_reference() -> str:
    """A fresh request reference such as R-7F3K2: short to say, meaning nothing."""
    while True:
        reference = "R-" + "".join(secrets.choice(LETTERS) for _ in range(5))
        if not any(one.objects.filter(reference=reference).exists() for one in (Request, HashList)):
            return reference


@transaction.atomic
def draft_request(
    sighting: Sighting,
    recipient: Recipient | None,
    *,
    why: str,
    now: datetime,
    again: bool = False,
) -> Request | None:
    """Draft the next rung for a recipient; None when that recipient has been asked already.

    ``again`` asks all the same: a person wants it, or the item came back after it was gone.

    What cannot be written (no recipient, no route, no basis) becomes a draft that says so: a
    person sees it in the queue instead of nothing happening.
    """
    Sighting.objects.select_for_update().get(pk=sighting.pk)
    code = "" if recipient is None else recipient.code
    if sighting.requests.filter(recipient=code).exists() and not again:
        return None
    request = Request(
        reference=new_reference(), sighting=sighting, rung=_next_rung(sighting, code), recipient=code,
        recipient_kind="" if recipient is None else recipient.kind,
        regime="" if recipient is None else recipient.regime, why=why, drafted_at=now,
        basis="", language="en",
    )  # fmt: skip
    try:
        if recipient is None:
            raise NoRecipient
        write_letter(request, recipient, now=now)
    except AnsimError as error:
        request.problem = error.code
    request.save(force_insert=True)
    record("request.drafted", obj=request, case=sighting.case, fields=["recipient"], at=now)
    if request.ready and standing_approval(request, now) is not None:
        _approve_standing(request, now)
    return request


def _next_rung(sighting: Sighting, code: str) -> int:
    """The ladder's next step; for somebody who was asked before, a step later than then."""
    steps = sighting.requests.filter(recipient_kind__in=("platform", "media_host", "host", "")).count()
    before = sighting.requests.filter(recipient=code).aggregate(top=Max("rung"))["top"] or 0
    return max(steps, before) + 1


def write_letter(request: Request, recipient: Recipient, *, now: datetime) -> None:
    """Fill a request with its letter and checks (not saved).

    Raises NoBasis and the errors of ansim.notices.
    """
    sighting = request.sighting
    request.basis = basis_for(sighting, recipient.kind, now, recipient.code)
    registry = outside.registry()
    language = recipient.routes[0].language if recipient.routes else "en"
    facts = facts_for(
        sighting, recipient.code, request.reference, request.why, request.basis, language
    )
    notice = build_notice(
        facts, recipient, registry.regime(recipient.regime), now=now,
        letter=MEDIA_COPY if request.why == Request.Why.MEDIA_COPY else None,
        zone=ZoneInfo(settings.ANSIM_ZONE), bases=registry.bases,
    )  # fmt: skip
    request.language = notice.language
    request.letter = {
        "subject": notice.subject,
        "body": notice.body,
        "to_address": notice.route.address,
        "fields": [
            {"name": check.name, "label": check.label, "ok": check.ok, "why": check.why}
            for check in notice.fields
        ],
    }
    request.ready, request.problem = notice.ready, "" if notice.ready else "not_ready"


@transaction.atomic
def write_again(case: Case, *, now: datetime) -> int:
    """Write drafts again that lacked a consent; returns how many can be approved now."""
    mended = 0
    for request in Request.objects.filter(
        sighting__case=case, state=Request.State.DRAFT, problem=NoBasis.code
    ).select_related("sighting"):
        mended += rewrite(request, now=now)
    return mended


def rewrite(request: Request, *, now: datetime) -> bool:
    """Write a draft again, for what it lacked may be there now; whether it can be approved."""
    try:
        write_letter(request, outside.registry().recipient(request.recipient), now=now)
    except AnsimError as error:
        request.problem = error.code
    request.save()
    return request.ready


def standing_approval(request: Request, now: datetime) -> object | None:
    """The person's standing approval that covers this request, if there is one."""
    bank = request.sighting.bank
    if bank is not None and bank.active and bank.is_approved(now):
        return bank.approved_by
    if not knows_recipient(request.recipient):
        # Nothing goes to anybody for the first time without a person who read the letter.
        return None
    standing = StandingApproval.objects.filter(
        recipient=request.recipient, why=request.why, given_at__lte=now, ends_at__gt=now, ended_at=None
    ).first()
    return None if standing is None else standing.given_by


def knows_recipient(code: str) -> bool:
    """Whether a notice went to this recipient before."""
    return Request.objects.filter(recipient=code).exclude(sent_at=None).exists()


def _approve_standing(request: Request, now: datetime) -> None:
    request.approved_by = standing_approval(request, now)  # type: ignore[assignment]
    request.approved_at, request.by_standing_approval = now, True
    request.state = Request.State.APPROVED
    request.save()
    record(
        "request.approved_standing", actor=request.approved_by, obj=request,
        case=request.sighting.case, at=now,
    )  # fmt: skip


def first_of(recipients: Iterable[Recipient]) -> Recipient | None:
    """The best recipient of a list, which the registry sorts by closeness."""
    return next(iter(recipients), None)
