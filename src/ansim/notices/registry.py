"""The registry: every regime, recipient and legal basis, read from folders and checked whole.

A folder holds ``regimes``, ``recipients`` and ``bases`` (each optional), or is itself one of
these three. Several records may share a code when their periods differ: the rule that held last
year and the one that holds now. What ships with Ansim is always read first.
"""

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal, TypeVar, cast

from ansim.notices.fields import FIELD_NAMES
from ansim.notices.letters import LETTERS
from ansim.notices.reading import CODE, LANGUAGE, RegistryError, Table, read_toml
from ansim.notices.records import (
    CLOCK_KINDS,
    HARMS,
    PLACE_TYPES,
    RECIPIENT_KINDS,
    STATUSES,
    Dated,
    LegalBasis,
    Recipient,
    Regime,
    Route,
    UnknownRecipient,
    UnknownRegime,
)

SHIPPED = Path(__file__).parent
KINDS_OF_FOLDER = ("regimes", "recipients", "bases")

ADDRESS = re.compile(r"[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})+")
DOMAIN = re.compile(r"(?=.{1,253}$)([a-z0-9_-]{1,63}\.)*[a-z][a-z0-9-]{0,62}")

Record = TypeVar("Record", Regime, Recipient, LegalBasis)


@dataclass(frozen=True, slots=True)
class _Read:
    """Where a record was read, so that a later check can name its file."""

    file: str
    record: Regime | Recipient | LegalBasis


def _dated(table: Table) -> dict[str, Any]:
    dated: dict[str, Any] = {
        "effective_from": table.day("effective_from"),
        "effective_to": table.optional("effective_to", table.day),
        "status": table.choice("status", STATUSES),
        "source": table.string("source"),
        "verified_on": table.day("verified_on"),
        "note": table.string("note", default=""),
    }
    if dated["effective_to"] and dated["effective_to"] < dated["effective_from"]:
        raise table.fault(
            "effective_to",
            en="lies before effective_from; correct one of the two dates.",
            ko="effective_from보다 앞섭니다. 두 날짜 가운데 하나를 고치세요.",
        )
    return dated


def _waived(table: Table) -> dict[str, tuple[str, ...]]:
    if not table.has("waived"):
        return {}
    waived = table.table("waived")
    for harm in waived.names():
        if harm not in HARMS:
            raise waived.fault(
                harm,
                en=f"is no kind of harm; use one of: {', '.join(HARMS)}.",
                ko=f"피해 종류가 아닙니다. 다음 가운데에서 쓰세요: {', '.join(HARMS)}.",
            )
    return {harm: _known_fields(waived, harm) for harm in waived.names()}


def _known_fields(table: Table, field: str) -> tuple[str, ...]:
    names = table.strings(field)
    for name in names:
        if name not in FIELD_NAMES:
            raise table.fault(
                field,
                en=f'names "{name}", which no check knows; use: {", ".join(FIELD_NAMES)}.',
                ko=f"“{name}” 항목을 검사할 수 없습니다. 다음을 쓰세요: {', '.join(FIELD_NAMES)}.",
            )
    return names


def _regime(table: Table) -> Regime:
    kind = table.choice("clock_kind", CLOCK_KINDS)
    hours = table.optional("clock_hours", table.integer)
    escalate = table.integer("escalate_after_hours")
    if (kind == "hours") != bool(hours):
        raise table.fault(
            "clock_hours",
            en='is needed, above 0, when clock_kind is "hours", and must be left out otherwise.',
            ko="clock_kind가 “hours”이면 0보다 커야 하고, 아니면 적지 말아야 합니다.",
        )
    if hours and escalate < hours:
        raise table.fault(
            "escalate_after_hours",
            en="is shorter than clock_hours; a recipient keeps all the time that the law gives.",
            ko="clock_hours보다 짧습니다. 법이 준 시간은 모두 지켜 주어야 합니다.",
        )
    regime = Regime(
        code=table.matching("code", CODE, example="eu_dsa_16"),
        title=table.text("title"),
        jurisdiction=table.string("jurisdiction"),
        clock_kind=cast("Any", kind),
        clock_hours=hours,
        clock_start=cast("Any", table.choice("clock_start", ("valid_receipt",))),
        presumed_receipt_hours=table.integer("presumed_receipt_hours"),
        escalate_after_hours=escalate,
        required_fields=_known_fields(table, "required_fields"),
        waived=_waived(table),
        names_person=table.boolean("names_person"),
        letter=table.choice("letter", LETTERS.names()),
        escalation=table.strings("escalation"),
        **_dated(table),
    )
    if regime.names_person:
        raise table.fault(
            "names_person",
            en="is true, but no letter can carry a person's name; such a rule needs its own form.",
            ko="true이지만 이름을 실을 수 있는 편지가 없습니다. 따로 서식을 만드세요.",
        )
    table.close()
    return regime


def _route(table: Table) -> Route:
    route = Route(
        channel=cast("Literal['smtp']", table.choice("channel", ("smtp",))),
        address=table.matching("address", ADDRESS, example="reports@platform.example"),
        language=table.matching("language", LANGUAGE, example="en"),
    )
    if route.language not in LETTERS.languages():
        raise table.fault(
            "language",
            en=f"has no letters; use one of: {', '.join(LETTERS.languages())}.",
            ko=f"이 언어의 편지가 없습니다. 다음을 쓰세요: {', '.join(LETTERS.languages())}.",
        )
    table.close()
    return route


def _recipient(table: Table) -> Recipient:
    recipient = Recipient(
        code=table.matching("code", CODE, example="video_platform_a"),
        name=table.text("name"),
        kind=cast("Any", table.choice("kind", RECIPIENT_KINDS)),
        domains=table.strings("domains"),
        routes=tuple(_route(route) for route in table.tables("routes")),
        regime=table.matching("regime", CODE, example="eu_dsa_16"),
        channel_type=cast("Any", table.choice("channel_type", PLACE_TYPES)),
        outage=table.optional("outage", table.text),
        **_dated(table),
    )
    table.close()
    for domain in recipient.domains:
        if not DOMAIN.fullmatch(domain):
            raise table.fault(
                "domains",
                en=f'holds "{domain}"; write a host name in small letters like video.example.',
                ko=f"“{domain}”이 있습니다. video.example처럼 소문자 호스트 이름만 적으세요.",
            )
    if not recipient.routes and not recipient.outage and not recipient.note:
        raise table.fault(
            "routes",
            en="is empty; add a route, or say in note or outage why there is none.",
            ko="비어 있습니다. 경로를 넣거나, 없는 까닭을 note나 outage에 적으세요.",
        )
    return recipient


def _basis(table: Table) -> LegalBasis:
    basis = LegalBasis(
        code=table.matching("code", CODE, example="kr_vpa_7_3_3"),
        title=table.text("title"),
        **_dated(table),
    )
    table.close()
    return basis


READERS: dict[str, Callable[[Table], Regime | Recipient | LegalBasis]] = {
    "regimes": _regime,
    "recipients": _recipient,
    "bases": _basis,
}


def _read_folder(folder: Path) -> Iterable[_Read]:
    """Every record of a folder, in the order of the file names."""
    inner = [name for name in KINDS_OF_FOLDER if (folder / name).is_dir()]
    own = folder.name if folder.name in KINDS_OF_FOLDER else "recipients"
    places = [(name, folder / name) for name in inner] or [(own, folder)]
    files = [(kind, path) for kind, place in places for path in sorted(place.glob("*.toml"))]
    if not files:
        raise RegistryError(
            folder.name,
            "-",
            en="holds no .toml file; name the folder that holds the records.",
            ko="폴더에 .toml 파일이 없습니다. 기록이 든 폴더를 지정하세요.",
        )
    for kind, path in files:
        yield _Read(path.name, READERS[kind](Table(read_toml(path), file=path.name)))


def _overlap(one: Dated, other: Dated) -> bool:
    last = date.max
    return (
        one.status == other.status == "in_force"
        and one.effective_from <= (other.effective_to or last)
        and other.effective_from <= (one.effective_to or last)
    )


def _refuse_overlaps(reads: Sequence[_Read]) -> None:
    for index, late in enumerate(reads):
        for early in reads[:index]:
            same = type(early.record) is type(late.record)
            if (
                same
                and early.record.code == late.record.code
                and _overlap(early.record, late.record)
            ):
                raise RegistryError(
                    late.file,
                    "code",
                    en=f"is also in {early.file} for the same days; change a code or a date.",
                    ko=f"{early.file}에도 같은 기간으로 있습니다. 코드나 날짜를 바꾸세요.",
                )


class Registry:
    """All records, looked up by code and by host name on a day (``today`` unless told)."""

    def __init__(
        self,
        *,
        regimes: Sequence[Regime],
        recipients: Sequence[Recipient],
        bases: Sequence[LegalBasis],
        today: date,
    ) -> None:
        self.today = today
        self.regimes = tuple(regimes)
        self._recipients = tuple(recipients)
        self.bases = tuple(bases)

    @property
    def recipients(self) -> tuple[Recipient, ...]:
        """The recipients of today, by code."""
        return tuple(self.recipient(code) for code in sorted({r.code for r in self._recipients}))

    def regime(self, code: str, on: date | None = None) -> Regime:
        """The regime of ``code`` that holds on the day, else its latest version.

        Raises:
            UnknownRegime: no regime has the code.
        """
        found = _of_day(code, self.regimes, on or self.today)
        if found is None:
            raise UnknownRegime(regime=code, known=_codes(self.regimes))
        return found

    def recipient(self, code: str, on: date | None = None) -> Recipient:
        """The recipient of ``code`` on the day, else its latest version.

        Raises:
            UnknownRecipient: no recipient has the code.
        """
        found = _of_day(code, self._recipients, on or self.today)
        if found is None:
            raise UnknownRecipient(recipient=code, known=_codes(self._recipients))
        return found

    def responsible(self, host: str, kinds: Collection[str]) -> list[Recipient]:
        """The recipients of these kinds that answer for ``host``, the most specific first.

        A domain matches whole labels only: ``x.example`` is not part of ``netflix.example``.
        """
        ranked = [
            (-specific, recipient.code, recipient)
            for recipient in self.recipients
            if recipient.kind in kinds
            and recipient.in_force(self.today)
            and (specific := _match(host, recipient.domains))
        ]
        return [recipient for _, _, recipient in sorted(ranked, key=lambda entry: entry[:2])]

    def host_of(self, domain: str) -> Recipient | None:
        """The hosting company of ``domain``, when the registry knows it."""
        return next(iter(self.responsible(domain, ("host",))), None)


def _of_day(code: str, records: Iterable[Record], day: date) -> Record | None:
    versions = sorted(
        (record for record in records if record.code == code),
        key=lambda record: (record.in_force(day), record.effective_from),
    )
    return versions[-1] if versions else None


def _codes(records: Iterable[Regime] | Iterable[Recipient]) -> str:
    return ", ".join(sorted({record.code for record in records}))


def _match(host: str, domains: Iterable[str]) -> int:
    """How many labels of ``host`` the longest of ``domains`` covers; 0 when none does."""
    name = host.rstrip(".").lower()
    return max(
        (
            domain.count(".") + 1
            for domain in domains
            if name == domain or name.endswith("." + domain)
        ),
        default=0,
    )


def _refuse_loose_ends(reads: Sequence[_Read]) -> None:
    """Every code that a record names must be there."""
    regimes = {read.record.code for read in reads if isinstance(read.record, Regime)}
    recipients = {read.record.code for read in reads if isinstance(read.record, Recipient)}
    for read in reads:
        record = read.record
        if isinstance(record, Recipient) and record.regime not in regimes:
            raise RegistryError(
                read.file,
                "regime",
                en=f'names the rule "{record.regime}", which no file describes; add it.',
                ko=f"“{record.regime}” 규정이 어느 파일에도 없습니다. 규정 파일을 넣으세요.",
            )
        if isinstance(record, Regime):
            for rung in record.escalation:
                if rung not in RECIPIENT_KINDS and rung not in recipients:
                    raise RegistryError(
                        read.file,
                        "escalation",
                        en=f'names "{rung}"; use a kind of recipient or a recipient\'s code.',
                        ko=f"“{rung}”이 있습니다. 받는 곳의 종류나 코드를 쓰세요.",
                    )


def load_registry(*folders: Path, today: date) -> Registry:
    """Read what ships with Ansim and then ``folders``, check all of it, and return it.

    Raises:
        RegistryError: the first fault found, with file, field and the mend.
    """
    distinct = dict.fromkeys(folder.resolve() for folder in (SHIPPED, *folders))
    reads = [read for folder in distinct for read in _read_folder(folder)]
    _refuse_overlaps(reads)
    _refuse_loose_ends(reads)
    records = [read.record for read in reads]
    return Registry(
        regimes=[record for record in records if isinstance(record, Regime)],
        recipients=[record for record in records if isinstance(record, Recipient)],
        bases=[record for record in records if isinstance(record, LegalBasis)],
        today=today,
    )
