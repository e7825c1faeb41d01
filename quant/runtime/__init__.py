"""What executes a file: one module a runtime, behind one Protocol; `quant.runtimes` names them.

`import openvino` (seen in 2026.4) tells Google Analytics that it was imported, unasked, from a
forked process; in the midst of threads such a fork may hang for ever. It does without the package
that does this, so this one is not to be found.
"""

from __future__ import annotations

import sys
from typing import Any

from quant.runtimes import full_name as full_name

_modules: dict[str, Any] = sys.modules
_modules.setdefault("openvino_telemetry", None)  # importing it is then an ImportError
