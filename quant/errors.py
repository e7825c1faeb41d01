"""What a person is told when something cannot be done.

BitfrontError                one sentence: the value, the limit, the remedy
├── InvalidRecipe            bits, method, ranges or counts that no recipe can have
├── UnknownWorkload          a model name that is not in the table
├── DataError                pictures or labels that are missing, empty or unreadable
├── ModelError               a network that cannot be built, exported, loaded or checked
├── StoreError               a store that is newer, read-only, locked or out of space
└── RequestError             any other bad input: an output folder, a port, a limit
"""

from __future__ import annotations


class BitfrontError(Exception):
    """A sentence for a person; the command line prints it and exits with 2, a page shows it."""


class InvalidRecipe(BitfrontError):
    pass


class UnknownWorkload(BitfrontError):
    pass


class DataError(BitfrontError):
    pass


class ModelError(BitfrontError):
    pass


class StoreError(BitfrontError):
    pass


class RequestError(BitfrontError):
    pass
