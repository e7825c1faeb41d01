"""Pictures as a network will see them, beside one another in one file."""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from PIL import Image

from quant.errors import RequestError

GAP = 8  # pixels


def write(shown: Sequence[Mapping[str, Any]], path: Path) -> None:
    """Write them, as `quant.add.trial` gives them, as a PNG.

    Raises:
        RequestError: it cannot be written there.
    """
    pictures = [_decoded(str(one["picture"])) for one in shown]
    width = sum(one.width + GAP for one in pictures) - GAP
    sheet = Image.new("RGB", (width, max(one.height for one in pictures)), "white")
    left = 0
    for one in pictures:
        sheet.paste(one, (left, 0))
        left += one.width + GAP
    try:
        sheet.save(path, "PNG")
    except OSError as exc:
        raise RequestError(
            f"--preview is {path} and cannot be written ({exc.strerror}); give another place"
        ) from exc


def _decoded(uri: str) -> Image.Image:
    content = base64.b64decode(uri.partition(",")[2])
    return Image.open(io.BytesIO(content)).convert("RGB")
