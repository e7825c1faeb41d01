"""Exported torch programs are taken without a pickle, and refused where one would be needed."""

from __future__ import annotations

import json
import pickle
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from quant.add import torch_file
from quant.add.apart import apart
from quant.errors import ModelError

Change = Callable[[str, bytes], tuple[str, bytes] | None]


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small classifier with a free batch, as torch.export.save writes it."""
    import torch
    from torch import nn

    net = nn.Sequential(
        nn.Conv2d(1, 4, 3, padding=1), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten(), nn.Linear(256, 3)
    ).eval()
    path = tmp_path_factory.mktemp("pt2") / "net.pt2"
    batch = torch.export.Dim("batch")
    exported = torch.export.export(net, (torch.zeros(2, 1, 8, 8),), dynamic_shapes=({0: batch},))
    torch.export.save(exported, path)
    return path


def changed(program: Path, tmp_path: Path, change: Change) -> Path:
    """A copy whose parts went through `change`; None leaves one out."""
    path = tmp_path / "net.pt2"
    with zipfile.ZipFile(program) as before, zipfile.ZipFile(path, "w") as after:
        for member in before.infolist():
            given = change(member.filename, before.read(member))
            if given is not None:
                after.writestr(*given)
    return path


def with_graph(program: Path, tmp_path: Path, change: Callable[[Any], None]) -> Path:
    def rewritten(name: str, content: bytes) -> tuple[str, bytes]:
        if name.endswith(torch_file.GRAPH):
            graph = json.loads(content)
            change(graph)
            content = json.dumps(graph).encode()
        return name, content

    return changed(program, tmp_path, rewritten)


def opened(path: Path) -> None:
    """All that is done before torch sees anything."""
    graph, *_ = torch_file._opened(path)
    torch_file._check_graph(path, graph)


class _Bomb:
    def __reduce__(self) -> tuple[Any, ...]:
        return (exec, ("raise SystemExit('a pickle was loaded')",))


def test_a_program_is_taken_and_its_pickled_example_is_not_read(
    program: Path, tmp_path: Path
) -> None:
    bomb = pickle.dumps(_Bomb())
    path = changed(
        program,
        tmp_path,
        lambda name, content: (name, bomb if "sample_inputs" in name else content),
    )
    found = apart("network", path.name, file=str(path), written=str(tmp_path / "written.onnx"))
    assert (found["channels"], found["height"], found["classes"]) == (1, 8, 3)
    assert found["told"] == []


def test_pickled_weights_are_refused(program: Path, tmp_path: Path) -> None:
    def pickled(name: str, content: bytes) -> tuple[str, bytes]:
        if name.endswith("weights_config.json"):
            content = content.replace(b'"use_pickle": false', b'"use_pickle": true', 1)
        return name, content

    with pytest.raises(ModelError, match="a pickle can run any code"):
        opened(changed(program, tmp_path, pickled))


def test_weights_of_the_older_format_are_refused(program: Path, tmp_path: Path) -> None:
    path = changed(
        program, tmp_path, lambda name, content: None if "config" in name else (name, content)
    )
    with pytest.raises(ModelError, match="no exported program"):
        opened(path)


@pytest.mark.parametrize(
    "text", ["__import__('os').system('x')", "exec('x')", "s0.real", "2**99999999", "input()"]
)
def test_sizes_that_are_code_are_refused(program: Path, tmp_path: Path, text: str) -> None:
    def sized(graph: Any) -> None:
        graph["range_constraints"]["extra"] = {"as_expr": {"expr_str": text}}

    with pytest.raises(ModelError, match="no arithmetic"):
        opened(with_graph(program, tmp_path, sized))


@pytest.mark.parametrize("target", ["torch.load", "torch.ops.mine.op.default", "#x", "os.system"])
def test_foreign_targets_are_named(program: Path, tmp_path: Path, target: str) -> None:
    def aimed(graph: Any) -> None:
        graph["graph_module"]["graph"]["nodes"][0]["target"] = target

    with pytest.raises(ModelError, match="not torch's own"):
        opened(with_graph(program, tmp_path, aimed))


def test_guards_which_are_code_are_taken_out(program: Path) -> None:
    graph, *_ = torch_file._opened(program)
    graph["guards_code"] = ["__import__('os')"]
    torch_file._check_graph(program, graph)
    assert graph["guards_code"] == []


def test_containers_that_import_are_refused(program: Path, tmp_path: Path) -> None:
    def held(graph: Any) -> None:
        signature = graph["graph_module"]["module_call_graph"][0]["signature"]
        signature["in_spec"] = json.dumps(
            [1, {"type": "collections.defaultdict", "context": "x", "children_spec": []}]
        )

    with pytest.raises(ModelError, match="tuples, lists"):
        opened(with_graph(program, tmp_path, held))


def test_a_packed_part_is_refused(program: Path, tmp_path: Path) -> None:
    path = tmp_path / "net.pt2"
    with zipfile.ZipFile(program) as before, zipfile.ZipFile(path, "w", 8) as after:
        for member in before.infolist():
            after.writestr(member.filename, before.read(member))
    with pytest.raises(ModelError, match="packed parts"):
        opened(path)


def test_a_cut_off_program_is_refused(program: Path, tmp_path: Path) -> None:
    path = tmp_path / "net.pt2"
    path.write_bytes(program.read_bytes()[:3000])
    with pytest.raises(ModelError, match="cut off"):
        opened(path)


def test_a_weight_that_is_larger_than_its_bytes_is_refused(program: Path) -> None:
    _, weights, _, tensors = torch_file._opened(program)
    name = next(iter(weights))
    weights[name]["tensor_meta"]["sizes"][0]["as_int"] = 10**6
    with pytest.raises(ModelError, match="larger than what is stored"):
        torch_file._tensors(program, torch_file.WEIGHTS, weights, tensors)
