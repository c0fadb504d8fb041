"""What the two kinds of search share: ask for each word, page by page, and open what is named."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from urllib.parse import quote

from ansim.fetching import Observation
from ansim.sources.targets import WatchTarget, plain
from ansim.sources.walking import Found, Item, Look, Problem, Skip

MOST_PAGES = 20


def search(
    target: WatchTarget,
    look: Look,
    skip: Skip,
    named_in: Callable[[Observation], tuple[str, ...]],
) -> Iterator[Found]:
    """Each answer as a listing, then every page that it names, once.

    ``{page}`` in the target's address is counted from 1 to the setting ``pages`` (or until an
    answer names nothing new); without it as many answers are read as each names a next one on the
    same host. With the scope "any" nothing on the search engine's own host is
    opened; any other scope is that of a site which searches itself.
    """
    wanted = target.settings.get("pages", 1)
    pages = wanted if isinstance(wanted, int) else 1
    known: set[str] = set()
    spent = 0
    for word in target.words:
        asked, further = _asked(target, word, 1), ""
        for page in range(1, min(pages, MOST_PAGES) + 1):
            if page > 1:
                asked = _asked(target, word, page) if "{page}" in target.url else further
            if spent >= target.pages:
                return
            answer = look(asked, "page")
            spent += 1
            if answer.outcome != "answered" or answer.page is None:
                yield Problem(answer.reason or answer.outcome, asked)
                break
            named = dict.fromkeys(named_in(answer))
            fresh = [one for one in named if one not in known and _wanted(one, target)]
            known.update(fresh)
            further = _further(target, answer.page.further, asked)
            yield Item(asked, "listing", "", 0, answer, len(fresh))
            for url in fresh:
                if spent >= target.pages:
                    return
                if not skip(url):
                    spent += 1
                    yield _opened(url, asked, look)
            if not fresh or not (further or "{page}" in target.url):
                break


def _asked(target: WatchTarget, word: str, page: int) -> str:
    return target.url.replace("{query}", quote(word)).replace("{page}", str(page))


def _further(target: WatchTarget, told: str, asked: str) -> str:
    """The next answer that one names, on the search's own host; "" of none, or of the same."""
    same_host = told != asked and replace(target, url=told).host == target.host
    return told if same_host else ""


def _opened(url: str, found_on: str, look: Look) -> Found:
    seen = look(url, "any")
    if seen.outcome != "answered":
        return Problem(seen.reason or seen.outcome, url)
    return Item(url, "page", found_on, 1, seen)


def _wanted(url: str, target: WatchTarget) -> bool:
    if target.scope == "any":
        return replace(target, url=url).host not in {"", target.host}
    # The search's own address with another query turns or sorts the answer.
    return target.contains(url) and url.partition("?")[0] != plain(target.url).partition("?")[0]
