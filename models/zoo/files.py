"""Where the committed weights and pictures lie."""

from __future__ import annotations

from pathlib import Path

ZOO = Path(__file__).resolve().parent
FASHION_MNIST = ZOO / "fashion-mnist.npz"
IMAGENET_WNIDS = ZOO / "imagenet-wnids.txt"
IMAGENET_NAMES = ZOO / "imagenet-names.txt"  # as torchvision (BSD-3-Clause) writes them
TORCHVISION = ZOO / "torchvision.json"  # written by list_torchvision.py


def weights_file(name: str) -> Path:
    """The safetensors file of one of the networks that this repository trains."""
    return ZOO / f"{name}.safetensors"
