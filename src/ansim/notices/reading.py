"""Reading one TOML table strictly: every fault names the file, the field and the mend."""

import re
import tomllib
from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeVar

from ansim.errors import AnsimError
from ansim.notices.records import Text

T = TypeVar("T")

LANGUAGES = ("ko", "en")
CODE = re.compile(r"[a-z][a-z0-9_]{0,63}")
LANGUAGE = re.compile(r"[a-z]{2}")


class RegistryError(AnsimError):
    """A registry file cannot be used as it stands. ``file`` is a file name, never a full path."""

    code = "registry"
    sentences = {
        "en": "{file}, field {field}: {mend_en}",
        "ko": "{file} 파일의 {field} 항목: {mend_ko}",
    }

    def __init__(self, file: str, field: str, *, en: str, ko: str) -> None:
        super().__init__(file=file, field=field, mend_en=en, mend_ko=ko)


def read_toml(path: Path) -> dict[str, Any]:
    """The tables of one file.

    Raises:
        RegistryError: the file cannot be read or is not TOML in UTF-8.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise RegistryError(
            path.name,
            "-",
            en="cannot be read; check that it exists and that this account may read it.",
            ko="읽을 수 없습니다. 파일이 있는지, 읽을 권한이 있는지 확인하세요.",
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RegistryError(
            path.name,
            "-",
            en=f"is not valid TOML in UTF-8 ({error}); correct that place.",
            ko=f"UTF-8로 쓴 TOML이 아닙니다({error}). 그 자리를 고치세요.",
        ) from error


class Table:
    """One table of a file, read field by field; ``close`` refuses what nobody asked for."""

    def __init__(self, values: dict[str, Any], *, file: str, prefix: str = "") -> None:
        self._values = values
        self._file = file
        self._prefix = prefix
        self._read: set[str] = set()

    def fault(self, field: str, *, en: str, ko: str) -> RegistryError:
        """An error about ``field`` of this table."""
        return RegistryError(self._file, self._prefix + field, en=en, ko=ko)

    def has(self, field: str) -> bool:
        """Whether the field is written in the file."""
        return field in self._values

    def _take(self, field: str) -> Any:
        self._read.add(field)
        if field not in self._values:
            raise self.fault(field, en="is missing; add it.", ko="빠져 있습니다. 적어 넣으세요.")
        return self._values[field]

    def string(self, field: str, *, default: str | None = None) -> str:
        """A text that is not blank; ``default`` where the field may be left out."""
        if default is not None and not self.has(field):
            return default
        value = self._take(field)
        if not isinstance(value, str) or not value.strip():
            raise self.fault(
                field,
                en="must be a text that is not empty; write it in quotation marks.",
                ko="비어 있지 않은 글이어야 합니다. 따옴표 안에 적으세요.",
            )
        return value

    def matching(self, field: str, pattern: re.Pattern[str], *, example: str) -> str:
        """A text of a fixed form."""
        value = self.string(field)
        if not pattern.fullmatch(value):
            raise self.fault(
                field,
                en=f"has not the right form; write it like {example}.",
                ko=f"형식이 맞지 않습니다. {example}처럼 적으세요.",
            )
        return value

    def choice(self, field: str, allowed: Sequence[str]) -> str:
        """One of the ``allowed`` words."""
        value = self._take(field)
        if value not in allowed:
            raise self.fault(
                field,
                en=f"must be one of: {', '.join(allowed)}.",
                ko=f"다음 가운데 하나여야 합니다: {', '.join(allowed)}.",
            )
        return str(value)

    def integer(self, field: str) -> int:
        """A whole number of at least 0."""
        value = self._take(field)
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise self.fault(
                field,
                en="must be a whole number of at least 0, without quotation marks.",
                ko="0 이상의 정수여야 합니다. 따옴표 없이 적으세요.",
            )
        return value

    def boolean(self, field: str) -> bool:
        """``true`` or ``false``."""
        value = self._take(field)
        if not isinstance(value, bool):
            raise self.fault(field, en="must be true or false.", ko="true 또는 false여야 합니다.")
        return value

    def day(self, field: str) -> date:
        """A date without time."""
        value = self._take(field)
        if not isinstance(value, date) or isinstance(value, datetime):
            raise self.fault(
                field,
                en="must be a date like 2026-11-22, without quotation marks.",
                ko="2026-11-22 같은 날짜여야 합니다. 따옴표 없이 적으세요.",
            )
        return value

    def strings(self, field: str) -> tuple[str, ...]:
        """A list of texts, perhaps empty."""
        value = self._take(field)
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self.fault(
                field,
                en='must be a list of texts like ["a", "b"].',
                ko='["a", "b"] 같은 글 목록이어야 합니다.',
            )
        return tuple(value)

    def text(self, field: str) -> Text:
        """A text in Korean and English (other languages may follow)."""
        value = self._take(field)
        complete = isinstance(value, dict) and all(
            isinstance(value.get(language), str) and value[language].strip()
            for language in LANGUAGES
        )
        if not complete or not all(
            LANGUAGE.fullmatch(key) and isinstance(item, str) for key, item in value.items()
        ):
            raise self.fault(
                field,
                en='must give the text in both languages, like { ko = "…", en = "…" }.',
                ko='두 언어로 적어야 합니다. { ko = "…", en = "…" }처럼 적으세요.',
            )
        return dict(value)

    def tables(self, field: str) -> list["Table"]:
        """A list of tables, perhaps empty."""
        value = self._take(field)
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise self.fault(
                field,
                en=f"must be a list of tables; start each with [[{field}]], or write {field} = [].",
                ko=f"표마다 [[{field}]]로 시작하거나 {field} = []로 적으세요.",
            )
        return [
            Table(item, file=self._file, prefix=f"{self._prefix}{field}[{number}].")
            for number, item in enumerate(value, start=1)
        ]

    def table(self, field: str) -> "Table":
        """A table within this one."""
        value = self._take(field)
        if not isinstance(value, dict):
            raise self.fault(field, en="must be a table.", ko="표여야 합니다.")
        return Table(value, file=self._file, prefix=f"{self._prefix}{field}.")

    def names(self) -> tuple[str, ...]:
        """The fields that are written in the file, in their order."""
        return tuple(self._values)

    def optional(self, field: str, read: Callable[[str], T]) -> T | None:
        """``read(field)``, or None when the file leaves it out."""
        return read(field) if self.has(field) else None

    def close(self) -> None:
        """Refuse fields that nothing reads: mostly a slip of the pen that would be lost."""
        unknown = sorted(set(self._values) - self._read)
        if unknown:
            raise self.fault(
                unknown[0],
                en="is not a field of this kind of record; correct its name or take it out.",
                ko="이 기록에 없는 항목입니다. 이름을 고치거나 빼세요.",
            )
