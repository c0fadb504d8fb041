"""The staff site's navigation: only rooms that exist and that the reader's role may enter."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from ansim.centre.access.addresses import address_of
from ansim.centre.access.models import Staff
from ansim.centre.access.permissions import can


@dataclass(frozen=True, slots=True)
class Room:
    """A line of the navigation: URL name, word, icon, and the actions of which one is enough."""

    url_name: str
    word: Promise
    icon: str
    actions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Link:
    """A room as shown: address, whether the reader is in it, and a count (None: no count)."""

    room: Room
    address: str
    current: bool
    count: int | None


ELSEWHERE = (
    ("/staff/requests/", "removal-queue"),
    ("/staff/links/", "removal-queue"),
    ("/staff/replies", "removal-queue"),
)
GROUPS: tuple[tuple[Promise, tuple[Room, ...]], ...] = (
    (
        pgettext_lazy("navigation", "Work"),
        (
            Room("staff-today", pgettext_lazy("navigation", "Today"), "today"),
            Room(
                "case-list",
                pgettext_lazy("navigation", "Cases"),
                "cases",
                ("case.list_own", "case.list_all_working"),
            ),
            Room(
                "find",
                pgettext_lazy("navigation", "Find"),
                "search",
                ("case.list_own", "case.list_all_working"),
            ),
            Room(
                "removal-queue",
                pgettext_lazy("navigation", "Removal requests"),
                "queue",
                ("notice.read",),
            ),
            Room(
                "patrol", pgettext_lazy("navigation", "Re-upload watch"), "patrol", ("patrol.read",)
            ),
            Room(
                "patrol-ledger",
                pgettext_lazy("navigation", "Re-upload ledger"),
                "stats",
                ("patrol.read",),
            ),
            Room(
                "recipients",
                pgettext_lazy("navigation", "Recipients"),
                "refer",
                ("recipients.read",),
            ),
        ),
    ),
    (
        pgettext_lazy("navigation", "Figures"),
        (
            Room(
                "statistics",
                pgettext_lazy("navigation", "Statistics"),
                "stats",
                ("statistics.read",),
            ),
        ),
    ),
    (
        pgettext_lazy("navigation", "Accountability"),
        (
            Room(
                "retention",
                pgettext_lazy("navigation", "Retention"),
                "lock",
                ("retention.read",),
            ),
            Room(
                "custody-log",
                pgettext_lazy("navigation", "Custody log"),
                "custody",
                ("custody.read",),
            ),
            Room(
                "acts",
                pgettext_lazy("navigation", "Two people"),
                "met",
                ("case.export_sealed", "case.erase", "escrow.add", "evidence.open_original"),
            ),
            Room(
                "identity-review",
                pgettext_lazy("navigation", "Names"),
                "lock",
                ("identity.review",),
            ),
            Room(
                "staff-waiting",
                pgettext_lazy("navigation", "Give cases back"),
                "refer",
                ("keys.rewrap",),
            ),
            Room(
                "staff-list",
                pgettext_lazy("navigation", "Staff and roles"),
                "people",
                ("staff.manage",),
            ),
        ),
    ),
)


def groups_for(
    staff: Staff, path: str, counts: Mapping[str, int]
) -> Iterator[tuple[Promise, list[Link]]]:
    """Groups with at least one link; the longest address that begins ``path`` is current."""
    shown = [
        (word, [(room, address_of(room.url_name)) for room in rooms if _open(staff, room)])
        for word, rooms in GROUPS
    ]
    addresses = [address for _word, rooms in shown for _room, address in rooms if address]
    within = [a for a in addresses if path == a or path.startswith(a.rstrip("/") + "/")]
    current = _home_of(path) or max(within, key=len, default="")
    for word, rooms in shown:
        links = [
            Link(room, address, address == current, counts.get(room.url_name))
            for room, address in rooms
            if address
        ]
        if links:
            yield word, links


def _home_of(path: str) -> str:
    """The room that a page without an own line of the navigation belongs to."""
    names = (name for start, name in ELSEWHERE if path.startswith(start))
    return address_of(next(names, "")) or ""


def _open(staff: Staff, room: Room) -> bool:
    return not room.actions or any(can(staff, action) for action in room.actions)
