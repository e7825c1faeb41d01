"""The command line: what the pages do, and how their results are checked.

Commands load what they need when they run, so that the light ones answer at once.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated

import typer

from quant.auto import CHOICES
from quant.errors import BitfrontError
from quant.runtimes import CHOICES as CHOSEN
from quant.runtimes import RUNTIMES

BAD_INPUT = 2
INTERRUPTED = 130

app = typer.Typer(
    name="python -m quant",
    help="Bitfront: what does every bit buy?",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

Json = Annotated[bool, typer.Option("--json", help="One JSON object a line, and nothing else.")]
Csv = Annotated[bool, typer.Option("--csv", help="A line a point, with the names of --json.")]
Workload = Annotated[str, typer.Argument(help="A name that `models` lists.")]
Widths = Annotated[str, typer.Option(help="Widths, such as 8,6,4.")]
Methods = Annotated[
    str, typer.Option(help=f"How weights are rounded: {', '.join(CHOICES)}, or several.")
]
Ranges = Annotated[str, typer.Option(help="What activations cover: minmax, mse, or both.")]
Images = Annotated[str | None, typer.Option(help="Pictures to report on; all by default.")]
Runtime = Annotated[
    str,
    typer.Option(help=f"What executes the files: {', '.join(RUNTIMES)}, or best of them."),
]
Seed = Annotated[str, typer.Option(help="Chooses the calibration pictures.")]
Seeds = Annotated[
    str,
    typer.Option(metavar="K", help="Calibrate with so many seeds, from --seed on: 1 to 10."),
]
Calibration = Annotated[
    str | None,
    typer.Option(help="How many pictures set the ranges; 200, or all that there are of fewer."),
]
Batch = Annotated[str, typer.Option(help="Pictures in a timed run: 1, 8, 32, or several.")]
Threads = Annotated[
    str | None, typer.Option(help="Threads of a timed run, such as 1,2; BITFRONT_THREADS's.")
]
Data = Annotated[
    str | None, typer.Option(metavar="DIR", help="A folder of labelled pictures, or imagenette.")
]
Labels = Annotated[str | None, typer.Option(metavar="FILE", help="A CSV of class_index,file.")]
Random = Annotated[
    bool,
    typer.Option("--random-weights", help="torchvision's network without its published weights."),
]
Fresh = Annotated[bool, typer.Option("--fresh", help="Measure again what was measured before.")]
Width = Annotated[str, typer.Option(help="One width.")]
Method = Annotated[str, typer.Option(help=f"How weights are rounded: one of {', '.join(CHOICES)}.")]
RecipeFile = Annotated[
    str | None,
    typer.Option(
        "--recipe", metavar="FILE.json", help="A recipe, or a list; in the place of its options."
    ),
]
Range = Annotated[str, typer.Option(help="What activations cover: minmax or mse.")]
Output = Annotated[str, typer.Option("-o", "--output", metavar="FILE", help="Where to write.")]
OnWorkload = Annotated[str, typer.Option("--workload", help="A name that `models` lists.")]
OfWorkload = Annotated[str | None, typer.Option("--workload", help="Only that workload's points.")]
OfRuntime = Annotated[
    str | None, typer.Option("--runtime", help=f"Only points of one of {', '.join(CHOSEN)}.")
]
Front = Annotated[
    str | None, typer.Option(help="Only the front in accuracy (or agreement), size, latency.")
]
MaxDrop = Annotated[
    str, typer.Option(metavar="PP", help="The most accuracy lost, percentage points; or `none`.")
]
MaxMegabytes = Annotated[str | None, typer.Option(metavar="MB", help="The largest file.")]
MaxMilliseconds = Annotated[str | None, typer.Option(metavar="MS", help="The highest latency.")]

Folder = Annotated[str, typer.Option("-o", "--output", metavar="DIR", help="A new folder.")]
Workloads = Annotated[
    list[str] | None, typer.Option("--workload", help="Only that workload; may be repeated.")
]
Points = Annotated[
    list[str] | None, typer.Option("--point", help="Only that point's file; may be repeated.")
]
Limit = Annotated[str | None, typer.Option(help="The most MB of files; 500 by default.")]


@app.command()
def models(
    search: Annotated[str, typer.Option(metavar="TEXT", help="Only names with these words.")] = "",
    json: Json = False,
) -> None:
    """List the workloads, with their size, their published accuracy and whether weights are here.

    Any of torchvision's is measured by its name, such as torchvision/resnet50; weights that are not
    here are downloaded first. See docs/models.md.
    """
    from quant.commands import models as command

    command.run(search, as_json=json)


@app.command()
def add(
    file: Annotated[str, typer.Argument(metavar="FILE", help="A network: .onnx or .pt2.")],
    name: Annotated[str, typer.Option(help="It becomes the workload own/NAME.")],
    data: Annotated[
        str, typer.Option(metavar="DIR|ZIP", help="Pictures, one folder a class; or no labels.")
    ],
    size: Annotated[
        str | None,
        typer.Option(help="Pixels a side, or WIDTHxHEIGHT, where the file leaves them open."),
    ] = None,
    mean: Annotated[
        str | None, typer.Option(metavar="R,G,B", help="Taken off pixels as fractions of 1.")
    ] = None,
    std: Annotated[str | None, typer.Option(metavar="R,G,B", help="Divides what is left.")] = None,
    labels: Annotated[
        str | None, typer.Option(metavar="FILE", help="Names of classes, one a line, in order.")
    ] = None,
    data_labels: Labels = None,
    fit: Annotated[
        str | None, typer.Option(help="crop cuts the middle square out, stretch takes all.")
    ] = None,
    preview: Annotated[
        str | None,
        typer.Option(metavar="FILE.png", help="Only look: pictures as the network will see them."),
    ] = None,
    json: Json = False,
) -> None:
    """Bring in your own network with pictures: from then on it is the workload own/NAME.

    What is not given is guessed from the file and tried on some pictures; the guesses are said.
    """
    from quant.commands import add as command

    command.run(file, name, data, size, mean, std, labels, data_labels, fit, preview, as_json=json)


@app.command()
def remove(
    name: Annotated[str, typer.Argument(help="Of an own network.")],
    json: Json = False,
) -> None:
    """Remove an own network, its unpacked pictures and its files; figures stay."""
    from quant.commands import add as command

    command.remove(name, as_json=json)


@app.command()
def sweep(
    context: typer.Context,
    workload: Workload,
    recipe: RecipeFile = None,
    weights: Widths = "8,6,4",
    activations: Widths = "8",
    method: Methods = "nearest",
    ranges: Ranges = "minmax",
    images: Images = None,
    runtime: Runtime = "onnxruntime",
    seed: Seed = "0",
    seeds: Seeds = "1",
    calibration_images: Calibration = None,
    batch: Batch = "1",
    threads: Threads = None,
    data: Data = None,
    data_labels: Labels = None,
    random_weights: Random = False,
    fresh: Fresh = False,
    json: Json = False,
) -> None:
    """Measure every combination of the widths and methods, and FP32 along with them.

    A file that was measured before is only timed where another batch or number of threads is asked.
    """
    from quant.commands import options
    from quant.commands import sweep as command

    workload = options.network(workload, random_weights)
    asked = (weights, activations, method, ranges, seed, calibration_images)
    recipes = options.chosen(workload, recipe, asked, _typed(context), seeds)
    timings = options.timings(batch, threads)
    request = options.request(workload, recipes, data, data_labels, images, runtime, fresh, timings)
    raise typer.Exit(command.run(request, as_json=json))


@app.command()
def points(
    workload: OfWorkload = None,
    front: Front = None,
    max_drop: MaxDrop = "0.5",
    max_mb: MaxMegabytes = None,
    max_ms: MaxMilliseconds = None,
    runtime: OfRuntime = None,
    json: Json = False,
    csv: Csv = False,
) -> None:
    """List what was measured: per point, machine and runtime the best founded measurement.

    Says what each is to the budgets, which is recommended, and which are not told apart from it.
    """
    from quant.commands import options
    from quant.commands import points as command

    budgets = options.budgets(max_drop, max_mb, max_ms)
    command.run(workload, front, budgets, runtime, as_json=json, as_csv=csv)


@app.command()
def compare(
    points: Annotated[list[str], typer.Argument(metavar="POINT POINT ...", help="Two to six.")],
    workload: OfWorkload = None,
    runtime: OfRuntime = None,
    json: Json = False,
) -> None:
    """Set points side by side: what differs, what the data can tell apart, which pictures flipped.

    POINT is an id or a label, as `points --json` tells; a label of several runtimes is that of
    onnxruntime unless --runtime says otherwise. All are tested against the first.
    """
    from quant.commands import compare as command

    command.run(points, workload, runtime, as_json=json)


@app.command()
def jobs(
    cancel: Annotated[str | None, typer.Option(metavar="SWEEP", help="Stop a sweep.")] = None,
    retry: Annotated[
        str | None, typer.Option(metavar="SWEEP", help="Measure what failed or was cancelled.")
    ] = None,
    first: Annotated[str | None, typer.Option(metavar="SWEEP", help="Before all others.")] = None,
    log: Annotated[str | None, typer.Option(metavar="SWEEP", help="What it went through.")] = None,
    json: Json = False,
) -> None:
    """List what runs, what waits and what became of it; cancel, retry, read a log."""
    from quant.commands import jobs as command

    command.run(cancel, retry, first, log, as_json=json)


@app.command()
def export(
    context: typer.Context,
    workload: Workload,
    output: Output,
    recipe: RecipeFile = None,
    weights: Width = "8",
    activations: Width = "8",
    method: Method = "nearest",
    ranges: Range = "minmax",
    images: Images = None,
    runtime: Runtime = "onnxruntime",
    seed: Seed = "0",
    calibration_images: Calibration = None,
    data: Data = None,
    data_labels: Labels = None,
    random_weights: Random = False,
    fresh: Fresh = False,
    json: Json = False,
) -> None:
    """Write the file of one recipe, measured unless it was measured before."""
    from quant.commands import export as command
    from quant.commands import options

    workload = options.network(workload, random_weights)
    asked = (weights, activations, method, ranges, seed, calibration_images)
    recipes = options.chosen(workload, recipe, asked, _typed(context))
    request = options.request(workload, recipes, data, data_labels, images, runtime, fresh)
    raise typer.Exit(command.run(request, recipes, output, as_json=json))


@app.command()
def report(
    workload: Workload,
    output: Annotated[
        str,
        typer.Option(
            "-o", "--output", metavar="FILE", help="Ends in .html, .pptx, .json, .csv or .zip."
        ),
    ],
    max_drop: MaxDrop = "0.5",
    max_mb: MaxMegabytes = None,
    max_ms: MaxMilliseconds = None,
    matters: Annotated[
        str, typer.Option(help="What matters most: accuracy, size, speed or battery.")
    ] = "size",
    device: Annotated[
        str | None,
        typer.Option(metavar="ID", help="What it would do there, modelled; see docs/present.md."),
    ] = None,
    point: Annotated[
        str, typer.Option(metavar="POINT", help="Speak of this one: an id or a label.")
    ] = "",
    runtime: OfRuntime = None,
    data: Data = None,
    json: Json = False,
) -> None:
    """Write what was measured as a file that stands alone: a page, a deck, numbers, or a zip of
    all with every chart as PNG and SVG. Nothing is measured for it."""
    from quant.commands import options
    from quant.commands import report as command

    budgets = options.budgets(max_drop, max_mb, max_ms)
    wanted = command.Wanted(budgets, matters, device, point, runtime, data)
    command.run(workload, wanted, output, as_json=json)


@app.command()
def bundle(
    context: typer.Context,
    workload: Workload,
    output: Annotated[
        str,
        typer.Option("-o", "--output", metavar="DIR|ZIP", help="A new folder, or a name in .zip."),
    ],
    recipe: RecipeFile = None,
    weights: Width = "8",
    activations: Width = "8",
    method: Method = "nearest",
    ranges: Range = "minmax",
    images: Images = None,
    runtime: Runtime = "onnxruntime",
    seed: Seed = "0",
    calibration_images: Calibration = None,
    data: Data = None,
    data_labels: Labels = None,
    random_weights: Random = False,
    fresh: Fresh = False,
    json: Json = False,
) -> None:
    """Write one recipe's file with a short script that runs it on a folder of pictures, three
    pictures with the expected answers, and a README; measured unless it was measured before."""
    from quant.commands import bundle as command
    from quant.commands import options

    workload = options.network(workload, random_weights)
    asked = (weights, activations, method, ranges, seed, calibration_images)
    recipes = options.chosen(workload, recipe, asked, _typed(context))
    request = options.request(workload, recipes, data, data_labels, images, runtime, fresh)
    raise typer.Exit(command.run(request, recipes, output, as_json=json))


@app.command()
def explain(
    context: typer.Context,
    workload: Workload,
    recipe: RecipeFile = None,
    weights: Width = "8",
    activations: Width = "8",
    method: Method = "nearest",
    ranges: Range = "minmax",
    images: Images = None,
    runtime: Runtime = "onnxruntime",
    seed: Seed = "0",
    calibration_images: Calibration = None,
    data: Data = None,
    data_labels: Labels = None,
    random_weights: Random = False,
    fresh: Annotated[bool, typer.Option("--fresh", help="Take it apart again.")] = False,
    json: Json = False,
    csv: Annotated[bool, typer.Option("--csv", help="A line a layer.")] = False,
) -> None:
    """Say where one point's time goes, layer by layer, what to try next, and where its loss comes
    from; measured unless it was measured before."""
    from quant.commands import explain as command
    from quant.commands import options

    workload = options.network(workload, random_weights)
    asked = (weights, activations, method, ranges, seed, calibration_images)
    recipes = options.chosen(workload, recipe, asked, _typed(context))
    request = options.request(workload, recipes, data, data_labels, images, runtime, fresh)
    raise typer.Exit(command.run(request, recipes, as_json=json, as_csv=csv))


@app.command()
def sensitivity(
    workload: Workload,
    method: Annotated[str, typer.Option(help="How weights are rounded: nearest or mse.")] = "mse",
    ranges: Range = "mse",
    images: Annotated[
        str | None,
        typer.Option(help="Pictures to try layers on; 128, fewer for very large networks."),
    ] = None,
    seed: Seed = "0",
    calibration_images: Calibration = None,
    data: Data = None,
    data_labels: Labels = None,
    show: Annotated[str, typer.Option(help="What cells hold: sqnr, kl, loss or drop.")] = "sqnr",
    recovered: Annotated[
        bool, typer.Option("--recovered", help="What a layer gives back when it alone stays float.")
    ] = False,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Try again what was tried before.")
    ] = False,
    json: Json = False,
) -> None:
    """Say what every layer loses at every width, weights and inputs apart, and why.

    Layers are tried on pictures that calibrate. What was tried is kept; a run that is stopped goes
    on where it was.
    """
    from quant.commands import options
    from quant.commands import sensitivity as command
    from quant.jobs.requests import SENSITIVITY

    recipe = options.rounding(workload, method, ranges, seed, calibration_images)
    request = options.request(workload, (recipe,), data, data_labels, images, "onnxruntime", fresh)
    asked = replace(request, recipes=(recipe,), purpose=SENSITIVITY)
    raise typer.Exit(command.run(asked, show, recovered=recovered, as_json=json))


@app.command()
def allocate(
    workload: Workload,
    budget_bytes: Annotated[str | None, typer.Option(help="The largest file, in bytes.")] = None,
    max_drop: Annotated[
        str | None, typer.Option(metavar="PP", help="The most accuracy lost, percentage points.")
    ] = None,
    max_ms: MaxMilliseconds = None,
    allowed: Annotated[str, typer.Option(help="Widths that weights may have.")] = "2,3,4,5,6,7,8",
    activations: Annotated[str, typer.Option(help="Widths that inputs may have.")] = "8",
    fix: Annotated[
        list[str] | None,
        typer.Option(metavar="LAYER=BITS", help="A layer's width, or W/A; may be repeated."),
    ] = None,
    tie: Annotated[
        list[str] | None,
        typer.Option(metavar="A,B", help="Layers that share a width; may be repeated."),
    ] = None,
    method: Method = "gptq",
    ranges: Range = "mse",
    measure: Annotated[
        str, typer.Option(metavar="N", help="Measure N candidates, and correct by them: 1 to 20.")
    ] = "0",
    output: Annotated[
        str | None, typer.Option("-o", "--output", metavar="FILE", help="Write the recipe there.")
    ] = None,
    images: Images = None,
    runtime: Runtime = "onnxruntime",
    seed: Seed = "0",
    calibration_images: Calibration = None,
    data: Data = None,
    data_labels: Labels = None,
    json: Json = False,
) -> None:
    """Find the bits of every layer that lose least within budgets; with --max-drop, the smallest.

    What it says is predicted from the sensitivity of layers, which is found first where it is not
    kept, and corrected by what was measured; --measure measures candidates along the front.
    """
    from quant.commands import allocate as command
    from quant.commands import allocating, options

    constraints = allocating.constraints(allowed, activations, fix or [], tie or [])
    asked = allocating.asked(budget_bytes, max_drop, max_ms, measure, output)
    usual = str(min(constraints.weights)), str(max(constraints.activations))
    recipes = options.recipes(workload, *usual, method, ranges, seed, calibration_images)
    request = options.request(workload, recipes, data, data_labels, images, runtime, fresh=False)
    base = allocating.one(recipes)
    raise typer.Exit(command.run(request, base, constraints, asked, as_json=json))


@app.command()
def check(
    file: Annotated[str, typer.Argument(metavar="FILE.onnx", help="Any ONNX classifier.")],
    workload: OnWorkload,
    images: Images = None,
    data: Data = None,
    data_labels: Labels = None,
    runtime: Runtime = "onnxruntime",
    random_weights: Random = False,
    json: Json = False,
) -> None:
    """Measure a file on a workload's pictures, beside that workload's FP32 network."""
    from quant.commands import check as command
    from quant.commands import options

    workload = options.network(workload, random_weights)
    request = options.request(workload, (), data, data_labels, images, runtime, fresh=False)
    command.run(file, request, as_json=json)


@app.command()
def reference(
    workload: Workload,
    images: Images = None,
    batch: Batch = "1",
    threads: Threads = None,
    data: Data = None,
    data_labels: Labels = None,
    json: Json = False,
) -> None:
    """Time the network in PyTorch, eager and compiled, float32 and bfloat16, beside ONNX Runtime's
    FP32: rows to set points beside, no files and never on a front."""
    from quant.commands import options
    from quant.commands import reference as command

    timed = options.timings(batch, threads)
    request = options.request(
        workload, (), data, data_labels, images, "onnxruntime", fresh=False, timings=timed
    )
    command.run(request, as_json=json)


@app.command()
def snapshot(
    output: Folder,
    workload: Workloads = None,
    point: Points = None,
    all_files: Annotated[bool, typer.Option("--all-files", help="Every point's file.")] = False,
    no_files: Annotated[bool, typer.Option("--no-files", help="Figures alone.")] = False,
    predictions: Annotated[
        bool,
        typer.Option("--predictions/--no-predictions", help="What each file said of each picture."),
    ] = True,
    thumbnails: Annotated[
        bool, typer.Option("--thumbnails", help="Small pictures of your own data, too.")
    ] = False,
    limit_mb: Limit = None,
    json: Json = False,
) -> None:
    """Write a read-only copy with a viewer, which anybody can host: see docs/sharing.md.

    Files of the front and of FP32 are in it, unless other ones are asked for.
    """
    from quant.commands import snapshot as command

    command.run(
        output,
        workload or [],
        point or [],
        limit_mb,
        all_files=all_files,
        no_files=no_files,
        predictions=predictions,
        thumbnails=thumbnails,
        as_json=json,
    )


@app.command("import")
def import_(
    source: Annotated[
        str, typer.Argument(metavar="DIR", help="A snapshot, a home folder, or a store's .db file.")
    ],
    json: Json = False,
) -> None:
    """Take in what another store measured; what is here already is recognised."""
    from quant.commands import importing as command

    command.run(source, as_json=json)


@app.command()
def artifacts(
    workload: OfWorkload = None,
    delete: Annotated[
        list[str] | None, typer.Option(metavar="POINT", help="Delete its file; figures stay.")
    ] = None,
    archive: Annotated[
        list[str] | None, typer.Option(metavar="POINT", help="Move it where no quota counts it.")
    ] = None,
    restore: Annotated[
        list[str] | None, typer.Option(metavar="POINT", help="Bring it back from the archive.")
    ] = None,
    clean: Annotated[
        bool, typer.Option("--clean", help="Remove files that no point names, and leftovers.")
    ] = False,
    json: Json = False,
) -> None:
    """Say what the files take; delete, archive or bring back those of points.

    POINT is an id or a label, as `points --json` tells; each option may be repeated.
    """
    from quant.commands import artifacts as command

    command.run(workload, delete or [], archive or [], restore or [], clean=clean, as_json=json)


def _typed(context: typer.Context) -> frozenset[str]:
    """The names of the parameters that were given, not left at their defaults."""
    every = context.params
    return frozenset(name for name in every if _source(context, name) == "COMMANDLINE")


def _source(context: typer.Context, name: str) -> str:
    source = context.get_parameter_source(name)
    return "" if source is None else source.name


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; its exit code. Bad input is one line on standard error, and 2."""
    try:
        code = app(list(sys.argv[1:] if arguments is None else arguments), standalone_mode=False)
    except typer.TyperException as exc:
        return _refuse(f"{exc.format_message().rstrip('.')}. See python -m quant --help.")
    except BitfrontError as exc:
        return _refuse(str(exc))
    except KeyboardInterrupt:
        return INTERRUPTED
    return code if isinstance(code, int) else 0


def _refuse(sentence: str) -> int:
    print(" ".join(sentence.split()), file=sys.stderr)
    return BAD_INPUT
