"""The root of every error that Ansim shows to a person.

An error is one clear sentence that says what is wrong and how to mend it, in each language
that the reader may have chosen. Engines know no translation framework, so the sentences live
with the error type itself; adding a language means adding a key.
"""

from typing import ClassVar


class AnsimError(Exception):
    """Base of all errors with a sentence for the reader.

    A subclass sets ``code`` (stable, for logs and JSON) and ``sentences`` (language -> format
    string). Values given to the constructor fill the format string; they must never be a name,
    a person's link, or bytes of media.
    """

    code: ClassVar[str] = "error"
    sentences: ClassVar[dict[str, str]] = {
        "en": "Something went wrong. Please try again.",
        "ko": "문제가 생겼습니다. 다시 시도해 주세요.",
    }

    def __init__(self, **values: object) -> None:
        self.values = values
        super().__init__(self.sentence("en"))

    def sentence(self, language: str = "en") -> str:
        """The sentence for a reader of ``language`` (falls back to English)."""
        template = self.sentences.get(language[:2], self.sentences["en"])
        return template.format(**self.values)
