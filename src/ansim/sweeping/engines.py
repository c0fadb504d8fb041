"""What the coordinator asks of whoever does the work: give a part, take an answer."""

from types import TracebackType
from typing import Final, Protocol, Self

from ansim.sweeping.parts import Part, Result, Trouble

ATTEMPTS: Final = 2
"""How often a part is tried whose worker ends in the middle of it."""

Answer = tuple[int, Result | Trouble]


class Engine(Protocol):
    """Some workers. ``slots``: how many parts may be out at once."""

    slots: int

    def __enter__(self) -> Self:
        """Start the workers. Raises AnsimError when they cannot be."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End them all, at once."""

    def give(self, number: int, part: Part) -> None:
        """Have a part done; at most ``slots`` at once. ``number`` comes back with the answer."""

    def take(self) -> Answer:
        """The next answer; waits for it."""
