"""What an operator must know: can this centre receive, send, look, and keep its secrets?"""

import socket
import stat
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from ansim.centre import outside
from ansim.centre.access.models import Staff
from ansim.centre.access.permissions import can
from ansim.centre.custody.queries import check_chain
from ansim.centre.work.jobs import parked_jobs
from ansim.errors import AnsimError

PRIVATE = 0o077


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing checked: fine or not, in words."""

    code: str
    ok: bool
    text: dict[str, str]


def check_up() -> list[Finding]:
    """Every check, in the order in which an operator would mend them."""
    checks: tuple[Callable[[], Finding], ...] = (
        _mode, _https, _keys, _receivers, _registry, _mail_out, _mail_in, _vantages, _jobs, _custody,
    )  # fmt: skip
    return [_checked(check) for check in checks]


def _checked(check: Callable[[], Finding]) -> Finding:
    """A check's finding; one that cannot even be made is a finding too."""
    try:
        return check()
    except AnsimError as error:
        text = {language: error.sentence(language) for language in ("ko", "en")}
        return Finding(check.__name__.lstrip("_"), ok=False, text=text)


def _say(code: str, ok: bool, good: tuple[str, str], bad: tuple[str, str]) -> Finding:  # noqa: FBT001
    korean, english = good if ok else bad
    return Finding(code, ok, {"ko": korean, "en": english})


def _mode() -> Finding:
    return _say(
        "mode", settings.PRODUCTION,
        ("운영 방식입니다.", "Running in production mode."),
        ("시연·시험 방식입니다. 실제 사건에 쓰지 마세요. ANSIM_MODE=production으로 바꾸세요.",
         "Running in demo or test mode: do not use it for real cases; set ANSIM_MODE=production."),
    )  # fmt: skip


def _https() -> Finding:
    return _say(
        "https", bool(settings.SECURE),
        ("쿠키가 https에 묶여 있습니다.", "Cookies are bound to https."),
        ("https가 꺼져 있습니다. TLS 프록시를 두고 ANSIM_HTTPS=1로 바꾸세요.",
         "https is off: put a TLS proxy in front and set ANSIM_HTTPS=1."),
    )  # fmt: skip


def _keys() -> Finding:
    folder = Path(settings.ANSIM_HOME) / "keys"
    files = [folder, *folder.iterdir()]
    fine = not any(stat.S_IMODE(path.stat().st_mode) & PRIVATE for path in files)
    return _say(
        "keys", fine,
        ("열쇠 파일은 주인만 읽을 수 있습니다.", "Only the owner can read the key files."),
        ("다른 사람이 열쇠 파일을 읽을 수 있습니다. 폴더는 0700, 파일은 0600으로 바꾸세요.",
         "Others can read the key files: set the folder to 0700 and the files to 0600."),
    )  # fmt: skip


def _receivers() -> Finding:
    fine = any(can(one, "case.read_sealed") for one in Staff.objects.filter(is_active=True))
    return _say(
        "receivers", fine,
        ("접수를 받을 직원이 있습니다.", "There is staff to receive reports."),
        ("접수를 받을 직원이 없습니다. ‘ansim staff add’로 상담사를 추가하세요.",
         "Nobody can receive reports: add a counsellor with “ansim staff add”."),
    )  # fmt: skip


def _registry() -> Finding:
    fine = any(one.routes for one in outside.registry().recipients)
    return _say(
        "registry", fine,
        ("보낼 수 있는 받는 곳이 있습니다.", "The registry has recipients that can be written to."),
        ("보낼 수 있는 받는 곳이 하나도 없습니다. 받는 곳 폴더에 추가하세요.",
         "No recipient can be written to: add some in the recipients folder."),
    )  # fmt: skip


def _mail_out() -> Finding:
    try:
        relay = outside.smtp()
        with closing(socket.create_connection((relay.host, relay.port), timeout=5)):
            fine = True
    except (OSError, ValueError):
        # ValueError: the address has no port.
        fine = False
    return _say(
        "mail_out", fine,
        ("메일 서버가 대답합니다.", "The mail relay answers."),
        ("메일 서버가 대답하지 않습니다. ANSIM_SMTP 주소를 확인하세요.",
         "The mail relay does not answer: check the address in ANSIM_SMTP."),
    )  # fmt: skip


def _mail_in() -> Finding:
    fine = (outside.maildir() / "new").is_dir()
    return _say(
        "mail_in", fine,
        ("센터 우편함을 읽을 수 있습니다.", "The centre's mailbox can be read."),
        ("센터 우편함이 없어 답장과 보낸 사본을 읽지 못합니다. ANSIM_MAILDIR을 정하세요.",
         "There is no mailbox, so answers and sent copies cannot be read: set ANSIM_MAILDIR."),
    )  # fmt: skip


def _vantages() -> Finding:
    fine = len(outside.policy().vantages) > 1
    return _say(
        "vantages", fine,
        ("두 곳 이상에서 봅니다.", "Links are looked at from two vantage points or more."),
        ("한 곳에서만 봅니다. 두 곳이 있어야 삭제를 확인할 수 있습니다. ANSIM_VANTAGES를 정하세요.",
         "There is one vantage point; two are needed to confirm a removal: set ANSIM_VANTAGES."),
    )  # fmt: skip


def _jobs() -> Finding:
    return _say(
        "jobs", parked_jobs() == 0,
        ("실패한 작업이 없습니다.", "No job has failed for good."),
        ("끝내 실패한 작업이 있습니다. 기록에서 까닭을 보세요.",
         "Some jobs failed for good: the log says why."),
    )  # fmt: skip


def _custody() -> Finding:
    return _say(
        "custody", check_chain().whole,
        ("보관 기록의 사슬이 온전합니다.", "The custody chain is whole."),
        ("보관 기록의 사슬이 끊겼습니다. 아무것도 고치지 말고 백업과 견주어 보세요.",
         "The custody chain is broken: change nothing, and compare with a backup."),
    )  # fmt: skip
