"""What layers read and write is kept beside a measurement, and its machine's peaks."""

from __future__ import annotations

from pathlib import Path

from models.workload import workload
from quant.flow import with_flow
from quant.graph.prepared import prepare
from quant.plan import plan
from quant.recipe import Recipe
from quant.records import LayerOutcome, Measurement
from tests.devices.samples import point


def test_layers_know_the_values_that_they_read_and_write(tmp_path: Path) -> None:
    prepared = prepare(workload("fashion-mobilenet"), tmp_path)
    outcomes = [
        LayerOutcome(one.name, one.op, 8, 8, one.macs, one.parameters, "QLinearConv")
        for one in prepared.layers
    ]
    first, *rest = with_flow(prepared, outcomes)
    assert first.inputs == 28 * 28
    assert first.outputs > first.inputs
    assert all(one.inputs > 0 and one.outputs > 0 for one in rest)
    assert rest[-1].outputs == 10
    assert set(plan(Recipe(), prepared.layers)) == {one.layer for one in outcomes}


def test_operations_between_layers_keep_none(tmp_path: Path) -> None:
    prepared = prepare(workload("fashion-mobilenet"), tmp_path)
    between = LayerOutcome("mean", "ReduceMean", 32, 32, 0, 0, "float32")
    assert with_flow(prepared, [between]) == (between,)


def test_peaks_go_through_json_and_old_measurements_have_none() -> None:
    measured = point()
    assert Measurement.from_dict(measured.to_dict()) == measured
    old = measured.to_dict()
    del old["peaks"]
    assert Measurement.from_dict(old).peaks is None
