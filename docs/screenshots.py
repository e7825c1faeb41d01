"""Take the pictures of the README anew: python -m docs.screenshots HOME, a home folder with points.

It needs Debian's chromium, and starts the app on a copy of the folder.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from quant.jobs.requests import LATER, SweepRequest
from quant.recipe import Recipe
from quant.store import open_store

ROOT = Path(__file__).resolve().parent.parent
IMAGES = ROOT / "docs" / "images"
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
MIXED = (
    "model=fashion-mobilenet&method=gptq&ranges=mse&pick=16"
    "&w=8x3.4.2.8.4x2.8.3.2.4.3.2.4.3x2.8.3.2.4.3x2.4"
)
# Name, path and query, width, height, scheme, and a text that is there when all is drawn.
PICTURES = (
    ("explore", "", 1440, 1010, "light", "Why this one"),
    ("layers", f"Layers?{MIXED}", 1440, 1180, "light", "How far to trust this"),
    ("compare", "Compare?way=lost", 1440, 1180, "light", "pass the filters"),
    ("explore-3d", "?chart=3-D", 1440, 1010, "dark", "Why this one"),
    ("phone", "", 390, 1040, "light", "Why this one"),
    (
        "present",
        "Present?screen=answer&size=3+MB&device=poco-m6-pro",
        1440,
        1180,
        "light",
        "less energy than FP32",
    ),
    ("learn", "Learn?step=layer", 1440, 1340, "light", "none has less than"),
    ("jobs", "Jobs", 1440, 860, "light", "2 of 5 measured"),
)


def main() -> None:
    home = Path(sys.argv[1])
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "home"
        shutil.copytree(home, copy)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        environment = os.environ | {"BITFRONT_HOME": str(copy), "BITFRONT_FIRST_SWEEP": "0"}
        command = [sys.executable, "-m", "pages.parts.serve", str(port)]
        server = subprocess.Popen(command, cwd=ROOT, env=environment)
        try:
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(
                    executable_path=shutil.which("chromium"), args=FLAGS
                )
                _wait(f"http://127.0.0.1:{port}/_stcore/health")
                for picture in PICTURES:
                    if picture[0] == "jobs":
                        _ask(copy)
                    _take(browser, f"http://127.0.0.1:{port}/", *picture)
        finally:
            server.kill()
            server.wait()
            _stop(copy)


def _ask(home: Path) -> None:
    """Something that runs and something that waits."""
    with open_store(f"sqlite:///{home / 'bitfront.db'}") as store:
        recipes = tuple(Recipe(bits, 8, "mse") for bits in (8, 6, 4, 3))
        store.submit(
            SweepRequest("fashion-resnet", recipes, images=1000, fresh=True, requested_by="ada")
        )
        last = SweepRequest(
            "fashion-resnet", (Recipe(5, 6),), images=2000, requested_by="grace", priority=LATER
        )
        store.submit(last)


def _stop(home: Path) -> None:
    """Cancel what still runs, so that the dispatcher leaves when its folder is gone."""
    with open_store(f"sqlite:///{home / 'bitfront.db'}") as store:
        for sweep in store.open_sweeps():
            store.cancel(sweep.id)
    time.sleep(3)


def _wait(address: str) -> None:
    while True:
        try:
            urllib.request.urlopen(address, timeout=1)
            return
        except OSError:
            continue


def _take(
    browser: Browser, site: str, name: str, path: str, width: int, height: int, scheme: str,
    last: str,
) -> None:  # fmt: skip
    page = browser.new_page(
        viewport={"width": width, "height": height},
        color_scheme="dark" if scheme == "dark" else "light",
    )
    page.goto(site + path)
    page.get_by_text(last).first.wait_for(timeout=240_000)
    if not path.startswith(("Jobs", "Compare", "Present")):
        page.locator(".js-plotly-plot").first.wait_for(timeout=60_000)
    page.wait_for_function("!document.querySelector('[data-testid=stSkeleton]')", timeout=60_000)
    page.wait_for_timeout(4000)  # Plotly draws last
    file = IMAGES / f"{name}.png"
    page.screenshot(path=file, timeout=180_000)
    page.close()
    with Image.open(file) as taken:
        taken.convert("RGB").save(file, optimize=True)


if __name__ == "__main__":
    main()
