"""Messages leave at once."""

from __future__ import annotations

import socket

from pages.parts import wire


def test_what_listens_and_what_is_connected_waits_for_no_acknowledgement() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = server.getsockname()
        with socket.create_connection(address), server.accept()[0] as before:
            wire.send_at_once()
            with socket.create_connection(address), server.accept()[0] as after:
                for one in (before, after):
                    assert one.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
