"""The letters: one Jinja2 text file per kind of letter and language, rendered in a sandbox.

A file starts with ``Subject: …`` and a blank line. The subject may use the request's reference
and nothing else, so that no name and no link can reach a mail subject. A letter sees plain
values only, and an unknown name is an error when the letter is loaded, not when it is sent.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from jinja2 import FileSystemLoader, StrictUndefined, TemplateSyntaxError, meta
from jinja2.sandbox import SandboxedEnvironment

from ansim.errors import AnsimError
from ansim.notices.reading import LANGUAGES, RegistryError

KNOWN_VALUES = frozenset(
    {
        "basis_kind",
        "basis_title",
        "centre_email",
        "centre_name",
        "centre_phone",
        "clock_hours",
        "clock_kind",
        "date",
        "harm",
        "item_kind",
        "links",
        "pdq",
        "prior",
        "recipient_name",
        "regime_title",
        "request_ref",
        "seen_at",
        "sha256",
        "signature",
    }
)
_SUBJECT = re.compile(r"\ASubject: (?P<subject>[^\n]+)\n\n", re.MULTILINE)
_BLANKS = re.compile(r"\n{3,}")


class LetterMissing(AnsimError):
    """There is no letter of this kind in this language."""

    code = "letter_missing"
    sentences = {
        "en": 'There is no letter "{letter}" in the language "{language}"; choose one of: {known}.',
        "ko": "“{letter}” 편지가 “{language}” 언어로는 없습니다. 다음에서 고르세요: {known}.",
    }


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter as it will be sent: one line of subject, a plain text."""

    subject: str
    body: str


class Letterbook:
    """The letters of a folder with one folder per language; parts live in ``parts``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._environment = SandboxedEnvironment(
            loader=FileSystemLoader(folder),
            undefined=StrictUndefined,
            autoescape=False,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
        )

    def languages(self) -> tuple[str, ...]:
        """The languages that have letters."""
        return tuple(sorted(path.name for path in self._folder.iterdir() if path.is_dir()))

    def names(self) -> tuple[str, ...]:
        """The letters that exist in Korean and in English; every one has been checked."""
        return self._checked

    @cached_property
    def _checked(self) -> tuple[str, ...]:
        by_language = {
            language: {path.stem for path in (self._folder / language).glob("*.txt")}
            for language in self.languages()
        }
        for language, names in by_language.items():
            for path in sorted((self._folder / language).rglob("*.txt")):
                self._check(path)
            for name in names:
                self._check_subject(self._folder / language / f"{name}.txt")
        return tuple(sorted(set.intersection(*(by_language[each] for each in LANGUAGES))))

    def _check(self, path: Path) -> None:
        source = path.read_text(encoding="utf-8")
        try:
            unknown = meta.find_undeclared_variables(self._environment.parse(source))
        except TemplateSyntaxError as error:
            raise RegistryError(
                path.name,
                f"line {error.lineno}",
                en=f"the letter cannot be read ({error.message}); correct that line.",
                ko=f"편지를 읽을 수 없습니다({error.message}). 그 줄을 고치세요.",
            ) from error
        strange = sorted(unknown - KNOWN_VALUES)
        if strange:
            known = ", ".join(sorted(KNOWN_VALUES))
            raise RegistryError(
                path.name,
                strange[0],
                en=f"is no value that a letter may use; use: {known}.",
                ko=f"편지에서 쓸 수 없는 값입니다. 다음을 쓰세요: {known}.",
            )

    def _check_subject(self, path: Path) -> None:
        head = _SUBJECT.match(path.read_text(encoding="utf-8"))
        used = (
            meta.find_undeclared_variables(self._environment.parse(head["subject"]))
            if head
            else set()
        )
        if used != {"request_ref"}:
            raise RegistryError(
                path.name,
                "Subject",
                en='must be the first line, like "Subject: [{{ request_ref }}] Removal request", '
                "followed by a blank line, with no other value in it.",
                ko="첫 줄이어야 하고 “Subject: [{{ request_ref }}] 삭제 요청”처럼 "
                "다른 값 없이 적은 뒤 한 줄을 비워야 합니다.",
            )

    def render(self, name: str, language: str, values: Mapping[str, object]) -> Letter:
        """The letter ``name`` with ``values`` (exactly ``KNOWN_VALUES``).

        Raises:
            LetterMissing: no such letter in that language.
        """
        path = self._folder / language / f"{name}.txt"
        if name not in self.names() or language not in self.languages() or not path.is_file():
            raise LetterMissing(letter=name, language=language, known=", ".join(self.names()))
        text = self._environment.get_template(f"{language}/{name}.txt").render(dict(values))
        subject, _, body = text.removeprefix("Subject: ").partition("\n\n")
        return Letter(subject.strip(), _BLANKS.sub("\n\n", body).strip() + "\n")


LETTERS = Letterbook(Path(__file__).parent / "letters")
