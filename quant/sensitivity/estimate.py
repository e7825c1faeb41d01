"""How long trying every layer will take, before it is asked for. Torch-free."""

from __future__ import annotations

from models.workload import WORKLOADS, Workload
from quant.store import Store

SECONDS_A_MAC = 3e-7  # of networks that were not tried yet: 120 s on EfficientNet-Lite0
LEAST_SECONDS = 20.0
MOST_SECONDS = 200.0  # beyond, fewer layers, widths and pictures are run


def seconds(store: Store, workload: Workload) -> float:
    """As long as the newest took, of this workload or of others by their multiply-adds; what is
    run is limited, so that large networks do not take for ever."""
    own = store.sensitivity(workload.name)
    if own is not None:
        return own.seconds
    paces = [
        found.seconds / other.macs
        for other in WORKLOADS
        if other.name != workload.name and (found := store.sensitivity(other.name)) is not None
    ]
    pace = max(paces, default=SECONDS_A_MAC)
    return min(max(pace * workload.macs, LEAST_SECONDS), MOST_SECONDS)
