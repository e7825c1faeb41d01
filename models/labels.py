"""What classes are called, without torch."""

from __future__ import annotations

from models import own
from models.workload import Workload
from models.zoo.files import IMAGENET_NAMES

FASHION = (
    "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat",
    "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
)  # fmt: skip


def labels(workload: Workload) -> tuple[str, ...]:
    """A name for each class index; the index itself where classes have no names."""
    if workload.name.startswith(own.PREFIX):
        names = own.facts(workload.name).names
        return names or tuple(str(index) for index in range(workload.classes))
    if workload.dataset == "Fashion-MNIST":
        return FASHION
    if workload.dataset == "ImageNet":
        return tuple(IMAGENET_NAMES.read_text().splitlines())
    return tuple(str(index) for index in range(workload.classes))
