"""All plug-ins that there are: ours, and the operator's own folders."""

import importlib.util
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from ansim.sources.errors import BrokenSource, MalformedManifest, MalformedTarget, UnknownSource
from ansim.sources.guarding import WalkFunction, guarded
from ansim.sources.manifest import Manifest, read_manifest
from ansim.sources.targets import WatchTarget
from ansim.sources.walking import Found, Look, Skip

BUILT_IN: Final = Path(__file__).parent


@dataclass(slots=True)
class SourceKind:
    """One plug-in. Its code is loaded at the first walk."""

    manifest: Manifest
    _walk: WalkFunction | None = field(default=None, repr=False)

    def walk(
        self, target: WatchTarget, look: Look, *, skip: Skip = lambda _: False
    ) -> Iterator[Found]:
        """What the target has, lazily: stop when you have enough. ``skip``: seen before.

        Raises MalformedTarget, and BrokenSource when the plug-in's code cannot be loaded. What goes
        wrong in the plug-in later is a Problem at the end of what it found (``guarding``).
        """
        self.check(target)
        if self._walk is None:
            self._walk = _load(self.manifest)
        usual = {one.name: one.default for one in self.manifest.settings if one.default is not None}
        wanted = replace(target, settings=usual | target.settings)
        return guarded(self.manifest.name, self._walk, wanted, look, skip)

    def check(self, target: WatchTarget) -> None:
        """Raise MalformedTarget when the target does not give what this kind needs."""
        needs = self.manifest.needs
        if needs == "search" and "{query}" not in target.url:
            raise _wrong(target, "url", "query")
        if needs == "file":
            name = target.settings.get("file")
            if not isinstance(name, str) or not name or name != Path(name).name or name == "..":
                raise _wrong(target, "file", "file")
        known = {one.name: one for one in self.manifest.settings}
        for name, value in target.settings.items():
            if name not in known:
                raise _wrong(target, name, "unknown")
            if not known[name].fits(value):
                raise _wrong(target, name, known[name].type)
        for one in self.manifest.settings:
            if one.required and one.name not in target.settings:
                raise _wrong(target, one.name, "missing")


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Kinds of sources by name and alias."""

    kinds: Mapping[str, SourceKind]
    names: Mapping[str, str]

    def get(self, name: str) -> SourceKind:
        """The kind of that name or alias. Raises UnknownSource."""
        try:
            return self.kinds[self.names[name]]
        except KeyError:
            raise UnknownSource(name=name, known=", ".join(self.kinds)) from None

    def __contains__(self, name: object) -> bool:
        """Whether a kind has that name or alias."""
        return name in self.names


def catalogue(*folders: Path) -> Catalogue:
    """The built-in kinds and those in each folder's own sub-folders with a manifest.

    Raises:
        MalformedManifest: also when two kinds claim the same name or alias.

    """
    kinds: dict[str, SourceKind] = {}
    names: dict[str, str] = {}
    for folder in (BUILT_IN, *folders):
        for path in sorted(folder.glob("*/manifest.toml")):
            manifest = read_manifest(path.parent)
            for name in (manifest.name, *manifest.aliases):
                if name in names:
                    raise MalformedManifest(file=f"{manifest.name}/manifest.toml", field=name)
                names[name] = manifest.name
            kinds[manifest.name] = SourceKind(manifest)
    return Catalogue(kinds, names)


def _wrong(target: WatchTarget, name: str, problem: str) -> MalformedTarget:
    return MalformedTarget(target=target.code, field=name, problem=problem)


def _load(manifest: Manifest) -> WalkFunction:
    """The plug-in's function, from its own file; the import path stays as it is."""
    spec = importlib.util.spec_from_file_location(
        f"ansim_source_{manifest.name}", manifest.folder / "source.py"
    )
    if spec is None or spec.loader is None:
        raise BrokenSource(name=manifest.name, problem="source.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # where dataclasses look their module up
    try:
        spec.loader.exec_module(module)
    # Foreign code, which may raise anything and even try to end the process.
    except (Exception, SystemExit) as error:
        del sys.modules[spec.name]
        raise BrokenSource(name=manifest.name, problem=type(error).__name__) from error
    walk = getattr(module, "walk", None)
    if not callable(walk):
        raise BrokenSource(name=manifest.name, problem="walk")
    function: WalkFunction = walk
    return function
