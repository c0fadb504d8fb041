"""What an operator must know: can this centre receive, send, look, and keep its secrets?"""

import socket
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta

from ansim.centre import clock, outside
from ansim.centre.access.models import Staff
from ansim.centre.access.permissions import can
from ansim.centre.cases import keyreport
from ansim.centre.custody.models import CustodyEvent
from ansim.centre.custody.queries import check_chain
from ansim.centre.work import safety
from ansim.centre.work.jobs import parked_jobs
from ansim.centre.work.safety import Finding, say
from ansim.errors import AnsimError
from ansim.fetching import SystemResolver
from ansim.fetching.confined import Decoder

BACKUP_EVERY = timedelta(days=7)
ERASURE_LATE = timedelta(days=1)


def check_up() -> list[Finding]:
    """Every check, in the order in which an operator would mend them."""
    checks: tuple[Callable[[], Finding], ...] = (
        *safety.CHECKS, _receivers, _registry, _mail_out, _mail_in, _vantages, _name_servers,
        _decoder, _jobs, _custody, _backups, _erasures,
    )  # fmt: skip
    return [*(_checked(check) for check in checks), *_readable()]


def _readable() -> list[Finding]:
    """Who could still open which case: one finding for each thing that is wrong."""
    try:
        wrong = keyreport.check_keys()
    except AnsimError as error:
        text = {language: error.sentence(language) for language in ("ko", "en")}
        return [Finding("readable", ok=False, text=text)]
    if not wrong:
        text = {
            "ko": "모든 사건을 두 사람 이상이나 예비 열쇠로 열 수 있습니다.",
            "en": "Every case can be opened by two people or by escrow.",
        }
        return [Finding("readable", ok=True, text=text)]
    return [
        Finding(f"readable_{one.code}", ok=False,
                text={language: words.rstrip(":") for language, words in one.text.items()})
        for one in wrong
    ]  # fmt: skip


def _checked(check: Callable[[], Finding]) -> Finding:
    """A check's finding; one that cannot even be made is a finding too."""
    try:
        return check()
    except AnsimError as error:
        text = {language: error.sentence(language) for language in ("ko", "en")}
        return Finding(check.__name__.lstrip("_"), ok=False, text=text)


def _receivers() -> Finding:
    fine = any(can(one, "case.read_sealed") for one in Staff.objects.filter(is_active=True))
    return say(
        "receivers", fine,
        ("접수를 받을 직원이 있습니다.", "There is staff to receive reports."),
        ("접수를 받을 직원이 없습니다. ‘ansim staff add’로 상담사를 추가하세요.",
         "Nobody can receive reports: add a counsellor with “ansim staff add”."),
    )  # fmt: skip


def _registry() -> Finding:
    fine = any(one.routes for one in outside.registry().recipients)
    return say(
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
    return say(
        "mail_out", fine,
        ("메일 서버가 대답합니다.", "The mail relay answers."),
        ("메일 서버가 대답하지 않습니다. ANSIM_SMTP 주소를 확인하세요.",
         "The mail relay does not answer: check the address in ANSIM_SMTP."),
    )  # fmt: skip


def _mail_in() -> Finding:
    fine = (outside.maildir() / "new").is_dir()
    return say(
        "mail_in", fine,
        ("센터 우편함을 읽을 수 있습니다.", "The centre's mailbox can be read."),
        ("센터 우편함이 없어 답장과 보낸 사본을 읽지 못합니다. ANSIM_MAILDIR을 정하세요.",
         "There is no mailbox, so answers and sent copies cannot be read: set ANSIM_MAILDIR."),
    )  # fmt: skip


def _vantages() -> Finding:
    # Two names for one way out see the same.
    ways = {(one.source_address, one.proxy) for one in outside.policy().vantages}
    fine = len(ways) > 1
    return say(
        "vantages", fine,
        ("두 곳 이상에서 봅니다.", "Links are looked at from two vantage points or more."),
        ("한 곳에서만 봅니다. 두 곳이 있어야 삭제를 확인할 수 있습니다. ANSIM_VANTAGES를 정하세요.",
         "There is one vantage point; two are needed to confirm a removal: set ANSIM_VANTAGES."),
    )  # fmt: skip


def _name_servers() -> Finding:
    resolver = outside.policy().resolver
    fine = not isinstance(resolver, SystemResolver) or len(resolver.nameservers()) > 1
    return say(
        "name_servers", fine,
        ("이름 서버 두 곳 이상에 묻습니다.", "Two name servers or more are asked."),
        ("이름 서버가 한 곳뿐이라 사라진 사이트를 확인할 수 없습니다. ANSIM_NAMESERVERS에 두 곳을 적으세요.",
         "There is one name server; two must agree that a site is gone: set ANSIM_NAMESERVERS."),
    )  # fmt: skip


def _decoder() -> Finding:
    with Decoder() as decoder:
        decoder.start()
        fine = "seccomp" in decoder.confinement
    return say(
        "decoder", fine,
        ("사진과 영상은 잠긴 작업에서만 읽습니다.",
         "Pictures and videos are read in a locked process only."),
        ("사진을 읽는 작업을 커널이 잠그지 못합니다. seccomp이 있는 리눅스에서 돌리세요.",
         "The kernel cannot lock the process that reads pictures: run on Linux with seccomp."),
    )  # fmt: skip


def _jobs() -> Finding:
    return say(
        "jobs", parked_jobs() == 0,
        ("실패한 작업이 없습니다.", "No job has failed for good."),
        ("끝내 실패한 작업이 있습니다. 기록에서 까닭을 보세요.",
         "Some jobs failed for good: the log says why."),
    )  # fmt: skip


def _custody() -> Finding:
    return say(
        "custody", check_chain().whole,
        ("보관 기록의 사슬이 온전합니다.", "The custody chain is whole."),
        ("보관 기록의 사슬이 끊겼습니다. 아무것도 고치지 말고 백업과 견주어 보세요.",
         "The custody chain is broken: change nothing, and compare with a backup."),
    )  # fmt: skip


def _backups() -> Finding:
    made = CustodyEvent.objects.filter(action="backup.made").values_list("at", flat=True).first()
    fine = made is not None and clock.now() - made < BACKUP_EVERY
    return say(
        "backups", fine,
        ("지난 한 주 안에 백업했습니다.", "A backup was made within the last week."),
        ("지난 한 주 동안 백업하지 않았습니다. ‘ansim backup’을 날마다 돌리세요.",
         "No backup was made within the last week: run “ansim backup” every day."),
    )  # fmt: skip


def _erasures() -> Finding:
    from ansim.centre.retention.queries import falling_due

    now = clock.now()
    late = [
        term for term in falling_due(None, now)
        if term.erase_at is not None and not term.holds and now - term.erase_at > ERASURE_LATE
    ]  # fmt: skip
    return say(
        "erasures", not late,
        ("파기할 날이 지난 사건이 없습니다.", "No case is past its day of erasure."),
        ("파기할 날이 지난 사건이 있습니다. 작업 프로그램(ansim work)이 도는지 보세요.",
         "Some cases are past their day of erasure: see that a worker (ansim work) runs."),
    )  # fmt: skip
