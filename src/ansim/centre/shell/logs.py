"""Logs that hold no link, no code and no form of words that a person typed.

What an exception says is never logged, for it may quote what was typed or stored (a database
names the value that it refuses): its type, our error code and the places in the program are.
"""

import logging
import re
import traceback
from types import TracebackType
from typing import Any

from ansim.errors import AnsimError

LINK = re.compile(r"\b[a-z][a-z0-9+.-]{1,9}://\S+", re.IGNORECASE)
CODE = re.compile(r"(?:\d[ -]?){19}\d")
ADDRESS = re.compile(r"[^\s@<>\"']+@[^\s@<>\"']+\.[^\s@<>\"']+")
PHONE = re.compile(r"(?<![\w.:-])\+?\d{1,3}[ -]?\d{2,4}[ -]\d{3,4}[ -]?\d{3,4}(?![\w.:-])")
QUERY = re.compile(r"\?[^\s'\"]*")


def scrub(text: str) -> str:
    """``text`` without links, query strings, receipt codes, mail addresses and phone numbers."""
    text = LINK.sub("[link]", text)
    text = QUERY.sub("", text)
    text = CODE.sub("[code]", text)
    text = ADDRESS.sub("[address]", text)
    return PHONE.sub("[number]", text)


def places(error: BaseException | None, trace: TracebackType | None = None) -> str:
    """Where ``error`` came about and of which type it is, and so for its causes; not its words."""
    lines: list[str] = []
    while error is not None:
        frames = traceback.extract_tb(trace or error.__traceback__)
        lines += [f"  {frame.filename}:{frame.lineno} in {frame.name}" for frame in frames]
        code = f" ({error.code})" if isinstance(error, AnsimError) else ""
        lines.append(f"{type(error).__module__}.{type(error).__qualname__}{code}")
        error, trace = error.__cause__ or error.__context__, None
    return "\n".join(lines)


class ScrubFilter(logging.Filter):
    """Scrubs the finished message of every record, and tells of errors without their words."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Always True; the record is changed in place."""
        arguments = record.args
        if isinstance(arguments, tuple):
            # An error passed as an argument would speak its words into the message.
            record.args = tuple(_type(one) for one in arguments)
        record.msg = _type(record.msg)
        record.msg = scrub(record.getMessage())
        record.args = None
        if record.exc_info and record.exc_info[1] is not None:
            record.exc_text = places(record.exc_info[1], record.exc_info[2])
        elif record.exc_text:
            record.exc_text = scrub(record.exc_text)
        record.exc_info = None
        record.stack_info = None
        return True


def _type(value: Any) -> Any:
    return type(value).__qualname__ if isinstance(value, BaseException) else value
