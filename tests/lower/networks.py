"""Small networks with every kind of layer, as ONNX files with a free batch."""

from __future__ import annotations

import warnings
from pathlib import Path

import torch
from torch import Tensor, nn


class Everything(nn.Module):
    """Dense, grouped and depthwise convolutions, pooling, concat, a residual sum, Gemm."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3, padding=1)
        self.depthwise = nn.Conv2d(8, 8, 3, padding=1, groups=8, bias=False)
        self.grouped = nn.Conv2d(8, 8, 3, padding=1, groups=2)
        self.left, self.right = nn.Conv2d(8, 4, 1), nn.Conv2d(8, 5, 1)
        self.pool = nn.MaxPool2d(2)
        self.head = nn.Linear(9, 7)

    def forward(self, x: Tensor) -> Tensor:
        x = torch.relu(self.stem(x))
        x = x + nn.functional.relu6(self.depthwise(x))
        x = self.pool(torch.relu(self.grouped(x)))
        x = torch.cat([self.left(x), self.right(x)], dim=1)
        logits: Tensor = self.head(nn.functional.adaptive_avg_pool2d(x, 1).flatten(1))
        return logits


class Matrices(nn.Module):
    """MatMul with constant weights on tokens, and Softmax over them."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Parameter(torch.randn(12, 16) / 4)
        self.second = nn.Parameter(torch.randn(16, 5) / 4)

    def forward(self, x: Tensor) -> Tensor:
        tokens = x.flatten(2).transpose(1, 2)
        hidden = torch.relu(tokens @ self.first)
        return (torch.softmax(hidden, dim=-1) @ self.second).mean(dim=1)


class Tied(nn.Module):
    """One weight in two layers."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 3, 3, padding=1)
        self.head = nn.Linear(3, 4)

    def forward(self, x: Tensor) -> Tensor:
        x = torch.relu(self.conv(torch.relu(self.conv(x))))
        logits: Tensor = self.head(nn.functional.adaptive_avg_pool2d(x, 1).flatten(1))
        return logits


class Multiplied(nn.Module):
    """A depthwise convolution that makes several channels of one, and a hard tanh."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3, padding=1)
        self.wide = nn.Conv2d(8, 32, 3, padding=1, groups=8)
        self.head = nn.Linear(32, 4)

    def forward(self, x: Tensor) -> Tensor:
        x = self.wide(nn.functional.hardtanh(self.stem(x), -0.3, 0.3))
        logits: Tensor = self.head(nn.functional.adaptive_avg_pool2d(x, 1).flatten(1))
        return logits


class Attention(nn.Module):
    """Shapes are computed in integers beside the pictures."""

    def __init__(self) -> None:
        super().__init__()
        self.attention = nn.MultiheadAttention(12, 2, batch_first=True)
        self.head = nn.Linear(12, 5)

    def forward(self, x: Tensor) -> Tensor:
        tokens = x.flatten(2).transpose(1, 2)
        attended = self.attention(tokens, tokens, tokens, need_weights=False)[0]
        logits: Tensor = self.head(attended.mean(dim=1))
        return logits


def exported(network: nn.Module, shape: tuple[int, ...], path: Path) -> Path:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            network.eval(),
            (torch.randn(2, *shape),),
            path,
            input_names=["input"],
            output_names=["logits"],
            dynamo=True,
            dynamic_shapes=({0: torch.export.Dim("batch")},),
            opset_version=18,
            external_data=False,
            verbose=False,
        )
    return path


class Transformer(nn.Module):
    """One pre-norm block in plain steps: LayerNorm, scaled attention, GELU, sums."""

    def __init__(self) -> None:
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(12), nn.LayerNorm(12)
        self.qkv, self.out = nn.Linear(12, 36), nn.Linear(12, 12)
        self.wide, self.narrow = nn.Linear(12, 24), nn.Linear(24, 12)
        self.head = nn.Linear(12, 5)

    def forward(self, x: Tensor) -> Tensor:
        x = x.flatten(2).transpose(1, 2)
        split = self.qkv(self.norm1(x)).reshape(-1, 16, 3, 2, 6).permute(2, 0, 3, 1, 4)
        query, key, value = split.unbind(0)
        mixed = (query @ key.transpose(-2, -1) * 6**-0.5).softmax(-1) @ value
        x = x + self.out(mixed.transpose(1, 2).reshape(-1, 16, 12))
        x = x + self.narrow(nn.functional.gelu(self.wide(self.norm2(x))))
        logits: Tensor = self.head(x.mean(1))
        return logits
