"""November's figures of a small centre: units, bases, remainders, consent, and nobody twice."""

import csv
import io
import json
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.test import Client
from django.utils import translation

from ansim.centre.access.services import create_staff
from ansim.centre.cases.models import Case, Consent
from ansim.centre.custody.models import CustodyEvent
from ansim.centre.materials.models import Sighting
from ansim.centre.removal.models import Request
from ansim.centre.statistics.errors import NoSuchMonth
from ansim.centre.statistics.months import Month
from ansim.centre.statistics.queries import MonthFigures, month_figures, months
from ansim.centre.statistics.showing import as_csv, safe_cell
from ansim.centre.support.models import Service
from ansim.cli.report import as_json
from ansim.figures import Count, Unit
from tests.centre.doors import let_in

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
CaseOf = Callable[..., Case]
ServiceOf = Callable[[Case, str, datetime], Service]
SightingOf = Callable[..., Sighting]
RequestOf = Callable[..., Request]


def at(day: int, hour: int = 12, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=UTC)


def november() -> MonthFigures:
    return month_figures(2026, 11, now=NOW)


def counts(figures: MonthFigures, code: str) -> dict[str, int]:
    return {row.code: row.count for row in figures.table(code).rows if row.count}


def test_a_person_is_counted_once_and_a_request_is_one_support(
    case_of: CaseOf, service_of: ServiceOf, sighting_of: SightingOf, request_of: RequestOf
) -> None:
    mina, bora = case_of(), case_of()
    case_of()  # came, but nothing was done in the month
    service_of(mina, "psychological", at(3))
    service_of(mina, "deletion", at(4))
    link = sighting_of(mina, at(3))
    request_of(link, at(4), "platform")
    request_of(link, at(9), "host")
    request_of(sighting_of(bora, at(3)), at(5), "search")
    request_of(link, at(6), "police")  # facts for the police are no request for removal
    request_of(sighting_of(bora, at(3)), None)  # a draft is no support
    figures = november()
    assert figures.people == Count(Unit.PERSON, 2)
    assert counts(figures, "supports") == {
        "deletion": 4, "psychological": 1, "investigation_legal": 1
    }  # fmt: skip
    assert counts(figures, "requests") == {
        "platform": 1, "host": 1, "search": 1, "police": 1
    }  # fmt: skip
    assert figures.supports == Count(Unit.SUPPORT, 6)
    assert figures.table("requests").unit is Unit.REQUEST
    assert all(check.ok for check in figures.checks)
    said = [check.text["en"] for check in figures.checks]
    assert "Removal supports: removal requests sent 3 + recorded 1 = 4" in said


def test_a_month_begins_at_midnight_in_seoul(case_of: CaseOf, service_of: ServiceOf) -> None:
    case = case_of()
    service_of(case, "planning", datetime(2026, 10, 31, 14, 59, tzinfo=UTC))  # 23:59 in Seoul
    service_of(case, "medical", datetime(2026, 10, 31, 15, 0, tzinfo=UTC))  # 1 November, 00:00
    service_of(case, "litigation", datetime(2026, 11, 30, 15, 0, tzinfo=UTC))  # 1 December
    assert counts(november(), "supports") == {"medical": 1}
    assert counts(month_figures(2026, 10, now=NOW), "supports") == {"planning": 1}
    assert months() == [(2026, 12), (2026, 11), (2026, 10)]


def test_who_did_not_consent_is_in_n_and_in_no_class(
    case_of: CaseOf, service_of: ServiceOf
) -> None:
    mina = case_of(age="twenties", harms=("threat", "distribution"))
    bora = case_of(age="teen", harms=("threat",), consents=False)
    sori = case_of(age="thirties")
    for case in (mina, bora, sori):
        service_of(case, "psychological", at(3))
    Consent.objects.filter(case=sori).update(withdrawn_at=at(20))
    age, harm = november().table("age"), november().table("harm")
    assert (age.n, age.unit) == (3, Unit.PERSON)
    assert counts(november(), "age") == {"twenties": 1, "rest": 2}
    assert (harm.n, harm.unit, harm.multiple) == (3, Unit.CASE, True)
    assert counts(november(), "harm") == {"distribution": 1, "threat": 1, "rest": 2}
    assert age.rows[-1].is_rest
    assert age.rows[-1].share == "66.7%"
    assert age.note is not None
    assert "2명" in age.note["ko"]


def test_unknown_and_retired_words_stay_as_rows(case_of: CaseOf, service_of: ServiceOf) -> None:
    for age in ("unknown", "baby_boomer"):
        service_of(case_of(age=age), "old_kind", at(3))
    figures = november()
    assert counts(figures, "age") == {"unknown": 1, "baby_boomer": 1}
    assert counts(figures, "harm") == {"unknown": 2}
    assert counts(figures, "supports") == {"old_kind": 2}


def test_confirmed_removals_are_told_apart_from_what_stands_unclear_or_came_back(
    case_of: CaseOf, sighting_of: SightingOf, request_of: RequestOf
) -> None:
    case = case_of()
    gone = sighting_of(case, at(2), verdicts={3: "present", 9: "gone_confirmed"})
    request_of(gone, at(4))
    sighting_of(case, at(2), verdicts={9: "gone_confirmed", 12: "present"})
    sighting_of(case, at(2), verdicts={9: "gone_provisional"})
    sighting_of(case, at(2), verdicts={3: "present", 9: "unknown"})
    sighting_of(case, at(2))  # never looked at
    sighting_of(case, at(2, month=10), verdicts={at(9, month=10): "gone_confirmed"})  # October's
    sighting_of(case, at(2), verdicts={at(2, month=12): "gone_confirmed"})  # December's
    figures = november()
    assert figures.gone == Count(Unit.SIGHTING, 2)
    assert figures.gone_but_back == Count(Unit.SIGHTING, 1)
    assert counts(figures, "standing") == {
        "gone_confirmed": 1, "gone_provisional": 1, "present": 1, "unknown": 3,
    }  # fmt: skip
    note = figures.table("standing").note
    assert note is not None
    assert "asked about: 1; no longer so at its end: 1" in note["en"]
    assert all(check.ok for check in figures.checks)


def test_places_and_hits_count_places_not_people(case_of: CaseOf, sighting_of: SightingOf) -> None:
    case = case_of()
    sighting_of(case, at(3), place="sns")
    sighting_of(case, at(3), place="sns", origin="watch", matched_at=at(4))
    sighting_of(case, at(3), place="unknown", origin="search")  # found, but nothing matched
    sighting_of(case, at(3, month=10), place="adult", origin="watch", matched_at=at(4))
    figures = november()
    assert counts(figures, "places") == {"sns": 2, "unknown": 1}
    assert counts(figures, "patrol") == {"watch": 1}
    assert figures.table("places").unit is Unit.SIGHTING


@pytest.mark.parametrize("typed", ["2026-13", "November", "2026-1", "=1+1", "1926-11"])
def test_what_is_no_month_gets_a_sentence(typed: str) -> None:
    with pytest.raises(NoSuchMonth) as refused:
        Month.parse(typed)
    assert "2026-11처럼" in refused.value.sentence("ko")


def test_a_spreadsheet_runs_no_formula() -> None:
    for evil in ("=HYPERLINK(1)", "+1", "-1", "@SUM(1)", "\tx", "\rx"):
        assert safe_cell(evil) == f"'{evil}"
    assert safe_cell("Removal") == "Removal"
    assert safe_cell(-3) == -3


def test_the_file_holds_the_values_of_the_tables(case_of: CaseOf, service_of: ServiceOf) -> None:
    service_of(case_of(), "=cmd", at(3))
    with translation.override("en"):
        rows = list(csv.DictReader(io.StringIO(as_csv(november()))))
    supports = {row["class"]: row for row in rows if row["table"] == "supports"}
    assert supports["'=cmd"]["label"] == "'=cmd"
    assert supports["'=cmd"]["count"] == "1"
    assert supports["'=cmd"]["share_percent"] == "100.0"
    assert supports["medical"]["n"] == "1"
    assert {row["release"] for row in rows} == {"internal"}


def test_the_command_lines_object_keeps_units_and_checks(
    case_of: CaseOf, service_of: ServiceOf
) -> None:
    service_of(case_of(), "medical", at(3))
    said = json.loads(json.dumps(as_json(november())))
    assert said["month"] == "2026-11"
    assert said["release"] == "internal"
    assert said["people"] == 1
    assert {table["unit"] for table in said["tables"]} >= {"person", "support", "sighting"}
    assert all(check["ok"] for check in said["checks"])


@pytest.fixture
def yoon() -> Client:
    """The analyst Yoon, signed in and reading Korean."""
    client = Client()
    staff = create_staff("yoon", "still water runs deep", "윤 분석가", "Yoon", "analyst", "ko")
    return let_in(client, staff)


def test_yoon_reads_the_month_in_both_languages_and_takes_the_file(
    yoon: Client, case_of: CaseOf, service_of: ServiceOf
) -> None:
    service_of(case_of(age="twenties"), "psychological", at(3))
    page = yoon.get("/staff/statistics?month=2026-11").content.decode()
    assert "2026년 11월" in page
    assert "내부용" in page
    assert "단위: 지원 · n = 1" in page
    assert "합계 맞음" in page
    yoon.cookies["ansim_lang"] = "en"
    page = yoon.get("/staff/statistics?month=2026-11").content.decode()
    assert "November 2026" in page
    assert "Unit: support · n = 1" in page
    file = yoon.post("/staff/statistics/csv", {"month": "2026-11"})
    assert file["Content-Disposition"] == 'attachment; filename="internal-figures-2026-11.csv"'
    assert file.content.decode("utf-8-sig").startswith("release,month")
    assert CustodyEvent.objects.filter(action="figures.exported").count() == 1
    assert yoon.get("/staff/statistics?month=2031-01").status_code == 400


def test_nothing_to_count_is_said_and_an_operator_may_not_look(yoon: Client) -> None:
    assert "아직 셀 것이 없습니다" in yoon.get("/staff/statistics").content.decode()
    client = Client()
    assert client.get("/staff/statistics").status_code == 302
    olga = create_staff("olga", "still water runs deep", "올가", "Olga", "operator", "en")
    let_in(client, olga)
    assert client.get("/staff/statistics").status_code == 403
