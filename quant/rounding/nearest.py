"""Round every weight to the nearest level of a grid that covers its channel."""

from __future__ import annotations

from quant.rounding.codes import Codes, Weight, encode
from quant.rounding.levels import even


def round_nearest(weight: Weight) -> Codes:
    """Symmetric codes, one scale a channel, no weight clipped.

    Source: Nagel et al., arXiv:2106.08295, section 2.3.
    """
    levels = even(weight.bits)
    return encode(weight.values, weight.covering(), levels, low=-levels.high)
