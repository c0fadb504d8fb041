"""Errors as small values, for pipes and the state file, and back again.

An error cannot be pickled safely, and its type is all that matters: the sentence follows from it
and its values.
"""

from typing import Final

from ansim import fingerprints
from ansim.errors import AnsimError
from ansim.fetching import confined
from ansim.sweeping import errors
from ansim.sweeping.parts import Trouble

_KINDS: Final = {
    kind.__name__: kind
    for module in (fingerprints, confined, errors)
    for kind in vars(module).values()
    if isinstance(kind, type) and issubclass(kind, AnsimError)
}


def trouble_of(error: AnsimError, offset: int = 0, number: int = 0) -> Trouble:
    """The error as a value, with the place where it was met."""
    values = tuple((name, str(value)) for name, value in error.values.items())
    return Trouble(offset, number, type(error).__name__, values)


def error_of(trouble: Trouble) -> AnsimError:
    """The error that ``trouble_of`` was given."""
    return _KINDS.get(trouble.error, AnsimError)(**dict(trouble.values))
