"""A workload's network made ready once: exported, folded, with its layers."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import ModelProto

from models import own
from models.weights import weights_fingerprint
from models.workload import Workload
from models.zoo.files import ZOO
from quant.errors import ModelError
from quant.graph.files import move, save, sha256_of
from quant.graph.fold import fold
from quant.graph.layers import Layer, layers_of
from quant.graph.metadata import tagged, told_by
from quant.graph.network import Network
from quant.graph.products import Product, products_of
from quant.recipe import Recipe
from quant.runtime.ort import Session

TOLERANCE = 1e-4
AS_OPTIMISED = 4.0  # times what the runtime's own optimisation changes
VERSION = 4  # of exporting and folding: a new one makes new files


@dataclass(frozen=True)
class Prepared:
    """The folded FP32 network. `path` is its file, which is also the FP32 artifact."""

    model: ModelProto
    layers: tuple[Layer, ...]
    path: Path
    sha256: str

    @cached_property
    def network(self) -> Network:
        return Network(self.model)

    @cached_property
    def products(self) -> tuple[Product, ...]:
        return products_of(self.model)


def prepare(workload: Workload, home: Path) -> Prepared:
    """The workload's network from the cache below `home`; made there where it is not yet.

    A network that ships has its exported file beside its weights, so that its first measurement
    need not wait for torch to load and export.
    """
    fingerprint = weights_fingerprint(workload)
    path = home / "cache" / "prepared" / f"{workload.slug}-{fingerprint[:12]}-v{VERSION}.onnx"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=path.parent) as folder:
            exported = shipped(workload)
            if exported is None:
                from quant.graph.export import export

                exported = Path(folder) / "exported.onnx"
                export(workload, exported)
            written = Path(folder) / path.name
            told = {"workload": workload.name, "recipe": Recipe.fp32().canonical}
            save(tagged(fold(exported), told), written)
            _check(exported, written, workload)
            move(written, path)
    model = onnx.load(path)
    return Prepared(model=model, layers=layers_of(model), path=path, sha256=sha256_of(path))


def _check(exported: Path, folded: Path, workload: Workload) -> None:
    """Folding must leave the answers as they were, to 1e-4 of the largest logit, or as well as the
    runtime's own optimisation does: a sum in another order is all that some deep networks with
    random weights need to answer otherwise.

    Raises:
        ModelError: it did not.
    """
    draw = np.random.default_rng(0)
    pictures = draw.standard_normal((4, *workload.input_shape)).astype(np.float32)
    wanted, given = (Session(path, threads=1).run(pictures) for path in (exported, folded))
    error, largest = _most(wanted - given), max(1.0, _most(wanted))
    if error <= TOLERANCE * largest:
        return
    plain = [Session(path, threads=1, optimised=False).run(pictures) for path in (exported, folded)]
    if not error <= AS_OPTIMISED * max(_most(wanted - plain[0]), _most(given - plain[1])):
        raise ModelError(
            f"folding {workload.name} changes its logits by {error:.2g} of {largest:.2g}; at most "
            f"{TOLERANCE:g} of the largest is allowed: report this network"
        )


def _most(values: NDArray[np.float32]) -> float:
    return float(np.abs(values).max())


def shipped(workload: Workload) -> Path | None:
    """The exported file beside an embedded network's weights, if it is of these weights."""
    if workload.name.startswith(own.PREFIX):
        return own.network_path(workload.name)
    path = ZOO / f"{workload.slug}.onnx"
    if not path.exists():
        return None
    told = told_by(onnx.load(path))
    return path if told.get("weights") == weights_fingerprint(workload) else None
