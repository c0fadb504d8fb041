"""Lists of words with stable codes: dated data, validated at start-up."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from django.utils.translation import get_language

from ansim.errors import AnsimError

FOLDER = Path(__file__).parent / "taxonomies"
LISTS = (
    "harm", "age", "gender", "relation", "channel", "standing", "place", "flag", "consent",
    "service", "outcome",
)  # fmt: skip


class TaxonomyError(AnsimError):
    """A taxonomy file is not as it must be."""

    code = "taxonomy"
    sentences = {
        "en": "The taxonomy file {file} is wrong at {field}: {mend}.",
        "ko": "분류표 파일 {file}의 {field}이(가) 잘못되었습니다: {mend}.",
    }


@dataclass(frozen=True, slots=True)
class Taxonomy:
    """One version of all lists: list name -> code -> language -> label."""

    version: str
    effective_from: date
    lists: Mapping[str, Mapping[str, Mapping[str, str]]]

    def codes(self, name: str) -> tuple[str, ...]:
        """The codes of a list, in the order of the file."""
        return tuple(self.lists[name])

    def label(self, name: str, code: str, language: str | None = None) -> str:
        """The label of a code in the reader's language; the code itself when it is retired."""
        entry = self.lists[name].get(code)
        if entry is None:
            return code
        return entry["ko" if (language or get_language() or "ko").startswith("ko") else "en"]

    def choices(self, name: str) -> list[tuple[str, str]]:
        """(code, label) pairs of a list in the reader's language, for forms."""
        return [(code, self.label(name, code)) for code in self.codes(name)]


def load_taxonomy(path: Path) -> Taxonomy:
    """Read and check one taxonomy file.

    Raises TaxonomyError naming the file, the field and the mend.
    """
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise TaxonomyError(file=path.name, field="-", mend=str(error)) from error
    for field in ("version", "effective_from", "status", "source", "verified_on"):
        if field not in raw:
            raise TaxonomyError(file=path.name, field=field, mend="add it")
    for name in LISTS:
        entries = raw.get(name)
        if not isinstance(entries, dict) or not entries:
            raise TaxonomyError(file=path.name, field=name, mend="add the list")
        for code, labels in entries.items():
            if not isinstance(labels, dict) or not {"ko", "en"} <= set(labels):
                raise TaxonomyError(file=path.name, field=f"{name}.{code}", mend="give ko and en")
    return Taxonomy(raw["version"], raw["effective_from"], {name: raw[name] for name in LISTS})


@lru_cache(maxsize=1)
def taxonomy() -> Taxonomy:
    """The taxonomy in force: the newest file of the folder."""
    every = [load_taxonomy(path) for path in sorted(FOLDER.glob("*.toml"))]
    return max(every, key=lambda one: one.effective_from)
