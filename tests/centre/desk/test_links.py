"""Adding links and pictures: labels only, typed text stays, files are dropped."""

import io
from collections.abc import Callable

import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from ansim.centre.cases.models import Case
from ansim.centre.custody.models import CustodyEvent
from ansim.vault import CaseKey

pytestmark = pytest.mark.django_db
Opened = Callable[..., tuple[Case, CaseKey]]
SignedIn = Callable[..., Client]


@pytest.fixture
def case(opened: Opened) -> Case:
    return opened("lee")[0]


def test_a_link_is_shown_only_by_its_label(signed_in: SignedIn, case: Case) -> None:
    lee = signed_in("lee")
    response = lee.post(
        reverse("case-link-add", args=[case.pk]), {"url": "board.test/post/7", "place": "sns"}
    )
    assert response.status_code == 302
    assert case.sightings.get().url == "https://board.test/post/7"
    for name in ("case", "case-links", "case-log"):
        text = lee.get(reverse(name, args=[case.pk])).content.decode()
        assert "L-01" in text
        assert "board.test" not in text


@pytest.mark.parametrize("typed", ["http://169.254.169.254/", "file:///etc/passwd", "그냥 글", ""])
def test_a_wrong_link_stays_in_its_box(typed: str, signed_in: SignedIn, case: Case) -> None:
    response = signed_in("lee").post(
        reverse("case-link-add", args=[case.pk]), {"url": typed, "place": "video"}
    )
    text = response.content.decode()
    assert response.status_code == 422
    assert f'value="{typed}"' in text if typed else "링크 주소를 먼저" in text
    assert "<title>오류 1개:" in text
    assert 'href="#link_url"' in text
    assert '<option value="video" selected' in text
    assert case.sightings.count() == 0


def test_choi_adds_nothing_and_park_may(signed_in: SignedIn, case: Case) -> None:
    address, given = reverse("case-link-add", args=[case.pk]), {"url": "a.test/1", "place": "sns"}
    assert signed_in("choi").post(address, given).status_code == 404
    assert signed_in("park").post(address, given).status_code == 302


def test_a_picture_leaves_only_its_fingerprint(signed_in: SignedIn, case: Case) -> None:
    noise = np.random.default_rng(7).integers(0, 255, (96, 96, 3), dtype=np.uint8)
    held = io.BytesIO()
    Image.fromarray(noise).resize((256, 256)).save(held, "PNG")
    lee = signed_in("lee")
    response = lee.post(
        reverse("case-picture-add", args=[case.pk]),
        {"picture": SimpleUploadedFile("mine.png", held.getvalue())},
    )
    assert response.status_code == 302
    material = case.materials.get()
    assert len(material.pdq) == 64
    text = lee.get(reverse("case-links", args=[case.pk])).content.decode()
    assert "M-01" in text
    assert "mine.png" not in text
    assert "<img" not in text
    assert CustodyEvent.objects.filter(action="material.added").count() == 1


@pytest.mark.parametrize("files", [{}, {"picture": SimpleUploadedFile("a.txt", b"not a picture")}])
def test_what_is_no_picture_is_one_sentence(
    files: dict[str, SimpleUploadedFile], signed_in: SignedIn, case: Case
) -> None:
    response = signed_in("lee").post(reverse("case-picture-add", args=[case.pk]), files)
    assert response.status_code == 422
    assert 'href="#picture_picture"' in response.content.decode()
    assert case.materials.count() == 0
