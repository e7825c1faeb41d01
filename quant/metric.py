"""What an accuracy is: right answers, or the same answers as FP32 where nothing says what is right.

A random network, or pictures without labels, have no right answers. Figures called `accuracy` then
hold the share of pictures that get FP32's own answer, and are named so wherever they are shown.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from models.workload import ACCURACY, AGREEMENT

NAMES = {ACCURACY: "accuracy", AGREEMENT: "agreement with FP32"}


class Measured(Protocol):
    @property
    def metric(self) -> str: ...


def is_agreement(measured: Measured) -> bool:
    return measured.metric == AGREEMENT


def named(measured: Measured) -> str:
    """`accuracy`, or `agreement with FP32`."""
    return NAMES.get(measured.metric, measured.metric)


def common(measured: Iterable[Measured]) -> str:
    """What the figures of several are called: by the first, since none of another metric are shown
    or listed beside it."""
    return next(map(named, measured), NAMES[ACCURACY])


def titled(metric: str, text: str) -> str:
    """A heading or a sentence about accuracy, put in the words of a metric."""
    if metric != AGREEMENT:
        return text
    told = NAMES[AGREEMENT]
    return text.replace("accuracy", told).replace("Accuracy", f"{told[:1].upper()}{told[1:]}")


__all__ = ["ACCURACY", "AGREEMENT", "NAMES", "common", "is_agreement", "named", "titled"]
