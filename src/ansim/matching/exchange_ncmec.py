"""NCMEC's hash-sharing lists (XML, version 2), as its members download and exchange them.

An entry's key is ``member-id``: ids are a member's own. Deleted entries come without hashes and
are told as withdrawn. Negative feedback of any member becomes an opinion against the item.
PhotoDNA and other closed fingerprints cannot be used; they are counted.

The XML comes from outside: a DOCTYPE or an entity declaration is refused before anything of it is
read, and so is nesting that no list has.
"""

import html
import re
import xml.parsers.expat
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Final

from ansim.matching.banks import Bank, BankItem, item_of
from ansim.matching.errors import MalformedBank
from ansim.matching.exchange_received import Received

NAMESPACE: Final = "https://hashsharing.ncmec.org/hashsharing/v2"
_KINDS: Final = {"image": "picture", "video": "video"}
_OURS: Final = {"md5", "sha1", "sha256", "pdq"}
_WRITTEN: Final = ("md5", "sha1", "pdq")
_DEEPEST: Final = 32
_OWN_MEMBER: Final = "0"
"""The member that our own exports name; its ids are taken as keys as they are."""

_NOT_XML: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(slots=True)
class _Node:
    tag: str
    attributes: dict[str, str]
    line: int
    text: str = ""
    children: list["_Node"] = field(default_factory=list)

    def find(self, tag: str) -> "_Node":
        """The first child of that name; an empty one when there is none."""
        return next((c for c in self.children if c.tag == tag), _Node(tag, {}, self.line))


def read_ncmec(data: bytes) -> Received:
    """Read a ``queryResult``. Raises MalformedBank with the line."""
    root = _parse(data)
    items: dict[str, BankItem] = {}
    gone: dict[str, None] = {}
    passed: Counter[str] = Counter()
    if root.tag != "queryResult":
        raise MalformedBank(line=root.line, problem="shape")
    for group in root.children:
        if group.tag not in {"images", "videos"}:
            if group.tag != "paging":
                passed[group.tag] += 1
            continue
        for entry in group.children:
            kind = entry.tag.removeprefix("deleted").lower()
            if kind not in _KINDS:
                passed[entry.tag] += 1
                continue
            key = _key(entry)
            # Whatever comes later about an entry is what holds.
            if entry.tag.startswith("deleted"):
                gone[key] = None
                items.pop(key, None)
            elif (item := _item(entry, key, kind, passed)) is not None:
                items[key] = item
                gone.pop(key, None)
    return Received(Bank(items=tuple(items.values())), tuple(gone), dict(passed))


def ncmec_text(bank: Bank) -> tuple[str, dict[str, int]]:
    """The bank as a ``queryResult``, and what it cannot hold, counted."""
    left: Counter[str] = Counter()
    groups: dict[str, list[str]] = {"picture": [], "video": []}
    newest = max((item.since for item in bank.items), default="") or "1970-01-01T00:00:00Z"
    for item in bank.items:
        entry = _entry(bank, item, left)
        if entry:
            groups[item.kind].append(entry)
    lines = [f'<?xml version="1.0" encoding="UTF-8"?>\n<queryResult xmlns="{NAMESPACE}">\n']
    for tag, kind in (("images", "picture"), ("videos", "video")):
        count = len(groups[kind])
        lines.append(f'<{tag} count="{count}" maxTimestamp="{_stamp(newest)}">\n')
        lines += groups[kind]
        lines.append(f"</{tag}>\n")
    lines.append("</queryResult>\n")
    return "".join(lines), {name: count for name, count in left.items() if count}


def _item(entry: _Node, key: str, kind: str, passed: Counter[str]) -> BankItem | None:
    record: dict[str, object] = {"key": key, "kind": _KINDS[kind]}
    for print_ in entry.find("fingerprints").children:
        name = print_.tag.lower()
        if name in _OURS:
            record[name] = print_.text.strip()
        elif print_.text.strip():
            passed[name] += 1
    if not _OURS & set(record):
        passed["entry without a hash that can be used"] += 1
        return None
    classification = entry.find("classification").text.strip()
    record["labels"] = [classification] if classification else []
    item = item_of(record, entry.line)
    reasons = _negative(entry.find("feedback"))
    if not reasons:
        return item
    told = "; ".join(reasons)
    since = entry.find("feedback").attributes.get("lastUpdateTimestamp", "")
    return replace(item, state="opinion_against", since=since, reason=told)


def _negative(feedback: _Node) -> list[str]:
    """The reasons of each negative feedback; its type where no reason is named."""
    reasons = []
    for one in feedback.children:
        if one.tag == "negativeFeedback":
            kind = one.attributes.get("type", "")
            named = [r.attributes.get("name", "") for r in one.find("reasons").children]
            reasons += [f"{kind}: {name}" for name in named if name] or [kind]
    return reasons


def _key(entry: _Node) -> str:
    member = entry.find("member").attributes.get("id", "").strip()
    own = entry.find("id").text.strip()
    if not own:
        raise MalformedBank(line=entry.line, problem="key")
    return own if member in {"", _OWN_MEMBER} else f"{member}-{own}"


def _entry(bank: Bank, item: BankItem, left: Counter[str]) -> str:
    """One entry; "" when the item has nothing that the shape holds."""
    tag = "image" if item.kind == "picture" else "video"
    member = f'<member id="{_OWN_MEMBER}">{_escaped(bank.owner)}</member>'
    about = f"{member}<timestamp>{_stamp(item.since)}</timestamp><id>{_escaped(item.key)}</id>"
    if item.state == "withdrawn":
        return f"<deleted{tag.title()}>{about}</deleted{tag.title()}>\n"
    for name in ("sha256", "frames"):
        left[name] += bool(getattr(item, name))
    prints = "".join(
        f"<{name}>{getattr(item, name)}</{name}>" for name in _WRITTEN if getattr(item, name)
    )
    if not prints:
        left["item without md5, sha1 or pdq"] += 1
        return ""
    label = f"<classification>{_escaped(item.labels[0])}</classification>" if item.labels else ""
    left["further label"] += max(0, len(item.labels) - 1)
    feedback = _feedback(bank, item) if item.state == "opinion_against" else ""
    return f"<{tag}>{about}{label}<fingerprints>{prints}</fingerprints>{feedback}</{tag}>\n"


def _feedback(bank: Bank, item: BankItem) -> str:
    kind = next(name for name in _WRITTEN if getattr(item, name)).title()
    when, why = _stamp(item.since), _escaped(item.reason)
    return (
        f'<feedback lastUpdateTimestamp="{when}"><negativeFeedback type="{kind}"><reasons>'
        f'<reason name="{why}" type="{kind}"/><members timestamp="{when}">'
        f'<member id="{_OWN_MEMBER}">{_escaped(bank.owner)}</member></members></reasons>'
        "</negativeFeedback></feedback>"
    )


def _stamp(since: str) -> str:
    return f"{since[:19]}Z" if since else "1970-01-01T00:00:00Z"


def _escaped(text: str) -> str:
    return html.escape(_NOT_XML.sub("�", text))


def _parse(data: bytes) -> _Node:
    """The tree of the document, names without their namespace."""
    parser = xml.parsers.expat.ParserCreate(namespace_separator="}")
    top = _Node("", {}, 1)
    open_nodes = [top]

    def start(tag: str, attributes: dict[str, str]) -> None:
        if len(open_nodes) > _DEEPEST:
            raise MalformedBank(line=parser.CurrentLineNumber, problem="xml")
        node = _Node(tag.rpartition("}")[2], attributes, parser.CurrentLineNumber)
        open_nodes[-1].children.append(node)
        open_nodes.append(node)

    def end(_tag: str) -> None:
        open_nodes.pop()

    def characters(text: str) -> None:
        open_nodes[-1].text += text

    def refuse(*_about: object) -> None:
        raise MalformedBank(line=parser.CurrentLineNumber, problem="doctype")

    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = characters
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    try:
        parser.Parse(data.lstrip(), True)  # noqa: FBT003 -- expat's way to say that this is all
    except xml.parsers.expat.ExpatError as error:
        raise MalformedBank(line=error.lineno, problem="xml") from None
    return top.children[0]
