"""What a receiver of FedJam saw and measured while its channel was jammed, or not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from pytest_flops_mock.data.twins.drawing.drawn import Drawn
from pytest_flops_mock.data.twins.drawing.pixels import Bytes, Floats, Ints, noise, to_bytes


@dataclass(frozen=True)
class Jammer:
    """What a kind of jamming does to what is measured.

    Attributes:
        latency: Microseconds that a packet takes.
        jitter: Microseconds that this varies by.
        lost: Most packets that are lost from one measurement to the next.
        noise: Decibels above the quiet floor of -105 dBm.
        on: Of eight measurements in a row, how many it meets.
    """

    latency: int
    jitter: int
    lost: int
    noise: int
    on: int


JAMMERS: Mapping[str, Jammer] = {
    "benign": Jammer(latency=4_000, jitter=900, lost=0, noise=1, on=0),
    "pulse": Jammer(latency=60_000, jitter=6_000, lost=3, noise=6, on=3),
    "single_tone": Jammer(latency=9_000, jitter=1_400, lost=1, noise=3, on=8),
    "wideband": Jammer(latency=240_000, jitter=15_000, lost=7, noise=8, on=8),
}
KPIS = ("latency", "jitter", "packet loss", "noise", "SNR")
STEPS = 256
LONGEST_LATENCY, LONGEST_JITTER, MAX_LOST, NOISES, MIN_SNR, SNRS = 600_000, 50_000, 10, 10, 45, 20
"""What is 1 in the table: µs, µs, packets, dB above -105 dBm; and 45 to 65 dB are 0 to 1."""

LINES, BINS = 15, 27  # of the waterfall as it is drawn; below each other in time, beside each other in frequency


def jammed(rng: np.random.Generator, drawn: Drawn) -> Mapping[str, Any]:
    """A waterfall, and what was measured meanwhile."""
    pictures = _coloured(waterfalls(rng, drawn.classes))
    return {"image": pictures, "timeseries": measurements(rng, drawn.classes)}


def waterfalls(rng: np.random.Generator, labels: Ints) -> Bytes:
    """The power that is received, shape ``(rows, LINES, BINS)``: noise, the link's own bursts, and the jammer."""
    rows = len(labels)
    time, frequency = np.arange(LINES)[None, :, None], np.arange(BINS)[None, None, :]
    power = 30 + (noise(rng, rows, LINES, BINS) >> 3)
    bursts = noise(rng, rows, LINES, 1) < 200
    power += np.where(bursts & (np.abs(frequency - BINS // 2) <= 5), 50 + (noise(rng, rows, LINES, 1) >> 3), 0)

    loud = 110 + (noise(rng, rows, 1, 1) >> 2)
    place = BINS // 2 - 2 + noise(rng, rows, 1, 1) % 5
    every = 3 + noise(rng, rows, 1, 1) % 4
    half = 8 + noise(rng, rows, 1, 1) % 4
    of_kind = {
        "pulse": (time + place) % every == 0,
        "single_tone": frequency == place,
        "wideband": np.abs(frequency - BINS // 2) <= half,
    }
    for kind, met in of_kind.items():
        chosen = labels == list(JAMMERS).index(kind)
        power += np.where(chosen[:, None, None] & met, loud, 0)
    return to_bytes(power)


def measurements(rng: np.random.Generator, labels: Ints) -> Floats:
    """The indicators ``KPIS`` in steps of time, each from 0 to 1, shape ``(rows, STEPS, 5)``; after the last one zeros."""
    rows = len(labels)
    latency, jitter, lost, level, on = (
        np.array([getattr(jammer, name) for jammer in JAMMERS.values()])[labels][:, None]
        for name in ("latency", "jitter", "lost", "noise", "on")
    )
    met = (np.arange(STEPS) + noise(rng, rows, 1)) % 8 < on
    quiet = JAMMERS["benign"]
    hurt = 1 + noise(rng, rows, 1) % 4  # quarters of what the jammer can do
    spread = 192 + (noise(rng, rows, STEPS, 2).astype(np.int64) >> 1)  # 3/4 to 5/4
    signal = np.where(noise(rng, rows, 1) < 128, 62, 58)
    heard = np.where(met, quiet.noise + (level - quiet.noise) * hurt // 4, quiet.noise) - (noise(rng, rows, STEPS) >> 7)
    values = np.zeros((rows, STEPS, len(KPIS)), np.float32)
    for place, (measured, limit) in enumerate(
        [
            ((quiet.latency + (latency - quiet.latency) * hurt // 4) * spread[..., 0] // 256, LONGEST_LATENCY),
            ((quiet.jitter + (jitter - quiet.jitter) * hurt // 4) * spread[..., 1] // 256, LONGEST_JITTER),
            (np.where(met, noise(rng, rows, STEPS) % (lost + 1), 0), MAX_LOST),
            (heard, NOISES),
            (signal - heard - MIN_SNR, SNRS),
        ]
    ):
        values[..., place] = np.clip(measured, 0, limit).astype(np.float32) / np.float32(limit)
    values[:, 0, KPIS.index("noise") :] = 0  # not yet heard
    values[np.arange(STEPS) >= 236 + noise(rng, rows, 1) % 9] = 0
    return values


def _coloured(power: Bytes) -> Bytes:
    """Blue where little is received, over green to red."""
    steps = np.arange(256)
    red, green, blue = (steps - 128) * 4, 255 - np.abs(steps - 128) * 2, (140 - steps) * 3
    colours: Bytes = to_bytes(np.stack([red, green - 40, blue], axis=1))[power]
    return colours
