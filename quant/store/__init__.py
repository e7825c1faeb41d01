"""Every measurement ever made, and what is still to be measured."""

from quant.store.opening import open_store
from quant.store.protocol import Stamp, Store
from quant.store.right import Right
from quant.store.shown import Shown

__all__ = ["Right", "Shown", "Stamp", "Store", "open_store"]
