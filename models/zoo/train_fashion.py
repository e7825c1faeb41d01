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
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from models.zoo.fashion_batches import batches, normalise, training_pictures
from models.zoo.fashion_originals import originals
from models.zoo.files import FASHION_MNIST, ZOO, weights_file
from models.zoo.schedules import SCHEDULES, Schedule, optimiser_of, rate_of


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("network", choices=sorted(SCHEDULES))
    parser.add_argument("--output", type=Path, help="folder for the weights (default: models/zoo)")
    parser.add_argument(
        "--threads", type=int, default=2, help="1 is quicker on a machine that is busy (default: 2)"
    )
    arguments = parser.parse_args()
    schedule = SCHEDULES[arguments.network]
    torch.set_num_threads(arguments.threads)
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
        "threads": arguments.threads,
        "torch": torch.__version__,
        "machine": platform.machine(),
        **{key: value for key, value in asdict(schedule).items() if key != "build"},
    }
    path.with_suffix(".json").write_text(json.dumps(record, indent=2) + "\n")
    print(json.dumps(record), flush=True)


def train(schedule: Schedule, checkpoint: Path) -> nn.Module:
    """Train, saving after every epoch; an epoch's randomness depends on its number alone."""
    torch.manual_seed(schedule.seed)
    network = schedule.build().train().requires_grad_(True)
    network = network.to(memory_format=torch.channels_last)
    pictures, labels = training_pictures()
    steps = len(labels) // schedule.batch
    optimiser = optimiser_of(schedule, network)
    rate = rate_of(schedule, optimiser, steps * schedule.epochs)
    first = resume(checkpoint, network, optimiser, rate)
    selection = np.load(FASHION_MNIST)
    for epoch in range(first, schedule.epochs):
        start, losses = time.time(), []
        for batch, truth in batches(pictures, labels, schedule, epoch):
            with torch.autocast("cpu", torch.bfloat16, enabled=schedule.bfloat16):
                logits = network(batch)
            loss = functional.cross_entropy(
                logits.float(), truth, label_smoothing=schedule.label_smoothing
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


@torch.inference_mode()
def accuracy(network: nn.Module, pictures: np.ndarray, labels: np.ndarray) -> float:
    """Top-1 accuracy as a fraction of 1."""
    network.eval()
    parts = torch.split(normalise(pictures), 500)
    logits = torch.cat([network(part) for part in parts])
    return float((logits.argmax(1).numpy() == labels).mean())


def save(network: nn.Module, path: Path) -> None:
    """Write the weights as safetensors, contiguous, without counters."""
    from safetensors.torch import save_file

    state = {key: value.contiguous() for key, value in network.state_dict().items()}
    save_file(state, path)


if __name__ == "__main__":
    main()
