"""Every measurement ever made, and what is still to be measured."""

from quant.store.opening import open_store
from quant.store.protocol import Stamp, Store

__all__ = ["Stamp", "Store", "open_store"]
