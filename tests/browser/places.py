"""The pages that there are, found as Streamlit finds them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tests.browser.serving import ROOT


@dataclass(frozen=True)
class Place:
    """`path` is what the address says, `title` what the file gives to the shell."""

    file: str
    path: str
    title: str


def _place(file: str) -> Place:
    source = (ROOT / file).read_text(encoding="utf-8")
    titled = re.search(r'shell\.page\("([^"]+)"', source)
    assert titled, f"{file} does not open with shell.page"
    name = re.sub(r"^\d+_", "", (ROOT / file).stem)
    return Place(file, "/" if file == "app.py" else f"/{name}", titled[1])


PLACES = tuple(
    _place(str(path.relative_to(ROOT)))
    for path in (ROOT / "app.py", *sorted((ROOT / "pages").glob("*.py")))
)
