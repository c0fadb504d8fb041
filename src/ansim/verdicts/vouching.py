"""Whether a sign of gone may be believed: another post loads, or the host is as it was before.

Some front pages lead nowhere (a search box, a page that a script fills), so that no other post can be
asked for. Then the host's own past decides: what it answered for addresses that never were, while
the link was still there, is what it must answer now. A wall that went up in between, or a shell
that is served for every address, is told from a removal by that.
"""

from collections.abc import Iterator, Sequence

from ansim.fetching import Observation
from ansim.verdicts.comparing import alike, same_brief
from ansim.verdicts.places import is_root
from ansim.verdicts.rounds import Round, View
from ansim.verdicts.signs import Kind, page_sign
from ansim.verdicts.witnesses import Witnessed, same_picture, witnessed


def stands_alone(view: View, past: Sequence[Round]) -> bool:
    """Whether the page's sign of gone needs no witness, or has one.

    ``past``: the rounds before the view's. A status of 404 speaks for itself on a host that is well
    and has not changed. A page that is only *like* the one for addresses that never were, or the
    front page, is also what a gate before a whole board looks like: then another page of the same
    board must have been seen to load, or, where none can be found, the host must be as it was.
    """
    sign = page_sign(view)
    if sign.code in {"nxdomain", "media_gone"}:
        return True  # of the second, a file beside it was seen to load
    if view.witness_sought:
        return sign.code == "not_found" or witnessed(view) is Witnessed.LOADS
    if witnessed(view) is Witnessed.LOADS:
        return True
    earlier = next(_open_before(view, past), None)
    if earlier is None:
        return sign.code == "not_found"
    return _answers_alike(view.control, earlier.control) and not _led_somewhere(earlier)


def _open_before(view: View, past: Sequence[Round]) -> Iterator[View]:
    """Views of the link from the same place while it showed something, the latest first.

    Only such as saw what the host then answered for addresses that never were.
    """
    for one in reversed(past):
        for before in one.views:
            told = before.control is not None and before.control.outcome == "answered"
            if told and before.vantage == view.vantage and page_sign(before).kind is Kind.OPEN:
                yield before


def _led_somewhere(view: View) -> bool:
    return view.home is not None and view.home.page is not None and view.home.page.link_count > 0


def _answers_alike(now: Observation | None, then: Observation | None) -> bool:
    """Whether a host says the same of addresses that never were as it did before."""
    if now is None or then is None:
        return False
    ends = [(one.outcome, one.status, _at_root(one)) for one in (now, then)]
    if now.outcome != "answered" or ends[0] != ends[1]:
        return False
    if now.fingerprint is not None or then.fingerprint is not None:
        return same_picture(now.fingerprint, then.fingerprint)
    if now.page is None or then.page is None:
        return now.page is then.page
    if not (now.page.text_length or then.page.text_length):
        return now.page.brief == then.page.brief
    return alike(now.page, then.page) or same_brief(now.page, then)


def _at_root(seen: Observation) -> bool:
    return bool(seen.redirects) and is_root(seen.final_url)
