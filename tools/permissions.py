"""Who gets which answer at which address: docs/permissions.md, made by asking.

    .venv/bin/python -m tools.permissions

Every address of the site is asked, with GET and with POST, by somebody of every role for an own,
a shared, a foreign and a closed case, and by nobody, a closed account, somebody half-way in and a
person with a receipt code. tests/centre/test_walk.py asks again and compares. Each request is
undone before the next one. An address with a new kind of thing in it is taught in walkers.py.
"""

import os
import re
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from tools.walkers import CASES, Visitor, World

DOCUMENT = Path(__file__).resolve().parents[1] / "docs" / "permissions.md"
# The answers as the table writes them.
YES, NO, HIDDEN, DOOR, CODE, NONE = "yes", "no", "404", "door", "code", "–"
METHODS = ("GET", "POST")
# What an address wants to be told besides, lest it answers that there is nothing.
TOLD = {
    "case-consent-give": {"purpose": "search"},
    "case-consent-withdraw": {"purpose": "search"},
    "case-hash-lists": {"recipient": "jimun"},
}
# Ids of things that belong to no case.
CENTRE_IDS = frozenset({"bank_id", "host_id", "near_id", "staff_id", "target_id"})
STATUS = {403: NO, 404: HIDDEN, 405: NONE}
# What differs between two answers that say the same: the token, the nonce, the id that was asked.
NOISE = re.compile(
    r'name="csrfmiddlewaretoken" value="[^"]*"|nonce="[^"]*"|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}'
)
HEAD = """\
# Who may do what: every address, every role

Made by `python -m tools.permissions` with real requests, and asked again by `tests/centre/test_walk.py`; do
not edit it by hand. What a role may do stands in `src/ansim/centre/access/roles.toml`, which acts
need two people in `joint_acts.toml` beside it. What is written in neither is not allowed.

| answer | means |
| --- | --- |
| yes | the role gets the page, or its form is taken (what is typed may still be refused) |
| no | a page with one sentence says that the role does not include it (403) |
| 404 | the thing is not there for them: byte for byte what one that does not exist answers |
| door | to the sign-in, or to the second step for somebody half-way in |
| code | to the page where a receipt code is typed |
| – | the address does not know this method (405) |

Four answers in one cell are for an *own / shared / foreign / closed* case, two of a person for their
*own* case and *another's*; one answer holds for all.
**action** is what the role must hold before anything else is asked; an address may ask for more inside.
**again** means that a password or a passkey of the last ten minutes is asked for first.
"""


@dataclass(frozen=True, slots=True)
class Address:
    """One address of the site: its name, its route, and what it needs to be filled in."""

    name: str
    route: str
    needs: tuple[str, ...]
    action: str
    fresh: bool

    @property
    def is_staff(self) -> bool:
        """Whether it belongs to the staff site."""
        return self.route == "staff" or self.route.startswith("staff/")


@dataclass(slots=True)
class Walk:
    """What was asked: (address, method) -> visitor -> answers, and what went wrong."""

    answers: dict[tuple[Address, str], dict[str, tuple[str, ...]]] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)


def addresses() -> list[Address]:
    """Every pattern of the URLconf, in its order."""
    from django.urls import URLPattern, get_resolver

    def inside(resolver: Any, before: str) -> Iterator[Address]:
        for entry in resolver.url_patterns:
            route = before + str(entry.pattern)
            if not isinstance(entry, URLPattern):
                yield from inside(entry, route)
                continue
            view = entry.callback
            yield Address(
                entry.name or route,
                route,
                tuple(entry.pattern.converters),
                getattr(view, "case_action", "") or getattr(view, "staff_action", ""),
                bool(getattr(view, "needs_fresh", False)),
            )

    return list(inside(get_resolver(), ""))


def fill(address: Address, things: Mapping[str, Any], shared: Mapping[str, Any]) -> str:
    """The path of an address. Raises KeyError for a kind of thing that nobody taught."""
    path = "/" + address.route
    for need in address.needs:
        known = things[need] if need in things else shared[need]
        path = re.sub(rf"<(\w+:)?{need}>", str(known), path)
    return path


def ask(visitor: Visitor, method: str, path: str, told: Mapping[str, str] | None = None) -> Any:
    """One request, undone afterwards in the database and in the browser."""
    from django.db import transaction

    with transaction.atomic():
        visitor.client.cookies = visitor.cookies.copy()
        send = visitor.client.get if method == "GET" else visitor.client.post
        # A browser never sends an empty form: the token is in each.
        answer = send(path, {**(told or {}), "csrfmiddlewaretoken": "x"})
        if hasattr(answer, "streaming_content"):
            answer.close()
        transaction.set_rollback(True)
    return answer


def word(answer: Any) -> str:
    """An answer as the table writes it."""
    if answer.status_code in STATUS:
        return STATUS[answer.status_code]
    if answer.status_code in {301, 302, 303}:
        from django.urls import reverse

        where = urlsplit(answer.headers["Location"]).path
        if where in {reverse(f"staff-{one}") for one in ("sign-in", "second", "enrol", "again")}:
            return DOOR
        if where == reverse("enter"):
            return CODE
    return YES if answer.status_code < 500 else str(answer.status_code)


def plain(answer: Any) -> bytes:
    """What an answer says, without what differs each time."""
    return NOISE.sub("", answer.content.decode(errors="replace")).encode()


def of_case(address: Address) -> bool:
    """Whether the answer may hang on whose case it is."""
    return any(need.endswith("_id") and need not in CENTRE_IDS for need in address.needs)


def walk(world: World) -> Walk:
    """Ask everything."""
    done = Walk()
    for address in addresses():
        for method in METHODS:
            row: dict[str, tuple[str, ...]] = {}
            for visitor in [*world.visitors, *world.outsiders]:
                if visitor in world.visitors and not address.is_staff:
                    continue
                kinds = _kinds(world, visitor, address)
                row[visitor.name] = tuple(
                    _one(done, world, visitor, address, method, kind) for kind in kinds
                )
            done.answers[address, method] = row
    return done


def _kinds(world: World, visitor: Visitor, address: Address) -> tuple[str, ...]:
    if not of_case(address):
        return CASES[:1]
    if visitor in world.visitors:
        return CASES
    return ("own", "foreign") if visitor.name == "person" and not address.is_staff else CASES[:1]


def _one(
    done: Walk, world: World, visitor: Visitor, address: Address, method: str, kind: str
) -> str:
    path = fill(address, visitor.things[kind], world.shared)
    answer = ask(visitor, method, path, TOLD.get(address.name))
    said = word(answer)
    if said.isdigit() and said != HIDDEN:
        done.faults.append(f"{method} {address.route} answers {said} to {visitor.name}")
    if said == HIDDEN and kind == "foreign":
        nowhere = {
            need: uuid4() for need, value in visitor.things[kind].items() if isinstance(value, UUID)
        }
        other = ask(visitor, method, fill(address, nowhere, world.shared), TOLD.get(address.name))
        if other.status_code != answer.status_code or plain(other) != plain(answer):
            done.faults.append(f"{method} {address.route} tells {visitor.name} that a case exists")
    return said


def cell(answers: tuple[str, ...]) -> str:
    """``yes``, or ``yes / yes / 404 / yes``."""
    return answers[0] if len(set(answers)) == 1 else " / ".join(answers)


def markdown(done: Walk, world: World) -> str:
    """The document."""
    outside = [one.name for one in world.outsiders]
    lines = [HEAD, "## The staff site", ""]
    lines += _table(done, ["action", "again", *world.roles, "everybody else"], staff=True)
    lines += ["", "*Everybody else*: " + ", ".join(outside) + ".", "", "## Everything else", ""]
    lines += _table(done, outside, staff=False)
    return "\n".join(lines) + "\n"


def _table(done: Walk, columns: list[str], *, staff: bool) -> list[str]:
    lines = [
        f"| address | method | {' | '.join(columns)} |",
        f"| --- | --- |{' --- |' * len(columns)}",
    ]
    for (address, method), row in done.answers.items():
        if address.is_staff != staff:
            continue
        if staff:
            roles = [cell(row[name]) for name in columns[2:-1]]
            others = [row[name] for name in row if name not in columns]
            rest = sorted({said for one in others for said in one})
            cells = [
                f"`{address.action}`" if address.action else "",
                "again" if address.fresh else "",
            ]
            cells += [*roles, " / ".join(rest)]
        else:
            cells = [cell(row[name]) for name in columns]
        if all(one in {NONE, ""} for one in cells[2 if staff else 0 :]):
            continue
        lines.append(f"| `/{address.route}` | {method} | {' | '.join(cells)} |")
    return lines


def main() -> None:
    """Set a test database up, walk, write the document."""
    home = tempfile.mkdtemp(prefix="ansim-walk-")
    os.environ |= {
        "ANSIM_HOME": home, "ANSIM_MODE": "test", "DJANGO_SETTINGS_MODULE": "ansim.centre.settings",
    }  # fmt: skip
    import django
    from django.db import transaction
    from django.test.utils import get_runner, setup_test_environment

    django.setup()
    setup_test_environment()
    runner = get_runner(django.conf.settings)(verbosity=0, interactive=False)
    before = runner.setup_databases()
    try:
        with transaction.atomic():
            world = World()
            done = walk(world)
            world.close()
            DOCUMENT.write_text(markdown(done, world), encoding="utf-8")
            transaction.set_rollback(True)
    finally:
        runner.teardown_databases(before)
    for fault in done.faults:
        print(fault, file=sys.stderr)
    print(f"{len(done.answers)} rows in {DOCUMENT}; {len(done.faults)} faults")


if __name__ == "__main__":
    main()
