"""A page that links to others."""

from collections.abc import Iterator

from ansim.sources import Found, Look, Skip, WatchTarget, pages_from


def walk(target: WatchTarget, look: Look, skip: Skip) -> Iterator[Found]:
    """The start page, its next pages, and what they link to, ``depth`` steps far."""
    turns = target.settings["turns"]
    return pages_from(
        [(target.url, "")], target, look, skip, depth=target.depth,
        turns=turns if isinstance(turns, int) else 0,
    )  # fmt: skip
