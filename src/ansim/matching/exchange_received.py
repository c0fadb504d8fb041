"""A list from elsewhere, as it was understood, and taking it into a bank file."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

from ansim.matching.bankfile import BankFile
from ansim.matching.banks import Bank, BankItem


@dataclass(frozen=True, slots=True)
class Received:
    """``withdrawn``: keys that the list's owner deleted, which come without a hash.

    ``passed_over`` counts entries that cannot be used, by their kind in the list's own words.
    """

    bank: Bank
    withdrawn: tuple[str, ...] = ()
    passed_over: dict[str, int] = field(default_factory=dict)
    shape: str = ""


@dataclass(frozen=True, slots=True)
class Taken:
    """What an update did to a bank file."""

    added: int
    replaced: int
    withdrawn: int
    unchanged: int
    kept_withdrawn: int


def take_in(target: BankFile, received: Received, *, now: datetime) -> Taken:
    """Bring a bank file up to date with a list.

    New items are added and changed ones replaced in one transaction, deleted ones withdrawn in a
    second. What was withdrawn in the bank itself stays so, whatever the list says: a person's
    withdrawal outlives the next update. Raises as ``BankFile.add``.
    """
    counts: Counter[str] = Counter()

    def wanted() -> Iterator[BankItem]:
        for item in received.bank.items:
            if item.key not in target:
                counts["added"] += 1
                yield item
                continue
            there = target.item(item.key)
            if there.state == "withdrawn" and item.state != "withdrawn":
                counts["kept_withdrawn"] += 1
            elif _same(there, item):
                counts["unchanged"] += 1
            else:
                counts["replaced"] += 1
                yield item

    changed = tuple(wanted())
    if changed:
        target.add(changed, now=now, replacing=True)
    gone = [
        key for key in received.withdrawn if key in target and target.item(key).state != "withdrawn"
    ]
    if gone:
        target.withdraw(gone, now=now, reason="deleted by the list's owner")
    return Taken(
        added=counts["added"],
        replaced=counts["replaced"],
        withdrawn=len(gone),
        unchanged=counts["unchanged"],
        kept_withdrawn=counts["kept_withdrawn"],
    )


def _same(there: BankItem, item: BankItem) -> bool:
    """Whether the list says nothing new; a local opinion against an item is kept."""
    if there.state == "opinion_against" and item.state == "active":
        there = replace(there, state="active")
    return replace(there, since="", by="", reason="") == replace(item, since="", by="", reason="")
