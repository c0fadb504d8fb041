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
    """Too many wrong attempts for this user name, from this address or altogether: wait a while."""

    code: ClassVar[str] = "sign_in_locked"
    sentences: ClassVar[dict[str, str]] = {
        "en": "There were too many attempts; please wait {seconds} seconds and try again.",
        "ko": "여러 번 맞지 않았습니다. {seconds}초 뒤에 다시 시도해 주세요.",
    }


class WrongCode(AccessError):
    """A code of an app or a recovery code that is wrong, too old or used before."""

    code: ClassVar[str] = "wrong_code"
    sentences: ClassVar[dict[str, str]] = {
        "en": "This code does not match or was used before; wait for the next one and type it.",
        "ko": "코드가 맞지 않거나 이미 쓴 코드입니다. 다음 코드를 기다려 적어 주세요.",
    }


class PasskeyRefused(AccessError):
    """A passkey that is unknown here, or whose answer does not fit what was asked."""

    code: ClassVar[str] = "passkey_refused"
    sentences: ClassVar[dict[str, str]] = {
        "en": "This passkey did not work here; try once more or sign in with your password.",
        "ko": "이 패스키로는 들어올 수 없습니다. 다시 해 보거나 비밀번호로 로그인해 주세요.",
    }


class LastFactor(AccessError):
    """The last second factor would go."""

    code: ClassVar[str] = "last_factor"
    sentences: ClassVar[dict[str, str]] = {
        "en": "This is your only second step; add another one before you remove it.",
        "ko": "하나뿐인 2단계 인증입니다. 다른 것을 더한 뒤에 없애 주세요.",
    }


class FactorThere(AccessError):
    """An app or a passkey that this member of staff already has."""

    code: ClassVar[str] = "factor_there"
    sentences: ClassVar[dict[str, str]] = {
        "en": "This is already one of your second steps; nothing was changed.",
        "ko": "이미 등록된 2단계 인증입니다. 바뀐 것은 없습니다.",
    }


class HalfWayLost(AccessError):
    """The second step came too late, or in another browser than the first."""

    code: ClassVar[str] = "half_way_lost"
    sentences: ClassVar[dict[str, str]] = {
        "en": "The second step took too long; please start again with your password.",
        "ko": "2단계 인증 시간이 지났습니다. 비밀번호부터 다시 시작해 주세요.",
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


class MalformedJointActs(AccessError):
    """joint_acts.toml cannot be used; the site does not start with it."""

    code: ClassVar[str] = "malformed_joint_acts"
    sentences: ClassVar[dict[str, str]] = {
        "en": "The file of joint acts {file} cannot be used: {where} {mend}.",
        "ko": "두 사람이 하는 일의 파일 {file}을 쓸 수 없습니다({where}): {mend}.",
    }


class UnknownJointAct(AccessError):
    """An act that joint_acts.toml does not name."""

    code: ClassVar[str] = "unknown_joint_act"
    sentences: ClassVar[dict[str, str]] = {
        "en": "There is no joint act “{kind}”; it is one of: {known}.",
        "ko": "‘{kind}’은(는) 두 사람이 하는 일에 없습니다. 다음 중 하나입니다: {known}.",
    }


class ReasonTooShort(AccessError):
    """A reason that says nothing."""

    code: ClassVar[str] = "reason_too_short"
    sentences: ClassVar[dict[str, str]] = {
        "en": "Write in at least {least} letters why this is needed.",
        "ko": "왜 필요한지 {least}자 이상으로 적어 주세요.",
    }


class NeedsSecondPerson(AccessError, PermissionDenied):
    """Nobody has confirmed this act, or its time is over, or it was used already."""

    code: ClassVar[str] = "needs_second_person"
    sentences: ClassVar[dict[str, str]] = {
        "en": "This needs a second person: ask for it, and come back when a colleague confirmed.",
        "ko": "두 사람이 함께 해야 하는 일입니다. 먼저 요청하고 동료가 확인하면 다시 와 주세요.",
    }


class SamePerson(AccessError, PermissionDenied):
    """Whoever asked wants to confirm as well."""

    code: ClassVar[str] = "same_person"
    sentences: ClassVar[dict[str, str]] = {
        "en": "You asked for this yourself; a colleague has to confirm it.",
        "ko": "스스로 요청한 일은 확인할 수 없습니다. 동료가 확인해야 합니다.",
    }


class ActAnswered(AccessError):
    """The act was answered already, or its time is over."""

    code: ClassVar[str] = "act_answered"
    sentences: ClassVar[dict[str, str]] = {
        "en": "This was answered already or its time is over; if it is still needed, ask anew.",
        "ko": "이미 답했거나 시간이 지났습니다. 아직 필요하면 새로 요청해 주세요.",
    }


class OwnAccount(AccessError, PermissionDenied):
    """Somebody wants to change their own role or close their own account."""

    code: ClassVar[str] = "own_account"
    sentences: ClassVar[dict[str, str]] = {
        "en": "Nobody changes their own role or closes their own account; ask a colleague.",
        "ko": "자신의 역할을 바꾸거나 자신의 계정을 닫을 수 없습니다. 동료에게 요청해 주세요.",
    }


class LastManager(AccessError):
    """Nobody would be left who can manage staff."""

    code: ClassVar[str] = "last_manager"
    sentences: ClassVar[dict[str, str]] = {
        "en": "Nobody else could manage staff then; give a colleague such a role first.",
        "ko": "직원을 관리할 사람이 남지 않습니다. 먼저 다른 동료에게 그 역할을 맡겨 주세요.",
    }
