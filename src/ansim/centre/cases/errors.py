"""What can go wrong in the cases room."""

from ansim.errors import AnsimError


class EmptyText(AnsimError):
    """A message or note without words."""

    code = "empty_text"
    sentences = {
        "en": "There is nothing written yet. Write a few words first.",
        "ko": "아직 적은 글이 없습니다. 몇 마디 적은 뒤 다시 눌러 주세요.",
    }


class UnknownCode(AnsimError):
    """A code that is not in the taxonomy."""

    code = "unknown_code"
    sentences = {
        "en": "“{value}” is not in the list “{name}”. Choose one of: {choices}.",
        "ko": "‘{value}’은(는) 목록 ‘{name}’에 없습니다. 다음 중에서 고르세요: {choices}.",
    }


class KeyNotHeld(AnsimError):
    """Somebody without the case's key tried to read or write what is sealed."""

    code = "key_not_held"
    sentences = {
        "en": "This case is not shared with you. Ask a colleague who has it to share it.",
        "ko": "이 사건은 공유되어 있지 않습니다. 담당하는 동료에게 공유를 요청하세요.",
    }
