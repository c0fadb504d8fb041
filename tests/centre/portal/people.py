"""Who the portal's tests are about, and small helpers to read their pages."""

import io
import re
from dataclasses import dataclass
from datetime import UTC, datetime

from django.http import HttpResponse
from django.test import Client
from PIL import Image

from ansim.centre.cases.models import Case
from ansim.centre.intake.report import Report
from ansim.centre.intake.services import take_in

NOON = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
KOREAN = {"accept-language": "ko"}
ENGLISH = {"accept-language": "en"}


@dataclass(frozen=True)
class Known:
    """Somebody with a case."""

    case: Case
    code: str

    def client(self, language: str = "ko") -> Client:
        """Their browser, in by code."""
        client = Client(headers={"accept-language": language})
        response = client.post("/code", {"code": self.code})
        assert response.headers["Location"] == "/mine"
        return client


def known(**facts: object) -> Known:
    """Somebody whose report was taken in."""
    given = {"consents": ("hold", "search", "notify"), **facts}
    taken = take_in(Report(**given), now=NOON)  # type: ignore[arg-type]
    return Known(taken.case, taken.code)


def draft_in(response: HttpResponse) -> str:
    """The hidden field of a page."""
    found = re.search(r'name="draft" value="([^"]+)"', response.content.decode())
    assert found is not None, response.content.decode()[:2000]
    return found.group(1)


def title_of(response: HttpResponse) -> str:
    """What the tab says."""
    found = re.search(r"<title>(.*?)</title>", response.content.decode(), re.DOTALL)
    assert found is not None
    return found.group(1)


def picture(width: int = 256, height: int = 256, *, form: str = "JPEG") -> bytes:
    """A synthetic picture with enough detail to have a fingerprint."""
    image = Image.radial_gradient("L").resize((width, height))
    image.paste(Image.linear_gradient("L").resize((width // 3, height // 2)), (width // 5, 9))
    buffer = io.BytesIO()
    image.convert("RGB").save(buffer, form)
    return buffer.getvalue()


def code_on(page: str) -> str:
    """The receipt code that a page shows."""
    return "".join(re.findall(r"<span>(\d{4})</span>", page))
