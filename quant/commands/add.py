"""`add`, `remove`: networks that somebody brings, with pictures of theirs."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

from models.labelled import shown
from models.own import PREFIX
from models.workload import Fit
from quant.add import adding, keep, normal
from quant.add.adding import FITS
from quant.add.mapping import read_names
from quant.add.preview import write as write_preview
from quant.commands.options import whole
from quant.commands.show import json_line
from quant.errors import DataError, RequestError
from quant.store import open_store
from quant.typed import typed

MOST_LABELS = 10_000_000  # bytes of a file of class names


def run(
    file: str,
    name: str,
    data: str,
    size: str | None,
    mean: str | None,
    std: str | None,
    labels: str | None,
    data_labels: str | None,
    fit: str | None,
    preview: str | None,
    *,
    as_json: bool,
) -> None:
    """Bring it in, say what was guessed, and print what it is.

    Raises:
        BitfrontError: why it is not taken.
    """
    given_fit = _fit(fit)
    side = None if size is None else _size(size)
    name = keep.check_name(name)
    with open_store() as store:
        keep.refuse_used(store, name)
    path, pictures_at = typed(file, "the network"), typed(data, "--data")
    table = None if data_labels is None else typed(data_labels, "--data-labels")
    for there in filter(None, (path, pictures_at, table)):
        if not there.exists():
            raise RequestError(f"there is no {shown(there)}; check the path")
    with keep.draft() as folder:
        network = adding.read_network(path, folder, side)
        given = normal.typed(mean, std, network.shape[0])
        names = _names(labels, network.classes)
        pictures = adding.read_pictures(pictures_at, folder, table)
        classes = adding.classes_of(network, pictures, names)
        way = adding.usual_way(network)
        way = replace(way, fit=given_fit or way.fit)
        if given is None:
            way, seen = adding.guessed(network, pictures, classes, way)
        else:
            way = replace(way, mean=given.mean, std=given.std)
            seen = adding.tried(network, pictures, classes, way, [way])
        _say(adding.story(network, pictures, classes, way, seen, guessed=given is None))
        if preview is not None:
            write_preview(seen.shown, typed(preview, "--preview"))
            _say([f"{preview} shows pictures as the network will see them; nothing was added."])
            return
        kept = adding.add(name, network, pictures, classes, way)
    full = f"{PREFIX}{name}"
    _say(adding.counts(kept))
    if as_json:
        print(json_line({"workload": full, **kept}))
    else:
        print(f"{full} is added; next: python -m quant sweep {full}")


def remove(name: str, *, as_json: bool) -> None:
    """Remove it; figures stay.

    Raises:
        UnknownWorkload: there is none of that name.
        RequestError: it is being measured.
    """
    full = name if name.startswith(PREFIX) else f"{PREFIX}{name}"
    with open_store() as store:
        keep.refuse_busy(store, name)
    freed = keep.remove(full)
    if as_json:
        print(json_line({"workload": full, "freed_bytes": freed}))
    else:
        print(f"{full} is removed; {freed / 1e6:.1f} MB are free now. Its figures stay.")


def _size(text: str) -> tuple[int, int]:
    """`224`, or width and height as in `192x48`; (height, width)."""
    width, cross, height = text.lower().partition("x")
    sides = [whole("--size", side, least=1) for side in ((width, height) if cross else (width,))]
    return sides[-1], sides[0]


def _fit(text: str | None) -> Fit | None:
    for fit in FITS:
        if text == fit:
            return fit
    if text is not None:
        raise RequestError(f"--fit must be of {', '.join(FITS)}; got {text[:40]!r}")
    return None


def _names(labels: str | None, classes: int) -> tuple[str, ...]:
    if labels is None:
        return ()
    path = typed(labels, "--labels")
    try:
        if path.stat().st_size > MOST_LABELS:
            raise DataError(f"{shown(path)} has more than {MOST_LABELS:,} bytes; give class names")
        text = path.read_text(encoding="utf-8-sig")
    except OSError as exc:
        raise DataError(f"{shown(path)} cannot be read ({exc.strerror}); check the path") from exc
    except UnicodeError as exc:
        raise DataError(f"{shown(path)} is no text in UTF-8; save it as that") from exc
    return read_names(text, classes, shown(Path(path).name))


def _say(sentences: list[str]) -> None:
    for sentence in sentences:
        print(sentence, file=sys.stderr)
