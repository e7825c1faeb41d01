"""Words of the app that lead to what they mean: Learn's glossary, one link a term."""

from __future__ import annotations

from quant.learn.glossary import link


def told(words: str, *named: str) -> str:
    """A tooltip's words, and links to what its terms mean. `named` are keys of the glossary.

    Raises:
        KeyError: the glossary has no such term.
    """
    meant = f"What it means: {', '.join(map(link, named))}."
    return f"{words}\n\n{meant}" if words else meant
