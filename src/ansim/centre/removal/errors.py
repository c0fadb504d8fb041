"""What can go wrong on the way from a sighting to a sent notice."""

from ansim.errors import AnsimError


class NoBasis(AnsimError):
    """Neither a consent nor a legal rule covers this sending."""

    code = "no_basis"
    sentences = {
        "en": "No consent covers this recipient now, so nothing is sent. "
        "Ask the person, or return the request.",
        "ko": "이 받는 곳에 보내도 된다는 동의가 없어 보내지 않습니다. "
        "본인에게 묻거나 요청을 돌려보내세요.",
    }


class NotReady(AnsimError):
    """A required field of the notice is missing."""

    code = "not_ready"
    sentences = {
        "en": "A required field is missing; the list beside the letter says which one.",
        "ko": "필수 항목이 모자랍니다. 요청서 옆의 목록에서 무엇인지 볼 수 있습니다.",
    }


class NoRecipient(AnsimError):
    """Nobody in the registry is responsible for a host."""

    code = "no_recipient"
    sentences = {
        "en": "No recipient is registered for this site. Add one in the recipients folder.",
        "ko": "이 사이트를 맡은 받는 곳이 등록되어 있지 않습니다. 받는 곳 폴더에 추가하세요.",
    }


class AlreadyDecided(AnsimError):
    """Somebody else was quicker."""

    code = "already_decided"
    sentences = {
        "en": "This request was already approved or returned; nothing was done twice.",
        "ko": "이미 승인되었거나 돌려보낸 요청입니다. 두 번 처리하지 않았습니다.",
    }


class StillInPlay(AnsimError):
    """A request about the same sighting is still open."""

    code = "still_in_play"
    sentences = {
        "en": "A request about this link is still open. Wait for its answer, or return it first.",
        "ko": "이 링크에 대한 요청이 아직 끝나지 않았습니다. 답을 기다리거나 먼저 돌려보내세요.",
    }


class NothingToShare(AnsimError):
    """A case without a fingerprint."""

    code = "nothing_to_share"
    sentences = {
        "en": "This case has no fingerprint yet. Add a picture or a video first.",
        "ko": "이 사건에는 아직 지문이 없습니다. 먼저 사진이나 영상을 더하세요.",
    }


class NotAskedBack(AnsimError):
    """An answer to a letter that has not left."""

    code = "not_asked_back"
    sentences = {
        "en": "This letter has not been sent yet, so nobody can have answered it. Approve it first.",
        "ko": "아직 보내지 않은 편지라 답이 있을 수 없습니다. 먼저 승인하세요.",
    }
