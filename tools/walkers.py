"""Who walks through the site for docs/permissions.md: people of every role, and what they meet."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from time import time
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

# Of people in a database that is dropped.
PASSWORD = "still water runs deep"
CASES = ("own", "shared", "foreign", "closed")


@dataclass(slots=True)
class Visitor:
    """Somebody with a browser; ``things`` by kind of case fill the addresses in."""

    name: str
    client: Any
    things: Mapping[str, Mapping[str, Any]]
    cookies: Any = None


class World:
    """A small centre in the database: somebody of each role, with cases and all that is in them."""

    def __init__(self) -> None:
        from django.test import override_settings

        from ansim.centre import clock, outside
        from ansim.centre.access.roles import roles

        self.now = clock.now()
        folder = Path(outside.__file__).parents[1] / "sandbox" / "recipients"
        self.recipients = override_settings(ANSIM_RECIPIENTS=folder)
        self.recipients.enable()
        self.number = 0
        self.roles = list(roles().roles)
        self.colleague, _ = self._staff("colleague", "supervisor")
        self.shared = dict(self._common())
        self.visitors = [self._of_role(role) for role in self.roles]
        self.outsiders = [self._nobody(), self._closed(), self._half(), self._person()]

    def close(self) -> None:
        """Put the settings back."""
        self.recipients.disable()

    def _staff(self, username: str, role: str) -> tuple[Any, bytes]:
        from ansim.centre.access.services import create_staff
        from ansim.vault import open_staff_key

        made = create_staff(username, PASSWORD, username, username.title(), role, "en")
        return made, open_staff_key(bytes(made.private_box), PASSWORD)

    def _common(self) -> Iterator[tuple[str, Any]]:
        from ansim.centre.materials.models import Bank
        from ansim.centre.patrol.ledger import row_id
        from ansim.centre.patrol.models import Target
        from ansim.centre.retention.services import erase

        bank = Bank.objects.create(
            name="Bank", owner="o", purpose="p", terms="t", origin="o", legal_basis="kr",
            imported_at=self.now,
        )  # fmt: skip
        target = Target.objects.create(
            code="list", host="list.test", source="list_page", url="https://list.test/", place="adult", from_file=False,
            legal_basis="kr",
        )  # fmt: skip
        yield "host_id", row_id("host", "byeok.test")
        yield "bank_id", bank.pk
        yield "target_id", target.pk
        yield "near_id", self._near_hit(bank).pk
        yield "kind_of_source", "list_page"
        erased = self._things([self.colleague], receipt=None)["case"]
        yield "key", erase(erased, asked_by=None, now=self.now).pk
        yield "staff_id", self._staff("other", "counsellor")[0].pk
        yield "factor", uuid4()
        yield "kind", "case.export_sealed"
        yield "code", "en"
        yield "number", 1

    def _near_hit(self, bank: Any) -> Any:
        from ansim.centre.cases.keyring import make_working_key
        from ansim.centre.materials.models import Material
        from ansim.centre.patrol.models import NearHit

        make_working_key(bank)
        item = Material.objects.create(
            bank=bank, number=1, key="1", kind="picture", quality=90, added_at=self.now
        )
        return NearHit.objects.create(
            bank=bank, material=item, host="byeok.test", media_key="k", distance=40,
            found_at=self.now,
        )  # fmt: skip

    def _things(
        self, holders: list[Any], *, closed: bool = False, receipt: Any = None
    ) -> dict[str, Any]:
        """A case that ``holders`` hold, the first in charge, and one of everything in it."""
        from ansim.centre.access import joint
        from ansim.centre.cases import identity
        from ansim.centre.cases.services import CaseFacts, close_case, open_case

        facts = CaseFacts("en", "web", story="told", contact={"name": "somebody"})
        case, key = open_case(facts, now=self.now, holders=holders, receipt=receipt)
        case.owner = holders[0]
        case.save(update_fields=["owner"])
        why = "It is needed for this walk."
        act = joint.ask("case.export_sealed", case, self.colleague, why, self.now, key=key)
        asked = identity.ask(
            case, by=self.colleague, purpose="reach", reason=why, key=key, now=self.now
        )
        shown = identity.show(
            case, by=self.colleague, purpose="reach", reason=why, key=key, now=self.now
        )
        self.number += 1
        ids = {"case_id": case.pk, "act_id": act.pk, "ask_id": asked.pk}
        ids |= {"showing_id": shown.showing.pk, **self._removal(case)}
        if closed:
            close_case(case, by=holders[0], now=self.now)
        return {"case": case, **ids}

    def _removal(self, case: Any) -> dict[str, Any]:
        from ansim.centre import outside
        from ansim.centre.cases.services import give_consent
        from ansim.centre.materials.models import Material, Sighting
        from ansim.centre.patrol.models import Lead
        from ansim.centre.removal.drafting import draft_request
        from ansim.centre.removal.models import HashList, Reply

        for purpose in ("hold", "search", "notify"):
            give_consent(case, purpose, now=self.now - timedelta(days=1))
        link = Sighting.objects.create(
            case=case, number=1, url=f"https://byeok.test/{self.number}", host="byeok.test",
            url_key=f"{self.number:064}", place="adult", found_at=self.now, origin="given",
            distance=4, verdict="present", matched_at=self.now, verdict_at=self.now,
        )  # fmt: skip
        recipient = outside.registry().responsible("byeok.test", ("platform", "search"))[0]
        request = draft_request(link, recipient, why="first", now=self.now)
        assert request is not None
        mail = f"mail-{self.number}"
        reply = Reply.objects.create(
            request=request, mail_key=mail, kind="reply", received_at=self.now
        )
        material = Material.objects.create(
            case=case, number=1, kind="picture", quality=90, added_at=self.now
        )
        listed = HashList.objects.create(
            reference=f"H-{self.number}", case=case, kind="share", recipient="jimun",
            regime="hash_sharing", drafted_at=self.now, basis="consent", language="en",
        )  # fmt: skip
        lead = Lead.objects.create(
            case=case, host="byeok.test", url_key=f"lead{self.number:060}", score=0.5,
            found_at=self.now,
        )  # fmt: skip
        return {
            "lead_id": lead.pk, "link_id": link.pk, "sighting_id": link.pk, "request_id": request.pk,
            "reply_id": reply.pk, "material_id": material.pk, "list_id": listed.pk,
        }  # fmt: skip

    def _of_role(self, role: str) -> Visitor:
        from django.test import Client

        staff, private = self._staff(f"w-{role.replace('_', '-')}", role)
        stranger = self.colleague
        things = {
            "own": self._things([staff, stranger]),
            "shared": self._things([stranger, staff]),
            "foreign": self._things([stranger]),
            "closed": self._things([staff, stranger], closed=True),
        }
        client = Client(raise_request_exception=False)
        let_in(client, staff, private)
        return Visitor(role, client, things, client.cookies.copy())

    def _outside(self, name: str, client: Any, things: dict[str, Any]) -> Visitor:
        return Visitor(name, client, dict.fromkeys(CASES, things), client.cookies.copy())

    def _nobody(self) -> Visitor:
        from django.test import Client

        self.someone = self._things([self.colleague])
        return self._outside("nobody", Client(raise_request_exception=False), self.someone)

    def _closed(self) -> Visitor:
        from django.test import Client

        from ansim.centre.access.services import deactivate

        staff, private = self._staff("gone", "supervisor")
        client = Client(raise_request_exception=False)
        let_in(client, staff, private)
        things = self._things([staff, self.colleague])
        deactivate(staff)
        return self._outside("closed account", client, things)

    def _half(self) -> Visitor:
        """A right password, and no second step yet."""
        from django.test import Client

        staff, _private = self._staff("half", "supervisor")
        client = Client(raise_request_exception=False)
        client.post("/staff/sign-in", {"username": "half", "password": PASSWORD})
        return self._outside("half-way in", client, self._things([staff, self.colleague]))

    def _person(self) -> Visitor:
        from django.test import Client

        from ansim.centre.cases.keyring import fresh_receipt

        code, receipt = fresh_receipt()
        things = self._things([self.colleague], receipt=receipt)
        client = Client(raise_request_exception=False)
        client.cookies["ansim_lang"] = "en"
        client.post("/code", {"code": code})
        visitor = self._outside("person", client, things)
        visitor.things = {**visitor.things, "foreign": self.someone}
        return visitor


def let_in(client: Any, staff: Any, private: bytes) -> None:
    """A browser with every step taken and the key in it, as ``complete`` leaves it."""
    from django.http import HttpResponse

    from ansim.centre.access.entering import FACTOR_AT, FRESH_AT, SESSION_BACKEND
    from ansim.centre.access.keycookie import hold_key
    from ansim.centre.access.middleware import SEEN

    client.force_login(staff, backend=SESSION_BACKEND)
    session, answer = client.session, HttpResponse()
    session[FACTOR_AT] = session[FRESH_AT] = int(time())
    # In an hour: the time of use is not written down again with every request.
    session[SEEN] = int(time()) + 3600
    hold_key(SimpleNamespace(session=session), answer, private)  # type: ignore[arg-type]
    session.save()
    client.cookies.update(answer.cookies)
    client.cookies["ansim_lang"] = "en"
    client.cookies["sessionid" if "sessionid" in client.cookies else "ansim_s"] = (
        session.session_key
    )
