"""In which voice the portal speaks: to the person, to somebody young, to somebody who asks for them."""

from typing import Final

MINOR_AGES: Final = frozenset({"under_14", "teen"})


def voice_of(standing: str, age: str) -> str:
    """``self``, ``young``, ``proxy`` (for a grown person) or ``proxy_young`` (for a child).

    A standing that was left out is one's own: nobody is asked to prove that they speak for
    themselves.
    """
    young = age in MINOR_AGES
    if standing in {"", "self"}:
        return "young" if young else "self"
    return "proxy_young" if young else "proxy"
