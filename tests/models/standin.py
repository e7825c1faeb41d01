"""A server on this machine that stands in for those that publish weights and pictures."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Standin:
    """`files` are contents by name; `asked` are the names in the order of asking. With `cut`, an
    answer ends after so many bytes of those it promised."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.asked: list[str] = []
        self.cut: int | None = None
        self.address = ""

    def put(self, stem: str, content: bytes) -> str:
        """Serve a file under a name that ends in its hash, as torch's do; its address."""
        name = f"{stem}-{hashlib.sha256(content).hexdigest()[:8]}.pth"
        self.files[name] = content
        return f"{self.address}/{name}"


@contextmanager
def serving() -> Iterator[Standin]:
    standin = Standin()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            name = self.path.rpartition("/")[2]
            standin.asked.append(name)
            content = standin.files.get(name)
            if content is None:
                self.send_error(404)
                return
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content[: standin.cut])

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        standin.address = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield standin
        finally:
            server.shutdown()
            thread.join()
