"""Where a loss comes from: weights or activations, and which layers, each quantised alone."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray

from models.data import Split
from quant.breakdown.record import Alone, Origin, Part
from quant.graph.prepared import Prepared
from quant.measure.accuracy import batch_size, sqnr_db
from quant.profile.partly import Held, held, partly
from quant.runtime.ort import Session
from quant.stats import paired

MOST_PICTURES = 500
PART_MACS = 1e11  # of one network quantised in part
LAYER_MACS = 5e11  # of all layers, one after the other
LEAST_PICTURES, MOST_LAYER_PICTURES = 4, 100
Floats = NDArray[np.float32]


def origin(
    file: Path,
    prepared: Prepared,
    split: Split,
    threads: int,
    progress: Callable[[str, float], None],
    *,
    has_labels: bool = True,
) -> Origin:
    """Take a quantised file's network apart on pictures of the select split; without labels, what
    FP32 says is right.

    Args:
        prepared: the float network that the file was made of, with its scales as they were moved.
        progress: hears a step in words and the share of all that is done.
    """
    given = held(file, prepared)
    macs = max(sum(layer.macs for layer in prepared.layers), 1)
    n = _count(PART_MACS / macs, len(split), MOST_PICTURES)
    every, tensors = set(given.weights), set(given.levels)
    trial = _Trial(prepared, given, split, threads)
    float_logits = trial.logits((), (), n)

    right = split.labels[:n] if has_labels else np.asarray(float_logits.argmax(axis=1), np.int64)

    def part(layers: set[str], levels: set[str]) -> Part:
        return _part(float_logits, trial.logits(layers, levels, n), right)

    progress(f"Quantising weights or activations alone, {n} pictures", 0.0)
    parts = part(every, set()), part(set(), tensors), part(every, tensors)
    count = max(len(given.weights), 1)
    affordable = LAYER_MACS / (macs * count)
    if affordable < 1:
        left_out = (
            f"{count} layers of a network of {macs / 1e9:.1f} billion multiply-adds were not tried "
            "one at a time: it would take too long"
        )
        return Origin(*parts, layer_n=0, alone=(), left_out=left_out)
    layer_n = _count(affordable, min(len(split), n), MOST_LAYER_PICTURES)
    reference = float_logits[:layer_n]
    alone = []
    for at, layer in enumerate(prepared.layers):
        progress(
            f"Quantising one layer at a time: layer {at + 1} of {count}", 0.1 + 0.9 * at / count
        )
        if layer.name in given.weights:
            source = {layer.source} & tensors
            logits = trial.logits((layer.name,), source, layer_n)
            alone.append(Alone(layer.name, _noise(reference, logits)))
    return Origin(*parts, layer_n=layer_n, alone=tuple(alone))


class _Trial:
    """Runs a network quantised in part; threads run batches side by side."""

    def __init__(self, prepared: Prepared, given: Held, split: Split, threads: int) -> None:
        self._prepared, self._given = prepared, given
        self._split, self._threads = split, threads

    def logits(self, layers: Collection[str], tensors: Collection[str], n: int) -> Floats:
        """(n, classes)."""
        model = partly(self._prepared, self._given, layers, tensors)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "partly.onnx"
            onnx.save(model, path)
            session = Session(path, threads=1)
        size = min(batch_size(self._split), -(-n // self._threads))
        batches = [pictures for pictures, _ in self._split.batches(size, n)]
        with ThreadPoolExecutor(self._threads) as pool:
            return np.concatenate(list(pool.map(session.run, batches)))


def _part(reference: Floats, logits: Floats, labels: NDArray[np.int64]) -> Part:
    right, kept = (given.argmax(axis=1) == labels for given in (reference, logits))
    beside = paired(right, kept)
    return Part(len(labels), sqnr_db(reference, logits), beside.drop, beside.interval.low,
                beside.interval.high)  # fmt: skip


def _noise(reference: Floats, logits: Floats) -> float:
    """Power of what was added over that of the logits."""
    signal = float(np.square(reference, dtype=np.float64).sum())
    noise = float(np.square(reference - logits, dtype=np.float64).sum())
    return noise / signal if signal else 0.0


def _count(affordable: float, available: int, most: int) -> int:
    return max(1, min(available, most, max(LEAST_PICTURES, int(affordable))))
