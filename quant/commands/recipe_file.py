"""`--recipe`: recipes from a file, in the place of widths, method, ranges and calibration."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from typing import Any

from models.workload import Workload
from quant import auto
from quant.errors import InvalidRecipe, RequestError
from quant.recipe import Recipe
from quant.typed import typed

MOST_BYTES = 20_000_000


def read(path: str, workload: Workload, given: Mapping[str, bool]) -> tuple[Recipe, ...]:
    """The recipes of a JSON file, which holds one or a list of them; `auto` is resolved.

    Args:
        given: by option, whether it was given beside the file.
    Raises:
        RequestError: the file cannot be read, or an option was given that it would overrule.
        InvalidRecipe: it holds something else.
    """
    beside = [option for option, is_given in given.items() if is_given]
    if beside:
        raise RequestError(
            f"--recipe was given with {beside[0]}, which the recipe holds; leave one of them out"
        )
    text = _text(path)
    try:
        held = json.loads(text)
    except (ValueError, RecursionError) as exc:
        raise InvalidRecipe(f"{path} is not JSON ({exc}); give a recipe's file") from exc
    listed = held if isinstance(held, list) else [held]
    if not listed:
        raise InvalidRecipe(f"{path} holds an empty list; give at least one recipe")
    return tuple(dict.fromkeys(_resolved(one, workload) for one in listed))


def _resolved(held: Any, workload: Workload) -> Recipe:
    if not isinstance(held, dict) or held.get("method") != auto.AUTO:
        return Recipe.from_json(json.dumps(held))
    plain = Recipe.from_json(json.dumps({**held, "method": "nearest"}))
    choice = auto.choose_for(workload, plain)
    print(f"auto: {choice.method} for {plain.bits}: {choice.why}", file=sys.stderr)
    return Recipe.from_json(json.dumps({**held, "method": choice.method}))


def _text(path: str) -> str:
    file = typed(path, "--recipe")
    if not file.is_file():
        raise RequestError(f"there is no file {path} for --recipe; check the path")
    try:
        size = file.stat().st_size
        if size > MOST_BYTES:
            raise RequestError(
                f"{path} has {size / 1e6:.0f} MB and a file of recipes at most "
                f"{MOST_BYTES / 1e6:.0f} MB; give a recipe's file"
            )
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as exc:
        raise RequestError(f"{path} cannot be read as text ({exc}); check the path") from exc
