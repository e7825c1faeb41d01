"""Messages to browsers leave at once, and the server's two kinds of threads share the processor.

Streamlit's listening socket is made without naming its protocol, and so asyncio does not switch off
Nagle's algorithm on what it accepts: a page's last messages then wait for the browser's delayed
acknowledgement, 40 ms on Linux. The option set on the listening socket is inherited.
"""

from __future__ import annotations

import socket
from contextlib import suppress

import psutil


def send_at_once() -> None:
    """On every TCP socket of this process: what listens, and visitors who are already here."""
    with suppress(psutil.Error, OSError):  # a page that is slower is still a page
        for link in psutil.Process().net_connections("tcp"):
            with suppress(OSError), socket.fromfd(link.fd, link.family, link.type) as same:
                same.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
