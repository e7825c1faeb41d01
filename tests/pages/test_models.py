"""Choosing a model: what is known of it, what is missing, and what the next step is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from models import imagenette
from models.hub import HubFile
from models.workload import workload
from quant.recipe import Recipe
from quant.store import Store
from tests.pages.samples import measurement, said
from tests.pages.test_explore import words

Explore = Callable[..., AppTest]
RESNET = "torchvision/resnet50-IMAGENET1K_V1"


@pytest.fixture(autouse=True)
def no_weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    return tmp_path


def test_a_link_names_any_model_of_torchvision(explore: Explore, store: Store) -> None:
    app = explore(model=RESNET)
    assert app.selectbox(key="model").value == RESNET
    told = words(app)
    assert f"{RESNET} on ImageNet" in told
    assert "25.6 M parameters, 4.09 G multiply-adds" in told
    assert "103 MB to download" in told
    assert "Published top-1 76.1 %" in told


def test_what_is_missing_and_the_next_step_are_said(explore: Explore, store: Store) -> None:
    app = explore(model=RESNET)
    assert "needs a folder of labelled ImageNet pictures" in words(app)
    assert "or use Imagenette" in words(app)
    assert app.button(key="imagenette-here").label == "Use Imagenette · 342 MB"
    assert app.button(key="measure").disabled
    app.button(key="imagenette").click().run()
    assert app.text_input(key="data").value == "imagenette"
    told = words(app)
    assert f"Measuring downloads the weights of {RESNET} (103 MB) and Imagenette (342 MB)" in told
    assert f"Downloads the weights of {RESNET} (103 MB) and Imagenette (342 MB) first." in told
    assert not app.button(key="measure").disabled


def test_measuring_asks_for_a_job_that_downloads_first(
    explore: Explore, store: Store, started: list[bool]
) -> None:
    app = explore(model=RESNET, data="imagenette", weights=["8"])
    app.button(key="measure").click().run()
    assert not app.exception
    [sweep] = store.sweeps()
    assert sweep.workload == RESNET
    assert started
    claimed = store.claim("test", 60)
    assert claimed is not None
    assert claimed.data == "imagenette"


def test_what_is_here_is_not_announced_as_a_download(
    explore: Explore, store: Store, home: Path
) -> None:
    file = workload(RESNET).hub_file
    assert isinstance(file, HubFile)
    file.path.parent.mkdir(parents=True)
    file.path.touch()
    imagenette.folder(home).mkdir(parents=True)
    app = explore(model=RESNET, data="imagenette")
    assert "ownload" not in words(app)
    assert "Weights on this machine" in words(app)
    assert explore(model=RESNET).button(key="imagenette").label == "Use Imagenette"


def test_the_list_shows_facts_and_can_be_searched(explore: Explore, store: Store) -> None:
    app = explore()
    app.button(key="all-models").click().run()
    assert not app.exception
    [table] = [one for one in app.dataframe if "model" in one.value.columns]
    assert len(table.value) == 118
    row = table.value.set_index("model").loc["torchvision/vit_b_16"]
    assert row["parameters, M"] == pytest.approx(86.6, abs=0.1)
    assert row["published top-1, %"] == pytest.approx(81.07, abs=0.01)
    assert row["weights"] == "346 MB to download"


def test_a_random_network_shows_agreement_and_never_accuracy(
    explore: Explore, store: Store
) -> None:
    for recipe, drop in ((Recipe.fp32(), 0.0), (Recipe(8, 8, "mse"), 0.02), (Recipe(4, 8), 0.3)):
        point = measurement(
            recipe,
            workload="torchvision/resnet18-random",
            metric="agreement",
            fp32_accuracy=1.0,
            accuracy=1 - drop,
            drop=drop,
            lost=int(drop * 10_000),
            flips=int(drop * 10_000),
            gained=0,
        )
        store.append(point, said(point))
    app = explore(model="torchvision/resnet18-random", loss="10 pp")
    told = words(app)
    assert "Agreement with FP32" in [one.label for one in app.metric]
    assert "Accuracy" not in [one.label for one in app.metric]
    assert "There are no true labels here" in told
    assert "in agreement with FP32" in told
    assert app.selectbox(key="y").value == "agreement"
    headings = [one.value for one in app.subheader]
    assert "Agreement with FP32 against size" in headings
    columns = [set(one.value.columns) for one in app.dataframe]
    assert any("agreement with FP32, %" in one for one in columns)
    assert not any("accuracy, %" in one for one in columns)


def test_agreement_is_not_drawn_beside_accuracy(explore: Explore, filled: Store) -> None:
    point = measurement(
        Recipe(8, 8), workload="torchvision/resnet18-random", metric="agreement", fp32_accuracy=1.0
    )
    filled.append(point, said(point))
    app = explore(also="torchvision/resnet18-random")
    assert "Accuracy and agreement with FP32 do not compare" in words(app)
