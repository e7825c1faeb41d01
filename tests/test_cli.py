"""The command line in real processes, with an engine that is quick."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from quant.store import Store, open_store
from tests.jobs.waiting import until

ROOT = Path(__file__).resolve().parents[1]
COMMAND = [sys.executable, "-W", "error", "-m", "quant"]
SHARED = ("beside_", "p_value_holm", "recommended", "draws")  # of keys that rest on other points
SWEEP = ["sweep", "fashion-resnet", "--weights", "8,4,2", "--json"]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BITFRONT_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("BITFRONT_ENGINE", "tests.jobs.fake_engine")
    monkeypatch.delenv("DATABASE_URL", raising=False)
    (tmp_path / "home").mkdir()
    return tmp_path / "home"


@pytest.fixture
def store(home: Path) -> Iterator[Store]:
    with open_store() as opened:
        yield opened


def quant(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *arguments], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )


def rows(ran: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    assert ran.returncode == 0, ran.stderr
    return [json.loads(line) for line in ran.stdout.splitlines()]


def started(*arguments: str) -> subprocess.Popen[str]:
    # a shell's background job, such as tests may be, ignores Ctrl-C and bequeaths that
    signal.signal(signal.SIGINT, signal.default_int_handler)
    return subprocess.Popen(
        [*COMMAND, *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_models_lists_the_workloads() -> None:
    first, *_ = rows(quant("models", "--json"))
    assert first["name"] == "fashion-resnet"
    assert "imagenet-lite0" in quant("models").stdout


def test_models_can_be_searched() -> None:
    [found] = rows(quant("models", "--search", "resnext50 V1", "--json"))
    assert found["name"] == "torchvision/resnext50_32x4d-IMAGENET1K_V1"
    assert found["published_accuracy"] == 0.77618
    assert found["weights_url"].endswith("resnext50_32x4d-7cdf4587.pth")
    refused = quant("models", "--search", "nonesuch")
    assert refused.returncode == 2
    assert "no model has 'nonesuch'" in refused.stderr


def test_a_sweep_is_a_cross_product_with_fp32_along() -> None:
    asked = ["--weights", "8,4", "--activations", "8,4", "--method", "nearest,mse"]
    found = rows(quant("sweep", "fashion-resnet", *asked, "--json"))
    assert len(found) == 9
    assert (found[0]["weights_bits"], found[0]["activation_bits"]) == (32, 32)
    assert len({row["recipe"] for row in found}) == 9


def test_auto_says_what_it_picks_and_rows_have_the_method() -> None:
    ran = quant("sweep", "fashion-resnet", "--weights", "8,6,4", "--method", "auto", "--json")
    assert [row["method"] for row in rows(ran)] == ["nearest", "mse", "gptq", "gptq"]
    told = [line for line in ran.stderr.splitlines() if line.startswith("auto: ")]
    assert told == [
        "auto: mse for w8a8: at 7 and 8 bits the right scale is enough",
        "auto: gptq for w6a8 and w4a8: at 4 to 6 bits rounding has to look at pictures",
    ]
    assert "2 points with rounding that learns: " in ran.stderr
    by_name = quant("sweep", "fashion-resnet", "--weights", "4", "--method", "gptq", "--json")
    assert {row["recipe"] for row in rows(by_name)} <= {row["recipe"] for row in rows(ran)}
    assert "learns" not in by_name.stderr


def test_a_row_has_what_the_design_names() -> None:
    wanted = (
        "workload recipe weights_bits activation_bits effective_weight_bits "
        "effective_activation_bits method accuracy accuracy_low accuracy_high n fp32_accuracy "
        "drop_low drop_high flips p_value sqnr_db size_bytes fp32_size_bytes latency_ms "
        "latency_low_ms latency_high_ms fp32_latency_ms runtime kernels integer_mac_share "
        "quantize_seconds evaluate_seconds machine"
    )
    assert set(wanted.split()) <= set(rows(quant(*SWEEP))[0])


def test_a_sweep_times_files_at_every_batch_with_every_number_of_threads(home: Path) -> None:
    asked = ["sweep", "fashion-resnet", "--weights", "4", "--json"]
    found = rows(quant(*asked, "--batch", "1,8", "--threads", "1"))
    wanted = [(label, batch, 1) for label in ("fp32", "w4a8·nearest") for batch in (1, 8)]
    for listed in (found, rows(quant("points", "--json"))):
        assert [(row["label"], row["batch"], row["threads"]) for row in listed] == wanted
    fronts = {row["batch"] for row in rows(quant("points", "--front", "size,latency", "--json"))}
    assert fronts == {1, 8}  # each has a front of its own
    assert evaluated(home) == ["fp32", "w4a8"]


def test_points_lists_what_a_sweep_measured(store: Store) -> None:
    swept = rows(quant(*SWEEP))
    listed = rows(quant("points", "--json"))
    own = [name for name in swept[0] if not name.startswith(SHARED)]
    assert [[row[name] for name in own] for row in listed] == [
        [row[name] for name in own] for row in swept
    ]
    assert rows(quant("points", "--workload", "imagenet-lite0", "--json")) == []
    front = rows(quant("points", "--front", "accuracy,size", "--json"))
    assert 0 < len(front) <= len(swept)
    assert "w4a8·nearest" in quant("points").stdout


def test_points_are_judged_beside_the_recommended_one(store: Store) -> None:
    rows(quant(*SWEEP))
    listed = rows(quant("points", "--json"))
    (best,) = [row for row in listed if row["recommended"]]
    assert (best["label"], best["verdict"], best["budget_drop"]) == ("w8a8·nearest", "met", 0.005)
    assert best["beside_told_apart"] is None
    by_label = {row["label"]: row for row in listed}
    undecided, missed = by_label["w4a8·nearest"], by_label["w2a8·nearest"]
    assert missed["verdict"] == "not met"
    assert missed["beside_told_apart"] is True
    assert missed["beside_drop"] > missed["beside_detectable"] > 0
    assert undecided["p_value_holm"] >= undecided["p_value"]
    eased = rows(quant("points", "--max-drop", "none", "--max-mb", "1", "--json"))
    (smallest,) = [row for row in eased if row["recommended"]]
    assert (smallest["label"], smallest["budget_drop"]) == ("w2a8·nearest", None)
    said = quant("points").stdout
    assert "not met" in said
    assert "the recommended" in said
    assert "others are not told apart from w8a8·nearest" in said


def test_several_seeds_are_several_files_and_one_summary(store: Store) -> None:
    ran = quant(
        "sweep", "fashion-resnet", "--weights", "8", "--seed", "4", "--seeds", "3", "--json"
    )
    swept = rows(ran)
    assert [(row["label"], row["seed"]) for row in swept[1:]] == [
        (f"w8a8·nearest·seed {seed}", seed) for seed in (4, 5, 6)
    ]
    assert "w8a8·nearest·seed 4 over 3 calibration draws " in ran.stderr
    listed = rows(quant("points", "--json"))
    assert [row["draws"] for row in listed] == [1, 3, 3, 3]
    assert listed[1]["draws_accuracy_sd"] == 0
    assert listed[1]["draws_sqnr_db_mean"] == listed[1]["sqnr_db"]
    assert rows(quant("sweep", "fashion-resnet", "--activations", "32", "--seeds", "3", "--json"))
    assert len(store.points()) == 4 + 3  # without pictures there is nothing to draw


def test_light_commands_load_nothing_heavy() -> None:
    script = (
        "import sys; from quant.cli import main\n"
        "assert main(['models']) == 0\n"
        "heavy = {'numpy', 'sqlalchemy'} & set(sys.modules)\n"
        "assert main(['points']) == 0\n"
        "heavy |= {'torch', 'onnx', 'onnxruntime', 'scipy', 'pandas'} & set(sys.modules)\n"
        "print('loaded:', sorted(heavy))"
    )
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    assert done.stdout.splitlines()[-1] == "loaded: []"


def test_a_killed_sweep_keeps_every_finished_point(store: Store, home: Path) -> None:
    (home / "hold-w2a8").touch()
    sweep = started(*SWEEP)
    assert sweep.stdout is not None
    said = [json.loads(sweep.stdout.readline()) for _ in range(3)]
    sweep.kill()
    sweep.communicate(timeout=30)
    assert [row["key"] for row in said] == [item.key for item in store.points()]
    (home / "hold-w2a8").unlink()
    assert len(rows(quant(*SWEEP))) == 4
    assert (home / "evaluated").read_text().split().count("w8a8") == 1


def test_ctrl_c_keeps_what_is_measured_and_cancels_the_rest(store: Store, home: Path) -> None:
    (home / "hold-w4a8").touch()
    sweep = started(*SWEEP)
    until(lambda: "w4a8" in evaluated(home))
    os.kill(sweep.pid, signal.SIGINT)
    _, complaints = sweep.communicate(timeout=30)
    assert sweep.returncode == 130
    assert "2 of 4 points are kept" in complaints
    assert "Traceback" not in complaints
    assert [status.state for status in store.sweeps()] == ["cancelled"]
    assert len(store.points()) == 2


def evaluated(home: Path) -> list[str]:
    path = home / "evaluated"
    return path.read_text().split() if path.exists() else []


def test_a_failed_point_is_said_and_the_others_are_measured(home: Path) -> None:
    (home / "refuse-w4a8").touch()
    ran = quant(*SWEEP)
    assert ran.returncode == 2
    assert len(ran.stdout.splitlines()) == 3
    assert ran.stderr.splitlines()[-1] == "w4a8·nearest: there are no pictures; add some"


def test_a_bug_is_shown_whole(home: Path) -> None:
    (home / "bug-w4a8").touch()
    ran = quant(*SWEEP)
    assert ran.returncode == 1
    assert "ZeroDivisionError: a bug" in ran.stderr
    assert len(ran.stdout.splitlines()) == 3


def test_fresh_measures_again_and_appends(store: Store) -> None:
    rows(quant(*SWEEP))
    rows(quant(*SWEEP))
    rows(quant(*SWEEP, "--fresh"))
    assert [len(store.history(item.key)) for item in store.points()] == [2] * 4


def test_a_reader_that_leaves_is_no_traceback() -> None:
    sweep = started(*SWEEP)
    assert sweep.stdout is not None
    assert sweep.stderr is not None
    sweep.stdout.close()
    complaints = sweep.stderr.read()
    sweep.stderr.close()
    assert sweep.wait(60) != 0
    assert "Traceback" not in complaints
    assert "Exception ignored" not in complaints


def test_export_writes_the_measured_file(tmp_path: Path) -> None:
    target = tmp_path / "model.onnx"
    asked = ["export", "fashion-resnet", "--weights", "4", "-o", str(target), "--json"]
    (row,) = rows(quant(*asked))
    assert row["weights_bits"] == 4
    assert target.read_bytes() == b"w4a8"
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["model.onnx"]


def test_export_refuses_a_file_that_is_not_what_was_measured(tmp_path: Path, home: Path) -> None:
    asked = ["export", "fashion-resnet", "-o", str(tmp_path / "model.onnx"), "--json"]
    (row,) = rows(quant(*asked))
    (home / row["artifact"]).write_bytes(b"other")
    (tmp_path / "model.onnx").unlink()
    ran = quant(*asked)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert "is not the file that was measured; add --fresh" in ran.stderr
    assert not (tmp_path / "model.onnx").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("", "Missing command"),
        ("modles", "No such command"),
        ("sweep", "Missing argument"),
        ("sweep fashion-resnet --nope", "No such option"),
        ("sweep fashion-resnet --weights", "requires an argument"),
        ("sweep nope", "there is no workload 'nope'; there are fashion-resnet"),
        ("sweep fashion-resnet --weights 9", "2, 3, 4, 5, 6, 7, 8, 16, 32 bits; got '9'"),
        ("sweep fashion-resnet --weights eight", "got 'eight'"),
        ("sweep fashion-resnet --weights 8,", "give one value, or several between commas"),
        ("sweep fashion-resnet --activations 3", "4, 5, 6, 7, 8, 32 bits; got '3'"),
        (
            "sweep fashion-resnet --method magic",
            "nearest, mse, equalize, gptq, adaround, brecq, qdrop; got 'magic'",
        ),
        ("sweep fashion-resnet --ranges magic", "minmax, mse; got 'magic'"),
        ("sweep fashion-resnet --runtime magic", "there is no runtime 'magic'"),
        ("sweep fashion-resnet --images -1", "at least 1; got '-1'"),
        ("sweep fashion-resnet --images 0", "at least 1; got '0'"),
        ("sweep fashion-resnet --images ten", "at least 1; got 'ten'"),
        ("sweep fashion-resnet --images 101", "101 asked for, 100 there"),
        ("sweep fashion-resnet --calibration-images 0", "at least 1; got '0'"),
        ("sweep fashion-resnet --calibration-images 999999999", "100,000"),
        ("sweep fashion-resnet --seed -1", "at least 0; got '-1'"),
        ("sweep fashion-resnet --seed 4294967296", "4,294,967,295"),
        ("sweep fashion-resnet --seeds 0", "at least 1; got '0'"),
        ("sweep fashion-resnet --seeds 11", "--seeds must be from 1 to 10; got 11"),
        ("points --max-drop much", "--max-drop must be a number from 0 up, or none; got 'much'"),
        ("points --max-mb -1", "--max-mb must be a number from 0 up, or none; got '-1'"),
        ("sweep fashion-resnet --batch 7", "--batch must be of 1, 8, 32; got '7'"),
        ("sweep fashion-resnet --batch 1,", "give one value, or several between commas"),
        ("sweep fashion-resnet --threads none", "1, 2, 4, 8, 16, 32, 64; got 'none'"),
        ("sweep fashion-resnet --threads 64", "64 threads were asked for and this machine has"),
        ("sweep imagenet-lite0", "--data DIR"),
        ("sweep imagenet-lite0 --data /no/where", "no folder of pictures /no/where"),
        ("sweep imagenet-lite0 --data / --data-labels /no", "no file of labels /no"),
        ("points --workload nope", "there is no workload 'nope'"),
        ("points --front beauty", "accuracy, size, latency; got 'beauty'"),
        ("points --front ,", "give one value"),
        ("export fashion-resnet -o /no/where/model.onnx", "there is no folder /no/where"),
        ("export fashion-resnet -o /", "no file name"),
        ("export fashion-resnet -o /proc/model.onnx", "cannot be written"),
        ("export fashion-resnet -o ~nobody-of-that-name/x", "there is no such user"),
        ("import ~nobody-of-that-name", "there is no such user"),
        ("snapshot -o ~nobody-of-that-name", "there is no such user"),
        ("check ~nobody-of-that-name --workload fashion-resnet", "there is no such user"),
        ("export fashion-resnet --weights 8,4 -o x.onnx", "2 recipes were asked for"),
        ("export fashion-resnet", "Missing option"),
        ("check /no/where.onnx --workload nope", "there is no workload 'nope'"),
        ("check /no/where.onnx", "Missing option"),
        ("check /no/where.onnx --workload fashion-resnet --images x", "got 'x'"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(arguments: str, said: str) -> None:
    ran = quant(*arguments.split())
    assert (ran.returncode, ran.stdout) == (2, "")
    assert len(ran.stderr.splitlines()) == 1
    assert said in ran.stderr


@pytest.mark.parametrize("arguments", ["points", "sweep fashion-resnet"])
def test_a_store_that_will_not_do_is_one_line(arguments: str, home: Path) -> None:
    (home / "bitfront.db").write_bytes(b"a letter" * 1000)
    ran = quant(*arguments.split())
    assert (ran.returncode, ran.stdout) == (2, "")
    assert len(ran.stderr.splitlines()) == 1
    assert "is not a database" in ran.stderr


def test_a_setting_that_will_not_do_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BITFRONT_THREADS", "many")
    ran = quant("points")
    assert ran.returncode == 2
    assert ran.stderr.startswith("BITFRONT_THREADS is 'many'")
