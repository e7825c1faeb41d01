"""Write the pictures that ship: 10,000 to report on, 1,000 to calibrate, 1,000 to select.

    python -m models.zoo.pack_fashion

The 2,000 come from the training set, 100 a class for each split, chosen by a fixed seed among the
pictures that occur nowhere else in Fashion-MNIST; `train_fashion.py` leaves them out by index.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from models.zoo.fashion_originals import originals
from models.zoo.files import FASHION_MNIST

SEED = 20170825  # the day Fashion-MNIST was published
A_CLASS = 100


def main() -> None:
    train, train_labels = originals("train")
    test, test_labels = originals("t10k")
    contents = [picture.tobytes() for picture in np.concatenate([train, test])]
    seen: dict[bytes, int] = {}
    for content in contents:
        seen[content] = seen.get(content, 0) + 1
    unique = np.array([seen[content] == 1 for content in contents[: len(train)]])

    order = np.random.default_rng(SEED).permutation(len(train))
    order = order[unique[order]]
    calibrate, select = [], []
    for label in range(10):
        of_class = order[train_labels[order] == label]
        calibrate.append(of_class[:A_CLASS])
        select.append(of_class[A_CLASS : 2 * A_CLASS])
    rng = np.random.default_rng(SEED)
    chosen: dict[str, Any] = {
        "calibrate": rng.permutation(np.concatenate(calibrate)),
        "select": rng.permutation(np.concatenate(select)),
    }
    np.savez_compressed(
        FASHION_MNIST,
        report_pictures=test,
        report_labels=test_labels,
        **{f"{split}_pictures": train[index] for split, index in chosen.items()},
        **{f"{split}_labels": train_labels[index] for split, index in chosen.items()},
        **{f"{split}_index": index for split, index in chosen.items()},
    )
    print(f"{FASHION_MNIST}: {FASHION_MNIST.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
