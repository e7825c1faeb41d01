"""Facts and layers side by side, and sentences that rest on the stored numbers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from quant.certainty import smallest
from quant.compare.facts import facts, folded
from quant.compare.layers import grouped, layers
from quant.compare.sides import Side
from quant.compare.words import could_have, grounds, headline, statements
from quant.recipe import Recipe
from quant.samples import Samples
from quant.stats import holm, mcnemar
from tests.compare.answers import AFTER, BEFORE, side
from tests.pages.samples import XEON, measurement

A = side("A", BEFORE, Recipe.fp32())
B = side("B", AFTER)


def many(letter: str, lost: int, gained: int, n: int = 1000) -> Side:
    """A column that loses and gains so many against one that has all of the first half right."""
    labels = np.zeros(n, np.int64)
    said = np.where(np.arange(n) < n // 2, 0, 1)
    said[:lost] = 1
    said[n // 2 : n // 2 + gained] = 0
    recipe = Recipe.fp32() if letter == "A" else Recipe(4, 8, seed=ord(letter))
    point = measurement(recipe, n=n, data_id="0" * 12)
    return Side(letter, point, Samples(said, np.ones(n), labels))


def test_rows_that_are_the_same_are_folded() -> None:
    points = [measurement(Recipe.fp32()), measurement(Recipe(4, 8, "mse"))]
    differing, same = folded(facts(points))
    assert {"Accuracy", "Size", "Weights", "Rounding"} <= {row.name for row in differing}
    assert {"Model", "Machine", "Runtime", "Timed at"} <= {row.name for row in same}
    told = {row.name: row.cells for row in differing}
    assert told["Weights"] == ("float32", "4 bits, 4 with scales")
    assert told["Against FP32"] == ("the baseline", "−0.4 pp (−0.6 to −0.3)")
    assert told["Size"] == ("5.30 MB", "0.703 MB, 7.5× smaller")


def test_what_nobody_has_is_no_row() -> None:
    points = [measurement(Recipe(8, 8), notes=()), measurement(Recipe(4, 8), notes=())]
    assert "Notes" not in {row.name for row in facts(points)}


def test_layers_that_differ_are_shown_and_the_rest_is_folded() -> None:
    found = layers([side("A", BEFORE, Recipe(4, 8)), side("B", AFTER, Recipe(8, 8))])
    assert [row.name for row in found.differing] == ["body.0"]
    assert found.differing[0].cells == (
        "4-bit weights, 8-bit input, QLinearConv",
        "8-bit weights, 8-bit input, QLinearConv",
    )
    assert [row.name for row in found.same] == ["stem", "mean"]
    assert found.same[1].cells[0] == "float: ReduceMean has no kernel"


def test_layers_of_other_networks_and_none_at_all_are_sentences() -> None:
    other = [replace(one, layer=f"x{one.layer}") for one in A.point.outcomes]
    foreign = replace(B, point=replace(B.point, outcomes=tuple(other)))
    assert "no layer in common" in layers([A, foreign]).told
    bare = replace(B, point=replace(B.point, outcomes=()))
    assert layers([A, bare]).told == "No layers are recorded for B: w4a8·mse."


def test_a_layer_that_one_has_not_stands_where_it_belongs() -> None:
    first, second, third = B.point.outcomes
    more = (first, replace(second, layer="body.1"), second, third)
    longer = replace(B, point=replace(B.point, outcomes=more))
    found = layers([side("A", BEFORE), longer])
    assert [(row.name, row.cells[0]) for row in found.differing] == [("body.1", "—")]
    rows = layers([longer, side("B", AFTER)])
    assert [row.name for row in rows.differing] == ["body.1"]


def test_layers_that_differ_in_the_same_way_share_a_row() -> None:
    row = layers([side("A", BEFORE, Recipe(4, 8)), side("B", AFTER, Recipe(8, 8))]).differing[0]
    (one,) = grouped([row, row._replace(name="body.1"), row._replace(name="body.2")])
    assert one == row._replace(name="body.0 and 2 more")


def test_statements_are_tested_together() -> None:
    columns = (many("A", 0, 0), many("B", 40, 10), many("C", 20, 8))
    said = statements(columns)
    raw = [mcnemar(40, 10), mcnemar(20, 8)]
    tested = [one.beside.p_value for one in said if one.beside]
    assert tested == pytest.approx(holm(raw).tolist())
    assert said[0].told_apart
    assert tested[0] == pytest.approx(2 * raw[0])
    assert "less accurate on 1,000 pictures" in headline(said[0])
    assert "after Holm's correction for 2 comparisons" in grounds(said[0])
    assert "40 became wrong, 10 became right" in grounds(said[0])


def test_too_few_pictures_tell_nothing_and_say_so() -> None:
    (said,) = statements((A, B))
    assert not said.told_apart
    assert "not told apart on 8 pictures" in headline(said)
    assert said.beside is not None
    least = said.beside.detectable
    assert could_have(said.beside) == (
        "So few pictures cannot tell any difference."
        if least >= 1
        else f"A true difference of {smallest(least)} or more would have been seen in 8 of 10 such "
        "comparisons."
    )


def test_a_headline_says_size_speed_and_accuracy() -> None:
    (said,) = statements((many("A", 0, 0), many("B", 1, 3)))
    assert headline(said) == (
        "B: w4a8·nearest·seed 66 against A: fp32: 7.5× smaller, 2.6× faster, +0.2 pp "
        "(−0.3 to +0.7) in accuracy, not told apart on 1,000 pictures."
    )


def test_other_pictures_leave_size_and_speed() -> None:
    (said,) = statements((A, side("B", AFTER, data_id="f" * 12)))
    assert said.beside is None
    assert "different pictures" in headline(said)
    assert "7.5× smaller" in headline(said)
    assert grounds(said) == ""


def test_speeds_of_other_machines_do_not_compare() -> None:
    (said,) = statements((A, side("B", AFTER, machine=XEON)))
    assert "timed on another machine" in headline(said)


def test_speed_goes_by_what_fp32_took_beside_it() -> None:
    busy = {"latency_ms": 0.5, "latency_low_ms": 0.49, "latency_high_ms": 0.51}
    busy |= {"fp32_latency_ms": 1.2, "fp32_latency_low_ms": 1.19, "fp32_latency_high_ms": 1.21}
    older = {"latency_ratio": None, "latency_ratio_low": None, "latency_ratio_high": None}
    quiet = side("A", BEFORE, Recipe(8, 8), **older)
    (said,) = statements((quiet, side("B", AFTER, **busy, **older)))
    assert "not told apart in speed" in headline(said)
    slow = {"latency_ms": 0.6, "latency_low_ms": 0.59, "latency_high_ms": 0.61}
    (said,) = statements((quiet, side("B", AFTER, **busy | slow, **older)))
    assert "1.3× slower" in headline(said)
    ratios = {"latency_ratio": 0.39, "latency_ratio_low": 0.385, "latency_ratio_high": 0.4}
    timed = side("A", BEFORE, Recipe(8, 8), **ratios)
    (said,) = statements((timed, side("B", AFTER, **busy, **ratios)))
    assert "not told apart in speed" in headline(said)
