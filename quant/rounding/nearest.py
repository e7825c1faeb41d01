"""Round every weight to the nearest level of a grid that covers its channel."""

from __future__ import annotations

from quant.rounding.codes import Codes, Floats, encode, smallest_safe_scale


def round_nearest(weight: Floats, bits: int, paired: bool) -> Codes:
    """Symmetric codes, one scale a channel, no weight clipped.

    Args:
        weight: (out, *in), float32.
        bits: 2-8.
        paired: see `Rounding`.
    Source: Nagel et al., arXiv:2106.08295, section 2.3.
    """
    high = 2 ** (bits - 1) - 1
    return encode(weight, smallest_safe_scale(weight, bits, paired), -high, high)
