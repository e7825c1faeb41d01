"""What a prediction says in words; each says that it is one."""

from __future__ import annotations

from collections.abc import Iterator

from quant import explain
from quant.allocate.calibration import decibels
from quant.allocate.predict import Predictor
from quant.allocate.predicted import Checked, Predicted

NO_CHANGE = (
    "The width of weights does not change the latency: all up to 8 bits are 8-bit codes once the "
    "file is loaded. Only leaving layers in float, or activations below 8 bits, does."
)


def sentences(predicted: Predicted, predictor: Predictor) -> Iterator[str]:
    """Size, noise, loss and latency, each with what 90 of 100 should lie between and its basis."""
    size = explain.size(predicted.size_bytes)
    low, high = explain.size(predicted.size_low), explain.size(predicted.size_high)
    yield f"Predicted, not measured: {size} ({low} to {high}); {noise(predicted)}{_by(predictor)}."
    if predicted.drop is None:
        yield "Nothing tells how much accuracy that loses: there are no labels, and no file yet."
    else:
        basis = _files(predictor.taught) if predictor.taught else "the scores of its layers"
        yield f"Loss: {loss(predicted)}, by {basis}."
    if predicted.latency_ms is None or predictor.pace is None:
        yield "Latency: none of this model was measured here, so none is predicted."
    else:
        yield (
            f"Latency: about {explain.latency(predicted.latency_ms)}, from {predictor.pace.words}. "
            f"{NO_CHANGE}"
        )


def noise(predicted: Predicted) -> str:
    """`logits at 24.1 dB (21.0 to 27.2)`."""
    low, high = -decibels(predicted.noise_high), -decibels(predicted.noise_low)
    return f"logits at {predicted.sqnr_db:.1f} dB ({low:.1f} to {high:.1f})"


def loss(predicted: Predicted) -> str:
    """`0.4 pp (0.0 to 1.1)`; what may be gained has a minus."""
    if predicted.drop is None:
        return "not predicted"
    low, high = 100 * (predicted.drop_low or 0.0), 100 * (predicted.drop_high or 0.0)
    return f"{100 * predicted.drop:.1f} pp ({low:.1f} to {high:.1f})".replace("-", explain.MINUS)


def lost(predictor: Predictor, summed: float) -> str:
    """A sum of noises as what it loses: `0.5 pp of loss (logits at 24.1 dB)`."""
    power = predictor.fit.of(summed)[0]
    quality = f"logits at {-decibels(power):.1f} dB"
    if predictor.curve is None:
        return quality
    return f"{abs(100 * predictor.curve.of(power)):.3f} pp of loss ({quality})"


def off(checked: Checked) -> str:
    """How a prediction did: `24.1 dB predicted, 23.4 measured`."""
    real = checked.measured
    found = "no noise" if real.sqnr_db is None else f"{real.sqnr_db:.1f}"
    size = real.size_bytes / checked.predicted.size_bytes - 1
    return (
        f"{checked.recipe.label}: {checked.predicted.sqnr_db:.1f} dB predicted, {found} measured; "
        f"{loss(checked.predicted)} predicted, {100 * real.drop:.2f} pp measured; size "
        f"{100 * size:+.1f} % off"
    )


def _by(predictor: Predictor) -> str:
    fit = predictor.fit
    if not fit.n:
        return ", by the scores of its layers alone: no file of this method was measured yet"
    error = "" if fit.error_db is None else f", off by {fit.error_db:.1f} dB when each is left out"
    return f", corrected by {_files(fit.n)} by this method{error}"


def _files(count: int) -> str:
    return "1 file of this model" if count == 1 else f"{count} files of this model"
