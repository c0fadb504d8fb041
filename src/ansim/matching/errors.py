"""What can be wrong with hashes and banks of hashes."""

from typing import ClassVar, Final

from ansim.errors import AnsimError

_PROBLEMS: Final[dict[str, dict[str, str]]] = {
    "empty": {
        "en": "there is nothing in it; write a header line or one JSON object a line",
        "ko": "내용이 없습니다. 머리줄이나 한 줄에 JSON 객체 하나를 넣어 주세요",
    },
    "encoding": {
        "en": "it is not UTF-8 text; save the file as UTF-8",
        "ko": "UTF-8 글자가 아닙니다. 파일을 UTF-8로 저장해 주세요",
    },
    "json": {
        "en": "it is not one JSON object; write one object a line",
        "ko": "JSON 객체가 아닙니다. 한 줄에 객체 하나를 써 주세요",
    },
    "csv": {
        "en": "it is not CSV; put quotes around cells that hold commas, quotes or line ends",
        "ko": "CSV가 아닙니다. 쉼표, 따옴표, 줄바꿈이 든 칸은 따옴표로 묶어 주세요",
    },
    "columns": {
        "en": "the header names no column of hashes; name one of pdq, md5, sha1, sha256",
        "ko": "머리줄에 해시 열이 없습니다. pdq, md5, sha1, sha256 중 하나를 넣어 주세요",
    },
    "cells": {
        "en": "it has more cells than the header names; remove the extra commas",
        "ko": "머리줄보다 칸이 많습니다. 남는 쉼표를 지워 주세요",
    },
    "duplicate": {
        "en": "the key is used by an earlier line; give each item its own key",
        "ko": "앞줄과 같은 키입니다. 항목마다 다른 키를 써 주세요",
    },
    "no_hash": {
        "en": "the item has no hash at all; give at least one of pdq, md5, sha1, sha256",
        "ko": "해시가 하나도 없습니다. pdq, md5, sha1, sha256 중 하나는 넣어 주세요",
    },
    "key": {
        "en": "the key must be text of at most 200 characters",
        "ko": "키는 200자 이하의 글자여야 합니다",
    },
    "kind": {
        "en": "kind must be 'picture' or 'video'",
        "ko": "kind는 'picture' 또는 'video'여야 합니다",
    },
    "pdq": {"en": "pdq must be 64 hex digits", "ko": "pdq는 16진수 64자리여야 합니다"},
    "md5": {"en": "md5 must be 32 hex digits", "ko": "md5는 16진수 32자리여야 합니다"},
    "sha1": {"en": "sha1 must be 40 hex digits", "ko": "sha1은 16진수 40자리여야 합니다"},
    "sha256": {"en": "sha256 must be 64 hex digits", "ko": "sha256은 16진수 64자리여야 합니다"},
    "quality": {
        "en": "quality must be a whole number from 0 to 100",
        "ko": "quality는 0부터 100까지의 정수여야 합니다",
    },
    "frames": {
        "en": "frames must be a list of objects with seconds, pdq and quality",
        "ko": "frames는 seconds, pdq, quality를 가진 객체의 목록이어야 합니다",
    },
    "labels": {
        "en": "labels must be a list of words",
        "ko": "labels는 낱말의 목록이어야 합니다",
    },
    "bank": {
        "en": "the bank's name, owner, purpose, terms and origin must be text",
        "ko": "뱅크의 name, owner, purpose, terms, origin은 글자여야 합니다",
    },
}


class MalformedBank(AnsimError):
    """A bank file that cannot be read: ``line`` counts from 1, ``problem`` names the mend."""

    code: ClassVar[str] = "malformed_bank"
    sentences: ClassVar[dict[str, str]] = {
        "en": "Line {line} of the bank cannot be used: {mend}.",
        "ko": "뱅크의 {line}번째 줄을 쓸 수 없습니다: {mend}.",
    }

    def __init__(self, *, line: int, problem: str) -> None:
        self.line = line
        self.problem = problem
        super().__init__(line=line, problem=problem)

    def sentence(self, language: str = "en") -> str:
        """The sentence, with the mend in the same language."""
        mends = _PROBLEMS[self.problem]
        self.values["mend"] = mends.get(language[:2], mends["en"])
        return super().sentence(language)


class UnknownBankFormat(AnsimError):
    """The file's name ends in nothing that a bank is written as."""

    code: ClassVar[str] = "unknown_bank_format"
    sentences: ClassVar[dict[str, str]] = {
        "en": "The bank's format is not clear from its name. Let it end in .csv or .jsonl.",
        "ko": "이름으로 뱅크의 형식을 알 수 없습니다. .csv나 .jsonl로 끝나게 해 주세요.",
    }


class MalformedHash(AnsimError):
    """A PDQ that is not 64 hex digits."""

    code: ClassVar[str] = "malformed_hash"
    sentences: ClassVar[dict[str, str]] = {
        "en": "Hash number {number} is not a PDQ fingerprint. Give 64 hex digits.",
        "ko": "{number}번째 해시가 PDQ 지문이 아닙니다. 16진수 64자리를 넣어 주세요.",
    }
