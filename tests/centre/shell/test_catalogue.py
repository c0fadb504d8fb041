"""Every English sentence of the centre has its Korean one."""

import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_python
from babel.messages.pofile import read_po
from django.utils.translation.template import templatize

import ansim.centre

ROOT = Path(ansim.centre.__file__).parent
CATALOGUE = ROOT / "locale" / "ko" / "LC_MESSAGES" / "django.po"
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]")
KEYWORDS = {
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "_": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
Found = tuple[str | None, str]


def keys_of(source: str) -> Iterator[Found]:
    found = extract_python(io.BytesIO(source.encode()), KEYWORDS, [], {})
    for _line, function, words, _comments in found:
        given = [words] if isinstance(words, str) else [w for w in words if isinstance(w, str)]
        if not given:
            continue
        with_context = str(function).lstrip("n").startswith("pgettext")
        yield (given[0], given[1]) if with_context else (None, given[0])


def sentences() -> Iterator[tuple[str, Found]]:
    for path in sorted(ROOT.rglob("*.py")):
        for key in keys_of(path.read_text(encoding="utf-8")):
            yield path.relative_to(ROOT).as_posix(), key
    for path in sorted(ROOT.rglob("templates/**/*.*")):
        code = templatize(path.read_text(encoding="utf-8"))
        calls = re.findall(
            r"\b(?:n|p|np)?gettext\(.*?(?<!\\)['\"]\s*(?:,\s*count)?\)|_\(.*?\)", code
        )
        for call in calls:
            for key in keys_of(call):
                yield path.relative_to(ROOT).as_posix(), key


@pytest.fixture(scope="module")
def catalogue() -> Catalog:
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="ko", abort_invalid=True)


def test_nothing_is_left_in_english(catalogue: Catalog) -> None:
    found = list(sentences())
    assert len(found) > 60
    missing = sorted(
        f"{place}: {words}" + (f" ({context})" if context else "")
        for place, (context, words) in set(found)
        if not (message := catalogue.get(words, context)) or not message.string
    )
    assert not missing, "No Korean yet for:\n" + "\n".join(missing)


def test_placeholders_are_the_same_on_both_sides(catalogue: Catalog) -> None:
    for message in catalogue:
        if not message.id:
            continue
        english = message.id if isinstance(message.id, str) else message.id[-1]
        korean = message.string if isinstance(message.string, str) else (message.string or ("",))[0]
        assert set(PLACEHOLDER.findall(english)) == set(PLACEHOLDER.findall(korean)), english


def test_the_compiled_catalogue_is_not_older(catalogue: Catalog) -> None:
    compiled = CATALOGUE.with_suffix(".mo")
    assert compiled.exists(), "Run pybabel compile -D django -d src/ansim/centre/locale"
    for message in catalogue:
        if message.id and isinstance(message.string, str) and message.string:
            assert message.string.encode() in compiled.read_bytes(), message.id
