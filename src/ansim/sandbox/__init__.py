"""A small internet on loopback with known truth, for the demo, the tests and drills.

It never starts in production, and no policy but its own lets a look through to its addresses.
"""

from ansim.sandbox.errors import SamplePicturesMissing, SandboxRefused
from ansim.sandbox.internet import NETWORK, RECIPIENTS, Internet
from ansim.sandbox.resolver import FileResolver
from ansim.sandbox.scenario import CaseScript, Material, Scenario, build
from ansim.sandbox.truth import Change, Copy, Listing, Mail, State, Truth

__all__ = [
    "NETWORK",
    "RECIPIENTS",
    "CaseScript",
    "Change",
    "Copy",
    "FileResolver",
    "Internet",
    "Listing",
    "Mail",
    "Material",
    "SamplePicturesMissing",
    "SandboxRefused",
    "Scenario",
    "State",
    "Truth",
    "build",
]
