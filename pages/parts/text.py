"""Text from elsewhere as it is: nothing in it is read as Markdown."""

from __future__ import annotations

from quant.errors import BitfrontError


def sentence(error: BitfrontError) -> str:
    """The message as a sentence: capital first, full stop last, nothing read as Markdown."""
    text = str(error).strip()
    text = text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")
    return escape(text)


def escape(text: str) -> str:
    """Names of files and folders as they are, not as Markdown."""
    for sign in "\\`*_[]$~#<>":
        text = text.replace(sign, "\\" + sign)
    return text
