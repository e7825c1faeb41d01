"""Three disjoint splits, the same on every machine."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from models.data import FEWEST, dataset, refuse_overlap
from models.workload import workload
from quant.errors import DataError
from tests.models.folders import SAMPLE, fill, needs_sample, picture, small


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return fill(tmp_path_factory.mktemp("pictures"), 310)


def test_fashion_ships_with_its_three_splits() -> None:
    data = dataset(workload("fashion-resnet"))
    assert [len(data.calibrate), len(data.select), len(data.report)] == [1000, 1000, 10_000]
    assert np.bincount(data.report.labels).tolist() == [1000] * 10
    assert data.title == "Fashion-MNIST"


def test_a_folder_is_split_200_100_and_the_rest(folder: Path) -> None:
    data = dataset(small(), folder)
    assert [len(data.calibrate), len(data.select), len(data.report)] == [200, 100, 10]
    contents = [*data.calibrate.contents, *data.select.contents, *data.report.contents]
    assert contents == sorted(set(contents))


def test_the_split_depends_on_contents_and_not_on_names(folder: Path, tmp_path: Path) -> None:
    for path in folder.glob("*/*.png"):
        target = tmp_path / path.parent.name / f"renamed-{path.stem[::-1]}.png"
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(path.read_bytes())
    one, other = dataset(small(), folder), dataset(small(), tmp_path)
    assert one.fingerprint == other.fingerprint
    assert np.array_equal(one.report.take([0, 9]), other.report.take([0, 9]))


def test_the_fingerprint_knows_how_pictures_are_scaled(folder: Path) -> None:
    assert dataset(small(0.5), folder).fingerprint != dataset(small(), folder).fingerprint


def test_the_fingerprint_knows_the_labels(folder: Path, tmp_path: Path) -> None:
    names = [path.relative_to(folder).as_posix() for path in folder.glob("*/*.png")]
    rows = "".join(f"0,{name}\n" for name in names)
    labels = tmp_path / "labels.csv"
    labels.write_text("class_index,file\n" + rows)
    relabelled = dataset(small(), folder, labels)
    assert set(relabelled.report.labels) == {0}
    assert relabelled.fingerprint != dataset(small(), folder).fingerprint


def test_batches_are_normalised_and_stop_at_the_limit() -> None:
    shipped = workload("fashion-resnet")
    report = dataset(shipped).report
    batches = list(report.batches(32, limit=70))
    assert [len(labels) for _, labels in batches] == [32, 32, 6]
    pictures = np.concatenate([batch for batch, _ in batches])
    expected = (report.pictures[:70] / 255 - shipped.mean[0]) / shipped.std[0]
    assert pictures.dtype == np.float32
    np.testing.assert_allclose(pictures, expected, atol=1e-6)
    np.testing.assert_array_equal(report.take([69, 0]), pictures[[69, 0]])


def test_a_limit_beyond_the_end_gives_what_there_is(folder: Path) -> None:
    report = dataset(small(), folder).report
    assert sum(len(labels) for _, labels in report.batches(4, limit=1000)) == 10


def test_a_picture_in_two_splits_is_refused() -> None:
    with pytest.raises(DataError, match="both the calibrate and the report split"):
        refuse_overlap({"calibrate": ["a", "b"], "select": ["c"], "report": ["d", "b"]})


def test_shipped_pictures_take_no_folder(folder: Path) -> None:
    with pytest.raises(DataError, match="ships with its pictures"):
        dataset(workload("fashion-resnet"), folder)


def test_a_workload_without_pictures_says_what_it_needs() -> None:
    with pytest.raises(DataError, match="--data DIR"):
        dataset(workload("imagenet-lite0"))


def test_too_few_pictures_are_counted(tmp_path: Path) -> None:
    fill(tmp_path, FEWEST - 1)
    with pytest.raises(DataError, match=f"holds 300 usable pictures; at least {FEWEST}"):
        dataset(small(), tmp_path)
    (tmp_path / "n01440764" / "broken.jpg").write_bytes(b"no picture")
    with pytest.raises(DataError, match=r"300 usable pictures \(1 left out: n01440764/broken.jpg"):
        dataset(small(), tmp_path)


@pytest.mark.parametrize("kept", [True, False])
def test_a_folder_of_broken_pictures_holds_none(tmp_path: Path, kept: bool) -> None:
    folder = tmp_path / "data" / "n01440764"
    folder.mkdir(parents=True)
    (folder / "broken.jpg").write_bytes(b"no picture")
    with pytest.raises(DataError, match="holds 0 usable pictures"):
        dataset(small(), folder.parent, cache=tmp_path / "cache" if kept else None)


def test_skipped_files_are_named_and_the_rest_is_used(tmp_path: Path) -> None:
    fill(tmp_path, FEWEST + 1)
    first = tmp_path / "n01440764" / "0000.png"
    (tmp_path / "n01443537" / "copy.png").write_bytes(first.read_bytes())
    data = dataset(small(), tmp_path)
    assert len(data.report) == 2
    assert data.skipped == (
        "n01443537/copy.png is the same picture as n01440764/0000.png under another label, "
        "and was left out",
    )


@pytest.mark.parametrize("kept", [True, False])
def test_a_picture_saved_again_under_another_name_serves_once(tmp_path: Path, kept: bool) -> None:
    """Other bytes, other name, the same pixels: were both used, they could land in two splits."""
    pictures = fill(tmp_path / "pictures", FEWEST)
    again = pictures / "n01443537"
    for number, first in enumerate(sorted(pictures.glob("*/*.png"))[:40]):
        with Image.open(first) as picture:
            picture.save(again / f"another-{number}.png", compress_level=0)
            picture.save(again / f"third-{number}.bmp")
    data = dataset(small(), pictures, cache=tmp_path / "cache" if kept else None)
    splits = (data.calibrate, data.select, data.report)
    assert [len(split) for split in splits] == [200, 100, 1]
    pixels = [picture.tobytes() for split in splits for picture in split.pictures]
    assert len(set(pixels)) == len(pixels)
    assert len(data.skipped) == 80
    assert all(" is the same picture as " in sentence for sentence in data.skipped)


def test_splits_say_where_they_come_from(folder: Path) -> None:
    assert "its test set to report on" in dataset(workload("fashion-resnet")).origin
    told = dataset(small(), folder).origin
    assert f"the folder {folder.name}" in told
    assert "200 to calibrate, 100 to select, the rest to report on" in told


@needs_sample
def test_the_sample_is_labelled_alike_by_folder_and_by_csv() -> None:
    lite = workload("imagenet-lite0")
    by_folder, by_csv = dataset(lite, SAMPLE), dataset(lite, SAMPLE, SAMPLE / "labels.csv")
    assert by_folder.fingerprint == by_csv.fingerprint
    assert [len(by_csv.calibrate), len(by_csv.select), len(by_csv.report)] == [200, 100, 200]
    assert not by_csv.skipped


def test_a_picture_too_many_does_not_hide_in_a_link_loop(tmp_path: Path) -> None:
    fill(tmp_path, FEWEST)
    (tmp_path / "n01440764" / "loop").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "n01440764" / "self.png").symlink_to(tmp_path / "n01440764" / "self.png")
    data = dataset(small(), tmp_path)
    assert len(data.report) == 1
    assert len(data.skipped) == 1
    assert data.skipped[0].startswith("n01440764/self.png cannot be read")


def test_pictures_of_every_kind_become_the_same_shape(tmp_path: Path) -> None:
    fill(tmp_path, FEWEST)
    for number, mode in enumerate(("L", "P", "RGBA", "1", "LA")):
        picture(tmp_path / "n01440764" / f"kind-{mode}.png", 5000 + number, (9, 30), mode)
    picture(tmp_path / "n01440764" / "kind.jpg", 6000, (300, 4), "CMYK")
    data = dataset(small(), tmp_path)
    assert len(data.report) == 7
    assert data.report.pictures.shape == (7, 3, 8, 8)
