"""requirements-viewer.txt has what a snapshot's pages import, pinned as in requirements.txt."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.snapshot.viewer import is_brought, pins

ROOT = Path(__file__).resolve().parents[1]
OURS = ("app", "pages", "quant", "models")
# What is imported inside functions that a viewer never calls: who makes or reaches a store.
NEVER = ("quant.store.migrate",)
LATE = {
    ("quant/stats.py", "scipy"),
    ("quant/allocate/highs.py", "scipy"),
    ("models/imagenette.py", "torchvision"),
}


def entrances() -> list[Path]:
    return [ROOT / "app.py", *sorted((ROOT / "pages").glob("*.py")), ROOT / "pages/parts/serve.py"]


def located(module: str) -> Path | None:
    path = ROOT / module.replace(".", "/")
    found = [path.with_suffix(".py"), path / "__init__.py"]
    return next((file for file in found if file.is_file()), None)


def imported(file: Path) -> Iterator[str]:
    """All that the file imports, anywhere but for type checkers; ours to the submodule."""
    tree = ast.parse(file.read_text())
    typing = {
        id(node)
        for branch in ast.walk(tree)
        if isinstance(branch, ast.If) and "TYPE_CHECKING" in ast.unparse(branch.test)
        for node in ast.walk(branch)
    }
    for node in ast.walk(tree):
        if id(node) in typing:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def closure() -> set[tuple[str, str]]:
    """(file, library) for every library imported by what the pages import."""
    waiting, seen, found = entrances(), set[Path](), set[tuple[str, str]]()
    while waiting:
        file = waiting.pop()
        if file in seen:
            continue
        seen.add(file)
        for module in imported(file):
            if module.partition(".")[0] not in OURS:
                found.add((str(file.relative_to(ROOT)), module.partition(".")[0]))
            elif not module.startswith(NEVER):
                parents = [module.rsplit(".", level)[0] for level in range(module.count(".") + 1)]
                waiting += [path for name in parents if (path := located(name)) is not None]
    return found


def test_every_import_is_covered() -> None:
    found = closure()
    assert {"streamlit", "plotly", "sqlalchemy"} <= {library for _, library in found}
    assert sorted(pair for pair in found - LATE if not is_brought(pair[1])) == []


def test_nothing_that_measures_is_covered() -> None:
    for library in ("torch", "onnx", "onnxruntime", "scipy", "alembic"):
        pytest.importorskip(library)
        assert not is_brought(library)


def test_pins_agree_with_those_of_the_app() -> None:
    app, viewer = pins("requirements.txt"), pins("requirements-viewer.txt")
    assert viewer
    assert {name: app.get(name) for name in viewer} == viewer
    assert all(version.startswith("==") for version in viewer.values())
