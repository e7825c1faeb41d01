"""The nearest codes: which of them answer a layer's inputs most like given weights.

Weights (groups, out, in) and moments (groups, in, in) of the inputs; the loss of codes q at scale s
is d H d for d = w - s q, a channel. Finding its least is the closest vector problem.
"""

from __future__ import annotations

import torch
from torch import Tensor

from quant.rounding.book import Book

BLOCK = 64  # columns that are updated at once, so that the rest is touched rarely
WIDEST = 16  # partial answers that are kept
MOST_WORK = 3e8  # multiply-adds that keeping several may take
SWEEPS = 2


def closest(matrix: Tensor, moments: Tensor, scale: Tensor, book: Book) -> Tensor:
    """Codes of small loss, as floats: the better the fewer weights a channel has.

    Source: keeping the K best partial answers, Guo and Nilsson 2006, IEEE J. Sel. Areas Commun.
    24 (3), section III; then one code after the other to where the rest wants it, Behdin et al.,
    QuantEase, eq. 8, arXiv:2309.01885. With K = 1 the first is GPTQ, which is Babai's nearest plane
    (Chen et al., arXiv:2507.18553).
    """
    work = matrix.numel() * matrix.shape[2]
    width = int(min(WIDEST, MOST_WORK / work))
    if width < 2:
        codes = columns(matrix, moments, scale, book)
    else:
        codes = best_paths(matrix, moments, scale, book, width)
    return descended(matrix, moments, scale, book, codes)


def loss_of(apart: Tensor, moments: Tensor) -> Tensor:
    """d H d of weights that are `apart` (groups, out, in) from the wanted ones: (groups, out)."""
    return ((apart @ moments) * apart).sum(2)


def columns(matrix: Tensor, moments: Tensor, scale: Tensor, book: Book) -> Tensor:
    """GPTQ: round one input at a time, and let the inputs that are left make up for its error.

    Source: Frantar et al., GPTQ, algorithm 1, arXiv:2210.17323, inputs in the order of their power.
    """
    groups, out, width = matrix.shape
    steps = scale.reshape(groups, out)
    order = torch.argsort(torch.diagonal(moments, dim1=1, dim2=2), dim=1, descending=True)
    by_row = order[:, None, :].expand(-1, out, -1)
    left = torch.gather(matrix, 2, by_row) / steps[:, :, None]
    inverse = torch.cholesky_inverse(torch.linalg.cholesky(_sorted(moments, order)))
    upper = torch.linalg.cholesky(inverse).transpose(1, 2)
    codes = torch.empty_like(left)
    for start in range(0, width, BLOCK):
        stop = min(start + BLOCK, width)
        errors = torch.empty(groups, out, stop - start)
        for index in range(start, stop):
            now = left[:, :, index]
            codes[:, :, index] = book.nearest(now, order[:, index, None])
            error = (now - codes[:, :, index]) / upper[:, index, index][:, None]
            errors[:, :, index - start] = error
            left[:, :, index:stop] -= error[:, :, None] * upper[:, index, None, index:stop]
        left[:, :, stop:] -= errors @ upper[:, start:stop, stop:]
    return torch.empty_like(codes).scatter_(2, by_row, codes)


def best_paths(matrix: Tensor, moments: Tensor, scale: Tensor, book: Book, width: int) -> Tensor:
    """The same order of inputs, and two codes tried for each; the `width` best sets go on."""
    groups, out, inputs = matrix.shape
    order = torch.argsort(torch.diagonal(moments, dim1=1, dim2=2), dim=1)
    by_row = order[:, None, :].expand(-1, out, -1)
    lower = torch.linalg.cholesky(_sorted(moments, order))
    power = torch.diagonal(lower, dim1=1, dim2=2).square()
    pull = lower.transpose(1, 2) / torch.diagonal(lower, dim1=1, dim2=2)[:, :, None]
    steps = torch.gather(matrix, 2, by_row) / scale.reshape(groups, out, 1)
    apart = torch.zeros(groups, out, 1, inputs)  # of each path, in steps
    loss = torch.zeros(groups, out, 1)
    for index in reversed(range(inputs)):
        later = apart[..., index + 1 :] @ pull[:, None, index, index + 1 :, None]
        wanted = steps[:, :, None, index] + later[..., 0]
        tried, is_new = book.two_nearest(wanted, order[:, index, None, None])
        more = power[:, None, None, index, None] * (wanted[..., None] - tried).square()
        reached = torch.where(is_new, loss[..., None] + more, torch.inf).flatten(2)
        loss, chosen = reached.topk(min(width, reached.shape[2]), dim=2, largest=False)
        code = torch.gather(tried.flatten(2), 2, chosen)
        parent = torch.div(chosen, 2, rounding_mode="floor")[..., None].expand(-1, -1, -1, inputs)
        apart = torch.gather(apart, 2, parent)
        apart[..., index] = steps[:, :, None, index] - code
    codes = (steps - apart[:, :, 0]).round()  # paths are in the order of their loss
    return torch.empty_like(codes).scatter_(2, by_row, codes)


def descended(matrix: Tensor, moments: Tensor, scale: Tensor, book: Book, codes: Tensor) -> Tensor:
    """Codes moved one by one to the best value that each can have beside the others."""
    groups, out, inputs = matrix.shape
    steps = scale.reshape(groups, out, 1)
    codes = codes.clone()
    pull = (codes * steps - matrix) @ moments
    diagonal = torch.diagonal(moments, dim1=1, dim2=2)
    for _ in range(SWEEPS):
        for index in range(inputs):
            now = codes[:, :, index]
            wanted = now - pull[:, :, index] / diagonal[:, None, index] / steps[:, :, 0]
            new = book.nearest(wanted, index)
            pull += ((new - now) * steps[:, :, 0])[:, :, None] * moments[:, None, index]
            codes[:, :, index] = new
    return codes


def _sorted(moments: Tensor, order: Tensor) -> Tensor:
    return torch.stack([one[rows][:, rows] for one, rows in zip(moments, order, strict=True)])
