"""What was seen of one file, put together as a Measurement."""

from __future__ import annotations

import hashlib
import platform
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from models.data import Dataset
from models.workload import workload
from quant import __version__
from quant.artifact import CHECKED_PICTURES, Artifact
from quant.flow import with_flow
from quant.identity import Request
from quant.measure.accuracy import sqnr_db
from quant.measure.machine import this_machine
from quant.records import Measurement
from quant.retime import fields, notes
from quant.runtimes import BEST, full_name, members
from quant.side import Pick
from quant.stats import paired, wilson


def account(
    request: Request,
    pick: Pick,
    data: Dataset,
    *,
    key: str,
    peaks: tuple[float, float, float],
    is_fp32: bool,
    seconds: tuple[float, float],
    home: Path,
) -> Measurement:
    """Everything that is kept of one file.

    Args:
        pick: the file, FP32 and the answers of both, to the same pictures, with their latency.
        peaks: what the machine reached with these threads; see `Measurement.peaks`.
        is_fp32: the file is the baseline itself, so its drop is zero and certain.
        seconds: taken to make the file, and to measure it.
    """
    artifact, given, fp32 = pick.own.artifact, pick.said, pick.fp32.fp32
    several = request.runtime == BEST
    n = len(given.labels)
    right, five = int(given.right.sum()), int(given.right_in_five.sum())
    top1, top5, beside = wilson(right, n), wilson(five, n), paired(fp32.right, given.right)
    content = artifact.path.read_bytes()
    return Measurement(
        key=key,
        workload=request.workload,
        recipe=request.recipe,
        data=f"{data.title}, {n:,} report pictures",
        n=n,
        accuracy=right / n,
        accuracy_low=top1.low,
        accuracy_high=top1.high,
        top5=five / n,
        top5_low=top5.low,
        top5_high=top5.high,
        fp32_accuracy=float(fp32.right.mean()),
        drop=beside.drop,
        drop_low=0.0 if is_fp32 else beside.interval.low,
        drop_high=0.0 if is_fp32 else beside.interval.high,
        flips=int((fp32.predictions != given.predictions).sum()),
        lost=beside.lost,
        gained=beside.gained,
        p_value=beside.p_value,
        sqnr_db=sqnr_db(fp32.logits, given.logits),
        size_bytes=len(content),
        fp32_size_bytes=pick.fp32.contender.fp32.stat().st_size,
        effective_weight_bits=artifact.effective_weight_bits,
        effective_activation_bits=artifact.effective_activation_bits,
        **fields(pick.timed, request.timing),
        runtime=full_name(request.runtime),
        executed_by=full_name(pick.own.runtime) if several else "",
        fp32_executed_by=full_name(pick.fp32.runtime) if several else "",
        kernels=artifact.kernels,
        integer_mac_share=artifact.integer_mac_share,
        peaks=peaks,
        outcomes=with_flow(pick.own.prepared, artifact.outcomes),
        quantize_seconds=seconds[0],
        evaluate_seconds=seconds[1],
        machine=this_machine(),
        artifact=_below(artifact.path, home),
        artifact_sha256=hashlib.sha256(content).hexdigest(),
        oldest_runtime=artifact.oldest_runtime,
        measured_at=datetime.now(UTC).isoformat(timespec="seconds"),
        versions={
            "bitfront": __version__,
            "python": platform.python_version(),
            **{name: version(name) for name in _used(request.runtime)},
        },
        skipped=data.skipped,
        calibrate_pictures=len(data.calibrate),
        select_pictures=len(data.select),
        report_pictures=len(data.report),
        pictures_from=data.origin,
        data_id=data.data_id,
        notes=notes((*_notes(artifact), *pick.passed), pick.timed),
        metric=workload(request.workload).metric,
    )


def _used(runtime: str) -> tuple[str, ...]:
    """ONNX Runtime folds every network and checks every file."""
    return tuple(dict.fromkeys((*members(runtime), "onnxruntime", "onnx", "numpy")))


def _below(path: Path, home: Path) -> str:
    return path.relative_to(home).as_posix() if path.is_relative_to(home) else path.name


def _notes(artifact: Artifact) -> tuple[str, ...]:
    if artifact.agreement_db is None:
        return ()
    return (
        f"integer kernels agree with the dequantised reference to {artifact.agreement_db:.0f} dB "
        f"on {CHECKED_PICTURES} pictures",
    )
