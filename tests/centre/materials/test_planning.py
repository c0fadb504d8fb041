"""Plans of looks in the centre: what is learned of a host, and what moves a link's next look."""

from datetime import UTC, datetime, timedelta

import pytest

from ansim.centre import clock
from ansim.centre.cases.keyring import make_working_key
from ansim.centre.cases.models import Case
from ansim.centre.materials import due, planning
from ansim.centre.materials.models import HostRate, Look, LookPlan, Sighting
from ansim.centre.materials.services import add_link
from ansim.verdicts import Judgement, Verdict

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def noon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


def mina(**fields: object) -> Case:
    case = Case.objects.create(
        reference=f"여울-{Case.objects.count()}", opened_at=NOW, channel="web", **fields
    )
    make_working_key(case)
    return case


def link(case: Case, host: str = "byeok.test", **fields: object) -> Sighting:
    made = add_link(case, f"https://{host}/{Sighting.objects.count()}", now=NOW)
    Sighting.objects.filter(pk=made.pk).update(verdict=Verdict.PRESENT, matched_at=NOW, **fields)
    made.refresh_from_db()
    return made


def looked(sighting: Sighting, verdict: Verdict, at: datetime) -> None:
    sighting.looks_done += 1
    Look.objects.create(sighting=sighting, number=sighting.looks_done, at=at, verdict=verdict)
    planning.learn(sighting, Judgement(verdict, ()), now=at)


def test_time_that_it_stayed_is_exposure_and_its_first_miss_is_one_removal() -> None:
    seen = link(mina())
    looked(seen, Verdict.PRESENT, NOW)
    looked(seen, Verdict.UNKNOWN, NOW + DAY)
    assert not HostRate.objects.exists()
    looked(seen, Verdict.PRESENT, NOW + 3 * DAY)
    row = HostRate.objects.get()
    assert (row.host, row.events, row.exposure) == ("byeok.test", 0.0, 3.0)
    looked(seen, Verdict.GONE_PROVISIONAL, NOW + 5 * DAY)
    looked(seen, Verdict.GONE_CONFIRMED, NOW + 8 * DAY)
    row.refresh_from_db()
    assert row.events == 1.0
    assert 3.0 < row.exposure <= 4.0
    looked(seen, Verdict.PRESENT, NOW + 20 * DAY)
    looked(seen, Verdict.GONE_PROVISIONAL, NOW + 21 * DAY)
    row.refresh_from_db()
    assert row.events == 2.0


def test_a_link_that_never_was_seen_teaches_nothing() -> None:
    seen = link(mina())
    looked(seen, Verdict.GONE_PROVISIONAL, NOW)
    looked(seen, Verdict.UNKNOWN, NOW + DAY)
    assert not HostRate.objects.exists()


def wait(sighting: Sighting, verdict: Verdict = Verdict.PRESENT) -> float:
    moment, _ = planning.next_look_of(sighting, Judgement(verdict, ()), now=NOW)
    return (moment - NOW) / DAY


def test_hosts_that_act_fast_are_looked_at_more_often_than_those_that_answer_nobody() -> None:
    case = mina()
    HostRate.objects.create(host="fast.test", events=40, exposure=20, updated_at=NOW)
    HostRate.objects.create(host="deaf.test", events=0, exposure=900, updated_at=NOW)
    fast, usual, deaf = (link(case, host) for host in ("fast.test", "new.test", "deaf.test"))
    assert wait(fast) < wait(usual) < wait(deaf)


@pytest.mark.parametrize(
    "who", [{"age": "under_14"}, {"flags": ["minor"]}, {"flags": ["danger_now"]}, {"threat_deadline": NOW}]
)
def test_the_young_and_those_in_danger_wait_less(who: dict[str, object]) -> None:
    plain, urgent = link(mina()), link(mina(**who))
    assert wait(urgent) < wait(plain)
    planning.renew(now=NOW)
    factors = dict(Sighting.objects.values_list("pk", "case__age"))
    assert len(factors) == 2
    assert {round(one.weight, 1) for one in planning._waiting(planning.weights())} == {1.0, 2.0}


def test_the_look_is_never_later_than_the_end_of_somebodys_time(monkeypatch) -> None:
    seen = link(mina())
    monkeypatch.setattr(planning, "_promises", [lambda _s, now: now + timedelta(hours=9), lambda _s, _n: None])
    moment, reason = planning.next_look_of(seen, Judgement(Verdict.PRESENT, ()), now=NOW)
    assert (moment, reason.code) == (NOW + timedelta(hours=9), "look_at_promise")


def test_the_plan_is_renewed_once_a_day_and_only_when_something_is_looked_at() -> None:
    assert due.next_plan(NOW) is None
    case = mina()
    for number in range(30):
        link(case, f"host{number}.test")
    due.renew_plan(NOW)
    made = LookPlan.objects.get()
    assert (made.links, round(made.looks_a_day)) == (30, 30)
    due.renew_plan(NOW + timedelta(hours=23))
    assert LookPlan.objects.count() == 1
    due.renew_plan(NOW + DAY)
    assert LookPlan.objects.count() == 2


def test_a_small_budget_makes_everybody_wait_longer(settings) -> None:
    case = mina()
    links = [link(case, f"host{number}.test") for number in range(20)]
    before = wait(links[0])
    settings.ANSIM_LOOKS_A_DAY = 5
    made = planning.renew(now=NOW)
    assert made.looks_a_day == pytest.approx(5, rel=0.01)
    assert wait(links[0]) == pytest.approx(4.0, rel=0.05)
    assert wait(links[0]) > before


def test_many_links_of_one_domain_wait_so_that_the_domain_is_not_burdened(settings) -> None:
    case = mina()
    settings.ANSIM_LOOKS_A_DOMAIN = 4
    many = [link(case, f"s{number % 3}.example.com") for number in range(12)]
    other = link(case, "small.test")
    planning.renew(now=NOW)
    spared = LookPlan.objects.get().spared
    assert spared == {"example.com": pytest.approx(3.0, rel=0.1)}
    assert wait(many[0]) == pytest.approx(3 * wait(other), rel=0.01)
    _, reason = planning.next_look_of(many[0], Judgement(Verdict.PRESENT, ()), now=NOW)
    assert reason.code == "look_polite"
    settings.ANSIM_LOOKS_A_DOMAIN = 400
    planning.renew(now=NOW)
    assert LookPlan.objects.first().spared == {}


def test_what_is_gone_or_unclear_is_paid_from_the_same_budget(settings) -> None:
    case = mina()
    for number in range(10):
        link(case, f"host{number}.test")
    settings.ANSIM_LOOKS_A_DAY = 10
    assert planning.renew(now=NOW).looks_a_day == pytest.approx(10)
    for number in range(12):
        gone = link(case, f"gone{number}.test")
        Sighting.objects.filter(pk=gone.pk).update(verdict=Verdict.GONE_CONFIRMED, verdict_at=NOW)
    assert planning.renew(now=NOW).looks_a_day == pytest.approx(4)
    Sighting.objects.filter(verdict=Verdict.GONE_CONFIRMED).update(verdict_at=NOW - 100 * DAY)
    assert planning.renew(now=NOW).looks_a_day == pytest.approx(9.6)


def test_a_new_plan_brings_forward_what_an_older_one_had_put_off() -> None:
    seen = link(mina())
    Sighting.objects.filter(pk=seen.pk).update(last_look_at=NOW - 2 * DAY, next_look_at=NOW + 15 * DAY)
    planning.renew(now=NOW)
    seen.refresh_from_db()
    assert seen.next_look_at == NOW
    planning.renew(now=NOW)
    Sighting.objects.filter(pk=seen.pk).update(last_look_at=NOW, next_look_at=NOW + timedelta(hours=20))
    planning.renew(now=NOW)
    seen.refresh_from_db()
    assert seen.next_look_at == NOW + timedelta(hours=20)


def test_a_wrong_weight_is_named(monkeypatch, tmp_path) -> None:
    text = planning.Path(planning.__file__).with_name("look_weights.toml").read_text()
    (tmp_path / "look_weights.toml").write_text(text.replace("bank = 3.0", "bank = -1.0"))
    monkeypatch.setattr(planning, "__file__", str(tmp_path / "planning.py"))
    planning.weights.cache_clear()
    with pytest.raises(planning.LookWeightsError) as caught:
        planning.weights()
    assert "weights.bank" in caught.value.sentence("ko")
    planning.weights.cache_clear()


def test_a_link_that_is_looked_at_while_the_plan_is_made_keeps_its_new_time(monkeypatch) -> None:
    case, later = mina(), NOW + 20 * DAY
    seen, other = (link(case, host, next_look_at=later) for host in ("a.test", "b.test"))
    made = planning.plan

    def slowly(*asked: object, **more: object) -> object:
        Sighting.objects.filter(pk=seen.pk).update(next_look_at=later + DAY)
        return made(*asked, **more)

    monkeypatch.setattr(planning, "plan", slowly)
    planning.renew(now=NOW)
    seen.refresh_from_db()
    other.refresh_from_db()
    assert seen.next_look_at == later + DAY
    assert other.next_look_at < NOW + 3 * DAY
