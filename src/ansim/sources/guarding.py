"""The edge to a plug-in: whatever its code does, what it found is kept and its fault is told."""

import logging
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from ansim.errors import AnsimError
from ansim.fetching import Observation
from ansim.sources.targets import WatchTarget
from ansim.sources.walking import Found, Item, Look, Problem, Skip

log = logging.getLogger(__name__)

WalkFunction = Callable[[WatchTarget, Look, Skip], Iterator[Found]]

MOST_GARBAGE: Final = 20
"""What is nothing found is passed over so often; then the walk ends, for it may have no end."""

_EXPECTED: Final = ("page", "media", "any")


def guarded(
    name: str, walk: WalkFunction, target: WatchTarget, look: Look, skip: Skip
) -> Iterator[Found]:
    """What the plug-in ``name`` finds, lazily; its own errors become a Problem that ends the walk.

    The Problem's code is "plugin_failed", or that of the AnsimError which the plug-in raised; its
    ``where`` is the plug-in's name. What is neither an Item nor a Problem is "plugin_garbage", and
    the walk goes on. What ``look`` or ``skip`` raise is the caller's, and is raised again even
    where the plug-in has swallowed it.
    """
    ours = _Ours(look, skip)
    way: Iterator[Found] | None = None
    garbage = 0
    try:
        while garbage < MOST_GARBAGE:
            try:
                if way is None:
                    way = iter(walk(target, ours.look, ours.skip))
                found = next(way)
                good = _is_found(found)
            except StopIteration:
                ours.check()
                return
            # The edge of foreign code, which may raise anything and even try to end the process:
            # one broken plug-in must not take along what this walk has found, nor the others.
            except (Exception, SystemExit) as error:  # noqa: BLE001 - see above
                ours.check()
                yield _failure(name, error)
                return
            ours.check()
            if not good:
                garbage += 1
                log.error("the source %s yields what is nothing found", name)
            yield found if good else Problem("plugin_garbage", name)
        yield Problem("plugin_failed", name)
    finally:
        _close(name, way)


class _Ours:
    """The caller's two functions. Remembers what they raise: that is no fault of the plug-in."""

    def __init__(self, look: Look, skip: Skip) -> None:
        self._look = look
        self._skip = skip
        self._raised: BaseException | None = None

    def look(self, url: str, expect: str) -> Observation:
        """As the caller's; raises TypeError for what is no address, before the caller sees it."""
        if not _is_text(url) or expect not in _EXPECTED:
            raise TypeError
        try:
            return self._look(url, expect)
        except BaseException as error:
            self._raised = error
            raise

    def skip(self, url: str) -> bool:
        """As the caller's; raises TypeError for what is no address, before the caller sees it."""
        if not _is_text(url):
            raise TypeError
        try:
            return self._skip(url)
        except BaseException as error:
            self._raised = error
            raise

    def check(self) -> None:
        """Raise again what the caller's functions have raised."""
        if self._raised is not None:
            raise self._raised


def _failure(name: str, error: BaseException) -> Problem:
    """The Problem of a plug-in's error, which is logged by its type and place.

    Its words may quote a page or an address, so they are neither logged nor kept.
    """
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "?"
    own = [f"{one.lineno}" for one in frames if Path(one.filename).name == "source.py"]
    log.error(
        "the source %s failed in its walk: %s at %s (source.py, line %s)",
        name, type(error).__qualname__, place, own[-1] if own else "?",
    )  # fmt: skip
    return Problem(error.code if isinstance(error, AnsimError) else "plugin_failed", name)


def _close(name: str, way: Iterator[Found] | None) -> None:
    """End a generator that is left early; one that resists is logged and left to its fate."""
    close = getattr(way, "close", None)
    if not callable(close):
        return
    try:
        close()
    except (Exception, SystemExit) as error:  # noqa: BLE001 - foreign code, as in guarded()
        _failure(name, error)


def _is_found(found: object) -> bool:
    if isinstance(found, Problem):
        return _is_text(found.code) and _is_text(found.where)
    return (
        isinstance(found, Item)
        and _is_text(found.url)
        and _is_text(found.found_on)
        and found.kind in ("page", "listing")
        and isinstance(found.seen, Observation)
        and isinstance(found.depth, int)
        and isinstance(found.fresh, int)
    )


def _is_text(value: object) -> bool:
    """Whether it is text that a database can keep: no NUL, no half of a surrogate pair."""
    if not isinstance(value, str) or "\0" in value:
        return False
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
