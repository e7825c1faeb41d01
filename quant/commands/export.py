"""`export`: one recipe's file, wherever it is wanted."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from quant.commands.show import json_line, table
from quant.commands.sweep import measured
from quant.disk import appearing, copy
from quant.errors import RequestError, StoreError
from quant.jobs.requests import SweepRequest
from quant.judged import row
from quant.recipe import Recipe
from quant.records import Measurement
from quant.shelf import shelf
from quant.typed import typed


def run(request: SweepRequest, recipes: tuple[Recipe, ...], output: str, *, as_json: bool) -> int:
    """Measure if need be, copy, and print the row; the exit code.

    Raises:
        BitfrontError: more than one recipe, or a place that cannot be written.
    """
    if len(recipes) != 1:
        raise RequestError(
            f"export writes one file and {len(recipes)} recipes were asked for; "
            "give one width, one method and one kind of ranges"
        )
    target = target_of(output)
    kept: list[Measurement] = []
    code = measured(request, kept.append)
    chosen = [measurement for measurement in kept if measurement.recipe == recipes[0]]
    if not chosen:
        return code
    source = shelf().find(chosen[0].artifact)
    if source is None:
        raise StoreError(f"the file of {chosen[0].recipe.label} was deleted just now; try again")
    _copy(source, chosen[0], target)
    print(json_line(row(chosen[0]) | {"file": str(target)}) if as_json else table(chosen))
    return 0


def target_of(output: str) -> Path:
    """Refuse before measuring what could not be written after."""
    target = typed(output, "-o")
    folder = target.parent
    special = target.exists() and not target.is_file()
    if special and not target.is_dir():
        raise RequestError(f"-o is {output}, which is a device and no file; give another name")
    if not output or target.is_dir():
        raise RequestError(f"-o is {output!r}, which is no file name; add one, such as model.onnx")
    if not folder.is_dir():
        raise RequestError(f"-o is {output}, and there is no folder {folder}; make it first")
    with placing(target):
        # Root may write where permissions forbid and not where the disk does: only trying tells.
        handle, name = tempfile.mkstemp(dir=folder, prefix=".bitfront-")
        os.close(handle)
        Path(name).unlink()
    return target


def _copy(source: Path, measurement: Measurement, target: Path) -> None:
    """The whole file or nothing appears at `target`."""
    with placing(target), appearing(target, ".bitfront-") as draft:
        if copy(source, draft) != measurement.artifact_sha256:
            raise StoreError(f"{source} is not the file that was measured; add --fresh")


@contextmanager
def placing(target: Path) -> Iterator[None]:
    try:
        yield
    except OSError as exc:
        raise RequestError(
            f"{target} cannot be written ({exc.strerror}); give -o another place"
        ) from exc
