"""A depthwise separable network for Fashion-MNIST, after MobileNetV2."""

from __future__ import annotations

from torch import Tensor, nn

from models.workload import Workload
from models.zoo.files import weights_file

# Expansion, channels, blocks, stride of the first: Sandler et al. 2018, arXiv:1801.04381, table 2.
STAGES = ((3, 40, 2, 2), (4, 80, 3, 2), (4, 112, 2, 1))


def _conv(inputs: int, outputs: int, size: int, stride: int, groups: int = 1) -> list[nn.Module]:
    return [
        nn.Conv2d(inputs, outputs, size, stride, size // 2, groups=groups, bias=False),
        nn.BatchNorm2d(outputs),
    ]


class InvertedResidual(nn.Module):
    """Expand, convolve each channel by itself, project (arXiv:1801.04381, fig. 4)."""

    def __init__(self, inputs: int, outputs: int, stride: int, expansion: int) -> None:
        super().__init__()
        inner = inputs * expansion
        self.expand = nn.Sequential(*_conv(inputs, inner, 1, 1), nn.ReLU6())
        self.depthwise = nn.Sequential(*_conv(inner, inner, 3, stride, inner), nn.ReLU6())
        self.project = nn.Sequential(*_conv(inner, outputs, 1, 1))
        self.is_residual = stride == 1 and inputs == outputs

    def forward(self, x: Tensor) -> Tensor:
        result: Tensor = self.project(self.depthwise(self.expand(x)))
        return x + result if self.is_residual else result


class FashionMobileNet(nn.Module):
    """Stem at full size, then inverted residuals in four stages.

    Input (n, 1, 28, 28) float32, normalised as the workload states; output (n, 10) logits.
    """

    def __init__(self) -> None:
        super().__init__()
        blocks: list[nn.Module] = []
        inputs = 24
        for expansion, channels, count, first in STAGES:
            for index in range(count):
                stride = first if index == 0 else 1
                blocks.append(InvertedResidual(inputs, channels, stride, expansion))
                inputs = channels
        self.stem = nn.Sequential(*_conv(1, 24, 3, 1), nn.ReLU6())
        self.blocks = nn.Sequential(*blocks)
        self.head = nn.Sequential(*_conv(inputs, 384, 1, 1), nn.ReLU6())
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.classifier = nn.Linear(384, 10)

    def forward(self, x: Tensor) -> Tensor:
        features: Tensor = self.pool(self.head(self.blocks(self.stem(x))))
        logits: Tensor = self.classifier(features.flatten(1))
        return logits


def fashion_mobilenet(workload: Workload, *, weights: bool = True) -> nn.Module:
    """Build `fashion-mobilenet` to be evaluated, with the committed weights unless told not to."""
    network = FashionMobileNet()
    if weights:
        from safetensors.torch import load_file

        network.load_state_dict(load_file(weights_file(workload.name)))
    return network.eval().requires_grad_(False)
