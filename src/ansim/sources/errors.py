"""What can be wrong with a source or a target, one sentence each."""

from typing import ClassVar, Final

from ansim.errors import AnsimError

PROBLEMS: Final[dict[str, dict[str, str]]] = {
    "en": {
        "query": "write {query} where the word belongs",
        "file": "give the name of a file, without a folder",
        "unknown": "this kind has no such setting; take it away",
        "missing": "this kind needs it; add it",
        "text": "give a text",
        "number": "give a whole number",
        "truth": "give true or false",
    },
    "ko": {
        "query": "검색어가 들어갈 자리에 {query}를 써 주세요",
        "file": "폴더 없이 파일 이름만 적어 주세요",
        "unknown": "이 방식에는 없는 설정입니다. 지워 주세요",
        "missing": "이 방식에 꼭 필요한 설정입니다. 적어 주세요",
        "text": "글자로 적어 주세요",
        "number": "정수로 적어 주세요",
        "truth": "true나 false로 적어 주세요",
    },
}


class MalformedManifest(AnsimError):
    """A plug-in's manifest is not as it must be."""

    code = "malformed_manifest"
    sentences: ClassVar[dict[str, str]] = {
        "en": "The manifest {file} is wrong at {field}: add it or correct it.",
        "ko": "플러그인 설명 파일 {file}의 {field} 항목을 채우거나 고쳐 주세요.",
    }


class UnknownSource(AnsimError):
    """No plug-in has that name."""

    code = "unknown_source"
    sentences: ClassVar[dict[str, str]] = {
        "en": "There is no kind of source named {name}. Choose one of: {known}.",
        "ko": "{name}(이)라는 감시 방식은 없습니다. 다음 중에서 고르세요: {known}.",
    }


class BrokenSource(AnsimError):
    """A plug-in's code cannot be loaded, or has no function ``walk``."""

    code = "broken_source"
    sentences: ClassVar[dict[str, str]] = {
        "en": "The source {name} cannot be loaded ({problem}). Mend its source.py.",
        "ko": "감시 방식 {name}을(를) 불러올 수 없습니다({problem}). source.py를 고쳐 주세요.",
    }


class MalformedTarget(AnsimError):
    """A watch target lacks something, or has something that its source does not take.

    ``problem`` is a key of PROBLEMS.
    """

    code = "malformed_target"
    sentences: ClassVar[dict[str, str]] = {
        "en": "The watch target {target} is wrong at {field}: {problem}.",
        "ko": "감시 대상 {target}의 {field} 항목을 고쳐 주세요: {problem}.",
    }

    def sentence(self, language: str = "en") -> str:
        """The sentence with the problem in the reader's own language."""
        problems = PROBLEMS.get(language[:2], PROBLEMS["en"])
        problem = problems[str(self.values["problem"])]
        template = self.sentences.get(language[:2], self.sentences["en"])
        return template.format(**{**self.values, "problem": problem})
