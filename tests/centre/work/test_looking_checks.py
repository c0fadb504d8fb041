"""What ``doctor`` says about looking: ways out, name servers and the locked decoder."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from ansim.centre import outside
from ansim.centre.work import checkup
from ansim.fetching import FetchPolicy, SystemResolver, Vantage
from ansim.fetching.confined import Decoder

Told = Callable[..., FetchPolicy]


@pytest.fixture
def policy(monkeypatch: pytest.MonkeyPatch) -> Told:
    """``policy(...)``: the centre looks under a policy with these changes."""

    def change(**changes: Any) -> FetchPolicy:
        plain = FetchPolicy(resolver=SystemResolver(["192.0.2.53"]), vantages=())
        changed = replace(plain, **changes)
        monkeypatch.setattr(outside, "policy", lambda: changed)
        return changed

    return change


@pytest.mark.parametrize(
    ("vantages", "fine"),
    [
        ((Vantage("a", "KR"),), False),
        ((Vantage("a", "KR"), Vantage("b", "DE")), False),
        ((Vantage("a", "KR"), Vantage("b", "DE", "10.8.0.2")), True),
        ((Vantage("a", "KR"), Vantage("b", "DE", proxy="http://10.8.0.3:3128")), True),
    ],
)
def test_two_names_for_one_way_out_are_one(
    policy: Told, vantages: tuple[Vantage, ...], *, fine: bool
) -> None:
    policy(vantages=vantages)
    assert checkup._vantages().ok is fine


@pytest.mark.parametrize(
    ("servers", "fine"), [(["192.0.2.53"], False), (["192.0.2.53", "::1"], True)]
)
def test_one_name_server_proves_nothing(policy: Told, servers: list[str], *, fine: bool) -> None:
    policy(resolver=SystemResolver(servers))
    found = checkup._name_servers()
    assert found.ok is fine
    assert fine or "ANSIM_NAMESERVERS" in found.text["ko"]


@pytest.mark.parametrize(("kinds", "fine"), [(("limits",), False), (("limits", "seccomp"), True)])
def test_a_decoder_that_is_not_locked_is_told(
    monkeypatch: pytest.MonkeyPatch, kinds: tuple[str, ...], *, fine: bool
) -> None:
    monkeypatch.setattr(Decoder, "confinement", kinds)
    monkeypatch.setattr(Decoder, "start", lambda _self: 1)
    assert checkup._decoder().ok is fine
