"""``ansim keys escrow``: the key on paper that opens what was lost."""

import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

import typer

from ansim.cli import language
from ansim.cli.site import spoken, start_site
from ansim.cli.staff import NoSuchStaff
from ansim.cli.terminal import print_json, say
from ansim.errors import AnsimError
from ansim.vault import (
    MistypedKey,
    ShareMissing,
    join_parts,
    new_key_pair,
    read_part,
    show_key,
    split_key,
)

if TYPE_CHECKING:
    from ansim.centre.cases.models import Case

app = typer.Typer(help="The offline key: made, added, used.", no_args_is_help=True)
JsonFlag = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]


class NoSuchCase(AnsimError):
    """No case has this reference."""

    code = "no_such_case"
    sentences = {
        "en": "No case has the reference “{reference}”. Check it; “ansim keys list” shows them.",
        "ko": "접수 이름이 ‘{reference}’인 사건이 없습니다. ‘ansim keys list’로 볼 수 있습니다.",
    }


class NoSuchHolder(AnsimError):
    """No escrow holder has this name."""

    code = "no_such_holder"
    sentences = {
        "en": "No escrow key is named “{label}”. “ansim keys escrow list” shows what there is.",
        "ko": "이름이 ‘{label}’인 예비 열쇠가 없습니다. ‘ansim keys escrow list’로 볼 수 있습니다.",
    }


@app.command()
def new(
    split: Annotated[
        bool, typer.Option("--split", help="Three shares, of which any two open it.")
    ] = False,
    as_json: JsonFlag = False,
) -> None:
    """Make an escrow key and print it once; nothing of it is kept. Best on a machine apart.

    Write the private lines on paper and keep them away from the server; then add the public key
    with "ansim keys escrow add".

    Example: ansim keys escrow new --split
    """
    private, public = new_key_pair()
    lines = split_key(private) if split else [show_key(private)]
    if as_json:
        print_json({"public": public.hex(), "lines": lines})
        return
    words = {
        "ko": ("서버에 더할 공개 열쇠", "종이에 적을 조각" if split else "종이에 적을 열쇠"),
        "en": (
            "Public key, for the server",
            "Share, for paper" if split else "Private key, for paper",
        ),
    }[language.current()]
    typer.echo(f"{words[0]}:\n{public.hex()}")
    for number, line in enumerate(lines, start=1):
        typer.echo(f"\n{words[1]}{f' {number}/3' if split else ''}:\n{line}")


@app.command()
def add(
    public: Annotated[str, typer.Argument(help="The public key: 64 hex digits.")],
    label: Annotated[str, typer.Option(help="What this key is called, such as its safe.")],
    reason: Annotated[str, typer.Option(help="Why, for the second person to read.")] = "",
) -> None:
    """Let an escrow key open everything, once a second person has said yes.

    The first run asks; a supervisor answers on the staff page “Joint acts”; the second run adds.
    Exit status 1 while the answer is awaited.

    Example: ansim keys escrow add 3f…9c --label "bank safe" --reason "first escrow key"
    """
    with spoken():
        start_site()
        from ansim.centre import clock
        from ansim.centre.access import joint
        from ansim.centre.cases import escrow

        key, now = escrow.public_from_hex(public), clock.now()
        if joint.ready(escrow.ACT, key.hex(), None, now) is None:
            if joint.waiting(escrow.ACT, key.hex(), None, now) is None:
                joint.ask(escrow.ACT, key.hex(), None, reason, now)
            say(
                "A supervisor must confirm this on the staff pages; then run this command again.",
                "슈퍼바이저가 직원 화면에서 확인해야 합니다. 확인 뒤 이 명령을 다시 실행하세요.",
            )
            raise typer.Exit(1)
        escrow.add_holder(label, key, by=None, now=now)
    say(
        "Added. New cases are wrapped for it at once, older ones when a holder opens them.",
        "더했습니다. 새 사건은 바로, 이전 사건은 담당자가 열 때 이 열쇠로도 열립니다.",
    )


@app.command("list")
def list_holders(as_json: JsonFlag = False) -> None:
    """List escrow keys and how many cases each opens.

    Example: ansim keys escrow list
    """
    with spoken():
        start_site()
    from ansim.centre.cases.models import EscrowHolder, KeyWrap

    for one in EscrowHolder.objects.all():
        wraps = KeyWrap.objects.filter(which="sealed", holder="escrow", holder_id=str(one.pk))
        told: dict[str, object] = {
            "label": one.label, "public": bytes(one.public_key).hex(),
            "added_at": one.added_at.isoformat(), "retired": one.retired_at is not None,
            "cases": wraps.filter(case__isnull=False).count(),
        }  # fmt: skip
        if as_json:
            print_json(told)
        else:
            state = "retired" if told["retired"] else f"{told['cases']}"
            typer.echo(f"{one.label}\t{told['public']}\t{state}")


@app.command()
def retire(label: Annotated[str, typer.Argument(help="Which key goes.")]) -> None:
    """Remove an escrow key's wraps: its paper is lost, or its keeper leaves.

    Example: ansim keys escrow retire "bank safe"
    """
    with spoken():
        start_site()
        from ansim.centre import clock
        from ansim.centre.cases import escrow
        from ansim.centre.cases.models import EscrowHolder

        found = EscrowHolder.objects.filter(label=label, retired_at=None).first()
        if found is None:
            raise NoSuchHolder(label=label)
        gone = escrow.retire_holder(found, by=None, now=clock.now())
    say(f"Retired; {gone} wraps were removed.", f"거두었습니다. {gone}개를 지웠습니다.")


@app.command()
def restore(
    staff: Annotated[str, typer.Option(help="User name of whoever shall open the cases.")],
    case: Annotated[
        list[str] | None, typer.Option(help="The reference of one case; may be repeated.")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Every case of the centre.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Let a staff member open cases with the escrow key, typed on standard input.

    Without --case and --all: the cases shared with them that they lost with their password. Type
    the private key, or two of its three shares, one a line. Exit status 1 when some stay closed.

    Example: ansim keys escrow restore --staff lee
    """
    with spoken():
        start_site()
        from ansim.centre import clock
        from ansim.centre.access.models import Staff
        from ansim.centre.access.services import plain_username
        from ansim.centre.cases import escrow
        from ansim.centre.cases.models import Case

        found = Staff.objects.filter(username=plain_username(staff), is_active=True).first()
        if found is None:
            raise NoSuchStaff(username=staff)
        cases = Case.objects.all() if every else _named(case) if case else None
        done = escrow.restore(_typed_key(), found, now=clock.now(), cases=cases)
    given = [one.reference for one in done.given]
    left = [one.reference for one in done.left]
    if as_json:
        print_json({"given": given, "left": left})
    else:
        say(
            f"{len(given)} cases can be opened again; {len(left)} are not wrapped for this key.",
            f"사건 {len(given)}건을 다시 열 수 있습니다. 이 열쇠로 열리지 않는 사건은 {len(left)}건입니다.",
        )
    if left:
        raise typer.Exit(1)


@app.command("restore-server")
def restore_server(as_json: JsonFlag = False) -> None:
    """Give the server its working keys back after its key was lost; the key is typed as above.

    Example: ansim keys escrow restore-server
    """
    with spoken():
        start_site()
        from ansim.centre import clock
        from ansim.centre.cases import escrow

        done = escrow.restore_server(_typed_key(), now=clock.now())
    if as_json:
        print_json({"wrapped": done})
    else:
        say(f"{done} working keys open again.", f"업무 열쇠 {done}개가 다시 열립니다.")


def _named(references: Iterable[str]) -> "list[Case]":
    from ansim.centre.cases.models import Case
    from ansim.centre.cases.references import korean_reference

    cases = []
    for reference in references:
        found = Case.objects.filter(reference=korean_reference(reference)).first()
        if found is None:
            raise NoSuchCase(reference=reference)
        cases.append(found)
    return cases


def _typed_key() -> bytes:
    """The private key from standard input; on a terminal a mistyped line is asked for again.

    Raises MistypedKey, ShareMissing, SameShare, MixedShares.
    """
    lines: list[str] = []
    patient = sys.stdin.isatty()
    while True:
        if patient:
            say("Escrow key or share:", "예비 열쇠 또는 조각:")
        line = sys.stdin.readline()
        if not line:
            return join_parts(lines)
        if not line.strip():
            continue
        try:
            read_part(line)
        except MistypedKey as error:
            if not patient:
                raise
            typer.echo(error.sentence(language.current()), err=True)
            continue
        lines.append(line)
        try:
            return join_parts(lines)
        except ShareMissing:
            continue
