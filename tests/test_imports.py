"""Imports point downwards, and a page starts without the heavy libraries."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
OURS = ("app.py", "pages", "quant", "models", "benchmarks")
HEAVY = ("torch", "torchvision", "onnx", "onnxscript", "onnxruntime", "openvino")

ENGINE = ("graph", "calibrate", "rounding", "lower", "runtime", "measure", "plan", "artifact",
          "profile", "perturb")  # fmt: skip

# who alone may import a library: DESIGN.md, "Rooms", as docs/architecture.md repeats it
KEEPERS = {
    "streamlit": ("app.py", "pages/", "benchmarks/visitor.py"),  # which speaks its protocol
    "dask": ("quant/jobs/",),
    "distributed": ("quant/jobs/",),
    "sqlalchemy": ("quant/store/",),
    "alembic": ("quant/store/",),
}
FOR_PAGES = (
    "models.offered", "models.fetching", "models.imagenette", "quant.metric",
    "quant.add.adding", "quant.add.keep", "quant.add.normal", "quant.add.mapping", "models.own",
    "quant.add.brought",
    "app", "pages", "models.workload", "quant.store", "quant.jobs.submit", "quant.plots",
    "quant.pareto", "quant.stats", "quant.explain", "quant.recipe", "quant.records",
    "quant.devices", "quant.allocate", "quant.report", "quant.errors", "quant.settings",
    "quant.advice", "quant.budgets", "quant.point", "quant.points", "quant.selection",
    "quant.grounds", "quant.methods", "quant.auto", "quant.breakdown", "quant.timing",
    "quant.identity", "quant.axes", "quant.space", "quant.hover", "quant.scene",
    "quant.jobs.requests", "quant.jobs.watchdog", "quant.jobs.estimate",
    "quant.samples", "quant.compare", "models.labels", "models.gallery", "quant.beside",
    "quant.certainty", "quant.draws", "quant.judged", "quant.power",
    "quant.snapshot.marker", "quant.shelf", "quant.standalone", "quant.rows", "quant.present",
    "quant.report.html", "quant.report.slides", "quant.report.packed", "quant.report.bundle",
    "quant.runtimes", "quant.ran_in", "quant.marks", "quant.reference.record",
    "quant.reference.words", "quant.sensitivity", "quant.bits", "quant.learn",
)  # fmt: skip
LIGHT = (*(name for name in FOR_PAGES if name not in ("app", "pages")), "models.data",
         "models.weights", "models.splits")  # fmt: skip


@cache
def sources() -> tuple[str, ...]:
    """Every Python file of ours, relative to the root."""
    found = [path for name in OURS for path in [ROOT / name, *ROOT.glob(f"{name}/**/*.py")]]
    return tuple(str(path.relative_to(ROOT)) for path in found if path.is_file())


def imports(file: str) -> Iterator[str]:
    """The modules that a file imports anywhere, also inside functions; ours to the submodule."""
    for node in ast.walk(ast.parse((ROOT / file).read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            deeper = [f"{node.module}.{alias.name}" for alias in node.names]
            modules = [name for name in deeper if exists(name)]
            yield from modules or [node.module]


def exists(module: str) -> bool:
    path = ROOT / module.replace(".", "/")
    return path.with_suffix(".py").is_file() or (path / "__init__.py").is_file()


def within(module: str, rooms: tuple[str, ...]) -> bool:
    return any(module == room or module.startswith(f"{room}.") for room in rooms)


def breaches(files: str, allowed: tuple[str, ...]) -> list[str]:
    """Imports of ours, in the files that begin so, which are not of the rooms allowed."""
    return [
        f"{file} imports {module}"
        for file in sources()
        if file.startswith(files)
        for module in imports(file)
        if module.split(".")[0] in ("app", "pages", "quant", "models")
        if not within(module, allowed)
    ]


def test_there_is_something_to_read() -> None:
    assert {"models/data.py", "quant/recipe.py"} <= set(sources())


def test_models_import_nothing_of_ours_but_errors_and_settings() -> None:
    assert breaches("models/", ("models", "quant.errors", "quant.settings")) == []


def test_pages_import_what_reads_and_submits() -> None:
    assert breaches("pages/", FOR_PAGES) + breaches("app.py", FOR_PAGES) == []


def test_the_engine_imports_no_page_no_store_and_no_job() -> None:
    upper = ("app", "pages", "quant.store", "quant.jobs", "quant.cli", "quant.plots")
    assert [
        f"{file} imports {module}"
        for file in sources()
        if file.startswith(tuple(f"quant/{room}" for room in ENGINE))
        for module in imports(file)
        if within(module, upper)
    ] == []


def test_the_store_imports_no_engine() -> None:
    engine = tuple(f"quant.{room}" for room in (*ENGINE, "evaluate"))
    assert [
        f"{file} imports {module}"
        for file in sources()
        if file.startswith("quant/store/")
        for module in imports(file)
        if within(module, engine)
    ] == []


@pytest.mark.parametrize("library", KEEPERS)
def test_a_library_has_one_keeper(library: str) -> None:
    assert [
        file
        for file in sources()
        if not file.startswith(KEEPERS[library])
        if any(module.split(".")[0] == library for module in imports(file))
    ] == []


def test_what_a_page_imports_loads_nothing_heavy() -> None:
    modules = [module for module in LIGHT if exists(module)]
    assert len(modules) > 5
    script = (
        f"import sys, importlib\nfor name in {modules!r}: importlib.import_module(name)\n"
        f"print(*(name for name in {HEAVY!r} if name in sys.modules))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert ran.stderr == ""
    assert ran.stdout.split() == []
