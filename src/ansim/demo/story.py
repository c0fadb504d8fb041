"""The story, played without a browser: report, search, ask, verify, escalate, watch, publish.

The people of the story are played by services that a person would use through a page; all of the
machine's work is done by a real worker process against real servers on loopback.
"""

import time
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from ansim.demo.stage import Stage

# How long the story goes on after the first report.
DAYS = 24
BEAT = timedelta(minutes=20)
# How often the story looks whether a first notice is drafted, in seconds.
GLANCE = 0.05
# Services that the centre's people give in the story: day, kind, provider, outcome, minutes.
SERVICES = (
    (0, "planning", "centre", "done", 40),
    (1, "psychological", "centre", "ongoing", 50),
    (2, "investigation_legal", "centre", "done", 60),
    (3, "medical", "hospital", "referred", 0),
    (5, "litigation", "lawyers", "ongoing", 30),
    (8, "psychological", "counselling_partner", "ongoing", 50),
    (12, "monitoring", "centre", "done", 15),
    (20, "psychological", "counselling_partner", "done", 50),
)
PROVIDERS = {
    "centre": "가람시 디지털안심센터",
    "hospital": "가람의료원",
    "lawyers": "가람 여성변호사회",
    "counselling_partner": "가람 심리상담센터",
}
HARMS = {"ncii": "distribution", "deepfake": "synthesis", "personal_data": "personal_data"}


@dataclass(slots=True)
class Told:
    """What the story noted down on its way."""

    first_draft_seconds: float = 0.0
    wall_seconds: float = 0.0
    steps: int = 0
    approvals: int = 0
    cases: dict[str, str] = field(default_factory=dict)
    services_left: list[tuple[int, str, str, str, int]] = field(
        default_factory=lambda: list(SERVICES)
    )


class Story:
    """Plays one seed's story on a stage."""

    def __init__(self, stage: Stage, *, days: int = DAYS) -> None:
        self.stage, self.told = stage, Told()
        self.begins = stage.now
        self.ends = stage.now + timedelta(days=days)

    def play(self) -> Told:
        """The whole story; the stage's worker must be running."""
        started = time.monotonic()
        self.import_hash_list()
        self.report_cases()
        while self.stage.now < self.ends:
            self.stage.settle()
            if self.act():
                self.stage.nudge()
                continue
            self.move_on()
        self.stage.settle()
        self.told.wall_seconds = time.monotonic() - started
        self.told.steps = self.stage.step
        return self.told

    def staff(self, username: str) -> Any:
        """One of the demo's staff."""
        from ansim.centre.access.models import Staff

        return Staff.objects.get(username=username)

    def import_hash_list(self) -> None:
        """The hash list becomes a bank, hunted without any request, under standing approval."""
        from ansim.centre.patrol.services import import_bank
        from ansim.matching import read_bank

        import_bank(
            read_bank(self.stage.internet.scenario.hash_list(), "jsonl"),
            name="Sandbox list", owner="Sandbox police", purpose="Search and removal without request",
            terms="Ordinary pictures of the sandbox", origin="ansim.sandbox",
            legal_basis="kr_vpa_7_3_3", now=self.stage.now, by=self.staff("jeong"), approved_days=90,
        )  # fmt: skip

    def report_cases(self) -> None:
        """Each person of the scenario asks for help; the time to the first draft is taken."""
        from ansim.centre.removal.models import Request

        started = time.monotonic()
        for script in self.stage.internet.scenario.cases:
            self.told.cases[script.key] = str(self.take_in(script.report()).pk)
        self.stage.nudge()

        asked = 0.0

        def watch() -> None:
            nonlocal asked
            if self.told.first_draft_seconds or time.monotonic() < asked + GLANCE:
                return
            asked = time.monotonic()
            fresh = Request.objects.filter(sighting__case__isnull=False)
            if fresh.exists():
                self.told.first_draft_seconds = time.monotonic() - started

        self.stage.settle(on_wait=watch)
        asked = 0.0
        watch()

    def take_in(self, told: dict[str, Any]) -> Any:
        """One report, through the same door as a file or a form."""
        from ansim.centre.intake.report import Report
        from ansim.centre.intake.services import take_in
        from ansim.centre.materials.services import hash_upload

        channel = {"portal": "web"}.get(told["channel"], told["channel"])
        report = Report.from_json(
            {
                "language": told["language"],
                "channel": channel,
                "age": "twenties",
                "harms": [HARMS[code] for code in told["harm_types"]],
                "links": told["links"],
                "keywords": told["keywords"],
                "story": "Somebody shared pictures of me. I want them to be gone.",
                "contact": {"email": told["contact"]["value"]},
                "safe_contact": {"channel": "portal"},
                "consents": [
                    "hold", "search", "notify", "search_engines", "police", "regulator",
                    "statistics",
                ],
            },
            materials=[hash_upload(data) for _, data in told["materials"]],
        )  # fmt: skip
        return take_in(report, now=self.stage.now).case

    def act(self) -> bool:
        """What the staff do at this moment; False when there was nothing to do."""
        return self.approve() + self.triage() + self.serve() > 0

    def approve(self) -> int:
        """The officer approves every draft whose checks all hold, in one batch."""
        from ansim.centre.removal.models import Request
        from ansim.centre.removal.services import approve

        drafts = list(Request.objects.filter(state="draft", ready=True))
        if not drafts:
            return 0
        approved = approve(drafts, by=self.staff("park"), now=self.stage.now).approved
        self.told.approvals += len(approved)
        return len(approved)

    def triage(self) -> int:
        """The counsellor sorts new cases."""
        from ansim.centre.cases.models import Case
        from ansim.centre.cases.services import triage

        lee = self.staff("lee")
        new = list(Case.objects.filter(status=Case.Status.NEW))
        for case in new:
            triage(case, by=lee, flags=[], threat_deadline=None, owner=lee, now=self.stage.now)
        return len(new)

    def serve(self) -> int:
        """Services that are due by the story's calendar are given and recorded."""
        from ansim.centre.cases.models import Case
        from ansim.centre.support.services import record_service

        given = 0
        while self.told.services_left and self._day(self.told.services_left[0][0]):
            _, kind, provider, outcome, minutes = self.told.services_left.pop(0)
            for case in Case.objects.order_by("opened_at", "reference"):
                record_service(
                    case, kind=kind, provider=PROVIDERS[provider], outcome=outcome,
                    given_at=self.stage.now, minutes=minutes, by=self.staff("lee"), note="",
                    key=None, now=self.stage.now,
                )  # fmt: skip
                given += 1
        return given

    def _day(self, day: int) -> bool:
        return self.begins + timedelta(days=day) <= self.stage.now

    def move_on(self) -> None:
        """Set the clock to the next moment at which anything happens, here or out there."""
        from ansim.centre.work.due import next_due_at

        moments = [self.ends]
        planned = (next_due_at(self.stage.now), self.stage.internet.next_event_at())
        moments += [moment for moment in planned if moment is not None]
        if self.told.services_left:
            moments.append(self.begins + timedelta(days=self.told.services_left[0][0]))
        soonest = max(min(moments), self.stage.now + timedelta(seconds=1))
        # What happens within one beat is seen together, as at a desk that looks up now and then.
        late = (soonest - self.begins) % BEAT
        self.stage.set_clock(min(soonest + (BEAT - late if late else late), self.ends))

