"""A plug-in's manifest: what it is, what a target of it must give, which settings it takes."""

import re
import tomllib
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final, Literal

from ansim.sources.errors import MalformedManifest

Needs = Literal["url", "search", "file"]
SettingType = Literal["text", "number", "truth"]

_NAME = re.compile(r"[a-z][a-z0-9_]{1,30}")
_TYPES: Final[dict[str, type]] = {"text": str, "number": int, "truth": bool}
_STATUS: Final = ("in_force", "enacted_not_commenced", "proposed")


@dataclass(frozen=True, slots=True)
class Setting:
    """One thing that a target of this kind may set.

    ``help`` is a sentence in both languages, ``label`` a few words; {} when the manifest has none.
    """

    name: str
    type: SettingType
    required: bool
    default: str | int | bool | None
    help: dict[str, str]
    label: dict[str, str] = field(default_factory=dict)

    def fits(self, value: object) -> bool:
        """Whether ``value`` is of the setting's type (a truth is no number)."""
        return type(value) is _TYPES[self.type]


@dataclass(frozen=True, slots=True)
class Manifest:
    """What ``manifest.toml`` says. ``needs``: a plain address, one with ``{query}``, or a file."""

    name: str
    version: str
    title: dict[str, str]
    summary: dict[str, str]
    needs: Needs
    aliases: tuple[str, ...]
    settings: tuple[Setting, ...]
    effective_from: date
    effective_to: date | None
    status: str
    source: str
    verified_on: date
    folder: Path


def read_manifest(folder: Path) -> Manifest:
    """The manifest in ``folder``. Imports nothing.

    Raises:
        MalformedManifest: it is missing, is no TOML, or a field is missing or wrong.

    """
    file = f"{folder.name}/manifest.toml"
    try:
        data = tomllib.loads((folder / "manifest.toml").read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:  # the parser's own limits are such too
        raise MalformedManifest(file=file, field="toml") from error
    read = _Reader(file, data)
    name = read.text("name")
    if name != folder.name or not _NAME.fullmatch(name):
        raise MalformedManifest(file=file, field="name")
    needs, status = read.text("needs"), read.text("status")
    if needs not in {"url", "search", "file"}:
        raise MalformedManifest(file=file, field="needs")
    if status not in _STATUS:
        raise MalformedManifest(file=file, field="status")
    return Manifest(
        name=name, version=read.text("version"), title=read.words("title"),
        summary=read.words("summary"), needs=needs,  # type: ignore[arg-type]
        aliases=read.names("aliases"), settings=read.settings(),
        effective_from=read.day("effective_from"), effective_to=read.day_or_none("effective_to"),
        status=status, source=read.text("source"), verified_on=read.day("verified_on"),
        folder=folder,
    )  # fmt: skip


class _Reader:
    """Fields of one manifest, each checked as it is read."""

    def __init__(self, file: str, data: dict[str, Any]) -> None:
        self._file, self._data = file, data

    def _wrong(self, field: str) -> MalformedManifest:
        return MalformedManifest(file=self._file, field=field)

    def text(self, field: str) -> str:
        value = self._data.get(field)
        if not isinstance(value, str) or not value.strip():
            raise self._wrong(field)
        return value

    def words(self, field: str) -> dict[str, str]:
        return self._both_languages(self._data.get(field), field)

    def _both_languages(self, value: object, field: str) -> dict[str, str]:
        if not isinstance(value, dict) or not all(
            isinstance(value.get(language), str) and value[language] for language in ("en", "ko")
        ):
            raise self._wrong(field)
        return value

    def names(self, field: str) -> tuple[str, ...]:
        value = self._data.get(field, [])
        if not isinstance(value, list) or not all(
            isinstance(one, str) and _NAME.fullmatch(one) for one in value
        ):
            raise self._wrong(field)
        return tuple(value)

    def day(self, field: str) -> date:
        value = self._data.get(field)
        if type(value) is not date:
            raise self._wrong(field)
        return value

    def day_or_none(self, field: str) -> date | None:
        return self.day(field) if field in self._data else None

    def settings(self) -> tuple[Setting, ...]:
        listed = self._data.get("settings", [])
        if not isinstance(listed, list):
            raise self._wrong("settings")
        return tuple(self._setting(entry, at) for at, entry in enumerate(listed))

    def _setting(self, entry: object, at: int) -> Setting:
        where = f"settings[{at}]"
        if not isinstance(entry, dict):
            raise self._wrong(where)
        name, kind, required = entry.get("name"), entry.get("type"), entry.get("required", False)
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            raise self._wrong(where + ".name")
        if kind not in list(_TYPES):
            raise self._wrong(where + ".type")
        if not isinstance(required, bool):
            raise self._wrong(where + ".required")
        words = self._both_languages(entry.get("help"), f"{where}.help")
        label = entry.get("label")
        short = {} if label is None else self._both_languages(label, f"{where}.label")
        setting = Setting(name, kind, required, entry.get("default"), words, short)
        if setting.default is not None and not setting.fits(setting.default):
            raise self._wrong(where + ".default")
        return setting
