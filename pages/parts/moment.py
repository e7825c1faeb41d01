"""A page is of one moment: what it asks the store several times is read once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from threading import local
from typing import Any, ParamSpec, TypeVar

Asked = ParamSpec("Asked")
Answer = TypeVar("Answer")

_page = local()  # of this thread: what the page that is being built has read


@contextmanager
def one() -> Iterator[None]:
    """Around a page. What writes either draws the page again or calls `changed`."""
    _page.read = {}
    try:
        yield
    finally:
        _page.read = None


def changed() -> None:
    """The rest of this page shows what was just written."""
    if getattr(_page, "read", None):
        _page.read.clear()


def kept(ask: Callable[Asked, Answer]) -> Callable[Asked, Answer]:
    """Ask once a page; outside a page, as in fragments that run by themselves, each time."""

    @wraps(ask)
    def asked(*args: Asked.args, **kwargs: Asked.kwargs) -> Answer:
        read: dict[Any, Any] | None = getattr(_page, "read", None)
        if read is None:
            return ask(*args, **kwargs)
        question = (ask, args, *kwargs.items())
        if question not in read:
            read[question] = ask(*args, **kwargs)
        answer: Answer = read[question]
        return answer

    return asked
