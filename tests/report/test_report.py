"""A report says what the page says, in every awkward case, and nothing that was not measured."""

from __future__ import annotations

import base64
import csv
import gzip
import io
import json
import re
import zipfile
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from pptx import Presentation

from quant import advice, explain
from quant.breakdown import chart as bars
from quant.budgets import USUAL, Budgets
from quant.commands.report import source_of
from quant.devices.table import device
from quant.errors import RequestError
from quant.judged import rows
from quant.metric import AGREEMENT
from quant.present.words import sentence, verdict
from quant.recipe import Recipe
from quant.records import Measurement
from quant.report import numbers
from quant.report.charts import Chart, charts
from quant.report.html import html
from quant.report.packed import checked, written
from quant.report.sections import headline, sections
from quant.report.slides import slides
from quant.report.static import picture
from quant.store import Right, open_store
from tests.breakdown.samples import breakdown
from tests.devices.samples import point as with_layers
from tests.pages.samples import measurement, sweep
from tests.report.gathered import reported

MOST_BYTES = 6_000_000
FP32 = measurement(Recipe.fp32())
HOSTILE = '<script>alert("1")</script>&=2+3'


def shown(page: bytes) -> str:
    """What is read on the page, without its scripts and styles."""
    text = re.sub(r"<(script|style).*?</\1>", "", page.decode(), flags=re.DOTALL)
    return " ".join(unescape(re.sub("<[^>]+>", " ", text)).split())


def embedded(page: bytes, name: str) -> Any:
    """The numbers that the page holds for taking away."""
    found = re.search(rf'<script type="text/plain" id="{name}">(.*?)</script>',
                      page.decode(), re.DOTALL)  # fmt: skip
    assert found
    return json.loads(gzip.decompress(base64.b64decode(found[1])))


def one(drop: float, half: float, recipe: Recipe | None = None, **changes: Any) -> Measurement:
    ends = {"drop_low": drop - half, "drop_high": drop + half}
    return measurement(recipe, drop=drop, **ends, **changes)


def said(points: list[Measurement], budgets: Budgets = USUAL) -> str:
    with reported(points, budgets) as report:
        page = shown(html(report))
        assert headline(report) in page
        assert "NaN" not in page
        return headline(report)


def test_it_says_what_present_says_and_has_the_rows_of_points() -> None:
    with reported(sweep(), Budgets(size_bytes=1e6, drop=0.005)) as report:
        answered = verdict(report.answer, report.asked)
        wanted = f"{answered}. {sentence(report.answer, report.asked, report.compared)}"
        assert headline(report) == wanted
        with open_store() as store:
            right = Right(store).of
            listed = rows(report.measured, report.selection, report.asked.limits, right)
        assert [dict(row) for row in report.rows] == listed
        page = html(report)
        told = embedded(page, "json")
        assert told["points"] == json.loads(json.dumps(listed))
        assert told["headline"] == wanted
        text = shown(page)
        for point in report.measured:
            assert explain.accuracy(point) in text
            assert explain.size(point.size_bytes) in text
        for fact in ("AMD EPYC 9R14, 2 cores", "2026-05-04", "10,000", "Fashion-MNIST", "accuracy"):
            assert fact in text


def test_it_states_the_commands_that_make_it_again() -> None:
    pi, limits = device("raspberry-pi-5"), Budgets(drop=0.01, size_bytes=2e6)
    with reported(sweep(), limits, device=pi) as report:
        (again,) = (part for part in sections(report) if part.name == "again")
    assert again.code[0] == (
        "python -m quant sweep fashion-resnet --weights 8,7,6,5,4,3,2 --activations 8 "
        "--method mse --ranges minmax --threads 2"
    )
    assert any("--method nearest" in line and "8,6,4,3,2" in line for line in again.code)
    assert any(line.startswith("python -m quant bundle fashion-resnet") for line in again.code)
    assert again.code[-1] == (
        "python -m quant report fashion-resnet --max-drop 1 --max-mb 2 --device raspberry-pi-5 "
        "-o fashion-resnet.html"
    )


def test_a_pinned_point_is_spoken_of_as_explore_does() -> None:
    worst = next(point for point in sweep() if point.recipe.label == "w2a8·mse")
    with reported(sweep(), pinned=worst.id) as report:
        assert headline(report).endswith("w2a8·mse does not meet the loss of at most 0.5 pp.")
        assert report.chosen is not None
        assert report.chosen.id == worst.id


def test_explores_own_recommendation_is_said_in_its_words() -> None:
    with reported(sweep()) as report:
        best = report.answer.beside.point
        assert best is not None
        assert "smallest of 15 measured" in advice.why(report.answer.beside, report.asked.limits)


@pytest.mark.parametrize(
    ("points", "budgets", "words"),
    [
        ([FP32, one(-0.002, 0.001, p_value=0.0001)], USUAL, "more accurate on 10,000 pictures"),
        ([FP32, one(0.004, 0.003)], USUAL, "Not decided"),
        (
            [FP32, one(0.0, 0.001, latency_ms=0.9, latency_low_ms=0.89, latency_high_ms=0.91)],
            USUAL,
            "though 1.5× slower",
        ),
        ([FP32, one(0.02, 0.001)], Budgets(drop=0.005, size_bytes=1e5), "No. None of 2 measured"),
        ([FP32], USUAL, "Only the network as it came is measured so far"),
        ([one(0.001, 0.001)], USUAL, "Yes. Four-bit weights"),
        (
            [replace(point, metric=AGREEMENT) for point in (FP32, one(0.004, 0.001))],
            USUAL,
            "the same answer as FP32 to",
        ),
    ],
    ids=["gain", "undecided", "slower", "nothing within", "fp32 alone", "single", "agreement"],
)  # fmt: skip
def test_awkward_cases_have_a_page(points: list[Measurement], budgets: Budgets, words: str) -> None:
    assert words in said(points, budgets)


def test_without_points_there_is_a_sentence() -> None:
    with open_store() as store, pytest.raises(RequestError, match="nothing is measured of fashion"):
        source_of(store, "fashion-resnet")


def test_agreement_is_named_and_never_called_accuracy() -> None:
    points = [replace(point, metric=AGREEMENT) for point in (FP32, one(0.004, 0.001))]
    with reported(points) as report:
        text = shown(html(report))
    assert "Agreement with FP32 against size" in text
    assert "there are no true labels" in text


def test_names_are_never_markup_nor_formulas() -> None:
    named = replace(FP32.machine, cpu=HOSTILE)
    points = [
        replace(point, machine=named, data=HOSTILE, notes=("=1", "@cmd"), pictures_from="=HYPER()")
        for point in (FP32, one(0.001, 0.001))
    ]
    with reported(points) as report:
        page = html(report)
        assert b"<script>alert" not in page
        assert b"&lt;script&gt;alert" in page
        assert HOSTILE in shown(page)
        assert embedded(page, "json")["data"] == HOSTILE
        lines = list(csv.reader(io.StringIO(numbers.points_csv(report))))
    cells = [cell for line in lines for cell in line]
    assert "'=HYPER()" in cells
    numeric = re.compile(r"-?[\d.e+-]+")
    assert [c for c in cells if c[:1] in tuple("=+-@") and not numeric.fullmatch(c)] == []


def test_what_is_modelled_stands_apart() -> None:
    points = [with_layers(Recipe.fp32(), "float32"), with_layers(Recipe(8, 8))]
    with reported(points, device=device("raspberry-pi-5")) as report:
        page = html(report)
        parts = sections(report)
        told = numbers.numbers(report)
        deck = slides(report)
    apart = [part for part in parts if part.is_modelled]
    assert [part.title for part in apart] == ["On Raspberry Pi 5, 8 GB: modelled, not measured"]
    rest = [part.title + "".join(part.said) for part in parts if not part.is_modelled]
    assert not any("odelled" in text for text in rest)
    assert told["modelled"]["measured"] is False
    assert not any("odelled" in name for row in told["points"] for name in row)
    assert b'<section class="modelled"' in page
    titles = [slide.shapes.title.text for slide in Presentation(io.BytesIO(deck)).slides]
    assert any("modelled, not measured" in title for title in titles)


def test_the_page_fetches_nothing_and_stays_small_with_300_points() -> None:
    points = [FP32] + [
        measurement(Recipe(weights, 8, "mse", seed=0, calibration_images=10 + at))
        for at in range(43)
        for weights in (8, 7, 6, 5, 4, 3, 2)
    ]
    with reported(points[:300]) as report:
        page = html(report)
        assert len(report.rows) == 300
    assert len(page) < MOST_BYTES
    text = page.decode()
    plain = re.sub(r"<script.*?</script>", "", text, flags=re.DOTALL)
    assert re.findall(r'(?:src|href)="(?!data:)', plain) == []
    assert "default-src 'none'" in text


def test_the_deck_has_tables_pictures_and_notes() -> None:
    with reported(sweep()) as report:
        deck = Presentation(io.BytesIO(slides(report)))
        wanted = headline(report)
    pages = list(deck.slides)
    assert pages[0].shapes.title.text == wanted
    assert all(page.has_notes_slide and page.notes_slide.notes_text_frame.text for page in pages)
    shapes = [shape for page in pages for shape in page.shapes]
    tables = [shape.table for shape in shapes if shape.has_table]
    cells = [cell.text for table in tables for row in table.rows for cell in row.cells]
    assert "5.30 MB" in cells
    drawn = [shape for shape in shapes if shape.shape_type == 13]
    assert len(drawn) == 3
    assert all(shape._element.nvPicPr.cNvPr.get("descr") for shape in drawn)
    width, height = deck.slide_width, deck.slide_height
    assert all(s.left >= 0 and s.left + s.width <= width and s.top < height for s in shapes)


def test_everything_is_in_the_archive() -> None:
    with reported(sweep()) as report:
        archive = zipfile.ZipFile(io.BytesIO(written(report, ".zip")))
    names = archive.namelist()
    for name in ("size", "latency", "answer"):
        assert archive.read(f"charts/{name}.png").startswith(b"\x89PNG")
        assert b"<svg" in archive.read(f"charts/{name}.svg")
    kinds = {Path(name).suffix for name in names}
    assert kinds == {".html", ".pptx", ".json", ".csv", ".png", ".svg"}


def test_pictures_hold_the_names_of_the_front_as_the_chart_has_them() -> None:
    with reported(sweep()) as report:
        drawn = charts(report)["size"]
    assert drawn.figure["layout"]["xaxis"]["title"]["text"].startswith("size, MB")
    assert len(picture(drawn, "png")) > 10_000


@pytest.mark.parametrize("name", ["a.pdf", "report", "a.html.exe"])
def test_a_name_that_says_no_form_is_refused(name: str) -> None:
    with pytest.raises(RequestError, match=r"a report is written as \.html"):
        checked(name)


def test_recipes_whose_layers_differ_come_along_for_the_commands() -> None:
    recipe = Recipe(4, 8, "mse", layers=(("body.0", 2, 8),))
    with reported([FP32, one(0.001, 0.001, recipe)]) as report:
        archive = zipfile.ZipFile(io.BytesIO(written(report, ".zip")))
        (again,) = (part for part in sections(report) if part.name == "again")
    kept = f"recipes/{recipe.id}.json"
    assert Recipe.from_json(archive.read(kept).decode()) == recipe
    assert sum(f"--recipe {kept}" in line for line in again.code) == 3


def test_time_by_layer_is_drawn_too() -> None:
    found = breakdown()
    chart = Chart("time", "time", bars.summary(found), bars.bars(found).to_dict())
    assert picture(chart, "png").startswith(b"\x89PNG")
    assert b"<svg" in picture(chart, "svg")
