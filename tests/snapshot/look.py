"""Open every page of the app in the current folder, and say what is on it: one JSON object.

`python look.py viewer` does so with what the viewer brings; run where app.py lies.
"""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from typing import Any

from streamlit.testing.v1 import AppTest


def seen(page: str) -> dict[str, Any]:
    app = AppTest.from_file(str(Path("app.py").absolute()), default_timeout=120)
    if page != "app.py":
        app.switch_page(page)
    app.run()
    kinds = ("title", "header", "subheader", "markdown", "error", "warning", "exception")
    said = {kind: [str(item.value) for item in getattr(app, kind)] for kind in kinds}
    said["metric"] = [f"{item.label}: {item.value} {item.delta}" for item in app.metric]
    tables = [frame.value.astype(str).to_dict("list") for frame in app.dataframe]
    off = [button.label for button in app.button if button.disabled]
    info = [str(item.value) for item in app.info]
    return said | {"dataframe": tables, "off": off, "info": info}


def main() -> None:
    if sys.argv[1:] == ["viewer"]:
        spec = importlib.util.spec_from_file_location(
            "viewer", Path(__file__).with_name("viewer.py")
        )
        assert spec is not None
        assert spec.loader is not None
        viewer = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(viewer)
        viewer.pretend()
    sys.path.insert(0, str(Path.cwd()))
    pages = ["app.py", *map(str, sorted(Path("pages").glob("*.py")))]
    print(json.dumps({page: seen(page) for page in pages}))
    print(sorted({"torch", "onnx", "onnxruntime", "alembic", "scipy"} & set(sys.modules)))


if __name__ == "__main__":
    main()
