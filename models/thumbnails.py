"""Pictures as people look at them: small, encoded, ready for a page or an archive."""

from __future__ import annotations

import base64
import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Pixels = NDArray[np.uint8]

SIDE = 96  # pixels, of the longer side; a picture that is smaller than half of it is magnified
QUALITY = 80


def encoded(picture: Pixels) -> bytes:
    """One picture (channels, height, width) as a WebP no larger than SIDE, or a PNG if it is."""
    image = _image(picture)
    buffer = io.BytesIO()
    if max(image.size) <= SIDE:
        image.save(buffer, "PNG", optimize=True)
    else:
        image.thumbnail((SIDE, SIDE), Image.Resampling.BOX, reducing_gap=None)
        image.save(buffer, "WEBP", quality=QUALITY)
    return buffer.getvalue()


def shown(content: bytes) -> str:
    """What `encoded` wrote, as a data URI; a tiny picture is magnified so that its pixels stay
    sharp: browsers would blur them."""
    with Image.open(io.BytesIO(content)) as image:
        times = SIDE // max(image.size)
        if times < 2:
            return _uri(content, str(image.format).lower())
        large = image.resize((image.width * times, image.height * times), Image.Resampling.NEAREST)
    buffer = io.BytesIO()
    large.save(buffer, "PNG")
    return _uri(buffer.getvalue(), "png")


def _image(picture: Pixels) -> Image.Image:
    channels = len(picture)
    return Image.fromarray(picture[0] if channels == 1 else picture.transpose(1, 2, 0))


def _uri(content: bytes, kind: str) -> str:
    return f"data:image/{kind};base64,{base64.b64encode(content).decode()}"
