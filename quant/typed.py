"""A path as somebody typed it: in a setting, an option, a link or a field."""

from __future__ import annotations

from pathlib import Path

from quant.errors import BitfrontError, RequestError

_SHOWN = 80  # characters


def typed(text: str | Path, what: str, kind: type[BitfrontError] = RequestError) -> Path:
    """The absolute path, `~` expanded; whether anything is there is another question.

    Raises:
        kind: no file can have that name: `~` of nobody, too long, or out of reach.
    """
    try:
        path = Path(text).expanduser().absolute()
        path.exists()
    except RuntimeError as exc:
        raise kind(f"{_named(what, text)}, and there is no such user; write it out") from exc
    except (OSError, ValueError) as exc:
        why = getattr(exc, "strerror", None) or exc
        raise kind(f"{_named(what, text)} and cannot be used ({why}); give another") from exc
    return path


def _named(what: str, text: str | Path) -> str:
    name = str(text)
    return f"{what} is {name[:_SHOWN]}{' …' if len(name) > _SHOWN else ''}"
