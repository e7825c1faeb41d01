"""The Add page takes a network and pictures, and says what is wrong with them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from models.own import own_names
from models.workload import workload
from quant.add import __main__ as reading
from quant.add import adding, apart
from quant.add.bounds import Bounds
from tests.add.networks import classifier, saved
from tests.add.pictures import folder


class AtOnce:
    """Does what it is given before it answers, in this process."""

    def submit(self, work: Callable[[], Any]) -> Future[Any]:
        done: Future[Any] = Future()
        try:
            done.set_result(work())
        except Exception as exc:
            done.set_exception(exc)
        return done


def read_here(task: str, what: str, bounds: Bounds | None = None, /, **given: Any) -> Any:
    bounds = bounds or Bounds.of_settings()
    asked = json.loads(json.dumps({"task": task, "with": given}))
    return apart.answer_of(json.dumps(reading.answered(asked, bounds)), "", 0, what, bounds)


@pytest.fixture
def page(explore: Callable[..., AppTest], monkeypatch: pytest.MonkeyPatch) -> Callable[[], AppTest]:
    monkeypatch.setattr("pages.parts.cache.readers", AtOnce)
    monkeypatch.setattr(adding, "apart", read_here)
    return lambda: explore().switch_page("pages/6_Add.py").run()


def zipped(tmp_path: Path, *classes: str) -> bytes:
    root = folder(tmp_path / "data", classes or ("a", "b", "c"))
    return Path(shutil.make_archive(str(tmp_path / "data"), "zip", root)).read_bytes()


def give(app: AppTest, at: int, name: str, content: bytes) -> AppTest:
    return app.file_uploader[at].set_value((name, content, "")).run()


def sentences(app: AppTest) -> str:
    drawn = (*app.error, *app.warning, *app.success, *app.caption, *app.markdown, *app.info)
    return "\n".join(str(one.value) for one in drawn)


def test_a_network_and_a_zip_become_a_model(page: Callable[[], AppTest], tmp_path: Path) -> None:
    network = saved(classifier(shape=(1, 1, 8, 8), reshape=(1, -1)), tmp_path).read_bytes()
    app = give(page(), 0, "My Net.onnx", network)
    assert [one.value for one in app.metric][:2] == ["8 × 8, grey", "3"]
    assert "one picture at a time" in sentences(app)
    app = give(app, 1, "data.zip", zipped(tmp_path))
    assert "60 pictures" in sentences(app)
    assert app.text_input[0].value == "my-net"
    app = app.button(key="add").click().run()
    assert not app.exception
    assert own_names() == ("own/my-net",)
    assert "24 pictures calibrate" in sentences(app)
    assert workload("own/my-net").dataset == "data.zip"
    assert "1 · The network" in [one.value for one in app.subheader]


def test_what_is_wrong_with_a_network_is_a_sentence(page: Callable[[], AppTest]) -> None:
    app = give(page(), 0, "net.onnx", b"hello")
    assert "not an ONNX file" in sentences(app)
    assert len(app.file_uploader) == 1


def test_classes_that_cannot_be_matched_are_asked_for(
    page: Callable[[], AppTest], tmp_path: Path
) -> None:
    app = give(page(), 0, "net.onnx", saved(classifier(), tmp_path).read_bytes())
    app = give(app, 1, "data.zip", zipped(tmp_path, "x", "y"))
    assert "2 folders of pictures" in sentences(app)
    assert not [one for one in app.button if one.key == "add"]
    app = app.text_area[0].set_value("z\ny\nx").run()
    assert [one for one in app.button if one.key == "add"]


def test_a_folder_on_this_machine_is_taken(page: Callable[[], AppTest], tmp_path: Path) -> None:
    app = give(page(), 0, "net.onnx", saved(classifier(), tmp_path).read_bytes())
    app = app.button_group[0].set_value("A folder on this machine").run()
    app = app.text_input(key="adding-folder").set_value("/nowhere").run()
    assert "there is no folder" in sentences(app).lower()
    app = app.text_input(key="adding-folder").set_value(str(folder(tmp_path / "here", [""], 45)))
    assert "agreement with FP32" in sentences(app.run())


def test_a_name_that_is_taken_is_said(page: Callable[[], AppTest], tmp_path: Path) -> None:
    network, pictures = saved(classifier(), tmp_path).read_bytes(), zipped(tmp_path)
    app = give(give(page(), 0, "net.onnx", network), 1, "data.zip", pictures)
    app = app.button(key="add").click().run()
    app = give(give(app, 0, "net.onnx", network), 1, "data.zip", pictures)
    app = app.button(key="add").click().run()
    assert "already" in sentences(app)


def test_a_read_only_store_takes_nothing(
    page: Callable[[], AppTest], monkeypatch: pytest.MonkeyPatch
) -> None:
    from pages.parts import cache

    store = cache.store()
    monkeypatch.setattr(store, "read_only", True)
    app = page()
    assert not app.file_uploader
    assert "read-only copy" in sentences(app)
