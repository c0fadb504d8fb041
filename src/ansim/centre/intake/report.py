"""A report as it reaches the centre, from whichever way in, checked as a whole."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from ansim.centre.cases.reportingrules import rule_book
from ansim.centre.cases.taxonomy import taxonomy
from ansim.centre.materials.addresses import BadLink, check_link
from ansim.errors import AnsimError
from ansim.fingerprints import Fingerprint

TEXT_MAX = 20_000
LINKS_MAX = 500
KEYWORDS_MAX = 100
KEYWORD_MAX = 100
FACT_MAX = 300
CONTACT = ("name", "phone", "email", "other", "code_word")
CHANNELS = ("none", "portal", "sms", "phone", "email")
# A threat's deadline outside of these years is a slip of the finger.
YEARS = range(2000, 2101)
# What no database column and no letter can hold: NUL, and halves of characters.
UNWRITABLE = re.compile("[\x00\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong in a report, and how to mend it."""

    field: str
    sentence: Mapping[str, str]


class MalformedReport(AnsimError):
    """A report that cannot be taken in; ``problems`` lists everything that is wrong."""

    code = "malformed_report"
    sentences = {
        "en": "The report cannot be read at {field}: {mend_en}",
        "ko": "접수 내용의 {field} 항목을 읽을 수 없습니다. {mend_ko}",
    }

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        first = self.problems[0]
        super().__init__(
            field=first.field, mend_en=first.sentence["en"], mend_ko=first.sentence["ko"]
        )


@dataclass(frozen=True, slots=True)
class Report:
    """Everything a person (or someone for them) told, ready to become a case."""

    language: str = "ko"
    channel: str = "web"
    standing: str = "self"
    kin: str = ""
    age: str = "unknown"
    gender: str = "unknown"
    relation: str = "unknown"
    harms: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    story: str = ""
    contact: Mapping[str, str] = field(default_factory=dict)
    safe_contact: Mapping[str, object] = field(default_factory=dict)
    flags: tuple[str, ...] = ()
    threat_deadline: datetime | None = None
    consents: tuple[str, ...] = ()
    materials: tuple[Fingerprint, ...] = ()

    @classmethod
    def from_json(
        cls, raw: object, *, materials: Sequence[Fingerprint] = ()
    ) -> "Report":
        """Read a report from decoded JSON. Raises MalformedReport with every problem."""
        reader = _Reader(raw)
        report = reader.read(tuple(materials))
        if reader.problems:
            raise MalformedReport(reader.problems)
        return report


_LISTS = (("harms", "harm"), ("places", "place"), ("flags", "flag"), ("consents", "consent"))
_CODES = (
    ("channel", "channel", "import"), ("standing", "standing", "self"),
    ("age", "age", "unknown"), ("gender", "gender", "unknown"),
    ("relation", "relation", "unknown"),
)  # fmt: skip
_KNOWN = {
    "language", "channel", "standing", "kin", "age", "gender", "relation", "harms", "places", "links",
    "keywords", "story", "contact", "safe_contact", "flags", "threat_deadline", "consents",
    "materials",
}  # fmt: skip


class _Reader:
    """Reads one report and gathers what is wrong instead of stopping at the first."""

    def __init__(self, raw: object) -> None:
        self.problems: list[Problem] = []
        self.raw: dict[str, Any] = {}
        if isinstance(raw, dict):
            self.raw = raw
        else:
            self._wrong("-", "The file must hold one JSON object.", "파일에 JSON 객체 하나가 있어야 합니다.")

    def read(self, materials: tuple[Fingerprint, ...]) -> Report:
        for name in sorted(set(self.raw) - _KNOWN):
            self._wrong(UNWRITABLE.sub("?", name), "This field is not known; remove it or correct its name.",
                        "모르는 항목입니다. 지우거나 이름을 고치세요.")  # fmt: skip
        values: dict[str, Any] = {
            name: self._code(name, kind, default) for name, kind, default in _CODES
        }
        values |= {name: self._codes(name, kind) for name, kind in _LISTS}
        blamed = {one.field for one in self.problems}
        if "hold" not in values["consents"] and not blamed & {"consents", "-"}:
            self._wrong("consents", "At least the consent “hold” is needed to keep a report.",
                        "접수를 보관하려면 적어도 ‘hold’ 동의가 있어야 합니다.")  # fmt: skip
        language = self.raw.get("language", "ko")
        if language not in ("ko", "en"):
            self._wrong("language", "Use ko or en.", "ko나 en을 쓰세요.")
            language = "ko"
        self._texts("materials", LINKS_MAX, FACT_MAX)
        return Report(
            language=language,
            kin=self._kin(),
            links=self._links(),
            keywords=self._texts("keywords", KEYWORDS_MAX, KEYWORD_MAX),
            story=self._text("story"),
            contact=self._contact(),
            safe_contact=self._safe_contact(),
            threat_deadline=self._moment("threat_deadline"),
            materials=materials,
            **values,
        )

    def _wrong(self, name: str, en: str, ko: str) -> None:
        self.problems.append(Problem(name, {"en": en, "ko": ko}))

    def _code(self, name: str, kind: str, default: str) -> str:
        value = self.raw.get(name, default)
        known = taxonomy().codes(kind)
        if value not in known:
            choices = ", ".join(known)
            self._wrong(name, f"Use one of: {choices}.", f"다음 중에서 쓰세요: {choices}.")
            return default
        return str(value)

    def _codes(self, name: str, kind: str) -> tuple[str, ...]:
        value = self.raw.get(name, [])
        known = taxonomy().codes(kind)
        if not isinstance(value, list) or any(one not in known for one in value):
            choices = ", ".join(known)
            self._wrong(name, f"Give a list of: {choices}.", f"다음으로 된 목록을 쓰세요: {choices}.")
            return ()
        return tuple(dict.fromkeys(value))

    def _kin(self) -> str:
        """Who asks, where somebody asks for the person: a code of the reporting rules, or empty."""
        value = self.raw.get("kin", "")
        known = tuple(rule_book().kin)
        if value and value not in known:
            choices = ", ".join(known)
            self._wrong("kin", f"Use one of: {choices}.", f"다음 중에서 쓰세요: {choices}.")
            return ""
        return str(value)

    def _text(self, name: str) -> str:
        value = self.raw.get(name, "")
        if not _is_text(value, TEXT_MAX):
            self._wrong(name, f"Give a text of at most {TEXT_MAX} characters.",
                        f"{TEXT_MAX}자까지의 글을 쓰세요.")  # fmt: skip
            return ""
        return str(value)

    def _texts(self, name: str, most: int, longest: int | None = None) -> tuple[str, ...]:
        value = self.raw.get(name, [])
        fine = isinstance(value, list) and all(
            _is_text(one, longest or TEXT_MAX) and one.strip() for one in value
        )
        if not fine or len(value) > most:
            self._wrong(name, f"Give a list of at most {most} texts.", f"글 {most}개까지의 목록을 쓰세요.")
            return ()
        return tuple(dict.fromkeys(one.strip() for one in value))

    def _links(self) -> tuple[str, ...]:
        links = []
        for number, typed in enumerate(self._texts("links", LINKS_MAX), start=1):
            try:
                links.append(check_link(typed))
            except BadLink as error:
                self._wrong(f"links[{number}]", error.sentence("en"), error.sentence("ko"))
        return tuple(dict.fromkeys(links))

    def _object(self, name: str, known: Sequence[str]) -> dict[str, Any]:
        """An object with known fields only: what is not foreseen would be kept unsealed."""
        value = self.raw.get(name, {})
        if not isinstance(value, dict):
            fields = ", ".join(known)
            self._wrong(name, f"Give an object with any of: {fields}.",
                        f"다음 항목으로 된 객체를 쓰세요: {fields}.")  # fmt: skip
            return {}
        for extra in sorted(set(value) - set(known)):
            self._wrong(f"{name}.{UNWRITABLE.sub('?', extra)}", "This field is not known; remove it or correct its name.",
                        "모르는 항목입니다. 지우거나 이름을 고치세요.")  # fmt: skip
        return {field: value[field] for field in known if field in value}

    def _short(self, name: str, value: object) -> str:
        if not _is_text(value, FACT_MAX):
            self._wrong(name, f"Give a text of at most {FACT_MAX} characters.",
                        f"{FACT_MAX}자까지의 글을 쓰세요.")  # fmt: skip
            return ""
        return str(value)

    def _contact(self) -> dict[str, str]:
        given = self._object("contact", CONTACT)
        return {name: self._short(f"contact.{name}", value) for name, value in given.items()}

    def _safe_contact(self) -> dict[str, object]:
        given = self._object("safe_contact", ("channel", "hours", "voicemail", "code_word"))
        if given.get("channel", "none") not in CHANNELS:
            choices = ", ".join(CHANNELS)
            self._wrong("safe_contact.channel", f"Use one of: {choices}.", f"다음 중에서 쓰세요: {choices}.")
        if "hours" in given:
            given["hours"] = self._short("safe_contact.hours", given["hours"])
        for name in ("voicemail", "code_word"):
            if not isinstance(given.get(name, False), bool):
                # The code word itself belongs into "contact", which is sealed.
                self._wrong(f"safe_contact.{name}", "Use true or false.", "true나 false를 쓰세요.")
        return given

    def _moment(self, name: str) -> datetime | None:
        value = self.raw.get(name)
        if value is None:
            return None
        try:
            moment = datetime.fromisoformat(value)
            # Without a zone nobody could tell nine hours from none.
            fine = moment.tzinfo is not None and moment.year in YEARS
        except (TypeError, ValueError):
            fine = False
        if not fine:
            self._wrong(name, "Give a moment such as 2026-11-22T14:00:00+09:00.",
                        "2026-11-22T14:00:00+09:00처럼 때를 쓰세요.")  # fmt: skip
            return None
        return moment.astimezone(UTC)


def _is_text(value: object, longest: int) -> bool:
    return isinstance(value, str) and len(value) <= longest and not UNWRITABLE.search(value)
