"""A small board with one post and one picture, and lists to hunt there."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from ansim.centre.materials.models import Bank
from ansim.centre.patrol import services
from ansim.centre.patrol.models import Target
from ansim.matching import Bank as HashList
from ansim.matching import BankItem
from tests.centre.patrol.test_walks import START, Web, fingerprint

NOW = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
POST = "https://byeok.test/post/1"
FILE = "https://byeok.test/1.jpg"
ITEM = "a" * 64
ABOUT = {"owner": "o", "purpose": "p", "terms": "t", "origin": "f", "legal_basis": "kr_vpa_7_3_3"}


def small_web() -> Web:
    """The board's front page, its one post, and the post's picture, which is none by itself."""
    return Web({START: [POST], POST: [FILE]}, {})


def a_board(**changes: Any) -> Target:
    """The watch target of the board."""
    values = {
        "code": "byeok", "host": "byeok.test", "source": "list_page", "url": START,
        "place": "adult", "depth": 2, "legal_basis": "kr_vpa_7_3_3", "next_run_at": NOW,
    }  # fmt: skip
    return Target.objects.create(**(values | changes))


def altered(bits: int) -> str:
    """The item's hash with its first ``bits`` bits turned over."""
    return f"{int(ITEM, 16) ^ ((1 << bits) - 1):064x}"


def item(key: str = "one", pdq: str = ITEM, **more: Any) -> BankItem:
    """An item of a list."""
    return BankItem(key=key, pdq=pdq, quality=90, **more)


def take_in(*items: BankItem, withdrawn: Sequence[str] = (), **about: Any) -> Bank:
    """A list of the police becomes the bank "list"."""
    return services.import_bank(
        HashList(items=items), name="list", now=NOW, withdrawn=withdrawn, **(ABOUT | about)
    )


def shows(web: Web, bits: int, uncropped: tuple[str, ...] = ()) -> None:
    """The post's picture differs from the item in so many bits from now on."""
    found = fingerprint("a")
    object.__setattr__(found, "uncropped", uncropped)
    object.__setattr__(found, "pdq", altered(bits))
    object.__setattr__(found, "sha256", f"{bits:064x}")

    def look(url: str, **how: Any) -> Any:
        seen = Web.look(web, url, **how)
        if url.endswith(".jpg"):
            object.__setattr__(seen, "fingerprint", found)
            object.__setattr__(seen, "outcome", "answered")
        return seen

    web.look = look  # type: ignore[method-assign]


def walk(web: Web, board: Target, bits: int, *, now: datetime = NOW) -> None:
    """A walk through the board, whose picture differs from the item in so many bits."""
    shows(web, bits)
    services.watch_target(board.pk, now=now)
