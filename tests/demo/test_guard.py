"""Sandbox and production never meet: settings, doors and names keep them apart."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import dns.resolver
import pytest

from ansim.fetching import Door, Endpoint, NameNotFound, NameServiceFailure, production_policy
from ansim.fetching.resolving import SystemResolver
from ansim.sandbox import Internet

NOW = datetime(2026, 11, 2, 0, 30, tzinfo=UTC)


def python(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code], env=os.environ | environment, capture_output=True, text=True,
        timeout=60, check=False,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"ANSIM_MODE": "production", "ANSIM_SANDBOX": "x.json"}, "unset one of them"),
        ({"ANSIM_MODE": "prodution"}, "set it to production, demo or test"),
    ],
)
def test_settings_refuse_what_cannot_be_meant(environment, said, tmp_path: Path):
    home = tmp_path / "home"
    ran = python("import ansim.centre.settings", ANSIM_HOME=str(home), **environment)
    assert ran.returncode != 0
    assert said in ran.stderr
    assert not home.exists()


def test_a_demo_is_never_put_into_a_database_that_holds_something(tmp_path: Path):
    home = tmp_path / "home"
    code = (
        "from pathlib import Path; from types import SimpleNamespace;"
        "import ansim.demo.stage as stage, sqlite3, os;"
        f"home = Path({str(home)!r}); home.mkdir();"
        "sqlite3.connect(home / 'ansim.sqlite3').execute('create table t (a)').connection.commit();"
        "os.environ['DJANGO_SETTINGS_MODULE'] = 'ansim.centre.settings';"
        "\ntry: stage._set_up_centre(SimpleNamespace(now=None))"
        "\nexcept stage.DemoFolderInUse as error: print(error.sentence('en'))"
    )
    ran = python(code, ANSIM_HOME=str(home), ANSIM_DATABASE="")
    assert "already holds" in ran.stdout, ran.stderr


class SandboxNames:
    """A name service that lies: it names the sandbox's addresses."""

    def __init__(self, addresses: dict[str, tuple[str, int]]) -> None:
        self.addresses = addresses

    def resolve(self, host: str, port: int) -> list[Endpoint]:
        return [Endpoint(*self.addresses[host])]


def test_the_door_of_a_centre_reaches_no_address_of_a_running_sandbox(tmp_path, monkeypatch):
    monkeypatch.setattr(dns.resolver.Resolver, "__init__", no_servers)
    policy = production_policy()
    assert isinstance(policy.resolver, SystemResolver)
    assert policy.permitted_networks == ()
    with Internet(
        1, clock=lambda: NOW, maildir=tmp_path / "mail", started_at=NOW, cases=1
    ) as internet:
        addresses = internet.addresses()
        assert len(addresses) > 5
        lying = Door(
            policy.__class__(resolver=SandboxNames(addresses), vantages=policy.vantages),
            lambda _: pytest.fail("bytes came in"), now=lambda: NOW,
        )  # fmt: skip
        for host, (address, port) in addresses.items():
            with pytest.raises((NameNotFound, NameServiceFailure)):
                policy.resolver.resolve(host, 80)
            for url in (f"http://{host}/", f"http://{address}:{port}/", f"http://{address}/"):
                seen = lying.look(url, vantage="here")
                assert (seen.outcome, seen.status, seen.peer) == ("refused", None, ""), url
        assert internet.media_requests() == {}
    described = json.dumps(internet.start_payload())
    assert all(host in described for host in addresses)


def no_servers(self, *_args: object, **_kwargs: object) -> None:
    raise dns.resolver.NoResolverConfiguration
