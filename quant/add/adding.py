"""Bringing in a network and pictures, step by step: look at both, match classes, try, keep.

The command and the page take the same steps. Nothing here loads a network: that is done apart.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from math import sqrt
from pathlib import Path
from typing import Any

from models.labelled import shown
from models.own import NETWORK, PICTURES, PREFIX, VERSION
from models.workload import Fit
from quant.add import keep, normal
from quant.add.apart import apart
from quant.add.bounds import MEGABYTE, MOST_UNPACKED, Bounds
from quant.add.kinds import kind_of
from quant.add.mapping import Classes, matched
from quant.errors import BitfrontError, DataError, ModelError
from quant.settings import settings

SECONDS_A_PICTURE = 0.05
IMAGENET_CROP = 224 / 256
FITS: tuple[Fit, ...] = ("crop", "stretch")


@dataclass(frozen=True, slots=True)
class Network:
    """A file that was read, and where it lies as it will be quantised. `told` are sentences on
    what was changed; the rest is as `quant.add.network.look` says."""

    file: str
    draft: Path
    shape: tuple[int, int, int]
    size_is_guessed: bool
    classes: int
    parameters: int
    macs: int
    layers: int
    family: str
    names: tuple[str, ...]
    mean: tuple[float, ...]
    std: tuple[float, ...]
    scale: str
    told: tuple[str, ...]

    @property
    def normals(self) -> tuple[normal.Normal, ...]:
        """Ways to normalise, the likeliest first."""
        usual = normal.usual(self.shape[0], self.scale)
        if not self.mean:
            return usual
        return (normal.Normal("as the file says", self.mean, self.std), *usual)


@dataclass(frozen=True, slots=True)
class Pictures:
    """A folder or zip that was looked at. `table` is a CSV of labels in or beside it, relative to
    `root` or absolute; `is_ours` says that a zip was unpacked into the draft."""

    name: str
    root: Path
    is_ours: bool
    counts: dict[str, int]
    total: int
    table: str
    side: tuple[int, int]
    grey: float
    told: tuple[str, ...]

    @property
    def has_labels(self) -> bool:
        return bool(self.counts or self.table)


@dataclass(frozen=True, slots=True)
class Way:
    """How pictures become what the network takes."""

    mean: tuple[float, ...]
    std: tuple[float, ...]
    fit: Fit = "crop"
    crop: float = 1.0


@dataclass(frozen=True, slots=True)
class Seen:
    """Pictures as the network will see them, and which way of normalising gets how many right."""

    shown: tuple[dict[str, Any], ...]
    right: tuple[float | None, ...]
    n: int


def read_network(file: Path, draft: Path, size: tuple[int, int] | None = None) -> Network:
    """Read a network file, apart; `size` is (height, width), where the file leaves them open.

    Raises:
        BitfrontError: why it is not taken.
    """
    bounds = Bounds.of_settings()
    kind_of(file)
    bytes_there = file.stat().st_size
    if bytes_there > bounds.file_bytes:
        raise ModelError(
            f"{shown(file.name)} has {bytes_there / MEGABYTE:,.0f} MB; the most is "
            f"{bounds.file_bytes / MEGABYTE:,.0f} (BITFRONT_ADD_MB)"
        )
    found = apart(
        "network", shown(file.name), file=str(file), written=str(draft / NETWORK), size=size
    )
    return Network(
        file=shown(file.name),
        draft=draft,
        shape=(found["channels"], found["height"], found["width"]),
        size_is_guessed=found["is_guessed"],
        classes=found["classes"],
        parameters=found["parameters"],
        macs=found["macs"],
        layers=found["layers"],
        family=found["family"],
        names=tuple(found["names"]),
        mean=tuple(found["mean"]),
        std=tuple(found["std"]),
        scale=found["scale"],
        told=tuple(found["told"]),
    )


def read_pictures(data: Path, draft: Path, table: Path | None = None) -> Pictures:
    """Look at a folder or zip of pictures, apart; a zip is unpacked into the draft.

    Raises:
        BitfrontError: why they are not taken.
    """
    unpacked = draft / PICTURES
    shutil.rmtree(unpacked, ignore_errors=True)
    bounds = Bounds.of_settings()
    if data.is_file() and data.stat().st_size > bounds.file_bytes:
        raise DataError(
            f"{shown(data.name)} has {data.stat().st_size / MEGABYTE:,.0f} MB; the most is "
            f"{bounds.file_bytes / MEGABYTE:,.0f} (BITFRONT_ADD_MB); unpack it and give the folder"
        )
    try:
        found = apart(
            "pictures",
            shown(data.name),
            data=str(data),
            unpacked=str(unpacked),
            most_bytes=int(min(keep.room(), MOST_UNPACKED)),
            table=str(table) if table else "",
        )
    except BitfrontError:
        shutil.rmtree(unpacked, ignore_errors=True)
        raise
    return Pictures(
        name=shown(data.name),
        root=Path(found["root"]),
        is_ours=data.is_file(),
        counts=found["counts"],
        total=found["total"],
        table=str(table) if table else found["table"],
        side=tuple(found["side"]),
        grey=found["grey"],
        told=tuple(found["told"]),
    )


def classes_of(network: Network, pictures: Pictures, names: Sequence[str] = ()) -> Classes:
    """The class of each folder, where labels are known.

    Raises:
        DataError: it must be asked for.
    """
    names = tuple(names) or network.names
    if not pictures.counts:
        return Classes(tuple(names), {}, "a CSV" if pictures.table else "no labels")
    return matched(pictures.counts, network.classes, names)


def usual_way(network: Network) -> Way:
    """What to begin with, before anything is tried."""
    first = network.normals[0]
    is_imagenet = network.classes == 1000 and first is normal.IMAGENET
    _, height, width = network.shape
    fit: Fit = "crop" if height == width else "stretch"
    return Way(first.mean, first.std, fit, IMAGENET_CROP if is_imagenet else 1.0)


def tried(
    network: Network, pictures: Pictures, classes: Classes, way: Way, normals: Sequence[Way]
) -> Seen:
    """Show some pictures as the network will see them, and try ways to normalise on them.

    Raises:
        BitfrontError: none can be decoded, or the network gives no numbers.
    """
    found = apart(
        "tried",
        pictures.name,
        network=str(network.draft / NETWORK),
        facts=facts(network, pictures, classes, way),
        folder=str(pictures.root),
        table=_table(pictures),
        normals=[{"mean": one.mean, "std": one.std} for one in normals],
    )
    return Seen(tuple(found["shown"]), tuple(found["right"]), found["n"])


def guessed(network: Network, pictures: Pictures, classes: Classes, way: Way) -> tuple[Way, Seen]:
    """The way to normalise that gets most pictures right; the likeliest where nothing tells."""
    ways = [replace(way, mean=one.mean, std=one.std) for one in network.normals]
    seen = tried(network, pictures, classes, way, ways)
    known = [share if share is not None else 0.0 for share in seen.right]
    return ways[known.index(max(known))], seen


def add(
    name: str, network: Network, pictures: Pictures, classes: Classes, way: Way
) -> dict[str, Any]:
    """Keep it as `own/NAME`; what `workload.json` says.

    Every picture is decoded once, apart, so that what cannot be is known before anything is
    measured.

    Raises:
        BitfrontError: the name is taken, or too few pictures can be used.
    """
    name = keep.check_name(name)
    known = facts(network, pictures, classes, way) | {"network": _digest(network)}
    inside = (
        pictures.root.relative_to(network.draft) if pictures.is_ours else pictures.root.resolve()
    )
    held = {"folder": str(inside), "labels": pictures.table or None}
    target = keep.put(network.draft, f"{PREFIX}{name}", held)
    folder = target / inside  # which is absolute where they lie elsewhere
    try:
        bounds = Bounds.of_settings()
        patient = replace(bounds, seconds=bounds.seconds + SECONDS_A_PICTURE * pictures.total)
        counted = apart(
            "counted",
            pictures.name,
            patient,
            name=f"{PREFIX}{name}",
            facts=known,
            folder=str(folder),
            table=str(folder / pictures.table) if pictures.table else None,
            home=str(settings().home),
        )
        known |= {"calibration_images": counted["calibrate"]}
        keep.tell(target, known)
    except BaseException:
        shutil.rmtree(target, ignore_errors=True)
        raise
    return known | counted


def facts(network: Network, pictures: Pictures, classes: Classes, way: Way) -> dict[str, Any]:
    """What `workload.json` says."""
    return {
        "version": VERSION,
        "title": network.file,
        "dataset": pictures.name,
        "input_shape": network.shape,
        "mean": way.mean,
        "std": way.std,
        "crop_fraction": way.crop,
        "fit": way.fit,
        "classes": network.classes,
        "has_labels": pictures.has_labels,
        "calibration_images": 0,
        "parameters": network.parameters,
        "macs": network.macs,
        "family": network.family,
        "names": classes.names,
        "class_of": classes.class_of,
        "file": network.file,
        "added_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "told": [*network.told, *pictures.told],
    }


def _digest(network: Network) -> str:
    """Tells networks of one name apart, see quant/snapshot/own_facts.py."""
    with (network.draft / NETWORK).open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()[:32]


def _table(pictures: Pictures) -> str | None:
    return str(pictures.root / pictures.table) if pictures.table else None


def story(
    network: Network,
    pictures: Pictures,
    classes: Classes,
    way: Way,
    seen: Seen,
    *,
    guessed: bool,
) -> list[str]:
    """What was found, changed and guessed, in sentences."""
    channels, height, width = network.shape
    colours = "grey" if channels == 1 else "RGB"
    told = [
        f"{network.file}: {colours} pictures of {width} by {height}, {network.classes:,} classes, "
        f"{network.parameters / 1e6:.3g} M parameters, {network.macs / 1e6:.3g} M multiply-adds.",
        *network.told,
        f"{pictures.name}: {pictures.total:,} pictures; classes by {classes.told}."
        if pictures.has_labels
        else f"{pictures.name}: {pictures.total:,} pictures without labels; accuracy is agreement "
        "with FP32.",
        *pictures.told,
    ]
    how = "Guessed" if guessed else "Given"
    told.append(f"{how} for pixels as fractions of 1: {normal.spoken(way.mean, way.std)}.")
    if pictures.has_labels and guessed:
        pairs = zip(network.normals, seen.right, strict=True)
        told.append(
            f"Right on {seen.n} pictures: "
            + ", ".join(f"{one.words} {share:.0%}" for one, share in pairs if share is not None)
            + "."
        )
    elif pictures.has_labels and seen.right[0] is not None:
        told.append(f"Right on {seen.n} pictures: {seen.right[0]:.0%}.")
    if warning := doubtful(network, seen):
        told.append(warning)
    return told


def doubtful(network: Network, seen: Seen) -> str:
    """A sentence where the network does no better than chance would."""
    known = [share for share in seen.right if share is not None]
    chance = 1 / network.classes
    if not known or max(known) > chance + 3 * sqrt(chance * (1 - chance) / seen.n):
        return ""
    return (
        f"The network gets {max(known):.0%} of {seen.n} pictures right, about what chance would: "
        "check the order of the classes, the normalisation and the pictures."
    )


def counts(kept: dict[str, Any]) -> list[str]:
    """How many pictures serve what."""
    told = [
        f"{kept['calibrate']:,} pictures calibrate, {kept['select']:,} select, "
        f"{kept['report']:,} are reported on."
    ]
    if kept["skipped"]:
        told.append(f"{kept['skipped']:,} files were left out: {kept['skipped_some'][0]}.")
    return told
