"""An RSS or Atom feed."""

from collections.abc import Iterator

from ansim.sources import Found, Look, Skip, WatchTarget, pages_from

MOST_PARTS = 10
"""A feed may name its next part (RFC 5005); the newest entries stand in the first one."""


def walk(target: WatchTarget, look: Look, skip: Skip) -> Iterator[Found]:
    """The feed and the pages of its entries; with a depth over 1, what these link to as well."""
    return pages_from(
        [(target.url, "")], target, look, skip,
        depth=max(1, target.depth), listing=lambda url: url == target.url, turns=MOST_PARTS,
    )  # fmt: skip
