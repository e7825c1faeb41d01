"""Weights and pictures are fetched once, whole and checked, or a sentence says what to do."""

from __future__ import annotations

import hashlib
import io
import tarfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from torchvision.datasets import Imagenette

from models import imagenette
from models.data import dataset
from models.download import download
from models.fetching import fetch, missing
from models.hub import HubFile, checkpoints
from models.workload import Workload, workload
from quant.errors import DataError, ModelError, StoreError
from quant.identity import Request, data_of
from quant.recipe import Recipe
from tests.models.standin import Standin, serving

WEIGHTS = bytes(range(256)) * 4000  # a megabyte that stands for weights


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Standin]:
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    with serving() as standin:
        yield standin


def published(server: Standin, content: bytes = WEIGHTS) -> Workload:
    """resnet18, as if its weights were published by the stand-in."""
    file = HubFile(server.put("resnet18", content), len(content))
    return replace(workload("torchvision/resnet18"), hub_file=file)


def hidden(folder: Path) -> list[str]:
    """What is left behind of a download, its lock apart."""
    return [path.name for path in folder.glob(".*") if not path.name.endswith(".lock")]


def test_weights_arrive_whole_in_torchs_cache_with_progress(
    server: Standin, tmp_path: Path
) -> None:
    chosen, told = published(server), []
    assert [one.what for one in missing(chosen, None, tmp_path)] == [
        "the weights of torchvision/resnet18"
    ]
    fetch(chosen, None, tmp_path, lambda step, share: told.append((step, share)))
    assert chosen.hub_file is not None
    assert (checkpoints() / chosen.hub_file.name).read_bytes() == WEIGHTS
    assert told[-1][0] == "Downloading the weights of torchvision/resnet18: 1 of 1 MB"
    assert [share for _, share in told] == sorted(share for _, share in told)
    assert missing(chosen, None, tmp_path) == ()
    assert hidden(checkpoints()) == []


def test_what_is_there_is_not_fetched_again(server: Standin, tmp_path: Path) -> None:
    chosen = published(server)
    for _ in range(2):
        fetch(chosen, None, tmp_path, lambda *_: None)
    assert len(server.asked) == 1


def test_two_who_ask_at_once_fetch_once(server: Standin, tmp_path: Path) -> None:
    chosen = published(server)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: fetch(chosen, None, tmp_path, lambda *_: None), range(4)))
    assert len(server.asked) == 1


def test_another_content_is_refused(server: Standin, tmp_path: Path) -> None:
    chosen = published(server)
    assert chosen.hub_file is not None
    server.files[chosen.hub_file.name] = WEIGHTS[::-1]
    with pytest.raises(ModelError, match=f"must begin with {chosen.hub_file.digits}"):
        fetch(chosen, None, tmp_path, lambda *_: None)
    assert not chosen.hub_file.is_here
    assert hidden(checkpoints()) == []


def test_an_answer_that_breaks_off_is_refused(server: Standin, tmp_path: Path) -> None:
    chosen = published(server)
    server.cut = 300_000
    with pytest.raises(ModelError, match=r"300,000 of 1,024,000 bytes|IncompleteRead"):
        fetch(chosen, None, tmp_path, lambda *_: None)
    assert chosen.hub_file is not None
    assert not chosen.hub_file.is_here


@pytest.mark.parametrize("address", ["http://127.0.0.1:9", "nonsense", "file:///nowhere"])
def test_offline_a_sentence_says_where_the_file_goes(
    address: str, server: Standin, tmp_path: Path
) -> None:
    file = HubFile(f"{address}/resnet18-f37072fd.pth", 1000)
    chosen = replace(workload("torchvision/resnet18"), hub_file=file)
    with pytest.raises(ModelError) as refused:
        fetch(chosen, None, tmp_path, lambda *_: None)
    told = str(refused.value)
    assert f"{address}/resnet18-f37072fd.pth" in told
    assert str(checkpoints() / "resnet18-f37072fd.pth") in told
    assert "--random-weights" in told


def test_a_missing_file_is_named(server: Standin, tmp_path: Path) -> None:
    chosen = published(server)
    server.files.clear()
    with pytest.raises(ModelError, match="404 Not Found"):
        fetch(chosen, None, tmp_path, lambda *_: None)


def test_a_download_that_is_cancelled_leaves_nothing(server: Standin, tmp_path: Path) -> None:
    chosen = published(server)

    def stop(_step: str, _share: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetch(chosen, None, tmp_path, stop)
    assert chosen.hub_file is not None
    assert not chosen.hub_file.is_here
    assert hidden(checkpoints()) == []


def test_what_a_killed_download_left_behind_goes(server: Standin, tmp_path: Path) -> None:
    chosen = published(server)
    assert chosen.hub_file is not None
    checkpoints().mkdir(parents=True)
    (checkpoints() / f".{chosen.hub_file.name}.abcd").write_bytes(b"half of it")
    fetch(chosen, None, tmp_path, lambda *_: None)
    assert hidden(checkpoints()) == []


def test_a_folder_that_cannot_be_written_is_named(server: Standin, tmp_path: Path) -> None:
    (tmp_path / "torch").write_text("a file where torch's cache should be")
    with pytest.raises(StoreError, match="cannot be written"):
        fetch(published(server), None, tmp_path, lambda *_: None)


def test_a_mirror_stands_in_for_where_files_are_published(
    server: Standin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BITFRONT_MIRROR", f"{server.address}/models/")
    chosen = workload("torchvision/resnet18")
    with pytest.raises(ModelError, match="404"):
        fetch(chosen, None, tmp_path, lambda *_: None)
    assert server.asked == ["resnet18-f37072fd.pth"]


def archive(count: int) -> bytes:
    """A tgz in Imagenette's layout with `count` different pictures in each split."""
    content, draw = io.BytesIO(), np.random.default_rng(0)
    wnids = list(Imagenette._WNID_TO_CLASS)
    with tarfile.open(fileobj=content, mode="w:gz") as tar:
        for number in range(2 * count):
            picture = io.BytesIO()
            pixels = draw.integers(0, 256, (12, 12, 3), np.uint8)
            Image.fromarray(pixels).save(picture, "JPEG")
            split = ("train", "val")[number % 2]
            wnid = wnids[number // 2 % len(wnids)]
            entry = tarfile.TarInfo(f"imagenette2-320/{split}/{wnid}/{number}.JPEG")
            entry.size = picture.tell()
            picture.seek(0)
            tar.addfile(entry, picture)
    return content.getvalue()


def offer(server: Standin, content: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """Serve an archive as Imagenette."""
    server.files["imagenette2-320.tgz"] = content
    md5 = hashlib.md5(content, usedforsecurity=False).hexdigest()
    url = f"{server.address}/imagenette2-320.tgz"
    monkeypatch.setitem(Imagenette._ARCHIVES, "320px", (url, md5))


def test_imagenette_is_fetched_once_and_has_imagenets_classes(
    server: Standin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer(server, archive(310), monkeypatch)
    small = replace(workload("imagenet-lite0"), input_shape=(3, 8, 8))
    assert [one.what for one in missing(small, "imagenette", tmp_path)] == ["Imagenette"]
    (tmp_path / "cache" / ".imagenette-killed").mkdir(parents=True)
    told: list[str] = []
    for _ in range(2):
        fetch(small, "imagenette", tmp_path, lambda step, _share: told.append(step))
    assert server.asked == ["imagenette2-320.tgz"]
    assert told[0].startswith("Downloading Imagenette: ")
    assert missing(small, "imagenette", tmp_path) == ()
    data = dataset(small, imagenette.place("imagenette", tmp_path))
    seen = {
        label
        for split in (data.calibrate, data.select, data.report)
        for label in split.labels.tolist()
    }
    assert seen == {0, 217, 482, 491, 497, 566, 569, 571, 574, 701}
    assert data.title == "310 pictures of Imagenette"
    assert "training set" in data.origin
    assert sorted(path.name for path in (tmp_path / "cache" / "imagenette").iterdir()) == [
        "imagenette2-320"
    ]
    assert hidden(tmp_path / "cache") == []


def test_a_request_finds_imagenette_by_its_name(
    server: Standin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer(server, archive(303), monkeypatch)
    fetch(workload("imagenet-lite0"), "imagenette", tmp_path, lambda *_: None)
    data = data_of(Request("imagenet-lite0", Recipe.fp32(), "imagenette"), tmp_path)
    assert len(data.report) == 3


def test_a_damaged_archive_leaves_no_pictures(
    server: Standin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer(server, b"no archive at all", monkeypatch)
    with pytest.raises(DataError, match="cannot be unpacked"):
        fetch(workload("imagenet-lite0"), "imagenette", tmp_path, lambda *_: None)
    assert not imagenette.is_here(tmp_path)
    assert hidden(tmp_path / "cache") == []


def test_offline_imagenette_says_what_to_do(
    server: Standin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer(server, b"", monkeypatch)
    server.files.clear()
    with pytest.raises(ModelError, match=r"Imagenette cannot be downloaded .* or name a folder"):
        fetch(workload("imagenet-lite0"), "imagenette", tmp_path, lambda *_: None)


def test_an_md5_is_checked_too(server: Standin, tmp_path: Path) -> None:
    server.files["file"] = b"content"
    with pytest.raises(ModelError, match="its MD5 begins with 9a03"):
        download(
            f"{server.address}/file", tmp_path / "file", "0000", 7, lambda *_: None,
            what="A file", algorithm="md5",
        )  # fmt: skip
