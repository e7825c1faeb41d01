"""Who works, and who is gone."""

from __future__ import annotations

import os
import socket

import psutil

from quant.store import Store


def worker_name() -> str:
    """Who claims: for eyes, and unique on a network."""
    return f"{socket.gethostname()}:{os.getpid()}"


def release_the_dead(store: Store) -> None:
    """Queue again what processes of this machine held that are gone, without awaiting leases."""
    for name in store.workers():
        host, _, number = name.rpartition(":")
        if host == socket.gethostname() and number.isdigit() and not is_alive(int(number)):
            store.abandon(name)


def is_alive(pid: int) -> bool:
    """Whether a process runs; one that has ended but was not waited for does not."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
