"""`bundle`: one recipe's file with all that runs it, as a folder or a zip."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from quant.commands.export import placing, target_of
from quant.commands.report import put
from quant.commands.show import json_line
from quant.commands.sweep import measured
from quant.errors import RequestError
from quant.explain import size
from quant.jobs.requests import SweepRequest
from quant.recipe import Recipe
from quant.records import Measurement
from quant.report.bundle import bundle
from quant.report.packed import zipped
from quant.settings import settings
from quant.store import open_store
from quant.typed import typed


def run(request: SweepRequest, recipes: tuple[Recipe, ...], output: str, *, as_json: bool) -> int:
    """Measure if need be, and write; the exit code.

    Raises:
        BitfrontError: more than one recipe, or a place that cannot be written.
    """
    if len(recipes) != 1:
        raise RequestError(
            f"a bundle holds one file and {len(recipes)} recipes were asked for; give one width, "
            "one method and one kind of ranges"
        )
    as_zip = output.lower().endswith(".zip")
    target = target_of(output) if as_zip else _folder(output)
    kept: list[Measurement] = []
    code = measured(request, kept.append)
    chosen = next((one for one in kept if one.recipe == recipes[0]), None)
    if chosen is None:
        return code
    with open_store() as store:
        point = store.measurement(chosen.id, (chosen.batch, chosen.threads)) or chosen
        files = bundle(store, point, settings().home, request.data)
    if as_zip:
        put(target, zipped(files))
    else:
        _write(target, files)
    whole = sum(map(len, files.values()))
    if as_json:
        told = {"place": str(target), "files": sorted(files), "size_bytes": whole}
        print(json_line(told | {"label": point.recipe.label}))
    else:
        print(f"{target}: {point.recipe.label}, {len(files)} files, {size(whole)}")
    return 0


def _folder(output: str) -> Path:
    """A new or an empty folder; refuse before measuring."""
    target = typed(output, "-o")
    if target.is_dir() and any(target.iterdir()):
        raise RequestError(f"-o is {output}, which is not empty; give a new folder, or a .zip")
    if target.exists() and not target.is_dir():
        raise RequestError(f"-o is {output}, which is a file; give a new folder, or a .zip")
    if not target.parent.is_dir():
        raise RequestError(f"-o is {output}, and there is no folder {target.parent}; make it first")
    if not os.access(target.parent, os.W_OK):
        raise RequestError(f"{target.parent} cannot be written; give -o another place")
    return target


def _write(target: Path, files: dict[str, bytes]) -> None:
    """All files or no folder."""
    with placing(target):
        draft = Path(tempfile.mkdtemp(dir=target.parent, prefix=".bitfront-"))
        try:
            for name, content in files.items():
                (draft / name).parent.mkdir(exist_ok=True)
                (draft / name).write_bytes(content)
            draft.chmod(0o755)
            draft.replace(target)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
