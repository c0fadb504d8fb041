"""Logs that hold no link, no code and no form of words that a person typed."""

import logging
import re

LINK = re.compile(r"\b[a-z][a-z0-9+.-]{1,9}://\S+", re.IGNORECASE)
CODE = re.compile(r"(?:\d[ -]?){19}\d")
ADDRESS = re.compile(r"[^\s@<>\"']+@[^\s@<>\"']+\.[^\s@<>\"']+")


def scrub(text: str) -> str:
    """``text`` without links, receipt codes and mail addresses."""
    text = LINK.sub("[link]", text)
    text = CODE.sub("[code]", text)
    return ADDRESS.sub("[address]", text)


class ScrubFilter(logging.Filter):
    """Scrubs the finished message and the traceback of every record that it lets pass."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Always True; the record is changed in place."""
        record.msg = scrub(record.getMessage())
        record.args = None
        if record.exc_info and not record.exc_text:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = scrub(record.exc_text)
        return True
