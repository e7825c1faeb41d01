"""Start the app: `python -m pages.parts.serve PORT`, as `streamlit run app.py` does, but sooner.

While the first visitor's browser still loads its scripts, the server imports what Explore will
need; with `streamlit run` alone, the visitor waits for that too.
"""

from __future__ import annotations

import sys
import threading
from importlib import import_module
from pathlib import Path

from streamlit import runtime
from streamlit.web import cli

from quant.snapshot import marker

APP = Path(__file__).resolve().parents[2] / "app.py"
NEEDED = ("quant.store", "quant.store.migrate", "pages.parts.measuring", "pages.parts.view",
          "pages.parts.chart", "pages.parts.details", "pages.parts.take", "pages.parts.share",
          "pages.parts.headline")  # fmt: skip
TO_MAKE_STORES = ("quant.store.migrate",)  # with libraries that a viewer has not
POLL_SECONDS = 0.05


def load_once_serving() -> None:
    """Wait until the server runs: imports before that would only delay it."""
    pause = threading.Event()
    while not runtime.exists():
        pause.wait(POLL_SECONDS)
    pause.wait(4 * POLL_SECONDS)
    for name in NEEDED:
        if name not in TO_MAKE_STORES or marker.here() is None:
            import_module(name)
    if marker.here() is None:
        # What waits since the last start goes on before anybody looks.
        import_module("quant.jobs.watchdog").start()


def main() -> None:
    threading.Thread(target=load_once_serving, daemon=True).start()
    sys.argv = ["streamlit", "run", str(APP), "--server.port", *sys.argv[1:]]
    sys.exit(cli.main())


if __name__ == "__main__":
    main()
