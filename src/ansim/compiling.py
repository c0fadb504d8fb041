"""Kernels: the few loops that numpy cannot do fast, compiled on this machine by numba.

numba comes as a wheel and brings its own compiler, so no other is needed. What it compiles is kept
on disk for the next start, made for the very processor it runs on. Where numba is missing, or
``ANSIM_KERNELS=numpy`` is set, ``COMPILED`` is False and every caller has a way in plain numpy
with the same answers.

``python -m ansim.compiling`` compiles all kernels ahead of their first use.
"""

import importlib
import os
from collections.abc import Callable
from typing import Any, Final, TypeVar

Function = TypeVar("Function", bound=Callable[..., Any])

MODULES: Final = (
    "ansim.fingerprints.kernels",
    "ansim.fingerprints.frame_kernels",
    "ansim.matching.kernels",
)
"""Where kernels live; each has a ``warm_up()`` that calls every one of them once."""


def _numba() -> Any | None:
    if os.environ.get("ANSIM_KERNELS") == "numpy":
        return None
    try:
        return importlib.import_module("numba")
    except ImportError:
        return None


NUMBA: Final = _numba()
COMPILED: Final = NUMBA is not None


def kernel(function: Function) -> Function:
    """Compile ``function`` for numpy arrays, without the interpreter's lock.

    A function that is not compiled here (see COMPILED) is returned as it is: correct and slow.
    """
    if NUMBA is None:
        return function
    try:
        compiled: Function = NUMBA.njit(cache=True, nogil=True)(function)
    except RuntimeError:
        # No folder can be written to: compile again at each start.
        compiled = NUMBA.njit(nogil=True)(function)
    return compiled


def main() -> None:
    """Compile everything once, so that nobody waits for it later."""
    for name in MODULES:
        importlib.import_module(name).warm_up()


if __name__ == "__main__":
    main()
