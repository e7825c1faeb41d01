"""`allocate`: what is typed, what is printed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from quant.allocate.candidates import candidates
from quant.allocate.constraints import Constraints, Limits
from quant.allocate.front import front
from quant.allocate.latency import by_macs
from quant.allocate.predict import Predictor
from quant.allocate.problem import problem
from quant.allocate.recipes import recipe_of
from quant.allocate.solve import solve
from quant.cli import main
from quant.commands import allocated, allocating
from quant.commands.show import json_line
from quant.errors import RequestError
from quant.recipe import Recipe
from quant.store import open_store
from tests.allocate.networks import network
from tests.pages.samples import measurement


@pytest.mark.parametrize(
    ("words", "part"),
    [
        ([], "no budget was given"),
        (["--budget-bytes", "x"], "--budget-bytes must be a number"),
        (["--max-drop", "-1"], "--max-drop must be a number"),
        (["--budget-bytes", "9", "--allowed", "9"], "--allowed must be of"),
        (["--budget-bytes", "9", "--activations", "3"], "--activations must be of"),
        (["--budget-bytes", "9", "--fix", "stem"], "give LAYER=BITS"),
        (["--budget-bytes", "9", "--fix", "stem=99"], "--fix must be of"),
        (["--budget-bytes", "9", "--tie", "stem"], "at least two layers"),
        (["--budget-bytes", "9", "--measure", "21"], "--measure must be from 0 to 20"),
        (["--budget-bytes", "9", "--method", "best"], "--method must be of"),
        (["--budget-bytes", "9", "--method", "mse,gptq"], "one method"),
        (["--budget-bytes", "9", "-o", "/nowhere/at/all.json"], "there is no folder"),
    ],
)
def test_bad_input_meets_one_sentence(
    words: list[str], part: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["allocate", "fashion-resnet", *words]) == 2
    said = capsys.readouterr()
    assert part in said.err
    assert said.err.count("\n") == 1
    assert said.out == ""


@pytest.mark.parametrize(("runtime", "taught"), [("openvino 2026.4.1", 0), ("onnxruntime 1.20", 1)])
def test_files_of_another_runtime_teach_nothing(
    runtime: str, taught: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BITFRONT_HOME", str(tmp_path))
    found = network()
    with open_store() as store:
        store.append(
            measurement(Recipe(4, 8), workload=found.workload, data_id="", runtime=runtime)
        )
    told = allocating.predictor(found, "onnxruntime", Recipe(4, 8), {})
    assert told.taught == taught


def test_what_is_typed_becomes_constraints() -> None:
    found = allocating.constraints("2,4", "8,6", ["a=b=4", "c=3/6"], ["a=b, d"])
    assert found == Constraints((2, 4), (8, 6), (("a=b", 4, 8), ("c", 3, 6)), (("a=b", "d"),))
    asked = allocating.asked("1000", "1.5", "2", "5", None)
    assert asked == allocating.Asked(Limits(size_bytes=1000.0, latency_ms=2.0), 0.015, 5, None)
    with pytest.raises(RequestError):
        allocating.one([Recipe(), Recipe(4, 8)])


def told(checked: tuple = ()) -> allocated.Told:
    found = network(10)
    predictor = Predictor(found, "mse", "mse", pace=by_macs(found, 2.0, 1.0))
    given = problem(found, Constraints(), predictor.losses, predictor.sizes, predictor.pace)
    best = solve(given, Limits(size_bytes=given.size_bytes + 60_000))
    recipe = recipe_of(best.layers, found.layers, Recipe(8, 8, "mse", "mse"))
    return allocated.Told(predictor, best, recipe, checked)


def test_the_answer_says_that_it_is_predicted_and_by_what() -> None:
    said = allocated.text(told(), is_new=False)
    assert "Predicted, not measured" in said
    assert "no file of this method was measured yet" in said
    assert "shared out by multiply-adds" in said
    assert "does not change the latency" in said
    assert said.count("\nlayer") == 9  # a product of activations has no weights


def test_programs_read_one_object() -> None:
    answer = told()
    held = json.loads(json_line(allocated.fields(answer)))
    assert Recipe.from_json(json.dumps(held["recipe"])) == answer.recipe
    assert {"size_bytes", "sqnr_db", "drop", "latency_ms"} <= set(held["predicted"])
    assert len(held["layers"]) == 9
    assert held["corrected_by"] == 0


def test_a_recipe_has_the_widths_that_were_assigned() -> None:
    answer = told()
    own = answer.predictor.widths(answer.recipe)
    wanted = [(weights, inputs) for _, weights, inputs in answer.best.layers]
    product = [layer.op == "product" for layer in answer.predictor.layers]
    assert [a for a, skip in zip(own, product, strict=True) if not skip] == [
        a for a, skip in zip(wanted, product, strict=True) if not skip
    ]
    assert (answer.recipe.method, answer.recipe.ranges) == ("mse", "mse")
    assert answer.recipe.activations == 8


def test_a_product_with_another_width_keeps_it() -> None:
    layers = network(4).layers
    widths = [(one.name, 4, 6 if one.op == "product" else 8) for one in layers]
    assert recipe_of(widths, layers, Recipe()).layers == (("layer2", 4, 6),)


def test_candidates_differ_and_the_wanted_one_comes_first() -> None:
    answer = told()
    found = network(10)
    given = problem(found, Constraints(), answer.predictor.losses, answer.predictor.sizes)
    chosen = candidates(front(given, "size_bytes"), answer.best, 5)
    assert chosen[0] == answer.best
    assert len({one.layers for one in chosen}) == 5
    assert candidates(front(given, "size_bytes"), answer.best, 1) == [answer.best]
