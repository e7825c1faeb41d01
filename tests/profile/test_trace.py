"""Reading a profile, and taking off what the profiler itself costs."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
import pytest

from quant.errors import ModelError
from quant.profile.cost import LONG, Cost, cost_of, shares
from quant.profile.trace import Event, Trace, read, traced


def kernel(name: str, op: str, ts: int, dur: int, index: int = 0, **told: Any) -> dict[str, Any]:
    args = {"op_name": op, "node_index": str(index), **told}
    return {"cat": "Node", "name": f"{name}_kernel_time", "ts": ts, "dur": dur, "args": args}


def runs(times: list[tuple[int, int]]) -> list[dict[str, Any]]:
    """A convolution and a softmax, in so many runs."""
    events: list[dict[str, Any]] = [{"cat": "Session", "name": "model_loading_uri", "dur": 9}]
    for at, (conv, softmax) in enumerate(times):
        start = 1000 * at
        told = {
            "input_type_shape": [{"uint8": [1, 4]}, {"int8": [4, 4]}],
            "output_type_shape": [{"uint8": [1, 4]}],
            "parameter_size": "16",
            "activation_size": "4",
            "output_size": "4",
        }
        events += [
            kernel("conv", "QLinearConv", start + 1, conv, 0, **told),
            kernel("softmax", "Softmax", start + 500, softmax, 1),
            {"cat": "Session", "name": "model_run", "ts": start, "dur": conv + softmax},
        ]
    return events


def event(us: float, inputs: int = 1) -> Event:
    return Event("n", "Neg", inputs, us, 0, False)


def trace(plain_us: float, *events: Event) -> Trace:
    return Trace(plain_us, 10, events, onnx.GraphProto())


def test_operations_come_in_the_order_executed_with_their_sizes() -> None:
    conv, softmax = read(runs([(10, 2)] * 4), skipped=0)
    assert (conv.name, conv.op, conv.inputs) == ("conv", "QLinearConv", 2)
    assert (conv.us, conv.moved_bytes, conv.integer) == (10.0, 24, True)
    assert (softmax.us, softmax.integer, softmax.moved_bytes) == (2.0, False, 0)


def test_runs_that_warm_up_do_not_count() -> None:
    conv, _ = read(runs([(900, 900), (10, 2), (10, 2)]), skipped=1)
    assert conv.us == 10.0


def test_the_first_run_of_a_round_does_not_count() -> None:
    cold, warm = (500, 500), (10, 2)
    conv, _ = read(runs([cold, warm, warm, cold, warm, warm]), skipped=0, a_round=3)
    assert conv.us == 10.0


def test_all_operations_are_averaged_over_the_same_runs() -> None:
    conv, softmax = read(runs([(10, 2), (12, 2), (10, 4), (500, 500)]), skipped=0)
    assert conv.us + softmax.us == pytest.approx(14.0)


def test_an_operation_that_is_repeated_in_a_run_counts_with_all_its_times() -> None:
    events = runs([(10, 2)] * 2)
    events += [kernel("loop", "Neg", 1000 * run + at, 3, 2) for run in (0, 1) for at in (2, 3)]
    assert {one.name: one.us for one in read(events, skipped=0)}["loop"] == 6.0


def test_a_profile_without_operations_is_a_sentence() -> None:
    with pytest.raises(ModelError, match="told of no operation"):
        read([], skipped=0)


def test_the_cost_is_what_chains_of_nothing_take_more_under_the_profiler() -> None:
    single = trace(3.2, event(3.2))
    plain = trace(3.2 + 0.2 * (LONG - 1), *[event(3.2)] * LONG)
    many = trace(3.0 + 0.3 * LONG, *[event(3.8, inputs=8)] * LONG)
    cost = cost_of(single, plain, many)
    assert cost.one == pytest.approx(3.0)
    assert cost.call == pytest.approx(3.0)
    assert cost.of(event(0, inputs=1)) == pytest.approx(3.0)
    assert cost.of(event(0, inputs=8)) == pytest.approx(3.5)


def test_what_is_left_sums_to_the_latency_without_the_profiler() -> None:
    found = shares(trace(103.0, event(53.0), event(63.0), event(2.0)), Cost(3.0, 0.0, 3.0))
    assert found.call_ms + sum(found.ms) == pytest.approx(0.103)
    assert found.ms[2] == 0.0  # less than the profiler costs
    assert found.ms[0] == pytest.approx(found.ms[1] * 50 / 60)
    assert found.before_scaling == pytest.approx((50 + 60 + 3) / 103)


def test_operations_that_all_take_nothing_leave_the_latency_to_the_call() -> None:
    found = shares(trace(4.0, event(1.0)), Cost(3.0, 0.0, 3.0))
    assert found.call_ms == pytest.approx(0.004)
    assert found.ms == (0.0,)


def test_a_file_that_does_not_load_is_a_sentence(tmp_path) -> None:
    path = tmp_path / "broken.onnx"
    path.write_bytes(b"no network")
    with pytest.raises(ModelError, match="cannot profile this file"):
        traced([(path, np.zeros((1, 1), np.float32))], threads=1, rounds=1)
