"""What a method gains by layer, kept in the home folder once it was found. Torch-free."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

from quant.allocate.losses import Gains
from quant.disk import writing
from quant.methods import METHODS
from quant.methods import method as of_name
from quant.sensitivity.scores import Sensitivity

VERSION = 1  # of how they are found


def read(home: Path, found: Sensitivity, method: str) -> Gains | None:
    """None where they were not found yet, or cannot be read; nothing is gained by what the scores
    were made with."""
    if not of_name(method).learns:
        return {}
    try:
        held = json.loads(_file(home, found, method).read_text(encoding="utf-8"))
        return {str(name): float(gain) for name, gain in held.items()}
    except (OSError, ValueError, AttributeError, TypeError):
        return None


def keep(home: Path, found: Sensitivity, method: str, gains: Gains) -> None:
    file = _file(home, found, method)
    with writing(file):
        file.parent.mkdir(parents=True, exist_ok=True)
        draft = file.with_suffix(".draft")
        draft.write_text(json.dumps(gains), encoding="utf-8")
        draft.replace(file)


def copy(home: Path, other: Path, found: Sensitivity) -> None:
    """What is known of any method, to another home folder."""
    for method in METHODS:
        if of_name(method).learns and (known := read(home, found, method)):
            keep(other, found, method, known)


def _file(home: Path, found: Sensitivity, method: str) -> Path:
    # methods beyond gptq go on from its codes and are judged by these
    own = method if method == "equalize" else "gptq"
    parts = (found.key, own, of_name(own).version, VERSION)
    name = sha256("|".join(map(str, parts)).encode()).hexdigest()[:24]
    return home / "cache" / "gains" / f"{name}.json"
