"""Whether the app can listen on a port: `python -m quant.port 8501`, before it starts."""

from __future__ import annotations

import errno
import socket
import sys

from quant.errors import RequestError

LOWEST, HIGHEST = 1, 65_535


def refuse_taken(text: str) -> None:
    """Return when the port is free.

    Raises:
        RequestError: it is not a port, it is in use, or this user may not listen on it.
    """
    if not (text.isascii() and text.isdigit() and LOWEST <= int(text[:9]) <= HIGHEST):
        raise RequestError(f"PORT must be a whole number from {LOWEST} to {HIGHEST}; got {text!r}")
    with socket.socket() as probe:
        # a port whose last connections are still closing down is free to listen on
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("", int(text)))
        except OSError as exc:
            why = "in use" if exc.errno == errno.EADDRINUSE else f"refused ({exc.strerror})"
            raise RequestError(f"port {text} is {why}; choose another: make run PORT=8502") from exc


def main() -> None:
    try:
        refuse_taken(sys.argv[1] if len(sys.argv) > 1 else "")
    except RequestError as sentence:
        print(sentence, file=sys.stderr)
        sys.exit(2)


if __name__ == "__main__":
    main()
