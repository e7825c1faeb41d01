"""Fetch a published file once: whole and with the hash that it must have, or not at all."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Literal
from urllib.error import URLError
from urllib.request import Request, urlopen

from filelock import FileLock

from quant.errors import ModelError, StoreError

Progress = Callable[[int, int], None]  # bytes that are here, bytes in all
CHUNK_BYTES = 1 << 18
SILENT_SECONDS = 30  # without a byte, after which a server is given up


def download(
    address: str,
    path: Path,
    digits: str,
    size_bytes: int,
    progress: Progress,
    *,
    what: str,
    instead: str = "",
    algorithm: Literal["sha256", "md5"] = "sha256",
) -> None:
    """Write the file at `path` unless it is there; two who ask for it at once fetch it once.

    Args:
        digits: how its hash in hexadecimal digits must begin.
        size_bytes: about how large it is, until the server says.
        progress: may raise to stop; nothing is left behind then.
        what: names it in sentences.
        instead: what else one can do, for the sentence where it cannot be fetched.
    Raises:
        ModelError: the server cannot be reached or gives another file.
        StoreError: the disk is full or cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(path.with_name(f".{path.name}.lock")):
            if not path.is_file():
                _clear(path)
                _fetch(address, path, digits, size_bytes, progress, algorithm)
    except _Refused as exc:
        remedy = f"put that file at {path} by hand{instead}"
        raise ModelError(f"{what} cannot be downloaded from {address} ({exc}); {remedy}") from exc
    except OSError as exc:
        raise StoreError(
            f"{path} cannot be written ({exc.strerror or exc}); make room there, or free it for "
            "writing"
        ) from exc


def _clear(path: Path) -> None:
    """What was half fetched when its process was killed. We hold the lock: nobody writes it."""
    for partial in path.parent.glob(f".{path.name}.*"):
        if partial.suffix != ".lock":
            partial.unlink(missing_ok=True)


class _Refused(Exception):
    """Why the file did not come, as the end of a sentence."""


def _fetch(
    address: str, path: Path, digits: str, size_bytes: int, progress: Progress, algorithm: str
) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    partial = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            found = _received(address, stream.write, size_bytes, progress, algorithm)
        if not found.startswith(digits):
            kind = algorithm.upper().replace("SHA", "SHA-")
            raise _Refused(
                f"its {kind} begins with {found[: len(digits)]} and must begin with {digits}"
            )
        partial.chmod(0o644)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def _received(
    address: str,
    write: Callable[[bytes], object],
    size_bytes: int,
    progress: Progress,
    algorithm: str,
) -> str:
    """Pass everything on; its hash. What goes wrong at the other end becomes _Refused."""
    seen, done = hashlib.new(algorithm, usedforsecurity=False), 0
    try:
        answer = urlopen(
            Request(address, headers={"User-Agent": "bitfront"}),
            timeout=SILENT_SECONDS,
        )
    except (URLError, OSError, ValueError) as exc:
        raise _Refused(_reason(exc)) from exc
    with answer:
        told = answer.headers.get("Content-Length", "")
        whole = int(told) if told.isdecimal() else 0
        while True:
            try:
                chunk = answer.read(CHUNK_BYTES)
            except Exception as exc:  # http.client and ssl raise errors of many kinds
                raise _Refused(_reason(exc)) from exc
            if not chunk:
                break
            write(chunk)
            seen.update(chunk)
            done += len(chunk)
            progress(done, max(whole or size_bytes, done))
    if whole and done < whole:
        raise _Refused(f"it ended after {done:,} of {whole:,} bytes")
    return seen.hexdigest()


def _reason(exc: Exception) -> str:
    reason = getattr(exc, "reason", exc)
    with suppress(AttributeError):
        return f"{exc.code} {reason}"  # type: ignore[attr-defined]
    text = getattr(reason, "strerror", None) or str(reason)
    return (text.splitlines() or [type(exc).__name__])[0][:160]
