"""A snapshot holds what was chosen, nothing private, and appears whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from models.data import FEWEST, dataset
from models.gallery import FOLDER, gallery
from models.own import FOLDER as OWN
from models.workload import workload
from quant.allocate import kept_gains
from quant.errors import RequestError
from quant.pareto import fronts
from quant.recipe import Recipe
from quant.samples import Samples
from quant.sensitivity.histograms import pack
from quant.sensitivity.rated import Rated
from quant.settings import settings
from quant.snapshot import marker
from quant.snapshot.choice import ALL, NONE, Choice
from quant.snapshot.write import WRITTEN, write
from quant.store import Store, open_store
from tests.bits.samples import network
from tests.models.folders import fill as fill_folder
from tests.models.folders import small
from tests.pages.answered import N, answered
from tests.pages.samples import CONTENT, XEON, measurement


@pytest.fixture
def empty(other: Path) -> Iterator[Store]:
    with open_store(f"sqlite:///{other / 'bitfront.db'}") as opened:
        yield opened


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "snapshot"


def contents(folder: Path) -> dict[str, bytes]:
    paths = sorted(folder.rglob("*"))
    return {str(path.relative_to(folder)): path.read_bytes() for path in paths if path.is_file()}


def test_it_holds_every_point_and_the_files_of_the_front_and_fp32(
    store: Store, home: Path, target: Path
) -> None:
    done = write(store, home, target, Choice())
    assert {path.name for path in target.iterdir()} == set(WRITTEN) - {FOLDER, OWN, "cache"}
    with open_store(f"sqlite:///{target / 'bitfront.db'}") as copy:
        assert copy.read_only
        assert copy.points(with_outcomes=True) == store.points(with_outcomes=True)
        first = store.points()[0].id
        assert copy.predictions(first) == store.predictions(first)
    expected = {point.artifact for point in [*fronts(store.points()), store.points()[0]]}
    found = {str(path.relative_to(target)) for path in (target / "artifacts").iterdir()}
    assert found == expected
    assert done.marker.files == len(expected)
    assert done.size_bytes == sum(len(content) for content in contents(target).values())


def test_nothing_private_is_in_it(store: Store, home: Path, target: Path) -> None:
    names = ("ada/holiday.png is broken, and was left out",)
    store.append(replace(store.points()[0], key="another", skipped=names))
    write(store, home, target, Choice())
    everything = b"".join(contents(target).values())
    assert b"/home/ada" not in everything
    assert b"holiday" not in everything
    with open_store(f"sqlite:///{target / 'bitfront.db'}") as copy:
        assert copy.sweeps() == []
        assert any("1 pictures were left out" in str(point.notes) for point in copy.points())


def test_answers_can_be_left_out_and_old_ones_always_are(
    store: Store, home: Path, target: Path
) -> None:
    first = store.points()[0]
    store.append(replace(first, measured_at="2026-06-01T00:00:00+00:00"), b"said later")
    write(store, home, target, Choice())
    with open_store(f"sqlite:///{target / 'bitfront.db'}") as copy:
        kept = [said for point, said in copy.every() if point.id == first.id]
    assert kept == [None, b"said later"]
    write(store, home, target, Choice(), predictions=False)
    with open_store(f"sqlite:///{target / 'bitfront.db'}") as copy:
        assert copy.predictions(first.id) is None


def test_thumbnails_of_shipped_pictures_that_flipped_come_along(
    empty: Store, other: Path, target: Path
) -> None:
    for point, samples in answered():
        empty.append(point, samples)
    fp32 = answered()[0][0]
    write(empty, other, target, Choice())
    shown = gallery(workload(fp32.workload), fp32.data_id, other)
    packed = gallery(workload("imagenet-lite0"), fp32.data_id, target)
    assert shown is not None
    assert packed is not None
    said = [Samples.read(samples, N).predictions for _, samples in answered()]
    for row in range(N):
        differs = len({int(answers[row]) for answers in said}) > 1
        assert packed.shown(row) == (shown.shown(row) if differs else None)
    first = contents(target)
    write(empty, other, target, Choice())
    assert contents(target) == first
    write(empty, other, target, Choice(), predictions=False)
    assert not (target / FOLDER).exists()
    with pytest.raises(RequestError, match="answers to pictures and thumbnails together"):
        write(empty, other, target, Choice(files=NONE), most_mb=0.02)


@pytest.mark.parametrize("asked", [False, True])
def test_thumbnails_of_other_pictures_come_along_when_asked_for(
    empty: Store, other: Path, target: Path, tmp_path: Path, asked: bool
) -> None:
    folder = fill_folder(tmp_path / "pictures", FEWEST + 3)
    data_id = dataset(small(), folder, cache=other / "cache" / "pictures").data_id
    for recipe, said in ((Recipe.fp32(), [0, 1, 2, 0]), (Recipe(4, 8), [0, 1, 1, 2])):
        point = measurement(recipe, workload="imagenet-lite0", n=4, data_id=data_id)
        samples = Samples(np.array(said), np.full(4, 0.5), np.array([0, 1, 2, 0]))
        empty.append(point, samples.pack())
    write(empty, other, target, Choice(), thumbnails=asked)
    packed = gallery(small(), data_id, target)
    if not asked:
        assert packed is None
        return
    assert packed is not None
    assert [packed.shown(row) is not None for row in range(4)] == [False, False, True, True]


def test_the_same_store_gives_the_same_bytes(store: Store, home: Path, target: Path) -> None:
    write(store, home, target, Choice())
    first = contents(target)
    write(store, home, target, Choice())
    assert contents(target) == first


def test_the_container_and_the_hosts_find_what_they_read(
    store: Store, home: Path, target: Path
) -> None:
    write(store, home, target, Choice())
    front = (target / "README.md").read_text().split("---\n")[1]
    assert "sdk: docker\napp_port: 7860\n" in front
    assert "torch" not in (target / "requirements.txt").read_text().replace("no torch", "")
    assert "--uid 1000" in (target / "Dockerfile").read_text()
    heavy = [name for name in contents(target) if name.endswith((".safetensors", ".npz"))]
    assert heavy == ["models/zoo/fashion-mobilenet.safetensors"]  # whose layers Learn shows


@pytest.mark.parametrize(
    ("choice", "files"),
    [(Choice(files=ALL), 15), (Choice(files=NONE), 0), (Choice(points=("w4a8·mse",)), 1)],
)
def test_files_are_chosen(
    store: Store, home: Path, target: Path, choice: Choice, files: int
) -> None:
    assert write(store, home, target, choice).marker.files == files


def test_a_file_that_is_gone_or_changed_is_said_and_left_out(
    store: Store, home: Path, target: Path
) -> None:
    gone, changed, *_ = store.points()
    (home / gone.artifact).unlink()
    (home / changed.artifact).write_bytes(b"something else")
    done = write(store, home, target, Choice(files=ALL))
    assert {point.id for point in done.absent} == {gone.id, changed.id}
    assert done.marker.files == 13


@pytest.mark.parametrize(
    ("choice", "said"),
    [
        (Choice(workloads=("nope",)), "nothing was measured of 'nope'; there are points of fash"),
        (Choice(points=("w9a9",)), "there is no point 'w9a9'"),
    ],
)
def test_a_choice_of_nothing_is_a_sentence(
    store: Store, home: Path, target: Path, choice: Choice, said: str
) -> None:
    with pytest.raises(RequestError, match=said):
        write(store, home, target, choice)
    assert not target.exists()


def test_an_empty_store_and_too_many_files_are_sentences(
    store: Store, home: Path, other: Path, target: Path
) -> None:
    with (
        open_store(f"sqlite:///{other / 'bitfront.db'}") as empty,
        pytest.raises(RequestError, match="no measurement to show; measure first"),
    ):
        write(empty, other, target, Choice())
    with pytest.raises(RequestError, match="the limit is 0 MB; choose some with --point"):
        write(store, home, target, Choice(), most_mb=1e-6)


def test_only_the_chosen_workload_is_in_it(store: Store, home: Path, target: Path) -> None:
    store.append(measurement(workload="imagenet-lite0", key="lite", machine=XEON))
    done = write(store, home, target, Choice(workloads=("imagenet-lite0",)))
    assert (done.marker.points, done.marker.machines) == (1, (XEON.label,))


@pytest.mark.parametrize("foreign", ["letter.txt", "app.py"])
def test_a_folder_with_anything_else_in_it_is_left_alone(
    store: Store, home: Path, target: Path, foreign: str
) -> None:
    target.mkdir()
    (target / foreign).write_text("mine")
    with pytest.raises(RequestError, match=f"holds {foreign} and is no snapshot"):
        write(store, home, target, Choice())
    assert contents(target) == {foreign: b"mine"}


def test_an_earlier_snapshot_is_replaced_and_its_clone_stays(
    store: Store, home: Path, target: Path
) -> None:
    (target / ".git").mkdir(parents=True)
    (target / ".git" / "HEAD").write_text("ref")
    write(store, home, target, Choice(files=ALL))
    done = write(store, home, target, Choice(files=NONE))
    assert marker.read(target) == done.marker
    assert not (target / "artifacts").exists()
    assert (target / ".git" / "HEAD").read_text() == "ref"
    (target / "notes.txt").write_text("mine")
    with pytest.raises(RequestError, match=r"also holds notes\.txt; move that away"):
        write(store, home, target, Choice())


def test_what_fails_half_way_leaves_the_earlier_snapshot(
    store: Store, home: Path, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(store, home, target, Choice())
    before = contents(target)

    def full(*arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("quant.snapshot.write.settle", full)
    with pytest.raises(RequestError, match="cannot be written"):
        write(store, home, target, Choice(files=NONE))
    assert contents(target) == before
    assert [path.name for path in target.parent.iterdir() if path.name.startswith(".")] == []


def test_the_marker_makes_its_folder_the_home_and_its_store_read_only(
    store: Store, home: Path, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(store, home, target, Choice())
    monkeypatch.setattr(marker, "CODE", target)
    assert settings().home == home  # the environment decides
    monkeypatch.delenv("BITFRONT_HOME")
    assert settings().home == target
    assert marker.told() == (
        "A read-only snapshot: 15 points, measured until 2026-05-04. Measuring is off."
    )
    with open_store() as copy:
        assert copy.read_only
        assert len(copy.points()) == 15
    # whatever store a viewer shows, it cannot measure
    with open_store(f"sqlite:///{home / 'bitfront.db'}") as mine:
        assert mine.read_only


def test_a_marker_that_cannot_be_read_is_no_marker(target: Path) -> None:
    target.mkdir()
    for text in ("", "{}", "[]", json.dumps({"format": 1})):
        (target / marker.FILE).write_text(text)
        assert marker.read(target) is None


def test_content_of_a_file_is_what_was_measured(store: Store, home: Path, target: Path) -> None:
    write(store, home, target, Choice(files=ALL))
    assert {path.read_bytes() for path in (target / "artifacts").iterdir()} == {CONTENT}


def test_what_methods_gain_comes_along_with_the_scores(
    store: Store, home: Path, target: Path
) -> None:
    scores = network(5)
    store.keep_sensitivities([Rated(scores, pack(()))])
    kept_gains.keep(home, scores, "gptq", {"classifier": 0.5})
    write(store, home, target, Choice())
    assert kept_gains.read(target, scores, "brecq") == {"classifier": 0.5}
