"""What can be chosen, and what a list says of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.offered import counted, found, names, offered, published, weights_in_words
from models.workload import workload


def test_every_name_that_is_offered_is_a_workload_once() -> None:
    assert len(set(names())) == len(names())
    assert all(workload(name).name == name for name in names())
    assert names()[0] == "fashion-resnet"


def test_published_weights_come_before_random_ones() -> None:
    is_random = [one.is_random for one in offered()]
    assert is_random == sorted(is_random)
    assert sum(is_random) == 80
    assert not any(one.is_random for one in published())


@pytest.mark.parametrize(
    ("text", "some"),
    [
        ("RESNET50", "torchvision/resnet50"),
        ("resnet50 v1", "torchvision/resnet50-IMAGENET1K_V1"),
        ("fashion", "fashion-vit"),
        ("transformer swin", "torchvision/swin_t"),
        ("", "imagenet-lite0"),
    ],
)
def test_a_search_takes_words_in_any_order_and_case(text: str, some: str) -> None:
    assert some in {one.name for one in found(text, published())}


def test_a_search_for_nothing_there_finds_nothing() -> None:
    assert found("resnet transformer", published()) == ()


def test_lists_say_whether_weights_are_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    chosen = workload("torchvision/resnet18")
    assert weights_in_words(chosen) == "47 MB to download"
    assert weights_in_words(workload("fashion-resnet")) == "here"
    assert weights_in_words(workload("torchvision/resnet18-random")) == "random"
    assert chosen.hub_file is not None
    chosen.hub_file.path.parent.mkdir(parents=True)
    chosen.hub_file.path.touch()
    assert weights_in_words(chosen) == "here"


@pytest.mark.parametrize(
    ("value", "text"),
    [(369_458, "369 k"), (25_557_032, "25.6 M"), (4_089_184_256, "4.09 G"), (1.02e12, "1.02 T")],
)
def test_counts_have_three_digits(value: int, text: str) -> None:
    assert counted(value) == text
