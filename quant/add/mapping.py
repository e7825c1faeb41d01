"""From folders of pictures to the classes that a network answers with, never guessed silently."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from models.classes import IMAGENET, imagenet_wnids
from models.labelled import shown
from models.zoo.files import IMAGENET_NAMES
from quant.errors import DataError

MOST_NAME = 100  # characters of a class
ASK = (
    "say what they are with --labels FILE, one class a line in the order of the network's outputs, "
    "or with --data-labels CSV (class_index,file)"
)


@dataclass(frozen=True, slots=True)
class Classes:
    """`names` has a name for each class; `class_of` the class of each folder; `told` says how the
    two were matched."""

    names: tuple[str, ...]
    class_of: dict[str, int]
    told: str


def matched(folders: Mapping[str, int], classes: int, names: Sequence[str] = ()) -> Classes:
    """The class of each folder.

    Args:
        folders: pictures by folder.
        classes: how many the network tells apart.
        names: what they are called, where that is known, in the order of its outputs.
    Raises:
        DataError: it cannot be said without asking.
    """
    ordered = sorted(folders)
    if names:
        return _by_name(ordered, classes, names)
    wnids = imagenet_wnids() if classes == IMAGENET else {}
    if wnids and all(one in wnids for one in ordered):
        known = tuple(IMAGENET_NAMES.read_text().splitlines())
        return Classes(known, {one: wnids[one] for one in ordered}, "ImageNet's WordNet ids")
    if all(one.isascii() and one.isdigit() and len(one) < 9 for one in ordered):
        return _by_number(ordered, classes)
    if len(ordered) == classes:
        class_of = {one: index for index, one in enumerate(ordered)}
        return Classes(tuple(ordered), class_of, "folder names in sorted order, as ImageFolder")
    listed = ", ".join(shown(one)[:40] for one in ordered[:3])
    more = " …" if len(ordered) > 3 else ""
    raise DataError(
        f"there are {len(ordered):,} folders of pictures ({listed}{more}) "
        f"and the network tells {classes:,} classes apart; {ASK}"
    )


def read_names(text: str, classes: int, where: str) -> tuple[str, ...]:
    """One class a line.

    Raises:
        DataError: more or fewer lines than classes, or a line that is empty or twice there.
    """
    lines = [line.strip() for line in text.strip().splitlines()]
    if len(lines) != classes:
        raise DataError(
            f"{where} names {len(lines):,} classes and the network tells {classes:,} apart; give "
            "one class a line, in the order of its outputs"
        )
    seen: dict[str, int] = {}
    for at, line in enumerate(lines, start=1):
        if not line or len(line) > MOST_NAME or not line.isprintable():
            raise DataError(
                f"{where}, line {at}: a class has a name of 1 to {MOST_NAME} letters; got "
                f"{shown(line)[:40]!r}"
            )
        if (first := seen.setdefault(plain(line), at)) != at:
            raise DataError(f"{where}: lines {first} and {at} name one class, {line[:40]!r}")
    return tuple(lines)


def plain(name: str) -> str:
    """A name as it is compared: case, marks between words and encodings do not count."""
    return re.sub(r"[\s_-]+", " ", unicodedata.normalize("NFKC", name).casefold()).strip()


def _by_name(ordered: list[str], classes: int, names: Sequence[str]) -> Classes:
    index = {plain(name): at for at, name in enumerate(names)}
    unknown = [one for one in ordered if plain(one) not in index]
    if not unknown:
        class_of = {one: index[plain(one)] for one in ordered}
        return Classes(tuple(names), class_of, "folder names, found among the names of classes")
    if all(one.isascii() and one.isdigit() for one in ordered):
        found = _by_number(ordered, classes)
        return Classes(tuple(names), found.class_of, found.told)
    listed = ", ".join(repr(shown(one)[:40]) for one in unknown[:3])
    raise DataError(
        f"{len(unknown):,} of {len(ordered):,} folders have no class of their name: {listed}"
        f"{' …' if len(unknown) > 3 else ''}; rename them, or {ASK}"
    )


def _by_number(ordered: list[str], classes: int) -> Classes:
    numbers = {one: int(one) for one in ordered}
    if len(set(numbers.values())) < len(numbers):
        raise DataError("two folders have the same number (1 and 01); rename one")
    if max(numbers.values()) >= classes:
        highest = max(numbers.values())
        raise DataError(
            f"a folder is called {highest} and classes run from 0 to {classes - 1}; rename the "
            f"folders, or {ASK}"
        )
    return Classes(
        tuple(str(at) for at in range(classes)), numbers, "folder names, which are class numbers"
    )
