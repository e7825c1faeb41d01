"""A folder to deploy from: the file, its recipe, a short script, pictures with expected answers."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from string import Template

from models.labels import labels
from models.workload import Workload, workload
from quant import explain, metric
from quant.errors import StoreError
from quant.judged import row
from quant.ran_in import ran_in
from quant.records import Measurement
from quant.report import reproduce
from quant.report.examples import Example, examples
from quant.report.runner import EXPECTED, LABELS, MODEL, PICTURES, SCRIPT, runner
from quant.rows import json_line
from quant.runtimes import choice_of, title
from quant.shelf import shelf
from quant.store import Store

LICENCE = Path(__file__).parents[2] / "models" / "zoo" / "FASHION-MNIST-LICENSE"
_README = Template("""\
# $model, $label

A quantised network with all that runs it: `python run.py FOLDER` says what is on each picture of a
folder. It needs $runtime ($oldest or later), numpy and Pillow, and nothing else:

    pip install $library numpy pillow
    python run.py

$expected

| | |
|---|---|
| size | $size, $smaller |
| $metric | $accuracy on $n pictures ($data), 95 % interval |
| against FP32 | $change, on the same pictures |
| latency | $latency, $faster: $timed |
| measured | $measured, $ran_in, on $machine |
| SHA-256 of model.onnx | $sha |

`recipe.json` is what was asked for, `measured.json` everything that was measured of the file, and
`labels.txt` has the names of classes, one a line, in their order. Latency is of the machine above;
size and answers are the same elsewhere.

In Bitfront's folder, with its environment active, this writes the same bundle again:

    $again
$weights$licence""")


def bundle(
    store: Store, point: Measurement, home: Path, data: str | None = None
) -> dict[str, bytes]:
    """Contents by name.

    Args:
        data: the folder of pictures, for the command in the README.
    Raises:
        StoreError: the file is not here, or not the one that was measured.
    """
    chosen = workload(point.workload)
    shown = examples(store, point, home)
    names = [_line(name) for name in labels(chosen)]
    files = {
        MODEL: _model(point, home),
        SCRIPT: runner(point).encode(),
        LABELS: "".join(f"{name}\n" for name in names).encode(),
        "recipe.json": (json.dumps(point.recipe.to_dict(), indent=2) + "\n").encode(),
        "measured.json": (json_line(row(point)) + "\n").encode(),
        "requirements.txt": f"{choice_of(point.ran_in)}\nnumpy\npillow\n".encode(),
        "README.md": _readme(point, chosen, shown, data).encode(),
        **{f"{PICTURES}/{one.name}": one.content for one in shown},
    }
    if shown:
        lines = (f"{one.name}\t{names[one.predicted]}\t{one.share:.1%}\n" for one in shown)
        files[EXPECTED] = "".join(lines).encode()
    if chosen.dataset == "Fashion-MNIST" and shown:
        files[f"{PICTURES}/LICENSE"] = LICENCE.read_bytes()
    return files


def _model(point: Measurement, home: Path) -> bytes:
    """The file that was measured; no other in its place."""
    path = shelf(home).find(point.artifact)
    if path is None:
        raise StoreError(
            f"the file of {point.recipe.label} is not on this machine; measure it again, or bring "
            "it back from the archive"
        )
    try:
        content = path.read_bytes()
    except OSError as exc:
        raise StoreError(f"the file {path} cannot be read ({exc.strerror})") from exc
    if hashlib.sha256(content).hexdigest() != point.artifact_sha256:
        raise StoreError(f"the file {path} is not the one that was measured; measure it again")
    return content


def _readme(
    point: Measurement, chosen: Workload, shown: tuple[Example, ...], data: str | None
) -> str:
    base = point.recipe.is_fp32
    return _README.substitute(
        model=_cell(chosen.title),
        label=point.recipe.label,
        runtime=title(choice_of(point.ran_in)),
        oldest=point.oldest_runtime,
        library=choice_of(point.ran_in),
        expected=_expected(shown),
        size=explain.size(point.size_bytes),
        smaller="the baseline" if base else explain.smaller(point),
        metric=metric.named(point),
        accuracy=explain.accuracy(point),
        n=f"{point.n:,}",
        data=_cell(point.data),
        change="the baseline" if base else explain.change(point),
        latency=explain.latency(point.latency_ms, point.latency_low_ms, point.latency_high_ms),
        faster="the baseline" if base else f"{explain.faster(point)} than FP32 beside it",
        timed=f"{explain.batch_of(point.batch)} at a time, {point.threads} threads",
        measured=point.measured_at[:10],
        ran_in=ran_in(point),
        machine=_cell(point.machine.label),
        sha=point.artifact_sha256,
        again=reproduce.export(
            point, f"{chosen.slug}-{point.recipe.bits}.zip", data, "bundle", "recipe.json"
        ),
        weights=f"\nWeights: {_line(chosen.weights_from)}.\n",
        licence=(
            "\nThe pictures are of Fashion-MNIST, © 2017 Zalando SE, MIT licence: "
            "`pictures/LICENSE`.\n"
            if chosen.dataset == "Fashion-MNIST" and shown
            else ""
        ),
    )


def _expected(shown: tuple[Example, ...]) -> str:
    if not shown:
        return (
            "There are no example pictures: those that were measured, or the answers to them, are "
            "not on the machine where this was written. Give `run.py` a folder of your own."
        )
    return (
        f"Without a folder it takes the {len(shown)} in `pictures/`, which are of those that were "
        "measured, and should print what `expected.tsv` holds; a share may differ by a tenth of a "
        "per cent. Only what the network was given of a picture is kept, so a margin is repeated "
        "pixels."
    )


def _line(text: str) -> str:
    """On one line, in letters that can be seen."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _cell(text: str) -> str:
    """Inside a table of the README: names are no markup."""
    plain = _line(text)
    for letter in "\\`*_<>[]|":
        plain = plain.replace(letter, f"\\{letter}")
    return plain
