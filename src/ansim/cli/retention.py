"""``ansim retention``: certificates of erasure, and what falls due."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from ansim import signed
from ansim.cli import language
from ansim.cli.site import spoken, start_site
from ansim.errors import AnsimError

app = typer.Typer(help="How long cases are kept, and proof of erasure.", no_args_is_help=True)
HEX_DIGITS = 64


class NoSuchCertificate(AnsimError):
    """The certificate's file cannot be read."""

    code = "no_such_certificate"
    sentences = {
        "en": "{file} cannot be read. Name the certificate’s file.",
        "ko": "{file} 파일을 읽을 수 없습니다. 확인서 파일을 적어 주세요.",
    }


class NotAPublicKey(AnsimError):
    """What was given as the public key is none."""

    code = "not_a_public_key"
    sentences = {
        "en": "A public key has 64 hex digits, as “ansim retention key” prints it.",
        "ko": "공개 열쇠는 ‘ansim retention key’가 보여 주는 16진수 64자리입니다.",
    }


@app.callback()
def retention() -> None:
    """How long cases are kept, and proof of erasure."""


@app.command()
def verify(
    file: Annotated[Path, typer.Argument(help="The certificate.", metavar="CERT")],
    key: Annotated[
        str, typer.Option(help="The centre's public signing key (64 hex digits).")
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Check a certificate of erasure, offline: nothing of a centre is needed for it.

    Without --key it is only sure that nothing was changed since somebody signed it; the key that
    signed is printed, so that it can be compared with the one that the centre publishes.

    Example: ansim retention verify certificate.json --key 9f…
    """
    with spoken():
        document, signer = _verified(file, _public(key))
    if as_json:
        record = {"ok": True, "key": signer, "certificate": document}
        typer.echo(json.dumps(record, ensure_ascii=False))
        return
    said = {
        "en": "Whole. Case {case} was erased on {day}; {rows} records and {keys} keys were destroyed. "
        "Signed by {key}.",
        "ko": "온전합니다. 사건 {case}은(는) {day}에 파기되었고, 기록 {rows}건과 열쇠 {keys}개를 "
        "없앴습니다. 서명한 열쇠: {key}.",
    }[language.current()]
    typer.echo(
        said.format(
            case=document["case"], day=str(document["erased_at"])[:10],
            rows=sum(document["destroyed"].values()), keys=len(document["keys_destroyed"]),
            key=signer,
        )
    )  # fmt: skip


def _public(text: str) -> bytes | None:
    if not text:
        return None
    try:
        public = bytes.fromhex(text)
    except ValueError as error:
        raise NotAPublicKey from error
    if len(text) != HEX_DIGITS:
        raise NotAPublicKey
    return public


def _verified(file: Path, public: bytes | None) -> tuple[dict[str, Any], str]:
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise NoSuchCertificate(file=file.name) from error
    document = signed.read(text, signed.ERASURE, public)
    return document, json.loads(text)["signature"]["public"]


@app.command("key")
def show_key() -> None:
    """Print the centre's public signing key, to be published with the privacy page.

    Example: ansim retention key
    """
    with spoken():
        start_site()
    from django.conf import settings

    from ansim.vault import verify_key_of

    typer.echo(verify_key_of(settings.SECRETS.signing_key).hex())


@app.command("due")
def show_due(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """List cases that are to be erased: reference, when, under which rule.

    Example: ansim retention due --json
    """
    with spoken():
        start_site()
    from ansim.centre import clock
    from ansim.centre.retention.queries import falling_due

    for term in falling_due(None, clock.now()):
        when = term.erase_at.isoformat() if term.erase_at else ""
        record = {
            "case": term.case.reference, "state": term.state, "rule": term.rule.code,
            "erase_at": when,
        }  # fmt: skip
        typer.echo(
            json.dumps(record, ensure_ascii=False) if as_json else "\t".join(record.values())
        )
