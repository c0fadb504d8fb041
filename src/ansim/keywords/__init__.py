"""Words and account names that are watched for: how surely a page has them. Ranks, never decides.

People who trade in what is hunted write its names so that a search does not find them. ``WordWatch``
reads through such writing; its score says what a person might look at first, and nothing more.
"""

from ansim.keywords.folding import Folded, fold
from ansim.keywords.watching import Watchword, WordKind, WordWatch, together

__all__ = ["Folded", "Watchword", "WordKind", "WordWatch", "fold", "together"]
