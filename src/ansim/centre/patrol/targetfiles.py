"""Watch targets as the operator's files describe them, and the kinds of sources there are.

``ANSIM_HOME/sources/*.toml`` hold ``[[target]]`` tables (``[[source]]`` in older files);
``ANSIM_HOME/sources/<name>/`` are plug-ins of the operator's own; ``ANSIM_HOME/sources/lists`` has
the files of addresses.
"""

import tomllib
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any, ClassVar

from django.conf import settings

from ansim.centre import outside
from ansim.errors import AnsimError
from ansim.sources import SCOPES, Catalogue, MalformedTarget, UnknownSource, WatchTarget, catalogue

USUAL_BASIS = "kr_vpa_7_3_3"
_NUMBERS: dict[str, tuple[int, int]] = {
    "depth": (0, 10), "every_hours": (1, 24 * 60), "pages": (1, 100_000)
}  # fmt: skip
_LONGEST = {
    "code": 60, "source": 31, "kind": 31, "url": 4096, "place": 20, "scope": 10,
    "legal_basis": 80, "owner": 120,
}  # fmt: skip
"""Characters, as the database holds them."""
_SEARCHES = ("json_search", "html_search")
FASTEST = 10.0
"""Looks a second at one host that a target may ask for; the door's own limit holds besides."""


class MalformedTargetFile(AnsimError):
    """A file of watch targets is not as it must be."""

    code: ClassVar[str] = "malformed_target_file"
    sentences: ClassVar[dict[str, str]] = {
        "en": "The file of watch targets {file} is wrong at {field}: add it or correct it.",
        "ko": "감시 대상 파일 {file}의 {field} 항목을 채우거나 고쳐 주세요.",
    }


def kinds() -> Catalogue:
    """The kinds of sources: the program's and the operator's own. Raises MalformedManifest."""
    return _kinds(settings.ANSIM_SOURCES)


@lru_cache(maxsize=4)
def _kinds(folder: Path) -> Catalogue:
    return catalogue(folder) if folder.is_dir() else catalogue()


def lists_folder() -> Path:
    """Where files of addresses lie."""
    return Path(settings.ANSIM_SOURCES) / "lists"


def targets(taken: Iterable[str] = ()) -> list[WatchTarget]:
    """The targets of the data files, or those of the running sandbox; not those that rest there.

    ``taken``: codes of targets that staff added; a file may not change those, nor may two of its
    targets share a code. Raises MalformedTargetFile.
    """
    described = outside.sandbox()
    if described is not None:
        return [_target("sandbox", entry) for entry in described["sources"]]
    if not settings.ANSIM_SOURCES.is_dir():
        return []
    found: dict[str, WatchTarget] = {}
    used = set(taken)
    for path in sorted(settings.ANSIM_SOURCES.glob("*.toml")):
        for entry in _entries(path):
            target = _target(path.name, entry)
            if target.code in used:
                raise MalformedTargetFile(file=path.name, field=f"code = {target.code}")
            used.add(target.code)
            if _active(path.name, entry):
                found[target.code] = target
    return list(found.values())


def _entries(path: Path) -> list[object]:
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:  # the parser's own limits are such too
        raise MalformedTargetFile(file=path.name, field="toml") from error
    found: list[object] = []
    for name in ("target", "source"):
        listed = data.get(name, [])
        if not isinstance(listed, list):
            raise MalformedTargetFile(file=path.name, field=f"[[{name}]]")
        found += listed
    return found


def _active(file: str, entry: object) -> bool:
    """Whether its file has it walked: ``active = false`` lets it rest."""
    value = entry.get("active", True) if isinstance(entry, dict) else True
    if not isinstance(value, bool):
        raise MalformedTargetFile(file=file, field="active")
    return value


def _target(file: str, entry: object) -> WatchTarget:
    if not isinstance(entry, dict):
        raise MalformedTargetFile(file=file, field="[[target]]")
    read = _Fields(file, entry)
    code = read.text("code")
    source = read.text("source" if "source" in entry else "kind")
    try:
        kind = kinds().get(source)
    except UnknownSource as error:
        raise MalformedTargetFile(file=file, field="source") from error
    name = kind.manifest.name
    scope = read.text("scope", "any" if name in _SEARCHES else "host")
    if scope not in SCOPES:
        raise MalformedTargetFile(file=file, field="scope")
    needs_url = kind.manifest.needs != "file"
    target = WatchTarget(
        code=code, source=name, url=read.text("url", None if needs_url else "-"),
        legal_basis=read.text("legal_basis", USUAL_BASIS), owner=read.text("owner", "-"),
        scope=scope,
        depth=read.number("depth", 3), rate=read.rate(), place=read.text("place"),
        every_hours=read.number("every_hours", 24), pages=read.number("pages", 600),
        settings=read.settings(), folder=lists_folder(),
    )  # fmt: skip
    if needs_url and not target.host:
        raise MalformedTargetFile(file=file, field="url")
    try:
        kind.check(target)
    except MalformedTarget as error:
        raise MalformedTargetFile(file=file, field=str(error.values["field"])) from error
    return target


class _Fields:
    """Fields of one table, each checked as it is read."""

    def __init__(self, file: str, entry: dict[str, Any]) -> None:
        self._file, self._entry = file, entry

    def _wrong(self, field: str) -> MalformedTargetFile:
        return MalformedTargetFile(file=self._file, field=field)

    def text(self, field: str, default: str | None = None) -> str:
        value = self._entry.get(field, default)
        if not isinstance(value, str) or not value.strip() or not value.isprintable():
            raise self._wrong(field)
        if len(value) > _LONGEST[field]:
            raise self._wrong(field)
        return value

    def number(self, field: str, default: int) -> int:
        value = self._entry.get(field, default)
        least, most = _NUMBERS[field]
        if type(value) is not int or not least <= value <= most:
            raise self._wrong(field)
        return value

    def rate(self) -> float:
        value = self._entry.get("rate", 0.5)
        if type(value) not in {int, float} or not 0 < value <= FASTEST:
            raise self._wrong("rate")
        return float(value)

    def settings(self) -> dict[str, str | int | bool]:
        value = self._entry.get("settings", {})
        if not isinstance(value, dict):
            raise self._wrong("settings")
        return value
