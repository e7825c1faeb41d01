"""Processes that time something for this one now, by their ids, for who watches its memory."""

from __future__ import annotations

living: set[int] = set()
