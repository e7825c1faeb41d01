"""A small vision transformer for Fashion-MNIST."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from models.workload import Workload
from models.zoo.files import weights_file

STEM, WIDTH, DEPTH, HEADS, EXPANSION = (48, 96), 96, 6, 4, 2
TOKENS = 7 * 7


class Attention(nn.Module):
    """Every token mixes all tokens' values, by head (Vaswani et al. 2017, arXiv:1706.03762, eq. 1).

    In plain steps, (n, tokens, width) to the same: a fused operator would hide its two matrix
    products from export.
    """

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads, self.size = heads, width // heads
        self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)

    def forward(self, x: Tensor) -> Tensor:
        split = self.qkv(x).reshape(-1, TOKENS, 3, self.heads, self.size).permute(2, 0, 3, 1, 4)
        query, key, value = split.unbind(0)
        scores = query @ key.transpose(-2, -1) * self.size**-0.5
        mixed = scores.softmax(-1) @ value
        result: Tensor = self.out(mixed.transpose(1, 2).reshape(-1, TOKENS, self.heads * self.size))
        return result


class Block(nn.Module):
    """Attention, then a perceptron with GELU, each normalised before and added to its input.

    Source: Dosovitskiy et al. 2020, arXiv:2010.11929, eq. 2 and 3.
    """

    def __init__(self, width: int, heads: int, inner: int) -> None:
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.attention = Attention(width, heads)
        self.wide, self.narrow = nn.Linear(width, inner), nn.Linear(inner, width)

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.attention(self.norm1(x))
        result: Tensor = x + self.narrow(nn.functional.gelu(self.wide(self.norm2(x))))
        return result


class FashionViT(nn.Module):
    """A convolutional stem to 49 tokens, six blocks, and the mean of the tokens.

    Input (n, 1, 28, 28) float32, normalised as the workload states; output (n, 10) logits.
    Stem: Xiao et al. 2021, arXiv:2106.14881, section 3: two strided 3x3 and one 1x1 convolution.
    """

    def __init__(self) -> None:
        super().__init__()
        first, second = STEM
        self.stem = nn.Sequential(
            nn.Conv2d(1, first, 3, 2, 1, bias=False),
            nn.BatchNorm2d(first),
            nn.ReLU(),
            nn.Conv2d(first, second, 3, 2, 1, bias=False),
            nn.BatchNorm2d(second),
            nn.ReLU(),
            nn.Conv2d(second, WIDTH, 1),
        )
        self.position = nn.Parameter(torch.randn(TOKENS, WIDTH) * 0.02)
        self.blocks = nn.Sequential(*(Block(WIDTH, HEADS, EXPANSION * WIDTH) for _ in range(DEPTH)))
        self.norm = nn.LayerNorm(WIDTH)
        self.classifier = nn.Linear(WIDTH, 10)

    def forward(self, x: Tensor) -> Tensor:
        tokens = self.stem(x).flatten(2).transpose(1, 2) + self.position
        logits: Tensor = self.classifier(self.norm(self.blocks(tokens)).mean(1))
        return logits


def fashion_vit(workload: Workload, *, weights: bool = True) -> nn.Module:
    """Build `fashion-vit` to be evaluated, with the committed weights unless told otherwise."""
    network = FashionViT()
    if weights:
        from safetensors.torch import load_file

        network.load_state_dict(load_file(weights_file(workload.name)))
    return network.eval().requires_grad_(False)
