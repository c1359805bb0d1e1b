"""Tones of whole numbers, the same everywhere, and the column of WAV files."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pytest_flops_mock.data.twins.drawing.pixels import Ints, SmallInts

RATE = 16_000
"""Samples in a second."""

Samples = npt.NDArray[np.int16]


def tones(hertz: Ints, samples: int, rate: int = RATE) -> SmallInts:
    """A tone for each row that swells and fades.

    A sine is drawn as two parabolas, which whole numbers can do: its value differs from the true one by 6 % at most.

    Args:
        hertz: Pitches, shape ``(rows,)``.
        samples: How long the tones are.
        rate: Samples in a second.

    Returns:
        Shape ``(rows, samples)``, from -16384 to 16384.
    """
    steps: SmallInts = (hertz * 65_536 // rate).astype(np.int32)[:, None]
    times: SmallInts = np.arange(samples, dtype=np.int32)
    phase: SmallInts = np.multiply(steps, times, dtype=np.int32) & 65_535
    half = phase & 32_767
    height = (half * (32_768 - half)) >> 14
    tone = np.where(phase > 32_767, -height, height)
    ramp = np.minimum(np.arange(samples, dtype=np.int32), np.arange(samples, 0, -1, dtype=np.int32))
    swell = np.minimum(ramp * 1_024 // (samples // 4), 1_024).astype(np.int32)
    faded: SmallInts = (tone * swell) >> 10
    return faded


def wav_column(clips: Iterable[Samples], rate: int = RATE) -> Any:
    """Clips as the hub stores them: a struct array of WAV ``bytes`` (16 bits, mono) and an empty ``path``.

    Args:
        clips: Samples of each, which may be of different lengths.
        rate: Samples in a second.

    Returns:
        A ``pyarrow.StructArray`` of type ``struct<bytes: binary, path: string>``.
    """
    files = [_header(2 * len(clip), rate) + clip.astype("<i2", copy=False).tobytes() for clip in clips]
    paths = pa.nulls(len(files), pa.string())
    return pa.StructArray.from_arrays([pa.array(files, pa.binary()), paths], names=["bytes", "path"])


def _header(size: int, rate: int) -> bytes:
    header = b"RIFF" + struct.pack("<I", 36 + size) + b"WAVEfmt "
    return header + struct.pack("<IHHIIHH", 16, 1, 1, rate, 2 * rate, 2, 16) + b"data" + struct.pack("<I", size)
