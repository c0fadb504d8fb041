"""Kinds of places that a watch can look through, one small plug-in folder each.

A plug-in is ``<name>/manifest.toml``, read without importing anything, and ``<name>/source.py`` with
one function ``walk(target, look, skip)``. It opens nothing itself: ``look`` is the caller's, and leads
through the one door.
"""

from ansim.sources.catalogue import BUILT_IN, Catalogue, SourceKind, catalogue
from ansim.sources.errors import (
    PROBLEM_SENTENCES,
    BrokenSource,
    MalformedManifest,
    MalformedTarget,
    UnknownSource,
)
from ansim.sources.manifest import Manifest, Setting, read_manifest
from ansim.sources.targets import SCOPES, Scope, WatchTarget
from ansim.sources.walking import Found, Item, Look, Problem, Skip, pages_from

__all__ = [
    "BUILT_IN",
    "PROBLEM_SENTENCES",
    "SCOPES",
    "BrokenSource",
    "Catalogue",
    "Found",
    "Item",
    "Look",
    "MalformedManifest",
    "MalformedTarget",
    "Manifest",
    "Problem",
    "Scope",
    "Setting",
    "Skip",
    "SourceKind",
    "UnknownSource",
    "WatchTarget",
    "catalogue",
    "pages_from",
    "read_manifest",
]
