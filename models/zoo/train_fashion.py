"""Train the embedded Fashion-MNIST networks from scratch.

    python -m models.zoo.train_fashion fashion-resnet

58,000 training pictures: the 60,000 without the 2,000 that calibrate and select, by index and by
content. The 10,000 test pictures are looked at once, after the last epoch. An interrupted run goes
on at the epoch it had reached.
"""

from __future__ import annotations

import argparse
import json
import platform
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from models.fashion import fashion_resnet
from models.fashion_mobilenet import fashion_mobilenet
from models.zoo.fashion_originals import originals
from models.zoo.files import FASHION_MNIST, ZOO, weights_file

MEAN, STD = 0.286, 0.353  # of the training pictures, pixels as fractions of 1


@dataclass(frozen=True, slots=True)
class Schedule:
    """One-cycle SGD (Smith and Topin 2017, arXiv:1708.07120) with Nesterov momentum 0.9."""

    build: Callable[..., nn.Module]
    epochs: int
    batch: int = 128
    peak_rate: float = 0.1
    weight_decay: float = 5e-4
    label_smoothing: float = 0.05
    shift: int = 2
    erase: float = 0.25
    seed: int = 0


SCHEDULES = {
    "fashion-resnet": Schedule(build=fashion_resnet, epochs=16),
    "fashion-mobilenet": Schedule(build=fashion_mobilenet, epochs=10, weight_decay=1e-4, erase=0.0),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("network", choices=sorted(SCHEDULES))
    parser.add_argument("--output", type=Path, help="folder for the weights (default: models/zoo)")
    arguments = parser.parse_args()
    schedule = SCHEDULES[arguments.network]
    torch.set_num_threads(2)
    start = time.time()
    network = train(schedule, ZOO / ".training" / f"{arguments.network}.pt")
    pictures, labels = originals("t10k")
    correct = accuracy(network, pictures, labels)
    path = weights_file(arguments.network)
    path = arguments.output / path.name if arguments.output else path
    save(network, path)
    record = {
        "network": arguments.network,
        "test_accuracy": correct,
        "test_pictures": len(labels),
        "training_minutes": round((time.time() - start) / 60, 1),
        "torch": torch.__version__,
        "machine": platform.machine(),
        **{key: value for key, value in asdict(schedule).items() if key != "build"},
    }
    path.with_suffix(".json").write_text(json.dumps(record, indent=2) + "\n")
    print(json.dumps(record), flush=True)


def train(schedule: Schedule, checkpoint: Path) -> nn.Module:
    """Train, saving after every epoch; an epoch's randomness depends on its number alone."""
    torch.manual_seed(schedule.seed)
    network = schedule.build(weights=False).train().requires_grad_(True)
    network = network.to(memory_format=torch.channels_last)
    pictures, labels = training_pictures()
    steps = len(labels) // schedule.batch
    optimiser = torch.optim.SGD(
        parameter_groups(network, schedule.weight_decay),
        lr=schedule.peak_rate,
        momentum=0.9,
        nesterov=True,
    )
    rate = torch.optim.lr_scheduler.OneCycleLR(
        optimiser,
        schedule.peak_rate,
        total_steps=steps * schedule.epochs,
        pct_start=0.2,
        cycle_momentum=False,
    )
    first = resume(checkpoint, network, optimiser, rate)
    selection = np.load(FASHION_MNIST)
    for epoch in range(first, schedule.epochs):
        start, losses = time.time(), []
        for batch, truth in batches(pictures, labels, schedule, epoch):
            loss = functional.cross_entropy(
                network(batch), truth, label_smoothing=schedule.label_smoothing
            )
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
            rate.step()
            losses.append(loss.item())
        correct = accuracy(network, selection["select_pictures"], selection["select_labels"])
        network.train()
        checkpoint.parent.mkdir(exist_ok=True)
        state = [network.state_dict(), optimiser.state_dict(), rate.state_dict(), epoch + 1]
        torch.save(state, checkpoint)
        print(
            f"epoch {epoch + 1}/{schedule.epochs}  loss {np.mean(losses):.3f}  "
            f"select {correct:.3f}  {time.time() - start:.0f} s",
            flush=True,
        )
    checkpoint.unlink(missing_ok=True)
    return network.eval()


def resume(
    checkpoint: Path,
    network: nn.Module,
    optimiser: torch.optim.Optimizer,
    rate: torch.optim.lr_scheduler.LRScheduler,
) -> int:
    """Load what an interrupted run had reached; the epoch to go on with."""
    if not checkpoint.exists():
        return 0
    weights, momenta, schedule, epoch = torch.load(checkpoint, weights_only=True)
    network.load_state_dict(weights)
    optimiser.load_state_dict(momenta)
    rate.load_state_dict(schedule)
    print(f"going on after epoch {epoch}", flush=True)
    return int(epoch)


def parameter_groups(network: nn.Module, decay: float) -> list[dict[str, object]]:
    """Weight decay on matrices and kernels only, not on norms and biases."""
    parameters = list(network.parameters())
    return [
        {"params": [p for p in parameters if p.ndim > 1], "weight_decay": decay},
        {"params": [p for p in parameters if p.ndim <= 1], "weight_decay": 0.0},
    ]


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


@torch.inference_mode()
def accuracy(network: nn.Module, pictures: np.ndarray, labels: np.ndarray) -> float:
    """Top-1 accuracy as a fraction of 1."""
    network.eval()
    batches = torch.split(normalise(pictures), 500)
    logits = torch.cat([network(batch) for batch in batches])
    return float((logits.argmax(1).numpy() == labels).mean())


def save(network: nn.Module, path: Path) -> None:
    """Write the weights as safetensors, contiguous, without counters."""
    from safetensors.torch import save_file

    state = {key: value.contiguous() for key, value in network.state_dict().items()}
    save_file(state, path)


if __name__ == "__main__":
    main()
