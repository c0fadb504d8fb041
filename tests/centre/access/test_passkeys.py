"""A passkey in software, honest and not, at the door."""

import base64
import json
from dataclasses import dataclass, field
from time import time

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256, Hash
from django.test import Client
from fido2.cose import ES256
from fido2.webauthn import (
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ansim import vault
from ansim.centre.access import passkeys, services
from ansim.centre.access.errors import PasskeyRefused
from ansim.centre.access.models import Factor, Staff
from ansim.centre.custody.models import CustodyEvent
from tests.centre.doors import come_in

pytestmark = pytest.mark.django_db
PASSWORD = "still water runs deep"
PRF = bytes(range(100, 132))
FLAG = AuthenticatorData.FLAG


def web(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def sha256(data: bytes) -> bytes:
    made = Hash(SHA256())
    made.update(data)
    return made.finalize()


@dataclass
class Device:
    """An authenticator: one key, a counter, and whatever it wants to claim."""

    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    identity: bytes = b"\x07" * 32
    handle: bytes = b""
    counter: int = 0
    origin: str = "http://localhost"
    flags: FLAG = FLAG.UP | FLAG.UV

    def create(self, options: dict) -> str:
        self.handle = base64.urlsafe_b64decode(options["user"]["id"] + "==")
        public = ES256.from_cryptography_key(self.key.public_key())
        told = AttestedCredentialData.create(bytes(16), self.identity, public)
        data = self._data(options["rp"]["id"], FLAG.AT, told)
        attested = AttestationObject.create("none", data, {})
        client = self._client("webauthn.create", options["challenge"])
        return self._answer(clientDataJSON=client, attestationObject=attested)

    def get(self, options: dict) -> str:
        data = self._data(options["rpId"], FLAG(0), b"")
        client = self._client("webauthn.get", options["challenge"])
        signature = self.key.sign(data + sha256(client), ec.ECDSA(SHA256()))
        return self._answer(
            clientDataJSON=client, authenticatorData=data, signature=signature,
            userHandle=self.handle,
        )  # fmt: skip

    def _data(self, rp: str, more: FLAG, told: bytes) -> AuthenticatorData:
        self.counter += 1
        return AuthenticatorData.create(sha256(rp.encode()), self.flags | more, self.counter, told)

    def _client(self, kind: str, challenge: str) -> CollectedClientData:
        return CollectedClientData.create(kind, challenge, self.origin)

    def _answer(self, **response: bytes) -> str:
        told = {name: web(bytes(value)) for name, value in response.items()}
        names = {"id": web(self.identity), "rawId": web(self.identity), "type": "public-key"}
        return json.dumps({**names, "response": told})


@pytest.fixture
def mina() -> Staff:
    return services.create_staff("mina", PASSWORD, "박미나", "Mina Park", "counsellor", "en")


def window() -> Client:
    return Client(headers={"accept-language": "en", "host": "localhost"})


def enrolled(client: Client, prf: bytes = b"") -> Device:
    """Mina comes in by her app and adds a passkey."""
    come_in(client, "mina", PASSWORD)
    device = Device()
    options = client.post("/staff/enrol/options").json()
    given = {"answer": device.create(options), "prf": web(prf), "label": "laptop"}
    assert client.post("/staff/enrol/passkey", given).headers["Location"] == "/staff/enrol/codes"
    return device


def enter(device: Device, prf: bytes = b"", client: Client | None = None) -> tuple[Client, str]:
    """By the passkey alone; where it leads, or "" where it is refused."""
    client = client or window()
    options = client.post("/staff/sign-in/passkey/options").json()
    given = {"answer": device.get(options), "prf": web(prf), "next": "/staff/account"}
    answer = client.post("/staff/sign-in/passkey", given)
    return client, answer.headers.get("Location", "")


def test_the_secret_of_a_passkey_opens_her_key_and_the_server_keeps_none(mina: Staff) -> None:
    device = enrolled(window(), PRF)
    factor = mina.factors.get(kind="passkey")
    private = vault.open_staff_key(bytes(mina.private_box), PASSWORD)
    assert private not in bytes(factor.key_box)
    assert passkeys.open_key(factor, web(PRF)) == private
    client, where = enter(device, PRF)
    assert where == "/staff/account"
    assert "key_box" in client.session
    assert "opens your cases" in client.get("/staff/account").content.decode()
    last = CustodyEvent.objects.filter(action="staff.signed_in").first()
    assert last is not None
    assert last.fields == ["passkey"]


@pytest.mark.parametrize("prf", [b"", bytes(32), b"short"])
def test_without_the_secret_the_password_is_asked_once(mina: Staff, prf: bytes) -> None:
    device = enrolled(window(), PRF)
    client, where = enter(device, prf)
    assert where == "/staff/sign-in/password"
    assert client.get("/staff/sign-in/second").headers["Location"] == "/staff/sign-in/password"
    assert client.get("/staff/account").headers["Location"] == "/staff/sign-in/second"
    wrong = client.post("/staff/sign-in/password", {"password": "not it at all"})
    assert "does not open this key" in wrong.content.decode()
    answer = client.post("/staff/sign-in/password", {"password": PASSWORD})
    assert answer.headers["Location"] == "/staff/account"
    assert client.get("/staff/account").status_code == 200


def test_a_passkey_as_the_second_step(mina: Staff) -> None:
    device = enrolled(window())
    client = window()
    client.post("/staff/sign-in", {"username": "mina", "password": PASSWORD})
    options = client.post("/staff/sign-in/second/options").json()
    assert [one["id"] for one in options["allowCredentials"]] == [web(device.identity)]
    answer = client.post("/staff/sign-in/second", {"answer": device.get(options)})
    assert answer.headers["Location"] == "/staff/"


def test_a_passkey_proves_again(mina: Staff) -> None:
    client = window()
    device = enrolled(client)
    options = client.post("/staff/again/options").json()
    answer = client.post("/staff/again", {"answer": device.get(options), "next": "/staff/account"})
    assert answer.headers["Location"] == "/staff/account"


@pytest.mark.parametrize(
    "lie",
    [
        {"origin": "https://localhost.elsewhere.test"},
        {"origin": "http://localhost:8000"},
        {"flags": FLAG.UP},
        {"flags": FLAG.UV},
        {"counter": -1},
        {"handle": b""},
        {"handle": bytes(16)},
        {"identity": b"\x08" * 32},
        {"key": ec.generate_private_key(ec.SECP256R1())},
    ],
    ids=lambda lie: next(iter(lie)),
)
def test_a_dishonest_answer_is_refused(mina: Staff, lie: dict) -> None:
    device = enrolled(window())
    for name, value in lie.items():
        setattr(device, name, value)
    client, where = enter(device)
    assert where == ""
    assert "_auth_user_id" not in client.session
    assert "half_box" not in client.session


def test_an_answer_is_taken_once_and_only_to_the_question_asked(mina: Staff) -> None:
    device = enrolled(window())
    client = window()
    options = client.post("/staff/sign-in/passkey/options").json()
    given = {"answer": device.get(options)}
    assert client.post("/staff/sign-in/passkey", given).status_code == 302
    again = client.post("/staff/sign-in/passkey", given)
    assert "This passkey did not work here" in again.content.decode()
    assert window().post("/staff/sign-in/passkey", given).status_code == 200
    other = window()
    other.post("/staff/sign-in/passkey/options")
    assert other.post("/staff/sign-in/passkey", given).status_code == 200


def test_a_passkey_of_somebody_else_is_no_second_step(mina: Staff) -> None:
    services.create_staff("joon", PASSWORD, "김준", "Joon Kim", "counsellor", "en")
    device = enrolled(window())
    come_in(window(), "joon", PASSWORD)
    client = window()
    client.post("/staff/sign-in", {"username": "joon", "password": PASSWORD})
    options = client.post("/staff/sign-in/second/options").json()
    answer = client.post("/staff/sign-in/second", {"answer": device.get(options)})
    assert answer.status_code == 200
    assert "_auth_user_id" not in client.session


def test_the_same_passkey_is_not_kept_twice(mina: Staff) -> None:
    client = window()
    device = enrolled(client)
    options = client.post("/staff/enrol/options").json()
    again = client.post("/staff/enrol/passkey", {"answer": device.create(options)})
    assert "already one of your second steps" in again.content.decode()
    assert Factor.objects.filter(kind="passkey").count() == 1


def test_a_closed_account_does_not_come_in_by_passkey(mina: Staff) -> None:
    device = enrolled(window())
    services.deactivate(mina)
    assert enter(device)[1] == ""


def test_at_a_bare_address_no_passkey_is_offered(mina: Staff) -> None:
    for host, offered in [("localhost", True), ("127.0.0.1:80", False), ("[::1]:80", False)]:
        page = Client(headers={"host": host}).get("/staff/sign-in").content.decode()
        assert ("data-passkey" in page) is offered


@given(
    st.one_of(
        st.text(max_size=60),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(max_size=12),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(
                    st.sampled_from(
                        ["id", "rawId", "type", "response", "clientDataJSON", "signature",
                         "authenticatorData", "userHandle"]
                    ), inner, max_size=8,
                )
            ),
            max_leaves=12,
        ).map(json.dumps),
    )
)  # fmt: skip
@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=50
)
def test_whatever_comes_as_an_answer_is_refused_in_order(rf, mina: Staff, answer: str) -> None:
    request = rf.get("/", headers={"host": "localhost"})
    state = {"challenge": web(bytes(32)), "user_verification": "required"}
    request.session = {passkeys.STATE: {"kind": "get", "at": int(time()), "state": state}}
    assert passkeys.owner(answer) is None
    with pytest.raises(PasskeyRefused):
        passkeys.prove(request, mina, answer)
