"""What executes a file: one module a runtime, behind one Protocol; `quant.runtimes` names them."""

from __future__ import annotations

from quant.runtimes import full_name as full_name
