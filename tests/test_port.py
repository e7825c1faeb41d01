"""A port that the app cannot have ends in a sentence, before Streamlit starts."""

from __future__ import annotations

import socket
import subprocess
import sys

import pytest

from quant.errors import RequestError
from quant.port import refuse_taken


@pytest.mark.parametrize("text", ["", "0", "65536", "-1", "8501x", "٨٥٠١", "9" * 5000])
def test_what_is_no_port_is_refused(text: str) -> None:
    with pytest.raises(RequestError, match="must be a whole number from 1 to 65535"):
        refuse_taken(text)


def test_a_port_in_use_is_one_line_and_exit_code_2() -> None:
    with socket.create_server(("", 0)) as server:
        port = server.getsockname()[1]
        ran = subprocess.run(
            [sys.executable, "-m", "quant.port", str(port)],
            capture_output=True,
            text=True,
            check=False,
        )
    assert ran.returncode == 2
    assert ran.stderr == f"port {port} is in use; choose another: make run PORT=8502\n"
    refuse_taken(str(port))
