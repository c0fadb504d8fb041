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
    "state": {
        "en": "state must be 'active', 'withdrawn' or 'opinion_against', and since, by, reason text",
        "ko": "state는 'active', 'withdrawn', 'opinion_against' 중 하나, since·by·reason은 글자여야 "
        "합니다",
    },
    "signal": {
        "en": "the hash does not have the form that its type asks for; correct it or remove the line",
        "ko": "해시가 그 종류의 형식에 맞지 않습니다. 고치거나 줄을 지워 주세요",
    },
    "xml": {
        "en": "it is not well-formed XML; export it again from where it came",
        "ko": "올바른 XML이 아닙니다. 원래 곳에서 다시 내보내 주세요",
    },
    "doctype": {
        "en": "it declares a DOCTYPE or entities, which hash lists never need; remove them",
        "ko": "해시 목록에 필요 없는 DOCTYPE이나 엔티티가 있습니다. 지워 주세요",
    },
    "frame": {
        "en": "a vPDQ line is 'frame,quality,hash,seconds'; correct or remove it",
        "ko": "vPDQ 줄은 '프레임,품질,해시,초'여야 합니다. 고치거나 지워 주세요",
    },
    "shape": {
        "en": "the list has not the shape that was named; name another one with --shape",
        "ko": "지정한 형식의 목록이 아닙니다. --shape로 다른 형식을 지정해 주세요",
    },
    "pickle": {
        "en": "it is a Python pickle, which can run code and is never read; export it as CSV",
        "ko": "코드를 실행할 수 있어 읽지 않는 pickle 파일입니다. CSV로 내보내 주세요",
    },
    "packed": {
        "en": "it is a packed file, a spreadsheet or a pickle; save its list as CSV in UTF-8",
        "ko": "압축 파일, 스프레드시트나 pickle입니다. 목록을 UTF-8 CSV로 저장해 주세요",
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
        "en": "The bank's format is not clear from its name. Let it end in .bank, .csv or .jsonl.",
        "ko": "이름으로 뱅크의 형식을 알 수 없습니다. .bank, .csv, .jsonl로 끝나게 해 주세요.",
    }


class MalformedHash(AnsimError):
    """A PDQ that is not 64 hex digits."""

    code: ClassVar[str] = "malformed_hash"
    sentences: ClassVar[dict[str, str]] = {
        "en": "Hash number {number} is not a PDQ fingerprint. Give 64 hex digits.",
        "ko": "{number}번째 해시가 PDQ 지문이 아닙니다. 16진수 64자리를 넣어 주세요.",
    }


class BankFileError(AnsimError):
    """Base of what can be wrong with a bank file (.bank)."""

    code: ClassVar[str] = "bank_file"


class NotABankFile(BankFileError):
    """The file does not begin as a bank file does."""

    code = "not_a_bank_file"
    sentences: ClassVar[dict[str, str]] = {
        "en": "This is not a bank file. Make one from a list with 'ansim bank import'.",
        "ko": "뱅크 파일이 아닙니다. 'ansim bank import'로 목록에서 만들어 주세요.",
    }


class BankTooNew(BankFileError):
    """The bank file has a format version that this program does not know."""

    code = "bank_too_new"
    sentences: ClassVar[dict[str, str]] = {
        "en": "This bank file has format version {version}, which this Ansim cannot read. "
        "Update Ansim.",
        "ko": "뱅크 파일의 형식 버전 {version}은 이 안심이 읽을 수 없습니다. 안심을 새 버전으로 "
        "올려 주세요.",
    }


class BankDamaged(BankFileError):
    """Bytes of the file are not those that were written; ``place`` counts bytes."""

    code = "bank_damaged"
    sentences: ClassVar[dict[str, str]] = {
        "en": "The bank file is damaged at byte {place}. Restore it from a backup.",
        "ko": "뱅크 파일의 {place}번째 바이트가 손상되었습니다. 백업에서 되살려 주세요.",
    }


class BankWrongKey(BankFileError):
    """The bank is sealed and the key at hand, if any, does not open it."""

    code = "bank_wrong_key"
    sentences: ClassVar[dict[str, str]] = {
        "en": "This bank is sealed and does not open with the keys at hand. "
        "Set ANSIM_HOME to the data folder of the centre that sealed it.",
        "ko": "봉인된 뱅크이며 지금 있는 열쇠로 열리지 않습니다. "
        "ANSIM_HOME을 이 뱅크를 봉인한 센터의 자료 폴더로 정해 주세요.",
    }


class BankBusy(BankFileError):
    """Another process is writing to the bank."""

    code = "bank_busy"
    sentences: ClassVar[dict[str, str]] = {
        "en": "Another program is writing to this bank. Wait until it is done and try again.",
        "ko": "다른 프로그램이 이 뱅크에 쓰고 있습니다. 끝난 뒤에 다시 해 주세요.",
    }


class BankExists(BankFileError):
    """There is something at the path where a new bank should be made."""

    code = "bank_exists"
    sentences: ClassVar[dict[str, str]] = {
        "en": "There is a file at this path already. Choose another name or remove it first.",
        "ko": "이 경로에 이미 파일이 있습니다. 다른 이름을 쓰거나 먼저 지워 주세요.",
    }


class KeyTaken(BankFileError):
    """An item with this key is in the bank already (or comes twice)."""

    code = "key_taken"
    sentences: ClassVar[dict[str, str]] = {
        "en": "The bank holds an item with the key '{key}' already. "
        "Give it another key, or replace the item.",
        "ko": "뱅크에 '{key}' 키를 가진 항목이 이미 있습니다. 다른 키를 주거나 항목을 바꿔 주세요.",
    }


class NoSuchKey(BankFileError):
    """No item of the bank has this key."""

    code = "no_such_key"
    sentences: ClassVar[dict[str, str]] = {
        "en": "The bank holds no item with the key '{key}'. Look the keys up with "
        "'ansim bank export'.",
        "ko": "뱅크에 '{key}' 키를 가진 항목이 없습니다. 'ansim bank export'로 키를 확인해 주세요.",
    }


class OneVideoOnly(AnsimError):
    """A vPDQ list holds the frames of one video."""

    code: ClassVar[str] = "one_video_only"
    sentences: ClassVar[dict[str, str]] = {
        "en": "A vPDQ list holds one video and this bank has {count}. "
        "Choose another shape, such as jsonl or threatexchange.",
        "ko": "vPDQ 목록에는 영상 하나만 들어가는데 이 뱅크에는 {count}개가 있습니다. "
        "jsonl이나 threatexchange 같은 다른 형식을 골라 주세요.",
    }


class ExchangeMissing(AnsimError):
    """The library for a shape of exchange files is not installed."""

    code: ClassVar[str] = "exchange_missing"
    sentences: ClassVar[dict[str, str]] = {
        "en": "The sample signals are part of a library that is not installed. "
        "Install it with: pip install 'ansim[exchange]'",
        "ko": "예시 신호가 들어 있는 라이브러리가 설치되어 있지 않습니다. "
        "pip install 'ansim[exchange]' 로 설치해 주세요.",
    }


class DamagedIndex(AnsimError):
    """An index file that is cut off or changed. It holds nothing that a bank does not hold."""

    code: ClassVar[str] = "damaged_index"
    sentences: ClassVar[dict[str, str]] = {
        "en": "The search index is damaged. Delete its file; it is made anew from the bank.",
        "ko": "검색 색인이 손상되었습니다. 색인 파일을 지우면 뱅크에서 다시 만들어집니다.",
    }


class NewerIndex(AnsimError):
    """An index file of a format that this version does not know."""

    code: ClassVar[str] = "newer_index"
    sentences: ClassVar[dict[str, str]] = {
        "en": "The search index has format {version}, which this version cannot read. "
        "Update Ansim, or delete the file; it is made anew from the bank.",
        "ko": "검색 색인의 형식 {version}을 이 버전에서 읽을 수 없습니다. "
        "Ansim을 업데이트하거나 파일을 지우면 뱅크에서 다시 만들어집니다.",
    }
