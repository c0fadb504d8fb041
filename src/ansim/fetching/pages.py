"""From a page's bytes to its features. The text itself is read, measured and dropped."""

import codecs
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from hashlib import sha256

from selectolax.lexbor import LexborHTMLParser, LexborNode

from ansim.fetching.feeds import Listed, listed
from ansim.fetching.gates import Gates
from ansim.fetching.links import LinkSet
from ansim.fetching.markup import affordable
from ansim.fetching.showing import MOST_MEDIA, Shown
from ansim.fetching.structure import structure_hash

MAX_LINKS = 500
MAX_MEDIA = MOST_MEDIA
MAX_NODES = 20_000
MAX_WORDS = 5_000
MAX_SCORED = 200_000
"""Characters of visible text that a score gets to see."""

TextScore = Callable[[str, str], tuple[tuple[str, float], ...]]
"""(title, visible text) -> (id, score) pairs; all that may be kept of a page's words."""

# A page of login or captcha "and little else": longer or richer pages only have one in a corner.
LITTLE_TEXT = 600
LITTLE_MEDIA = 3
HARDLY_TEXT = 20
MAX_PIECES = 400
MAX_SCRIPTS = 50

_CHARSET = re.compile(r"charset\s*+=\s*+[\"']?([\w\-:.]{2,40})", re.IGNORECASE)
_META_CHARSET = re.compile(
    rb"(?:<meta[^>]{0,200}charset|^\s{0,20}<\?xml[^>]{0,100}encoding)"
    rb"\s*=\s*[\"']?\s*([\w\-:.]{2,40})",
    re.IGNORECASE,
)
# The WHATWG encodings by Python's names; other codecs of Python are not safe on hostile bytes.
_CODECS = frozenset(
    [
        "ascii",
        "utf-8",
        "utf-16",
        "utf-16-le",
        "utf-16-be",
        "euc_kr",
        "cp949",
        "iso2022_kr",
        "johab",
        "euc_jp",
        "shift_jis",
        "cp932",
        "iso2022_jp",
        "gb2312",
        "gbk",
        "gb18030",
        "big5",
        "big5hkscs",
        "koi8-r",
        "koi8-u",
        "iso8859-1",
        "iso8859-2",
        "iso8859-5",
        "iso8859-7",
        "iso8859-9",
        "iso8859-15",
        "cp1250",
        "cp1251",
        "cp1252",
        "cp1253",
        "cp1254",
        "cp1255",
        "cp1256",
        "cp1257",
        "cp1258",
        "cp874",
        "tis-620",
    ]
)
_WORD = re.compile(r"\w+")
_DIGIT = re.compile(r"\d")
_INLINE = re.compile(r"data:(?:image|video)/|<(?:canvas|button)\b", re.IGNORECASE)
_SILENT = frozenset(("script", "style", "noscript", "template", "-comment", "-doctype"))
_UNHEARD = _SILENT | {"title"}


@dataclass(frozen=True, slots=True)
class PageFeatures:
    """What is kept of a page.

    ``title_digest``: SHA-256 of the title in hex ("" without one); ``text_length``: characters of
    visible text; ``structure``: 64-bit simhash in hex (see structure.py); ``links`` and ``media``:
    absolute addresses; ``media_count`` survives when the lists are dropped. ``scores`` is what the
    caller's TextScore said of the words; ``refresh`` the absolute address of a meta refresh within
    five seconds. ``captcha`` (any test for programs), ``asks_login``, ``consent_gate``,
    ``age_gate`` and ``paywall`` are said only of pages that show little else. ``brief``: SHA-256 of
    the whole document where it shows hardly any text (a script that says "gone" in a box).
    ``pieces``: a short digest of each piece of text without its numbers ("with/without" where the
    piece has words of the address); they tell one notice of a site from another whose sentence
    differs, in any language. ``frames``: addresses of the pages that it shows inside of itself.
    ``further``: the address of the next page of a list or answer, where the document says so itself.
    ``inline``: how many things it has that may show a picture which no address names: one written into
    the document, a canvas, a button.
    """

    title_digest: str
    text_length: int
    structure: str
    links: tuple[str, ...] = ()
    media: tuple[str, ...] = ()
    asks_login: bool = False
    captcha: bool = False
    feed_items: tuple[str, ...] = ()
    media_count: int = 0
    scores: tuple[tuple[str, float], ...] = ()
    refresh: str = ""
    consent_gate: bool = False
    age_gate: bool = False
    paywall: bool = False
    link_count: int = 0
    brief: str = ""
    pieces: tuple[str, ...] = ()
    frames: tuple[str, ...] = ()
    further: str = ""
    inline: int = 0


def page_features(
    body: bytes, content_type: str, url: str, *, score: TextScore | None = None
) -> PageFeatures:
    """The features of any bytes that were served as a page at ``url``.

    ``score`` is asked for the title and the visible text, which are then dropped; its result is
    kept as ``scores``. Never raises by itself.
    """
    text = decode_text(body, content_type)
    lists = listed(text, content_type, url)
    tree = LexborHTMLParser(affordable(text))
    base_node = tree.css_first("base[href]")
    base = LinkSet(url, 1)
    base.add(base_node.attributes.get("href") if base_node else url)
    gathered = _Gathered(next(iter(base.found()), url), scored=score is not None)
    if tree.root is not None:
        for count, node in enumerate(tree.root.traverse(include_text=True)):
            if count >= MAX_NODES:
                break
            gathered.take(node)
    title_node = tree.css_first("title")
    title = " ".join(title_node.text().split()) if title_node else ""
    scripts = tree.css("script")[:MAX_SCRIPTS]
    gathered.gates.take_scripts(node.text() or "" for node in scripts)
    _take_unseen(gathered.shown, tree, scripts)
    if _is_data(text):
        gathered.shown.take_texts((text,))
    brief = gathered.text_length < HARDLY_TEXT and bool(text.strip())
    features = _features(gathered, title, lists, url, score)
    features = replace(features, inline=sum(1 for _ in _INLINE.finditer(text)))
    return replace(features, brief=sha256(body).hexdigest()) if brief else features


def _features(
    gathered: "_Gathered",
    title: str,
    lists: Listed,
    url: str,
    score: TextScore | None,
) -> PageFeatures:
    media, links, gates = gathered.shown.media(), gathered.links.found(), gathered.gates
    # What scripts and styles name is no sign of a page that shows much.
    little = gathered.text_length <= LITTLE_TEXT and gathered.shown.plain_count <= LITTLE_MEDIA
    return PageFeatures(
        title_digest=sha256(title.encode("utf-8", "replace")).hexdigest() if title else "",
        text_length=gathered.text_length,
        structure=structure_hash(gathered.tags, _site_words(gathered.words, url)),
        links=links,
        media=media,
        asks_login=gates.password and little,
        captcha=gates.captcha and little,
        feed_items=lists.items,
        media_count=len(media),
        scores=() if score is None else score(title, " ".join(gathered.texts)),
        refresh=gathered.refresh(),
        consent_gate=gates.consent and little,
        age_gate=gates.age and little,
        paywall=gates.payment and little,
        link_count=len(links),
        pieces=_digested(gathered.pieces, url),
        frames=gathered.shown.frames(),
        further=lists.further or next(iter(gathered.further.found()), ""),
    )


def _take_unseen(shown: Shown, tree: LexborHTMLParser, scripts: list[LexborNode]) -> None:
    """Read what names media and is no element of the page: data blocks, scripts, styles, templates."""
    data = [node for node in scripts if (node.attributes.get("type") or "").endswith("ld+json")]
    shown.take_data(node.text() or "" for node in data)
    shown.take_texts(node.text() or "" for node in scripts)
    for name in ("style", "template"):
        shown.take_texts(node.html or "" for node in tree.css(name)[:MAX_SCRIPTS])


def _is_data(text: str) -> bool:
    """Whether a body is JSON, as programs answer one another."""
    return text.lstrip()[:1] in {"{", "["}


def decode_text(body: bytes, content_type: str) -> str:
    """The body as text by its byte order mark, declared charset, or UTF-8; never raises."""
    for mark, name in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ):
        if body.startswith(mark):
            return body[len(mark) :].decode(name, "replace")
    declared = _CHARSET.search(content_type)
    inside = _META_CHARSET.search(body[:2048])
    label = declared[1] if declared else inside[1].decode("ascii", "replace") if inside else ""
    if not declared and label.lower().startswith("utf-16"):
        label = "utf-8"  # WHATWG: a document that says so in ASCII is none
    return body.decode(_codec(label), "replace")


def _codec(label: str) -> str:
    # WHATWG: these labels mean the wider Windows code page.
    if label.lower() in {"euc-kr", "ks_c_5601-1987", "ksc5601", "korean", "windows-949"}:
        return "cp949"
    try:
        name = codecs.lookup(label).name
    except LookupError:
        return "utf-8"
    return name if name in _CODECS else "utf-8"


def _digested(pieces: list[str], url: str) -> tuple[str, ...]:
    """Eight hex digits for each different piece of text.

    A piece with words of the address has two, with them and (where any are left) without: it may
    echo the address, or just use the same word.
    """
    found: dict[str, None] = {}
    echoed = _echoed(url)
    for piece in pieces:
        bare = " ".join(word for word in piece.split() if word not in echoed)
        forms = (piece,) if bare == piece else (piece, bare)
        digests = (sha256(form.encode("utf-8", "replace")).hexdigest()[:8] for form in forms)
        found["/".join(digests) if bare else ""] = None
    found.pop("", None)
    return tuple(found)


def _site_words(words: list[str], url: str) -> list[str]:
    """The words without those that only echo the address, as error pages do."""
    echoed = _echoed(url)
    return [word for word in words if word not in echoed]


def _echoed(url: str) -> frozenset[str]:
    return frozenset(_WORD.findall(url.lower()))


class _Gathered:
    """What one walk over the document finds."""

    def __init__(self, base: str, *, scored: bool) -> None:
        self._base = base
        self._scored = scored
        self.links = LinkSet(base, MAX_LINKS)
        self.further = LinkSet(base, 1)
        self.shown = Shown(base)
        self.tags: list[str] = []
        self.words: list[str] = []
        self.pieces: list[str] = []
        self.text_length = 0
        self.gates = Gates()
        self.texts: list[str] = []

    def refresh(self) -> str:
        """Where a meta refresh leads to, absolute, or ""."""
        target = LinkSet(self._base, 1)
        target.add(self.gates.refresh)
        return next(iter(target.found()), "")

    def take(self, node: LexborNode) -> None:
        tag = node.tag or ""
        if tag == "-text":
            self._take_text(node)
            return
        if tag.startswith("-"):
            return
        self.tags.append(tag)
        attributes = node.attributes
        if attributes:
            self._take_attributes(tag, attributes)

    def _take_text(self, node: LexborNode) -> None:
        parent = node.parent
        if parent is not None and parent.tag in _UNHEARD:
            return
        text = node.text_content
        if not text or not (text := text.strip()):
            return
        if self._scored and self.text_length < MAX_SCORED:
            self.texts.append(text[:MAX_SCORED])
        self.text_length += len(text)
        if len(self.words) < MAX_WORDS:
            # Times, counters and ids differ from one error page to the next.
            words = [word for word in _WORD.findall(text.lower()) if not _DIGIT.search(word)]
            self.words += words
            if words and len(self.pieces) < MAX_PIECES:
                self.pieces.append(" ".join(words))

    def _take_attributes(self, tag: str, attributes: dict[str, str | None]) -> None:
        if tag in {"a", "area", "link"} and "next" in (attributes.get("rel") or "").lower().split():
            self.further.add(attributes.get("href"))
        if tag in {"a", "area"}:
            self.links.add(attributes.get("href"))
        elif tag in {"iframe", "frame"}:
            self.links.add(attributes.get("src"))
        self.shown.take(tag, attributes)
        self.gates.take(tag, attributes)
