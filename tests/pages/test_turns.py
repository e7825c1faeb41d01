"""Pages are built in turn."""

from __future__ import annotations

import threading
from types import SimpleNamespace

import pytest

from pages.parts.turns import Turns
from tests.jobs.waiting import until

LONG = 60.0


def visitors(turns: Turns, count: int) -> tuple[list[threading.Thread], SimpleNamespace]:
    """Threads that arrive one after another, and stay until they are let go."""
    seen = SimpleNamespace(inside=[], leave=[threading.Event() for _ in range(count)])
    threads = []

    def visit(number: int) -> None:
        with turns.one():
            seen.inside.append(number)
            assert seen.leave[number].wait(LONG)

    for number in range(count):
        threads.append(threading.Thread(target=visit, args=(number,)))
        threads[-1].start()
        until(lambda: len(seen.inside) + len(turns._waiting) == len(threads))
    return threads, seen


def test_those_who_wait_are_called_in_the_order_they_came() -> None:
    threads, seen = visitors(Turns(places=2, patience=LONG), 5)
    assert seen.inside == [0, 1]
    for number in range(5):
        seen.leave[number].set()
        until(lambda number=number: len(seen.inside) == min(5, number + 3))
    for thread in threads:
        thread.join(LONG)
    assert seen.inside == [0, 1, 2, 3, 4]


def test_a_page_that_takes_long_holds_up_nobody_for_good() -> None:
    turns = Turns(places=1, patience=0.0)
    threads, seen = visitors(turns, 3)
    until(lambda: len(seen.inside) == 3)
    for leave in seen.leave:
        leave.set()
    for thread in threads:
        thread.join(LONG)
    assert turns._free == 1


def test_a_failed_page_gives_its_turn_back() -> None:
    turns = Turns(places=1, patience=LONG)
    for _ in range(2):
        with pytest.raises(ZeroDivisionError), turns.one():
            raise ZeroDivisionError
    assert turns._free == 1
