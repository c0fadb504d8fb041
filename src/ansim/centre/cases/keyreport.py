"""Who can open what, and what is wrong with it: what the operator asks the key table."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import UUID

from ansim.centre.cases import keyring, serverkeys
from ansim.centre.cases.errors import ServerKeyLost
from ansim.centre.cases.models import Case, EscrowHolder, KeyWrap
from ansim.vault import VaultError

Holder = KeyWrap.Holder


@dataclass(slots=True)
class Held:
    """Who holds the keys of one case. Names are user names and escrow labels."""

    reference: str
    staff: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    escrow: list[str] = field(default_factory=list)
    receipt: bool = False
    server: bool = False


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, with its mend; ``cases`` are references."""

    code: str
    text: dict[str, str]
    cases: list[str] = field(default_factory=list)


def who_holds() -> list[Held]:
    """Every case with its holders, oldest first."""
    held = {
        pk: Held(reference)
        for pk, reference in Case.objects.order_by("opened_at").values_list("pk", "reference")
    }
    labels = {str(one.pk): one.label for one in EscrowHolder.objects.filter(retired_at=None)}
    for wrap in KeyWrap.objects.filter(subject__in=held).select_related("staff"):
        one = held[wrap.subject]
        if wrap.staff is not None:
            (one.staff if wrap.staff.is_active else one.left).append(wrap.staff.username)
        one.receipt |= wrap.holder == Holder.RECEIPT
        one.server |= wrap.holder == Holder.SERVER
        if wrap.which == keyring.SEALED and wrap.holder_id in labels:
            one.escrow.append(labels[wrap.holder_id])
    return list(held.values())


def check_keys() -> list[Problem]:
    """Everything that is wrong, the worst first; empty when all is well.

    Opens every wrap that is for the server. Raises SecretMissing, SecretsTooOpen.
    """
    cases = who_holds()
    nobody = [one.reference for one in cases if not one.staff and not one.escrow]
    escrow_only = [one.reference for one in cases if not one.staff and one.escrow]
    one_only = [one.reference for one in cases if len(one.staff) == 1 and not one.escrow]
    waiting = [one.reference for one in cases if one.staff and not one.escrow]
    have_escrow = EscrowHolder.objects.filter(retired_at=None).exists()
    found = [
        _problem("nobody", nobody, NOBODY),
        _problem("server", _closed_to_server(), SERVER),
        _problem("escrow_only", escrow_only, ESCROW_ONLY),
        _problem("one_holder", one_only, ONE_HOLDER),
        _problem("escrow_waits", waiting if have_escrow else [], ESCROW_WAITS),
    ]
    if not have_escrow:
        found.append(Problem("no_escrow", NO_ESCROW))
    if len(serverkeys.read_again()) > 1:
        found.append(Problem("rotation", ROTATION))
    return [one for one in found if one is not None]


def _closed_to_server() -> list[str]:
    """References of cases, and kinds of other things, whose working key does not open."""
    opened: dict[UUID, bool] = defaultdict(bool)
    for wrap in KeyWrap.objects.filter(holder=Holder.SERVER).iterator():
        opened[wrap.subject] |= _opens(wrap)
    bad = {subject for subject, fine in opened.items() if not fine}
    names = Case.objects.values_list("pk", "reference")
    cases = [name for pk, name in names.iterator() if pk in bad or pk not in opened]
    known = set(Case.objects.filter(pk__in=bad).values_list("pk", flat=True))
    return sorted(cases) + sorted(str(subject) for subject in bad - known)


def _opens(wrap: KeyWrap) -> bool:
    try:
        keyring.open_wrap(wrap, serverkeys.private_of(wrap.holder_id))
    except (VaultError, ServerKeyLost):
        return False
    return True


def _problem(code: str, cases: list[str], text: dict[str, str]) -> Problem | None:
    if not cases:
        return None
    filled = {language: words.format(count=len(cases)) for language, words in text.items()}
    return Problem(code, filled, cases)


def lines(problem: Problem, language: str) -> Iterator[str]:
    """A problem as lines for a terminal: the sentence, then the cases."""
    yield problem.text[language]
    yield from (f"  {reference}" for reference in problem.cases)


NOBODY = {
    "en": "Nobody who works here and no escrow can open {count} cases; only the person's own code can. "
    "When they come back with it, whoever the case is shared with can open it again:",
    "ko": "직원도 예비 열쇠도 열 수 없는 사건이 {count}건입니다. 본인의 접수번호로만 열립니다. 본인이 다시 "
    "들어오면 공유받은 직원도 다시 열 수 있습니다:",
}
SERVER = {
    "en": "The server cannot open the working data of {count}; no link of theirs is looked at. Restore "
    "the keys folder, or run “ansim keys escrow restore-server”:",
    "ko": "서버가 업무 정보를 열 수 없는 것이 {count}건이라 링크를 확인하지 못합니다. 열쇠 폴더를 되살리거나 "
    "‘ansim keys escrow restore-server’를 실행하세요:",
}
ESCROW_ONLY = {
    "en": "Only escrow can open {count} cases. Give them to a colleague: “ansim keys escrow restore”:",
    "ko": "예비 열쇠로만 열리는 사건이 {count}건입니다. ‘ansim keys escrow restore’로 직원에게 주세요:",
}
ONE_HOLDER = {
    "en": "{count} cases have one holder and no escrow: one lost password closes them. Share them:",
    "ko": "한 사람만 열 수 있고 예비 열쇠도 없는 사건이 {count}건입니다. 다른 직원과 공유하세요:",
}
ESCROW_WAITS = {
    "en": "{count} cases are not yet wrapped for escrow; it happens when a holder opens them:",
    "ko": "아직 예비 열쇠로 열 수 없는 사건이 {count}건입니다. 담당자가 열면 저절로 됩니다:",
}
NO_ESCROW = {
    "en": "There is no escrow key: if all passwords are lost, all is lost. Run “ansim keys escrow new”.",
    "ko": "예비 열쇠가 없습니다. 비밀번호를 모두 잃으면 모두 잃습니다. ‘ansim keys escrow new’를 실행하세요.",
}
ROTATION = {
    "en": "A rotation of the server key was not finished. Run “ansim keys rotate-server-key” again.",
    "ko": "서버 열쇠 바꾸기가 끝나지 않았습니다. ‘ansim keys rotate-server-key’를 다시 실행하세요.",
}
