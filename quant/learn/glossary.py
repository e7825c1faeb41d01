"""Every term that the app shows, in plain words, and the questions people ask."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

GLOSSARY = Path(__file__).with_name("glossary.toml")
QUESTIONS = Path(__file__).with_name("questions.toml")
PAGE = "Learn"


@dataclass(frozen=True, slots=True)
class Term:
    """`id` names it in links, `also` are other names for it, `see` the ids of others."""

    id: str
    title: str
    words: str
    also: tuple[str, ...] = ()
    see: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """`see` are ids of terms."""

    title: str
    words: str
    see: tuple[str, ...] = ()


@cache
def terms() -> dict[str, Term]:
    """By id, in the order of their titles."""
    read = tomllib.loads(GLOSSARY.read_text(encoding="utf-8"))
    found = [
        Term(key, one["title"], one["words"].strip(), tuple(one.get("also", ())),
             tuple(one.get("see", ())))
        for key, one in read.items()
    ]  # fmt: skip
    return {one.id: one for one in sorted(found, key=lambda one: one.title.lower())}


@cache
def questions() -> tuple[Question, ...]:
    """In the order in which they are asked."""
    read = tomllib.loads(QUESTIONS.read_text(encoding="utf-8"))
    return tuple(
        Question(one["title"], one["words"].strip(), tuple(one.get("see", ())))
        for one in read["question"]
    )


def found(words: str) -> list[Term]:
    """Terms whose title, other names or words hold all that is asked for."""
    wanted = words.lower().split()
    return [
        one
        for one in terms().values()
        if all(part in f"{one.title} {' '.join(one.also)} {one.words}".lower() for part in wanted)
    ]


def link(term: str) -> str:
    """`[SQNR](Learn?term=sqnr)`, relative, so that it holds below any address.

    Raises:
        KeyError: there is no such term.
    """
    return f"[{terms()[term].title}]({PAGE}?term={term})"
