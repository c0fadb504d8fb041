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


class KeysDestroyed(AnsimError):
    """The keys of this case are gone: it was erased, or its wraps were lost."""

    code = "keys_destroyed"
    sentences = {
        "en": "The keys of this case were destroyed, so nothing in it can be opened any more.",
        "ko": "이 사건의 열쇠가 파기되어 내용을 더는 열 수 없습니다.",
    }


class ServerKeyLost(AnsimError):
    """The working key is wrapped for a server key that the ring does not have."""

    code = "server_key_lost"
    sentences = {
        "en": (
            "The server key {key_id} that opens this record is not in the keys folder. Restore "
            "that folder from its backup, or run “ansim keys escrow restore-server”."
        ),
        "ko": (
            "이 기록을 여는 서버 열쇠 {key_id}이(가) 열쇠 폴더에 없습니다. 폴더를 백업에서 "
            "되살리거나 ‘ansim keys escrow restore-server’를 실행해 주세요."
        ),
    }


class LastHolder(AnsimError):
    """Somebody who leaves is the only one who can open some cases."""

    code = "last_holder"
    sentences = {
        "en": (
            "Nobody else can open {references}. Name a successor and do it in the session of "
            "someone who holds these cases, or share them first."
        ),
        "ko": (
            "{references}은(는) 다른 사람이 열 수 없습니다. 그 사건을 가진 사람이 로그인한 상태에서 "
            "이어받을 사람을 정하거나, 먼저 사건을 공유해 주세요."
        ),
    }


class SearchNotAllowed(AnsimError):
    """Words to search for, of a person who does not allow searching."""

    code = "search_not_allowed"
    sentences = {
        "en": "There is no consent to search, so no words to search for are kept. Ask for it first.",
        "ko": "찾기에 대한 동의가 없어 찾을 낱말을 보관하지 않습니다. 먼저 동의를 받아 주세요.",
    }


class NotAHolder(AnsimError):
    """An escrow key that this centre does not know."""

    code = "not_a_holder"
    sentences = {
        "en": "No escrow holder of this centre has this key. “ansim keys escrow list” shows them.",
        "ko": "이 센터의 예비 열쇠가 아닙니다. ‘ansim keys escrow list’로 볼 수 있습니다.",
    }


class HolderTaken(AnsimError):
    """An escrow holder with that name or key is there already."""

    code = "holder_taken"
    sentences = {
        "en": "There is an escrow holder with this name or this key already. Choose another name.",
        "ko": "같은 이름이나 같은 열쇠의 예비 열쇠가 이미 있습니다. 다른 이름을 써 주세요.",
    }


class LastEscrow(AnsimError):
    """Some cases would be left with nobody who can open them."""

    code = "last_escrow"
    sentences = {
        "en": (
            "{count} cases are held by this escrow key alone. Restore them for a colleague first: "
            "“ansim keys escrow restore”."
        ),
        "ko": (
            "이 예비 열쇠로만 열리는 사건이 {count}건 있습니다. 먼저 ‘ansim keys escrow restore’로 "
            "동료가 열 수 있게 해 주세요."
        ),
    }
