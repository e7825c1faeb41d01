"""torchvision's classifiers: the table is theirs, the networks too, and random ones answer."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn
from torchvision import models
from torchvision.models import densenet

from models import torchvision_table
from models.build import build
from models.hub import HubFile, checkpoints
from models.pictures import decode
from models.torchvision_table import PREFIX, architectures, pretrained
from models.torchvision_zoo import architecture, classifier
from models.weights import weights_fingerprint
from models.workload import slug, workload
from quant.errors import ModelError, UnknownWorkload
from tests.models.counts import macs, parameters
from tests.models.folders import picture

TRAINING_ONLY = 27_161_264 - 23_834_568  # parameters of inception_v3's second head


def theirs(name: str) -> list[Any]:
    """The weight sets that classify; one of VGG16 has no classifier."""
    return [one for one in models.get_model_weights(name) if one.meta["categories"]]


def test_the_table_names_every_architecture_and_weight_set() -> None:
    assert list(architectures()) == models.list_models(module=models)
    for name, one in architectures().items():
        assert {facts["name"] for facts in one.sets} == {other.name for other in theirs(name)}
        assert one.sets[0]["name"] == models.get_model_weights(name).DEFAULT.name


@pytest.mark.parametrize("chosen", pretrained(), ids=lambda chosen: chosen.name)
def test_the_table_says_what_torchvision_says(chosen: Any) -> None:
    given = models.get_model_weights(chosen.architecture)[chosen.weight_set]
    steps, meta = given.transforms(), given.meta
    assert (chosen.input_shape, chosen.resize) == ((3, *steps.crop_size * 2), *steps.resize_size)
    assert chosen.interpolation == steps.interpolation.value
    assert (list(chosen.mean), list(chosen.std)) == (steps.mean, steps.std)
    metrics = meta["_metrics"]["ImageNet-1K"]
    assert chosen.published_accuracy == pytest.approx(metrics["acc@1"] / 100)
    assert chosen.published_top5 == pytest.approx(metrics["acc@5"] / 100)
    assert chosen.hub_file.url == given.url
    assert chosen.hub_file.size_bytes == pytest.approx(meta["_file_size"] * 2**20, rel=0.01)
    assert re.search(rf"-{chosen.hub_file.digits}\.pth$", given.url)
    left_out = TRAINING_ONLY if chosen.architecture == "inception_v3" else 0
    assert chosen.parameters == meta["num_params"] - left_out
    assert chosen.macs / 1e9 == pytest.approx(meta["_ops"], rel=0.01, abs=0.001)


@pytest.mark.parametrize("name", ["mobilenet_v3_small", "vit_b_32"])
def test_the_table_counts_as_we_do(name: str) -> None:
    chosen = workload(f"{PREFIX}{name}-random")
    network = build(chosen)
    assert (parameters(network), macs(network, chosen)) == (chosen.parameters, chosen.macs)
    assert not network.training
    assert not any(parameter.requires_grad for parameter in network.parameters())


def test_a_weight_set_has_one_name() -> None:
    default = workload("torchvision/resnet50")
    assert default.weight_set == "IMAGENET1K_V2"
    for name in ("ResNet50", "resnet50-IMAGENET1K_V2", "resnet50:imagenet1k_v2"):
        assert workload(PREFIX + name) == default
    older = workload("torchvision/resnet50:IMAGENET1K_V1")
    assert older.name == "torchvision/resnet50-IMAGENET1K_V1"
    assert workload(older.name) == older
    assert workload("torchvision/resnet50-random").name == "torchvision/resnet50-random"


def test_names_are_fit_for_files_and_stay_apart() -> None:
    names = [chosen.name for chosen in pretrained()]
    names += [f"{PREFIX}{name}-random" for name in architectures()]
    assert len({slug(name) for name in names}) == len(names)
    assert all(re.fullmatch(r"torchvision-[a-z0-9_]+(-[A-Za-z0-9_]+)?", slug(one)) for one in names)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("torchvision/resnet5", "did you mean torchvision/resnet50 or "),
        ("torchvision/", "torchvision has 80 classifiers; see python -m quant models"),
        ("torchvision/resnet18-V9", "there are IMAGENET1K_V1, random"),
        ("torchvision/vgg16-IMAGENET1K_FEATURES", "there is no weight set"),
        ("elsewhere/resnet18", "and torchvision/NAME"),
    ],
)
def test_an_unknown_name_says_what_there_is(name: str, sentence: str) -> None:
    with pytest.raises(UnknownWorkload, match=re.escape(sentence)):
        workload(name)


@pytest.mark.parametrize(
    "name", ["mobilenet_v3_small", "squeezenet1_1", "vit_b_32", "convnext_tiny"]
)
def test_random_weights_answer_to_the_picture_and_are_always_the_same(name: str) -> None:
    chosen = workload(f"{PREFIX}{name}-random")
    network = build(chosen)
    draw = torch.Generator().manual_seed(5)
    shades = [torch.randn(1, 3, cells, cells, generator=draw) for cells in (5, 10, 20, 40) * 2]
    side = chosen.input_shape[1:]
    pictures = torch.cat([nn.functional.interpolate(one, side, mode="bicubic") for one in shades])
    logits = network(pictures)
    assert logits.isfinite().all()
    assert len(logits.argmax(1).unique()) > 2
    torch.testing.assert_close(build(chosen)(pictures[:1]), logits[:1])


def test_drawing_leaves_the_callers_randomness_alone() -> None:
    torch.manual_seed(3)
    expected = torch.rand(1)
    torch.manual_seed(3)
    build(workload("torchvision/squeezenet1_1-random"))
    assert torch.equal(torch.rand(1), expected)


def test_random_weights_are_other_points_than_published_ones(at_hand: Path) -> None:
    drawn = workload("torchvision/squeezenet1_1-random")
    assert weights_fingerprint(drawn) != weights_fingerprint(workload("torchvision/squeezenet1_1"))
    assert drawn.hub_file is None
    assert drawn.published_accuracy is None


@pytest.fixture
def at_hand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand-in weights of squeezenet1_1 in torch's cache, and a table that names them."""
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    chosen = workload("torchvision/squeezenet1_1")
    path = keep(architecture("squeezenet1_1").state_dict(), chosen.hub_file)
    file = HubFile(f"https://example.com/{path.name}", path.stat().st_size)
    instead = replace(chosen, hub_file=file)
    monkeypatch.setattr(
        torchvision_table,
        "named",
        lambda name, named=torchvision_table.named: instead if name == chosen.name else named(name),
    )
    return path


def keep(state: dict[str, Any], like: HubFile) -> Path:
    """Save weights in torch's cache under a name with the digits that they have."""
    import hashlib

    checkpoints().mkdir(parents=True, exist_ok=True)
    draft = checkpoints() / "draft"
    torch.save(state, draft)
    digits = hashlib.sha256(draft.read_bytes()).hexdigest()[:8]
    return draft.rename(draft.with_name(like.name.replace(like.digits, digits)))


def test_weights_come_from_torchs_cache(at_hand: Path) -> None:
    network = build(workload("torchvision/squeezenet1_1"))
    saved = torch.load(at_hand, weights_only=True)
    assert all(torch.equal(value, saved[name]) for name, value in network.state_dict().items())


@pytest.mark.parametrize("name", ["mnasnet0_5", "shufflenet_v2_x0_5", "mobilenet_v3_small"])
def test_a_state_as_torchvision_saves_it_is_taken_whole(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    saved = models.get_model(name, weights=None).state_dict()
    chosen = workload(PREFIX + name)
    path = keep(saved, chosen.hub_file)
    file = HubFile(f"https://example.com/{path.name}", path.stat().st_size)
    ours = classifier(replace(chosen, hub_file=file)).state_dict()
    assert all(torch.equal(ours[key], value) for key, value in saved.items())


def test_torchs_cache_is_where_torch_looks(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for variables in ({}, {"XDG_CACHE_HOME": str(tmp_path)}, {"TORCH_HOME": "~/elsewhere"}):
        for name in ("XDG_CACHE_HOME", "TORCH_HOME"):
            monkeypatch.delenv(name, raising=False)
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        assert checkpoints() == Path(torch.hub.get_dir()) / "checkpoints"


def test_absent_weights_say_where_they_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    with pytest.raises(ModelError) as refused:
        build(workload("torchvision/resnet18"))
    told = str(refused.value)
    assert "https://download.pytorch.org/models/resnet18-f37072fd.pth" in told
    assert str(tmp_path / "hub" / "checkpoints" / "resnet18-f37072fd.pth") in told
    assert "--random-weights" in told


def test_a_file_with_another_content_is_refused(at_hand: Path) -> None:
    at_hand.write_bytes(at_hand.read_bytes()[:-100])
    with pytest.raises(ModelError, match="its SHA-256 must begin with"):
        build(workload("torchvision/squeezenet1_1"))


def test_no_pickle_is_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Harmful:
        def __reduce__(self) -> Any:
            return (Path.touch, (tmp_path / "ran",))

    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    chosen = workload("torchvision/squeezenet1_1")
    path = keep({"features": Harmful()}, chosen.hub_file)
    file = HubFile(f"https://example.com/{path.name}", path.stat().st_size)
    with pytest.raises(ModelError, match="does not hold the weights of squeezenet1_1"):
        classifier(replace(chosen, hub_file=file))
    assert not (tmp_path / "ran").exists()


def test_published_names_of_densenet_and_training_heads_are_understood(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    whole = models.densenet121(weights=None)
    name = r"(.*denselayer\d+\.(?:norm|relu|conv))([12]\..*)"
    old = {
        re.sub(name, r"\1.\2", key): value
        for key, value in whole.state_dict().items()
        if not key.endswith("num_batches_tracked")  # younger than the published files
    }
    assert "features.denseblock1.denselayer1.norm.1.weight" in old

    class Published:
        def get_state_dict(self, **_: Any) -> dict[str, Any]:
            return dict(old)

    oracle = models.densenet121(weights=None).eval()
    densenet._load_state_dict(oracle, Published(), progress=False)
    chosen = workload("torchvision/densenet121")
    path = keep(old, chosen.hub_file)
    file = HubFile(f"https://example.com/{path.name}", path.stat().st_size)
    ours = classifier(replace(chosen, hub_file=file))
    pictures = torch.randn(1, 3, 64, 64)
    with torch.no_grad():
        torch.testing.assert_close(ours(pictures), oracle(pictures))


@pytest.mark.parametrize("name", ["googlenet", "inception_v3"])
def test_inceptions_load_without_the_heads_of_training(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    whole = models.get_model(
        name, weights=None, aux_logits=True, transform_input=True, init_weights=False
    ).eval()
    chosen = workload(PREFIX + name)
    path = keep(whole.state_dict(), chosen.hub_file)
    file = HubFile(f"https://example.com/{path.name}", path.stat().st_size)
    ours = classifier(replace(chosen, hub_file=file))
    pictures = torch.randn(1, 3, 96, 96)
    with torch.no_grad():
        torch.testing.assert_close(ours(pictures), whole(pictures))


SQUARES = {
    "resnet50": "bilinear, 232 to 224",
    "vit_b_16-IMAGENET1K_SWAG_E2E_V1": "bicubic, 384 to 384",
    "swin_v2_t": "bicubic, 260 to 256",
    "efficientnet_b3": "bicubic, 320 to 300",
}


@pytest.mark.parametrize("name", SQUARES, ids=SQUARES.get)
@pytest.mark.parametrize("size", [(500, 375), (333, 1000), (224, 224), (3, 5)], ids=str)
def test_pictures_are_what_torchvisions_own_transforms_give(
    name: str, size: tuple[int, int], tmp_path: Path
) -> None:
    chosen = workload(PREFIX + name)
    path = picture(tmp_path / "picture.png", 1, size)
    given = models.get_model_weights(chosen.architecture)[chosen.weight_set].transforms()
    with Image.open(path) as opened:
        wanted = given(opened.convert("RGB")).numpy()
    mean, std = (np.array(values)[:, None, None] for values in (chosen.mean, chosen.std))
    np.testing.assert_allclose((decode(path, chosen) / 255 - mean) / std, wanted, atol=1e-5)


def test_a_picture_one_pixel_high_stays_cheap(tmp_path: Path) -> None:
    path = picture(tmp_path / "line.png", 1, (50_000, 1))
    assert decode(path, workload("torchvision/resnet18")).shape == (3, 224, 224)


def test_a_panorama_is_scaled_as_a_smaller_picture_is(tmp_path: Path) -> None:
    """Beyond a size only the centre is scaled: to the same pixels, less rounding between passes."""
    chosen = workload("torchvision/resnet18")
    shades = np.linspace(0, 255, 60_000).astype(np.uint8)[None].repeat(40, axis=0)
    path = tmp_path / "panorama.png"
    Image.fromarray(shades).save(path)
    with Image.open(path) as opened:
        given = models.ResNet18_Weights.DEFAULT.transforms()
        wanted = given(opened.convert("RGB").crop((20_000, 0, 40_000, 40))).numpy()
    mean, std = (np.array(values)[:, None, None] for values in (chosen.mean, chosen.std))
    np.testing.assert_allclose((decode(path, chosen) / 255 - mean) / std, wanted, atol=0.03)
