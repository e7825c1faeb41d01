"""Sounds in few bits: computed notes, and the noise that rounding adds to them."""

from __future__ import annotations

import io
import wave
from collections.abc import Callable, Mapping
from functools import cache

import numpy as np

from quant.learn.levels import Floats

RATE = 22_050  # samples a second
SECONDS = 3.0
A4 = 440.0  # Hz
MELODY = (0, 2, 4, 7, 9, 7, 4, 2, 0, 7, 4, 0)  # semitones above A
VOICE_HZ, VIBRATO_HZ = 130.0, 5.0
FORMANTS = ((700.0, 90.0), (1220.0, 110.0), (2600.0, 160.0))  # Hz and width, of an open "ah"


def sine() -> Floats:
    """A pure tone at full scale, for which the rule of thumb is made."""
    return np.sin(2 * np.pi * A4 / 2 * _time())


def melody() -> Floats:
    """Twelve plucked notes, each with overtones that die away."""
    each = int(RATE * SECONDS / len(MELODY))
    time = np.arange(each) / RATE
    notes = [_plucked(A4 / 2 * 2 ** (semitone / 12), time) for semitone in MELODY]
    return _full(np.concatenate(notes))


def voice() -> Floats:
    """A sung "ah": overtones of a low note, loud near three formants."""
    time = _time()
    turn = 2 * np.pi * VOICE_HZ * time + 0.4 * np.sin(2 * np.pi * VIBRATO_HZ * time)
    total = np.zeros_like(time)
    for overtone in range(1, 30):
        pitch = VOICE_HZ * overtone
        loud = sum(np.exp(-(((pitch - at) / (2 * wide)) ** 2)) for at, wide in FORMANTS)
        total += (0.05 + loud) / overtone * np.sin(overtone * turn)
    swell = np.minimum(1, np.minimum(time, SECONDS - time) / 0.4)
    return _full(total * swell)


SOUNDS: Mapping[str, Callable[[], Floats]] = {
    "A melody": melody, "A voice": voice, "A pure tone": sine,
}  # fmt: skip


@cache
def sound(name: str) -> Floats:
    """One of SOUNDS, -1 to 1, (RATE * SECONDS,)."""
    return SOUNDS[name]()


def wav(values: Floats) -> bytes:
    """As a file that browsers play, at 16 bits: 96 dB, far below what few bits do."""
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((np.clip(values, -1, 1) * 32767).astype("<i2").tobytes())
    return buffer.getvalue()


def _plucked(pitch: float, time: Floats) -> Floats:
    tones = [np.sin(2 * np.pi * pitch * k * time) / k**1.5 for k in range(1, 6)]
    fades = np.exp(-5 * time) * np.minimum(1, time / 0.005)
    return np.asarray(np.sum(tones, axis=0) * fades)


def _time() -> Floats:
    return np.arange(int(RATE * SECONDS)) / RATE


def _full(values: Floats) -> Floats:
    return np.asarray(values / np.abs(values).max())
