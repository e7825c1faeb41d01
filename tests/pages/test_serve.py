"""What starts the app."""

from __future__ import annotations

from importlib.util import find_spec

from pages.parts import serve


def test_everything_that_is_loaded_ahead_is_there() -> None:
    assert serve.APP.is_file()
    assert all(find_spec(name) for name in serve.NEEDED)
