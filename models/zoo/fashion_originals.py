"""The original Fashion-MNIST files: from Debian's package, else through torchvision."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Pictures = NDArray[np.uint8]
DEBIAN = Path("/usr/share/datasets/fashion-mnist")


def originals(split: str, root: Path | None = None) -> tuple[Pictures, Pictures]:
    """Pictures (n, 28, 28) and labels (n,) of "train" or "t10k", in the published order.

    Debian's `dataset-fashion-mnist` is read where it is installed; otherwise torchvision
    fetches the same files into `root`.
    """
    folder = DEBIAN
    if not folder.is_dir():
        from torchvision.datasets import FashionMNIST

        target = root or Path.home() / ".cache" / "bitfront"
        FashionMNIST(str(target), train=split == "train", download=True)
        folder = target / "FashionMNIST" / "raw"
    pictures = _bytes(folder / f"{split}-images-idx3-ubyte.gz", header=16)
    labels = _bytes(folder / f"{split}-labels-idx1-ubyte.gz", header=8)
    return pictures.reshape(-1, 28, 28), labels


def _bytes(path: Path, *, header: int) -> Pictures:
    with gzip.open(path) as stream:
        return np.frombuffer(stream.read(), np.uint8, offset=header)
