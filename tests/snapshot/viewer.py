"""What requirements-viewer.txt brings, and a Python that has nothing else."""

from __future__ import annotations

import re
import sys
from functools import cache
from importlib import metadata
from importlib.abc import MetaPathFinder
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[2]


def pins(name: str) -> dict[str, str]:
    """Distributions and their versions, as a requirements file pins them."""
    lines = (line.partition("#")[0].strip() for line in (ROOT / name).read_text().splitlines())
    found = [Requirement(line) for line in lines if line and not line.startswith("-")]
    return {plain(one.name): str(one.specifier) for one in found}


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@cache
def brought() -> frozenset[str]:
    """The distributions of the viewer, with all that they depend on."""
    seen: set[str] = set()
    waiting = list(pins("requirements-viewer.txt"))
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        needs = (Requirement(text) for text in metadata.requires(name) or ())
        waiting += [
            plain(one.name)
            for one in needs
            if one.marker is None or one.marker.evaluate({"extra": ""})
        ]
    return frozenset(seen)


@cache
def providers() -> dict[str, frozenset[str]]:
    """Which distributions a module of that name may come from."""
    found = metadata.packages_distributions().items()
    return {module: frozenset(map(plain, names)) for module, names in found}


def is_brought(module: str) -> bool:
    """Whether the viewer has the module, or it is Python's own."""
    top = module.partition(".")[0]
    return top in sys.stdlib_module_names or bool(providers().get(top, frozenset()) & brought())


class Nothing(MetaPathFinder):
    """Finds no module that the viewer does not bring."""

    def find_spec(self, fullname: str, path: object = None, target: object = None) -> None:
        if "." not in fullname and fullname in providers() and not is_brought(fullname):
            raise ModuleNotFoundError(f"the viewer has no {fullname}", name=fullname)


def pretend() -> None:
    """From now on, this process has what the viewer has."""
    brought(), providers()
    sys.meta_path.insert(0, Nothing())
