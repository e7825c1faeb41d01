"""An exported torch program (`.pt2`), read without a pickle and without running its text.

`torch.export.load` of torch 2.14 unpickles sample inputs (with `weights_only=True` first, and
without it where that fails), weights marked so and custom objects, evaluates symbolic sizes and
guards as Python, and looks targets up by name. So it is not called: the graph and the plain weights
are read here, all else is left out or refused, and torch's deserializer gets what is left.
"""

from __future__ import annotations

import json
import pickle
import re
import tempfile
import warnings
import zipfile
from pathlib import Path
from typing import Any, NoReturn

import onnx
from onnx import ModelProto

from quant.add.bounds import MOST_NODES, MOST_VALUES, Bounds
from quant.add.kinds import REMEDY
from quant.errors import ModelError

GRAPH = "models/model.json"
WEIGHTS, CONSTANTS = "data/weights/", "data/constants/"
WEIGHTS_CONFIG = f"{WEIGHTS}model_weights_config.json"
CONSTANTS_CONFIG = f"{CONSTANTS}model_constants_config.json"
MOST_MEMBERS = 100_000
MOST_JSON = 200_000_000  # bytes of the graph
OPERATORS = re.compile(r"torch\.ops\.aten\.\w+\.\w+|_operator\.\w+|math\.\w+")
SYMBOL = re.compile(r"[A-Za-z]+\d*|\d+|[-+*/(), <>=]")
WRITTEN_OUT = re.compile(r"Symbol\('([suz]\d+)'(?:, (?:positive|integer|nonnegative)=True)*\)")
NAMES = re.compile(
    r"[suz]\d+|Integer|Mul|Add|Max|Min|Mod|PythonMod|FloorDiv|CleanDiv|CeilDiv|IntTrueDiv"
)
CONTAINERS = (None, "builtins.tuple", "builtins.list", "builtins.dict")
Config = dict[str, dict[str, Any]]


def read(path: Path) -> ModelProto:
    """The program as an ONNX model, exported by torch.

    Raises:
        ModelError: it holds what is not taken, or cannot be exported.
    """
    graph, weights, constants, tensors = _opened(path)
    _check_graph(path, graph)
    return _exported(path, graph, weights, constants, tensors)


def _opened(path: Path) -> tuple[dict[str, Any], Config, Config, dict[str, bytes]]:
    """The graph, both configurations, and the bytes of every plain tensor, by place."""
    most = Bounds.of_settings().file_bytes
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            root = f"{members[0].filename.split('/')[0]}/" if members else ""
            known = {one.filename.removeprefix(root): one for one in members}
            if len(members) > MOST_MEMBERS or len(known) != len(members):
                raise ModelError(
                    f"{path.name} has {len(members):,} parts, some with one name or more than "
                    f"{MOST_MEMBERS:,} of them; {REMEDY}"
                )
            if any(one.compress_type != zipfile.ZIP_STORED for one in members):
                raise ModelError(
                    f"{path.name} has packed parts, which torch.export.save never writes; {REMEDY}"
                )
            if sum(one.file_size for one in members) > most:
                raise ModelError(f"{path.name} holds more than {most:,} bytes (BITFRONT_ADD_MB)")
            if GRAPH not in known or WEIGHTS_CONFIG not in known:
                raise ModelError(
                    f"{path.name} is no exported program of torch 2.8 or later: it has no {GRAPH} "
                    f"with plain weights; {REMEDY}"
                )
            if known[GRAPH].file_size > MOST_JSON:
                raise ModelError(f"{path.name} has a graph of more than {MOST_JSON:,} bytes")
            graph = json.loads(archive.read(known[GRAPH]))
            weights = json.loads(archive.read(known[WEIGHTS_CONFIG]))["config"]
            constants = (
                json.loads(archive.read(known[CONSTANTS_CONFIG]))["config"]
                if CONSTANTS_CONFIG in known
                else {}
            )
            tensors = {}
            for folder, config in ((WEIGHTS, weights), (CONSTANTS, constants)):
                for name, one in config.items():
                    place = _plain(path, folder, name, one)
                    if place not in known:
                        raise ModelError(f"{path.name} lacks {place}; save it again")
                    if place not in tensors:
                        tensors[place] = archive.read(known[place])
    except (zipfile.BadZipFile, EOFError, OSError, NotImplementedError, RuntimeError) as exc:
        raise ModelError(f"{path.name} is damaged or cut off ({exc}); save it again") from exc
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as exc:
        raise ModelError(f"{path.name} is no exported program that can be read; {REMEDY}") from exc
    return graph, weights, constants, tensors


def _plain(path: Path, folder: str, name: str, one: dict[str, Any]) -> str:
    """Where the bytes of a tensor lie; ModelError where a pickle or an object would be read."""
    place = str(one["path_name"])
    plain = re.fullmatch(r"(weight|tensor)_\d+", place) and one.get("tensor_meta")
    if one.get("use_pickle") or not plain:
        raise ModelError(
            f"{path.name} keeps {name[:80]!r} as a pickle, and a pickle can run any code, so none "
            f"is ever loaded; {REMEDY}"
        )
    return f"{folder}{place}"


def _check_graph(path: Path, graph: dict[str, Any]) -> None:
    """Only operators of torch's own, sizes that are arithmetic, and plain containers; guards and
    notes, which are Python text, are taken out (in place)."""
    try:
        graph["guards_code"] = []
        module = graph["graph_module"]
        nodes = module["graph"]["nodes"]
        module["metadata"] = {}
        for node in nodes:
            node["metadata"] = {}
        targets = {str(node["target"]) for node in nodes}
        specs = [one["signature"] for one in module["module_call_graph"] if one.get("signature")]
        module["module_call_graph"] = module["module_call_graph"][:1]
        texts = [spec[key] for spec in specs[:1] for key in ("in_spec", "out_spec")]
    except (KeyError, TypeError, AttributeError) as exc:
        raise ModelError(f"{path.name} is no exported program that can be read; {REMEDY}") from exc
    if len(nodes) > MOST_NODES:
        raise ModelError(f"{path.name} has {len(nodes):,} operations; the most is {MOST_NODES:,}")
    if foreign := sorted(name for name in targets if not OPERATORS.fullmatch(name)):
        raise ModelError(
            f"{path.name} uses operators that are not torch's own: {', '.join(foreign)[:200]}; "
            "export it without them"
        )
    _check_values(path, graph)
    for text in texts:
        if text:
            _check_container(path, json.loads(text))


def _check_values(path: Path, value: Any) -> None:
    """Every symbolic size, wherever it stands: torch would evaluate it as Python."""
    waiting = [value]
    while waiting:
        found = waiting.pop()
        if isinstance(found, dict):
            if "expr_str" in found:
                _check_size(path, str(found["expr_str"]))
            if "as_graph" in found or "as_custom_obj" in found or "as_opaque" in found:
                raise ModelError(
                    f"{path.name} has inner graphs or objects, which are not taken; {REMEDY}"
                )
            waiting += found.values()
        elif isinstance(found, list):
            waiting += found


def _check_size(path: Path, text: str) -> None:
    plain = WRITTEN_OUT.sub(r"\1", text)
    parts = SYMBOL.findall(plain)
    names = [part for part in parts if part[0].isalpha()]
    if "".join(parts) != plain or not all(map(NAMES.fullmatch, names)) or "**" in plain:
        raise ModelError(
            f"{path.name} states a size as {text[:60]!r}, which is no arithmetic; export it again"
        )


def _check_container(path: Path, spec: Any) -> None:
    waiting = [spec[1] if isinstance(spec, list) and len(spec) == 2 else spec]
    while waiting:
        found = waiting.pop()
        context = found.get("context") if isinstance(found, dict) else None
        if (
            not isinstance(found, dict)
            or found.get("type") not in CONTAINERS
            or "__" in json.dumps(context)
        ):
            raise ModelError(
                f"{path.name} takes or gives more than tensors in tuples, lists and dictionaries; "
                "wrap the network so that it takes a picture and returns its scores"
            )
        waiting += found.get("children_spec", [])


def _exported(
    path: Path,
    graph: dict[str, Any],
    weights: Config,
    constants: Config,
    tensors: dict[str, bytes],
) -> ModelProto:
    import torch

    _no_pickle()
    # Not public, and pinned with torch: the public way in unpickles.
    from torch._export.serde import schema
    from torch._export.serde.serialize import ExportedProgramDeserializer, _dict_to_dataclass

    try:
        program = ExportedProgramDeserializer().deserialize(
            _dict_to_dataclass(schema.ExportedProgram, graph),  # type: ignore[no-untyped-call]
            _tensors(path, WEIGHTS, weights, tensors),
            _tensors(path, CONSTANTS, constants, tensors),
            None,
        )
        with warnings.catch_warnings(), tempfile.TemporaryDirectory() as folder:
            warnings.simplefilter("ignore")
            written = Path(folder) / "exported.onnx"
            torch.onnx.export(
                program, f=written, dynamo=True, opset_version=18, external_data=False,
                verbose=False, input_names=["input"], output_names=["scores"],
            )  # fmt: skip
            return onnx.load(written)
    except ModelError:
        raise
    except MemoryError:
        raise
    except Exception as exc:  # torch raises errors of many kinds
        first = (str(exc).splitlines() or [type(exc).__name__])[0][:160]
        raise ModelError(
            f"{path.name} cannot be brought to ONNX ({first}); save it with torch "
            f"{torch.__version__.partition('+')[0]}, or export it to ONNX yourself"
        ) from exc


def _tensors(path: Path, folder: str, config: Config, held: dict[str, bytes]) -> dict[str, Any]:
    import torch
    from torch._export.serde.serialize import deserialize_scalar_type

    found = {}
    for name, one in config.items():
        meta = one["tensor_meta"]
        kind = deserialize_scalar_type(meta["dtype"])
        sizes, strides = (
            [int(item["as_int"]) for item in meta[key]] for key in ("sizes", "strides")
        )
        offset = int(meta["storage_offset"]["as_int"])
        content = held[f"{folder}{one['path_name']}"]
        flat = torch.frombuffer(bytearray(content), dtype=kind) if content else torch.empty(0)
        reach = offset + sum((n - 1) * step for n, step in zip(sizes, strides, strict=True)) + 1
        empty = 0 in sizes
        if min((*sizes, *strides, offset), default=0) < 0 or (not empty and reach > len(flat)):
            raise ModelError(f"{path.name}: the tensor {name[:80]} is larger than what is stored")
        count = 1
        for size in sizes:
            count *= size
        if count > MOST_VALUES:
            raise ModelError(
                f"{path.name}: the tensor {name[:80]} has more than {MOST_VALUES:,} values"
            )
        tensor = torch.as_strided(flat, sizes, strides, offset).clone()
        found[name] = torch.nn.Parameter(tensor, False) if one.get("is_param") else tensor
    return found


def _no_pickle() -> None:
    """From here on nothing in this process loads a pickle, whatever calls for it."""
    import torch

    def refuse(*_: object, **__: object) -> NoReturn:
        raise ModelError("the file would need a pickle, and none is ever loaded")

    for module, name in ((pickle, "load"), (pickle, "loads"), (torch, "load"), (torch.jit, "load")):
        setattr(module, name, refuse)
