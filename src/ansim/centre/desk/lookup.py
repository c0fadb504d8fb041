"""Finding cases by what somebody says or shows: a reference, a number, an e-mail, a link.

Numbers, e-mails and links are looked up by blind index; each look-up is in the custody log with
the name of the field. Cases that the reader may not see are as good as none.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import Q

from ansim.centre.access.models import Staff
from ansim.centre.access.permissions import can
from ansim.centre.cases import contacts, keyring
from ansim.centre.cases.models import Case, KeyWrap
from ansim.centre.cases.queries import visible_cases
from ansim.centre.custody.services import record
from ansim.centre.desk.listing import REFERENCE, find_case
from ansim.centre.materials.addresses import check_link, url_key
from ansim.errors import AnsimError

LONGEST: Final = 2000
PHONE: Final = re.compile(r"\+?[\d\s().·-]{7,30}")
EMAIL: Final = re.compile(r"[^\s@/]{1,64}@[^\s@/]{1,190}\.[^\s@/.]{2,60}")


class NothingTyped(AnsimError):
    """An empty field."""

    code = "nothing_typed"
    sentences = {
        "en": "Type a case reference, a telephone number, an e-mail address or a link.",
        "ko": "사건 번호, 전화번호, 이메일 주소, 링크 가운데 하나를 적어 주세요.",
    }


class NotAnEmail(AnsimError):
    """An at sign, but no address around it."""

    code = "not_an_email"
    sentences = {
        "en": "This e-mail address looks incomplete. Example: name@example.com",
        "ko": "이메일 주소가 덜 적힌 것 같습니다. 예: name@example.com",
    }


class NotFindable(AnsimError):
    """Neither a reference nor a number, an e-mail or a link."""

    code = "not_findable"
    sentences = {
        "en": "This is no case reference, telephone number, e-mail address or link. "
        "Examples: Yeoul-412, 010-1234-5678, name@example.com, example.com/123",
        "ko": "사건 번호, 전화번호, 이메일 주소, 링크가 아닙니다. "
        "예: 여울-412, 010-1234-5678, name@example.com, example.com/123",
    }


class IndexKeyNotHeld(AnsimError):
    """Numbers and e-mails are findable only for those who may open what is sealed."""

    code = "index_key_not_held"
    sentences = {
        "en": "Telephone numbers and e-mail addresses can be looked up only by staff who may open "
        "sealed content. Ask a counsellor, or sign in again.",
        "ko": "전화번호와 이메일은 봉인된 내용을 열 수 있는 직원만 찾을 수 있습니다. "
        "상담사에게 부탁하거나 다시 로그인해 주세요.",
    }


@dataclass(frozen=True, slots=True)
class Looked:
    """What was looked up (``reference``, ``phone``, ``email``, ``link``) and the cases found."""

    field: str
    cases: tuple[Case, ...]


def field_of(typed: str) -> str:
    """What a typed text is. Raises NothingTyped, NotAnEmail, NotFindable."""
    if not typed:
        raise NothingTyped
    if REFERENCE.fullmatch(typed):
        return "reference"
    if PHONE.fullmatch(typed) and any(char.isdigit() for char in typed):
        return "phone"
    if "@" in typed and "/" not in typed:
        if not EMAIL.fullmatch(typed):
            raise NotAnEmail
        return "email"
    if "." not in typed and "/" not in typed:
        raise NotFindable
    return "link"


def look_up(typed: str, *, by: Staff, private: bytes | None, now: datetime) -> Looked:
    """The visible cases of a typed reference, number, e-mail or link.

    Raises NothingTyped, NotAnEmail, NotFindable, MalformedPhone, BadLink, IndexKeyNotHeld.
    """
    typed = unicodedata.normalize("NFKC", typed).strip()[: LONGEST + 1]
    field = field_of(typed)
    if field == "reference":
        case = find_case(by, typed)
        return Looked(field, () if case is None else (case,))
    if field == "link":
        return Looked(field, _by_link(typed, by, now))
    return Looked(field, _by_contact(field, typed, by, private, now))


@transaction.atomic
def _by_link(typed: str, by: Staff, now: datetime) -> tuple[Case, ...]:
    """Cases with a sighting of this address, or with a file there that matched."""
    key = url_key(check_link(typed))
    record("index.looked_up", actor=by, fields=["url"], at=now)
    there = Q(sightings__url_key=key) | Q(sightings__media__url_key=key)
    found = Case.objects.filter(there).order_by().values("pk")
    return tuple(visible_cases(by).filter(pk__in=found))


def _by_contact(
    field: str, typed: str, by: Staff, private: bytes | None, now: datetime
) -> tuple[Case, ...]:
    """Cases with this number or e-mail; contacts that wait for their index get it first."""
    index = None
    if private is not None and can(by, "case.read_sealed"):
        index = keyring.index_key_for_staff(by, private)
    if index is None or private is None:
        raise IndexKeyNotHeld
    cases = visible_cases(by)
    mine = KeyWrap.objects.filter(holder=KeyWrap.Holder.STAFF, staff=by).values("case")
    keys = keyring.sealed_keys_for_staff(by, private)
    contacts.index_waiting(cases.filter(pk__in=mine), keys, index=index)
    return tuple(contacts.look_up(cases, field, typed, index=index, by=by, now=now))
