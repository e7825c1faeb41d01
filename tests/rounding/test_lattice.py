"""The nearest codes: against exhaustive search on tiny layers, and never worse than rounding."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from quant.rounding.book import Book
from quant.rounding.lattice import best_paths, closest, columns, loss_of
from quant.rounding.levels import choices
from quant.rounding.moments import ridged
from quant.rounding.shares import STEPS


def layer(
    seed: int, groups: int, out: int, inputs: int
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Weights in steps of their scale, correlated moments, scales of 1."""
    draw = torch.Generator().manual_seed(seed)
    matrix = 1.5 * torch.randn(groups, out, inputs, generator=draw)
    mixed = torch.randn(groups, 3 * inputs, inputs, generator=draw)
    mixed = mixed @ torch.randn(groups, inputs, inputs, generator=draw)
    moments = ridged(mixed.transpose(1, 2) @ mixed / inputs, 0.01)  # as rounding does
    return matrix, moments, torch.ones(groups * out)


def lost(codes: torch.Tensor, matrix: torch.Tensor, moments: torch.Tensor) -> float:
    return float(loss_of(codes - matrix, moments).sum())


@pytest.mark.parametrize("has_shares", [False, True])
def test_few_weights_get_close_to_the_best_codes_there_are(has_shares: bool) -> None:
    levels = choices(2, is_shared=has_shares)[0]
    shares = np.array([0, 3, 9, 15], np.uint8) if has_shares else None
    book = Book(levels, shares)
    unit = 1.0 if not has_shares else 21.0
    ratios = []
    for seed in range(8):
        matrix, moments, scale = layer(seed, 1, 1, 4)
        matrix = matrix * unit
        table = [book.own[i] if has_shares else book.codes for i in range(4)]
        every = torch.tensor(list(product(*[one.tolist() for one in table])))
        least = float(loss_of(every[None] - matrix, moments).min())
        ratios.append(lost(closest(matrix, moments, scale, book), matrix, moments) / least)
    assert np.median(ratios) < 1.01
    assert max(ratios) < 4


@given(seed=st.integers(0, 2**32 - 1), bits=st.sampled_from([2, 3, 4, 6]))
@settings(max_examples=15, deadline=None)
def test_more_paths_lose_no_more_than_one_on_the_whole(seed: int, bits: int) -> None:
    matrix, moments, scale = layer(seed % 1000, 3, 8, 9)
    book = Book(choices(bits)[0])
    one = lost(columns(matrix, moments, scale, book), matrix, moments)
    several = lost(best_paths(matrix, moments, scale, book, 16), matrix, moments)
    assert several <= one * 1.001


def test_one_path_is_gptq() -> None:
    matrix, moments, scale = layer(3, 2, 5, 12)
    book = Book(choices(4)[0])
    torch.testing.assert_close(
        best_paths(matrix, moments, scale, book, 1), columns(matrix, moments, scale, book)
    )


@pytest.mark.parametrize("bits", [2, 3, 4])
def test_codes_are_those_that_the_file_can_hold(bits: int) -> None:
    matrix, moments, scale = layer(5, 2, 6, 9)
    shares = np.arange(9, dtype=np.uint8) % STEPS
    for levels in choices(bits, is_shared=True):
        book = Book(levels, shares)
        codes = closest(matrix * 20, moments, scale, book)
        for place in range(9):
            assert torch.isin(codes[:, :, place], book.own[place]).all()
