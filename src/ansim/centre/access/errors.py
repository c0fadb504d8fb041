"""What may go wrong between a person and a door, in one sentence each."""

from typing import ClassVar

from django.core.exceptions import PermissionDenied

from ansim.errors import AnsimError


class AccessError(AnsimError):
    """Base of this room's errors."""

    code: ClassVar[str] = "access"


class NotPermitted(AccessError, PermissionDenied):
    """The staff member's role does not include the action, or the case is not shared with them."""

    code: ClassVar[str] = "not_permitted"
    sentences: ClassVar[dict[str, str]] = {
        "en": (
            "Your role or your share of this case does not include this; "
            "ask a supervisor if you need it for your work."
        ),
        "ko": (
            "맡은 역할이나 이 사건의 공유 범위에 들어 있지 않은 일입니다. "
            "업무에 필요하면 슈퍼바이저에게 요청해 주세요."
        ),
    }


class KeyNotHeld(AccessError):
    """The session no longer holds the private key that this page needs."""

    code: ClassVar[str] = "key_not_held"
    sentences: ClassVar[dict[str, str]] = {
        "en": "This window no longer holds your key; please sign in again.",
        "ko": "이 창에 열쇠가 남아 있지 않습니다. 다시 로그인해 주세요.",
    }


class SignInRefused(AccessError):
    """Wrong user name, wrong password or an account that is closed: one sentence for all."""

    code: ClassVar[str] = "sign_in_refused"
    sentences: ClassVar[dict[str, str]] = {
        "en": "The user name or the password does not match; check both and type them again.",
        "ko": "아이디나 비밀번호가 맞지 않습니다. 확인하고 다시 적어 주세요.",
    }


class SignInLocked(AccessError):
    """Too many wrong attempts for this user name or from this address."""

    code: ClassVar[str] = "sign_in_locked"
    sentences: ClassVar[dict[str, str]] = {
        "en": "There were too many attempts; please wait {minutes} minutes and try again.",
        "ko": "여러 번 맞지 않아 잠시 잠겼습니다. {minutes}분 뒤에 다시 시도해 주세요.",
    }


class UsernameTaken(AccessError):
    """Another staff member has this user name."""

    code: ClassVar[str] = "username_taken"
    sentences: ClassVar[dict[str, str]] = {
        "en": "This user name is already in use; choose another one.",
        "ko": "이미 쓰고 있는 아이디입니다. 다른 아이디를 정해 주세요.",
    }


class MalformedUsername(AccessError):
    """A user name that people could not type or tell apart."""

    code: ClassVar[str] = "malformed_username"
    sentences: ClassVar[dict[str, str]] = {
        "en": "A user name has 2 to 40 letters, digits, dots or hyphens; please change it.",
        "ko": "아이디는 2~40자의 글자, 숫자, 점, 붙임표로 정해 주세요.",
    }


class WeakPassword(AccessError):
    """A password that is too short or known to be common."""

    code: ClassVar[str] = "weak_password"
    sentences: ClassVar[dict[str, str]] = {
        "en": "This password is too short or too common; choose one of 12 characters or more.",
        "ko": "비밀번호가 너무 짧거나 흔합니다. 12자 이상으로 다시 정해 주세요.",
    }


class UnknownRole(AccessError):
    """A role that roles.toml does not name."""

    code: ClassVar[str] = "unknown_role"
    sentences: ClassVar[dict[str, str]] = {
        "en": "There is no role “{role}”; choose one of: {known}.",
        "ko": "‘{role}’ 역할이 없습니다. 다음 중에서 골라 주세요: {known}.",
    }


class UnknownLanguage(AccessError):
    """A language that the site does not speak."""

    code: ClassVar[str] = "unknown_language"
    sentences: ClassVar[dict[str, str]] = {
        "en": "There is no language “{language}”; choose one of: {known}.",
        "ko": "‘{language}’ 언어가 없습니다. 다음 중에서 골라 주세요: {known}.",
    }


class MalformedRoles(AccessError):
    """roles.toml cannot be used; the site does not start with it."""

    code: ClassVar[str] = "malformed_roles"
    sentences: ClassVar[dict[str, str]] = {
        "en": "The roles file {file} cannot be used: {where} {mend}.",
        "ko": "역할 파일 {file}을 쓸 수 없습니다({where}): {mend}.",
    }


class UnknownAction(AccessError):
    """Code asked for an action that roles.toml does not name: a mistake of ours."""

    code: ClassVar[str] = "unknown_action"
    sentences: ClassVar[dict[str, str]] = {
        "en": "No action is named “{action}”; add it to roles.toml or correct the code.",
        "ko": "‘{action}’ 행동이 없습니다. roles.toml에 더하거나 코드를 고쳐 주세요.",
    }
