"""What the drills of keys share: cases with a story, keys on paper, the server's ring."""

import pytest

from ansim.centre.access import joint
from ansim.centre.access.services import sign_in
from ansim.centre.cases import escrow, handing, keyring, serverkeys, services
from ansim.centre.cases.models import Case
from ansim.vault import new_key_pair
from tests.centre.cases.people import NOW, PASSWORD

STORY = "He has my pictures from the summer."
SECOND = "a new password for lee"


def private_of(name: str, password: str = PASSWORD) -> bytes:
    return sign_in(name, password, "127.0.0.1").private


def story_for(case: Case, staff, private: bytes) -> str | None:
    key = keyring.sealed_key_for_staff(case, staff, private)
    if key is None:
        return None
    return services.read_story(case, key=key, reader=staff, now=NOW).story


@pytest.fixture
def shared(opened):
    """``shared("lee", "choi")``: a case with Mina's story, shared with those named."""

    def make(*names: str, reference: str = "여울-412") -> Case:
        return opened(*names, reference=reference, story=STORY)[0]

    return make


@pytest.fixture
def paper(people):
    """``paper()``: an escrow holder with a second person's yes; its private key, on paper."""

    def make(label: str = "safe") -> bytes:
        private, public = new_key_pair()
        act = joint.ask(escrow.ACT, public.hex(), None, "the first escrow key", NOW)
        joint.confirm(act, people["jeong"], NOW)
        escrow.add_holder(label, public, by=None, now=NOW)
        return private

    return make


@pytest.fixture
def ring():
    """The ring of this test home is put back as it was."""
    folder = serverkeys.folder()
    before = {path: path.read_bytes() for path in folder.glob("server_key*")}
    yield folder
    for path in folder.glob("server_key*"):
        path.unlink()
    for path, data in before.items():
        path.write_bytes(data)
        path.chmod(0o600)
    serverkeys.read_again()
    serverkeys.forget()


def lose_password(staff):
    alone = handing.renew_keys(staff, SECOND, actor=None, now=NOW)
    staff.refresh_from_db()
    return alone
