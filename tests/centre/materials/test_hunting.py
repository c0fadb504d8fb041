"""What is hunted: a bank's items are opened once, and anew when the bank changes."""

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from ansim.centre.cases.keyring import make_working_key
from ansim.centre.cases.models import Case
from ansim.centre.materials import hunting
from ansim.centre.materials.banks import add_copy, import_bank
from ansim.centre.materials.models import Bank, Material, Sighting
from ansim.centre.materials.services import add_material
from ansim.fingerprints import Fingerprint
from ansim.matching import Bank as HashList
from ansim.matching import BankItem

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


def pdq_of(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()


def found(name: str) -> Fingerprint:
    return Fingerprint("picture", pdq_of(name), 90, "1" * 32, "2" * 40, pdq_of(name + "'"), 9, 9, "PNG")


def listed(*names: str, withdrawn: tuple[str, ...] = ()) -> Bank:
    items = tuple(BankItem(key=name, pdq=pdq_of(name), quality=90) for name in names)
    return import_bank(
        HashList(items=items), name="list", owner="o", purpose="p", terms="t", origin="f",
        legal_basis="kr", now=NOW, withdrawn=withdrawn,
    )  # fmt: skip


def hunts(name: str) -> bool:
    return bool(hunting.hunt_of([], Bank.objects.filter(active=True)).match(found(name)))


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The banks that were opened, each time anew."""
    names: list[str] = []
    real = hunting._hunted_of

    def told(bank_id):
        names.append(str(Bank.objects.get(pk=bank_id)))
        return real(bank_id)

    monkeypatch.setattr(hunting, "_hunted_of", told)
    hunting._bank_index.cache_clear()
    yield names
    hunting._bank_index.cache_clear()


def test_a_bank_is_opened_once_until_it_changes(opened: list[str]) -> None:
    listed("one", "two")
    assert [hunts("one"), hunts("two"), hunts("three")] == [True, True, False]
    assert opened == ["list"]
    listed(withdrawn=("one",))
    assert [hunts("one"), hunts("two")] == [False, True]
    add_copy(Material.objects.get(number=2), found("three"), now=NOW)
    assert hunts("three")
    assert opened == ["list"] * 3
    listed()
    Bank.objects.update(active=False)
    assert not hunts("two")


def test_a_link_is_looked_at_for_its_own_case_or_bank_alone(opened: list[str]) -> None:
    bank, mina = listed("one"), Case.objects.create(reference="여울-1", opened_at=NOW, channel="web")
    make_working_key(mina)
    add_material(mina, found("hers"), now=NOW)
    of_mina = hunting.hunt_for(Sighting(case=mina))
    assert [bool(of_mina.match(found(name))) for name in ("hers", "one")] == [True, False]
    assert opened == []
    of_bank = hunting.hunt_for(Sighting(bank=bank))
    assert [bool(of_bank.match(found(name))) for name in ("hers", "one")] == [False, True]
