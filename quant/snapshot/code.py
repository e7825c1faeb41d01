"""The app's own files that a viewer needs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from quant.errors import RequestError

ROOT = Path(__file__).resolve().parents[2]
REQUIREMENTS = "requirements-viewer.txt"
CONTAINER = Path(__file__).with_name("viewer.Dockerfile")
WHOLE = ("pages", "quant")  # with pictures and templates
SOURCES = ("models",)  # without weights, pictures and graphs
SINGLE = ("app.py", ".streamlit/config.toml", "LICENSE", "models/zoo/imagenet-names.txt",
          "models/zoo/torchvision.json",
          "models/zoo/FASHION-MNIST-LICENSE",
          "models/zoo/fashion-mobilenet.safetensors")  # whose layers Learn shows  # fmt: skip


def files() -> Iterator[tuple[Path, Path]]:
    """Each file, and its place below the snapshot.

    Raises:
        RequestError: this Bitfront was installed without its pages.
    """
    if not (ROOT / "app.py").is_file():
        raise RequestError(
            f"there is no app.py in {ROOT}, so there is no viewer to copy; run this from a "
            "checkout of Bitfront"
        )
    for name in SINGLE:
        yield ROOT / name, Path(name)
    for room in WHOLE:
        yield from _below(room, "*")
    for room in SOURCES:
        yield from _below(room, "*.py")
    # Hosts read requirements.txt; a snapshot of a snapshot finds the viewer's there.
    listed = ROOT / REQUIREMENTS
    yield listed if listed.is_file() else ROOT / "requirements.txt", Path("requirements.txt")
    yield CONTAINER, Path("Dockerfile")


def _below(room: str, pattern: str) -> Iterator[tuple[Path, Path]]:
    for path in sorted((ROOT / room).rglob(pattern)):
        place = path.relative_to(ROOT)
        hidden = any(part.startswith((".", "__pycache__")) for part in place.parts)
        if path.is_file() and not hidden:
            yield path, place
