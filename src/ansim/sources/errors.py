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

PROBLEM_SENTENCES: Final[dict[str, dict[str, str]]] = {
    "plugin_failed": {
        "en": "This source's own code failed in the middle of the walk. What it had found is kept. "
        "Look for the place in the log and mend its source.py.",
        "ko": "이 감시 방식의 코드가 둘러보는 도중에 멈췄습니다. 그때까지 찾은 것은 남아 있습니다. "
        "로그에서 멈춘 곳을 찾아 source.py를 고쳐 주세요.",
    },
    "plugin_garbage": {
        "en": "This source's own code gave something that is neither a page nor a problem. It was "
        "left out. Mend its source.py.",
        "ko": "이 감시 방식의 코드가 페이지도 문제도 아닌 것을 내놓아 그것은 뺐습니다. "
        "source.py를 고쳐 주세요.",
    },
    "file": {
        "en": "The file of this source cannot be read. Put it into its folder; at most 10 MiB.",
        "ko": "이 감시 방식의 파일을 읽을 수 없습니다. 10 MiB 이하의 파일을 정해진 폴더에 넣어 주세요.",
    },
    "led_away": {
        "en": "The address of this target leads to another site, where its basis does not reach. "
        "Nothing was looked at. Watch that site as a target of its own.",
        "ko": "이 대상의 주소가 근거가 미치지 않는 다른 사이트로 이어져 살펴보지 않았습니다. 그 사이트를 "
        "따로 대상으로 추가해 주세요.",
    },
    "not_an_address": {
        "en": "A line of the file is no web address. Correct it, or put a # before it.",
        "ko": "파일에 웹 주소가 아닌 줄이 있습니다. 고치거나 줄 앞에 #을 붙여 주세요.",
    },
}
"""The problems of a walk that are not the door's (those: ``ansim.fetching.sentences``)."""


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
