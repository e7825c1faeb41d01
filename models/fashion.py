"""A residual network for Fashion-MNIST, trained by ``models/zoo/train_fashion.py``."""

from __future__ import annotations

from torch import Tensor, nn

from models.workload import Workload
from models.zoo.files import weights_file


class ResidualBlock(nn.Module):
    """Two 3x3 convolutions beside a shortcut (He et al. 2015, arXiv:1512.03385, fig. 2)."""

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.norm1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.norm2 = nn.BatchNorm2d(outputs)
        self.shortcut = nn.Sequential(
            nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs)
        )
        self.relu = nn.ReLU()

    def forward(self, x: Tensor) -> Tensor:
        inner = self.relu(self.norm1(self.conv1(x)))
        result: Tensor = self.relu(self.norm2(self.conv2(inner)) + self.shortcut(x))
        return result


class FashionResNet(nn.Module):
    """Stem at full size, then three strided residual stages; 1.3 M parameters, 43 M multiply-adds.

    Input (n, 1, 28, 28) float32, normalised as the workload states; output (n, 10) logits.
    """

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(1, 32, 3, 1, 1, bias=False), nn.BatchNorm2d(32), nn.ReLU()
        )
        self.stages = nn.Sequential(
            ResidualBlock(32, 72, 2), ResidualBlock(72, 144, 2), ResidualBlock(144, 256, 2)
        )
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.classifier = nn.Linear(256, 10)

    def forward(self, x: Tensor) -> Tensor:
        features: Tensor = self.pool(self.stages(self.stem(x)))
        logits: Tensor = self.classifier(features.flatten(1))
        return logits


def fashion_resnet(workload: Workload, *, weights: bool = True) -> nn.Module:
    """Build `fashion-resnet` to be evaluated, with the committed weights unless told otherwise."""
    network = FashionResNet()
    if weights:
        from safetensors.torch import load_file

        network.load_state_dict(load_file(weights_file(workload.name)))
    return network.eval().requires_grad_(False)


__all__ = ["FashionResNet", "ResidualBlock", "fashion_resnet"]
