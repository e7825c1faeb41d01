"""What a page asks several times is read once."""

from __future__ import annotations

from itertools import count

import pytest

from pages.parts import moment


def test_a_page_reads_once_and_what_runs_by_itself_each_time() -> None:
    numbers = count()

    @moment.kept
    def read(name: str) -> int:
        return next(numbers)

    assert [read("a"), read("a")] == [0, 1]
    with moment.one():
        assert [read("a"), read("b"), read("a")] == [2, 3, 2]
        moment.changed()
        assert read("a") == 4
    assert read("a") == 5
    with moment.one():
        assert read("a") == 6


def test_a_failed_read_is_tried_again_and_a_failed_page_leaves_nothing() -> None:
    answers = iter([ValueError("not now"), 1, 2])

    @moment.kept
    def read() -> int:
        answer = next(answers)
        if isinstance(answer, ValueError):
            raise answer
        return answer

    with moment.one():
        with pytest.raises(ValueError, match="not now"):
            read()
        assert read() == 1
    with pytest.raises(ZeroDivisionError), moment.one():
        raise ZeroDivisionError
    assert read() == 2
