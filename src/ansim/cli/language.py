"""Which language the person at the command line reads."""

import os
from collections.abc import Mapping


def current(environment: Mapping[str, str] | None = None) -> str:
    """``"ko"`` or ``"en"``: what ANSIM_LANG says, else the locale's variables, else English."""
    variables = os.environ if environment is None else environment
    for name in ("ANSIM_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        if chosen := variables.get(name):
            return "ko" if chosen.lower().startswith("ko") else "en"
    return "en"
