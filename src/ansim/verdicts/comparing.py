"""Pages of one host against each other, by structure: the soft 404 and the shell for everything."""

from collections.abc import Iterable

from ansim.fetching import Observation, PageFeatures, structure_distance
from ansim.verdicts.rounds import Notice, View

# Two pages of one site whose 64-bit structures differ in at most this many bits are the same page
# with another address in it; a content page of the same site differs in 15 bits and more.
SAME_STRUCTURE = 6
# A page whose visible text is shorter is not compared: blank pages are all alike.
LEAST_TEXT = 20


def alike(one: PageFeatures | None, other: PageFeatures | None) -> bool:
    """Whether two pages are the same page with another address in it."""
    if one is None or other is None:
        return False
    if structure_distance(one.structure, other.structure) <= SAME_STRUCTURE:
        return True
    # A short word of one's address that both pages use is missing from one's structure.
    return bool(one.pieces and other.pieces) and _says(one, other) and _says(other, one)


def same_page(features: PageFeatures, control: Observation | None, notice: Notice = "") -> bool:
    """Whether a page is what this host answers for an address that never was.

    ``notice``: what the pieces of text said, where they were compared; else structure decides.
    """
    if control is None or control.outcome != "answered" or control.page is None:
        return False
    if control.page.captcha or control.page.asks_login or features.text_length < LEAST_TEXT:
        return False
    return notice == "same" or (notice == "" and alike(features, control.page))


def same_brief(features: PageFeatures, control: Observation | None) -> bool:
    """Whether a page with hardly any text is, byte for byte, the answer for a lost address.

    Boards say "this post does not exist" in a script's box. A blank page is no such answer.
    """
    if control is None or control.outcome != "answered" or control.page is None:
        return False
    return bool(features.brief) and features.brief == control.page.brief


def notice_of(view: View) -> Notice:
    """Whether the page says what the host says of lost addresses, piece by piece of its text.

    A notice such as "only for friends" differs from "not found" in one sentence of the same frame,
    which no structure shows. So a page with a sentence that neither the control nor the front page
    nor the witness has says something else; one without any, that shares with the control a
    sentence which the others have not, says the same, whatever posts it recommends.
    """
    page, control = view.page.page, view.control and view.control.page
    if page is None or not control or not control.pieces or not page.pieces:
        return ""
    around: set[str] = set()
    for seen in (view.home, view.witness):
        if seen is not None and seen.page is not None:
            around |= _forms(seen.page.pieces)
    lost = _forms(control.pieces)
    said = [_forms((piece,)) for piece in page.pieces]
    if any(not piece & (lost | around) for piece in said):
        return "other"
    return "same" if any(piece & lost and not piece & around for piece in said) else ""


def _says(one: PageFeatures, other: PageFeatures) -> bool:
    """Whether each piece of text of ``one`` stands on ``other`` too."""
    known = _forms(other.pieces)
    return all(_forms((piece,)) & known for piece in one.pieces)


def _forms(pieces: Iterable[str]) -> set[str]:
    return {form for piece in pieces for form in piece.split("/")}


def is_shell(view: View) -> bool:
    """Whether even the front page looks the same: then one shell is served for every address."""
    home, control = view.home, view.control
    if home is None or control is None:
        return False
    return alike(home.page, control.page)


def unseen_media(view: View) -> bool:
    """Whether the page shows media of its own that nobody has compared."""
    page, control = view.page.page, view.control and view.control.page
    if page is None:
        return False
    looked = {m.url for m in view.media}
    if page.media:
        common = set(control.media) if control else set()
        return bool(set(page.media) - common - looked)
    return page.media_count > (control.media_count if control else 0) + len(looked)
