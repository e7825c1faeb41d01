"""`import`: what another store measured, in this one."""

from __future__ import annotations

from dataclasses import asdict

from quant.commands.show import json_line
from quant.settings import settings
from quant.snapshot.merge import merge
from quant.store import open_store
from quant.typed import typed


def run(source: str, *, as_json: bool) -> None:
    """Merge it and say what was new.

    Raises:
        BitfrontError: it is no store, not a sound one, or does not fit.
    """
    with open_store() as store:
        done = merge(store, settings().home, typed(source, "DIR"))
    if as_json:
        print(json_line(asdict(done)))
        return
    files = f", with {done.files:,} files ({done.files_bytes / 1e6:.1f} MB)" if done.files else ""
    older = f", {done.older:,} older than what is here and left out" if done.older else ""
    print(f"{done.new:,} new, {done.known:,} already here{older}{files}")
