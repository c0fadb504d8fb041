"""A file of addresses, one a line; empty lines and lines from ``#`` on are comments."""

import re
from collections.abc import Iterator

from ansim.sources import Found, Look, Problem, Skip, WatchTarget, pages_from
from ansim.sources.targets import plain

MOST_BYTES = 10 * 1024 * 1024
# Between two addresses that somebody wrote on one line.
_SEVERAL = re.compile(r"[\s,;]+(?=https?://)", re.IGNORECASE)


def walk(target: WatchTarget, look: Look, skip: Skip) -> Iterator[Found]:
    """Each address of the file; with ``follow`` also what it links to, within its own scope.

    A line that is no address is a problem named by its number, and the rest is read.
    """
    name = target.settings["file"]
    path = None if target.folder is None else target.folder / str(name)
    if path is None or not path.is_file() or path.stat().st_size > MOST_BYTES:
        yield Problem("file", str(name))
        return
    starts: dict[str, str] = {}
    lines = path.read_text(encoding="utf-8-sig", errors="replace").splitlines()
    for number, line in enumerate(lines, 1):
        written = line.partition(" #")[0].strip().partition("\t")[0]
        if not written or written.startswith("#"):
            continue
        for address in _SEVERAL.split(written):
            if not WatchTarget("", "", address, "", "").host:
                yield Problem("not_an_address", f"{name}:{number}")
            elif not skip(plain(address)):
                starts.setdefault(plain(address), f"{name}:{number}")
    depth = target.depth if target.settings["follow"] else 0
    yield from pages_from(starts.items(), target, look, skip, depth=depth)
