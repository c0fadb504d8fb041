"""When somebody may be reached is what they wrote: sealed, whoever wrote it down and when."""

import pytest
from django.db import connection

from ansim.centre.cases import services
from ansim.centre.cases.header import safe_contact_words
from ansim.centre.cases.models import Case

pytestmark = pytest.mark.django_db
HOURS = "평일 저녁 일곱 시 뒤"


def stored() -> bytes:
    with connection.cursor() as cursor:
        cursor.execute("SELECT contact_box, safe_contact_box FROM cases_case")
        return b"".join(bytes(cell or b"") for row in cursor.fetchall() for cell in row)


def test_hours_are_sealed_with_the_number_and_the_rules_only_say_that_there_are_some(opened):
    rules = {"channel": "sms", "hours": HOURS, "voicemail": False}
    case, key = opened("lee", contact={"phone": "010-1"}, safe_contact=rules)
    case = Case.objects.get()
    assert case.safe_contact == {"channel": "sms", "hours": True, "voicemail": False}
    told = services.read_story(case, key=key, reader=None, now=case.opened_at)
    assert told.contact == {"phone": "010-1", "hours": HOURS}
    assert HOURS not in str(safe_contact_words(case.safe_contact))
    assert HOURS.encode() not in stored()


def test_hours_of_an_older_version_are_sealed_when_the_contact_is_opened(opened):
    case, key = opened("lee", contact={"phone": "010-1"}, safe_contact={"channel": "sms"})
    case.safe_contact = {"channel": "sms", "hours": HOURS}
    case.save()
    for _ in range(2):
        case = Case.objects.get()
        told = services.read_story(case, key=key, reader=None, now=case.opened_at)
        assert told.contact == {"phone": "010-1", "hours": HOURS}
    assert Case.objects.get().safe_contact == {"channel": "sms", "hours": True}


def test_nothing_is_said_of_hours_where_there_are_none(opened):
    case, _ = opened("lee", safe_contact={"channel": "sms", "hours": "  "})
    assert case.safe_contact == {"channel": "sms"}
    assert case.contact_box is None
