"""Which of a picture's fingerprints may match by looks.

Nearly empty pictures resemble one another by chance, so fingerprints below MIN_QUALITY never count.
A frame raises the quality of what it is put around: a black film in a phone's screenshot has
quality 100, and all such screenshots are alike. So where there is next to nothing within a frame,
the fingerprints of the whole do not count either. docs/matching.md has the figures.
"""

from collections.abc import Sequence
from typing import Final

from ansim.fingerprints import Alternate
from ansim.matching.videos import MIN_QUALITY

_OF_THE_WHOLE: Final = "small_copy"
"""The reason of alternates that show the whole picture; the others show what is in a frame."""


def by_looks(whole: Sequence[str], quality: int, alternates: Sequence[Alternate]) -> list[str]:
    """Those of ``whole`` (plain and turned, 64 hex digits each) and ``alternates`` that count.

    ``quality`` is that of the whole; each alternate has its own.
    """
    if any(one.reason != _OF_THE_WHOLE and one.quality < MIN_QUALITY for one in alternates):
        return []
    good = [one.pdq for one in alternates if one.quality >= MIN_QUALITY]
    return [*(whole if quality >= MIN_QUALITY else ()), *good]
