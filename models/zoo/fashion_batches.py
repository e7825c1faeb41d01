"""The pictures that train a network: which they are, and how a batch of them is varied."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from models.zoo.fashion_originals import originals
from models.zoo.files import FASHION_MNIST
from models.zoo.schedules import Schedule

MEAN, STD = 0.286, 0.353  # of the training pictures, pixels as fractions of 1


def training_pictures() -> tuple[Tensor, Tensor]:
    """The 58,000, normalised, (n, 1, 28, 28) float32, and their labels."""
    pictures, labels = originals("train")
    shipped = np.load(FASHION_MNIST)
    held_out = np.concatenate([shipped["calibrate_index"], shipped["select_index"]])
    contents = {pictures[i].tobytes() for i in held_out}
    keep = np.array([picture.tobytes() not in contents for picture in pictures])
    keep[held_out] = False
    return normalise(pictures[keep]), torch.from_numpy(labels[keep].astype(np.int64))


def normalise(pictures: np.ndarray) -> Tensor:
    """(n, 28, 28) uint8 to (n, 1, 28, 28) float32, mean 0 and deviation 1."""
    return ((torch.from_numpy(pictures.copy()).float() / 255 - MEAN) / STD).unsqueeze(1)


def batches(
    pictures: Tensor, labels: Tensor, schedule: Schedule, epoch: int
) -> Iterator[tuple[Tensor, Tensor]]:
    """Shuffled, flipped, shifted and partly erased batches of one epoch."""
    draw = torch.Generator().manual_seed(schedule.seed * 1000 + epoch)
    order = torch.randperm(len(labels), generator=draw)
    for start in range(0, len(order) - schedule.batch + 1, schedule.batch):
        index = order[start : start + schedule.batch]
        batch = augment(pictures[index], schedule, draw)
        yield batch.to(memory_format=torch.channels_last), labels[index]


def augment(batch: Tensor, schedule: Schedule, draw: torch.Generator) -> Tensor:
    """Flip half, shift by up to `shift` pixels, erase a rectangle of some (arXiv:1708.04896)."""
    count, _, height, width = batch.shape
    flip = torch.rand(count, generator=draw) < 0.5
    batch = torch.where(flip[:, None, None, None], batch.flip(3), batch)
    shift = schedule.shift
    padded = functional.pad(batch, (shift, shift, shift, shift), value=-MEAN / STD)
    down, right = torch.randint(0, 2 * shift + 1, (2, count), generator=draw)
    rows = down[:, None] + torch.arange(height)
    columns = right[:, None] + torch.arange(width)
    index = torch.arange(count)[:, None, None]
    batch = padded[index, 0, rows[:, :, None], columns[:, None, :]]
    erased = torch.rand(count, generator=draw) < schedule.erase
    sides = torch.randint(4, 13, (2, count), generator=draw)
    corner = torch.randint(0, height - 4, (2, count), generator=draw)
    inside_rows = _between(torch.arange(height), corner[0], sides[0])
    inside_columns = _between(torch.arange(width), corner[1], sides[1])
    hole = erased[:, None, None] & inside_rows[:, :, None] & inside_columns[:, None, :]
    noise = torch.randn(batch.shape, generator=draw)
    return torch.where(hole, noise, batch).unsqueeze(1)


def _between(positions: Tensor, start: Tensor, length: Tensor) -> Tensor:
    return (positions >= start[:, None]) & (positions < (start + length)[:, None])
