"""What the image twins share: balanced labels, random numbers that are the same everywhere, and the PNG column.

Pixels must have the same values on every platform and with every numpy. So the twins draw with ``Generator.random`` and
full-range ``uint8`` integers only: both are plain bits of PCG64, whose stream numpy keeps stable
(https://numpy.org/neps/nep-0019-rng-policy.html). They calculate element by element with ``+ - * /``, which IEEE 754
rounds in one way, and never with sums of floats, products of matrices, powers or functions of the maths library.
"""

from __future__ import annotations

import struct
import zlib
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Bytes: TypeAlias = npt.NDArray[np.uint8]
Ints: TypeAlias = npt.NDArray[np.int64]
SmallInts: TypeAlias = npt.NDArray[np.int32]
Floats: TypeAlias = npt.NDArray[np.float32]

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_COLOUR_TYPES = {1: 0, 3: 2, 4: 6}  # channels -> colour type of the header: grey, RGB, RGBA


def balanced_labels(rng: np.random.Generator, rows: int, classes: int) -> Ints:
    """Class numbers in random order, each run of ``classes`` rows holding every class once.

    Args:
        rng: Where the order comes from.
        rows: How many labels.
        classes: How many classes, numbered from 0.

    Returns:
        An array of shape ``(rows,)``.
    """
    rounds = -(-rows // classes)
    order = np.argsort(rng.random((rounds, classes)), axis=1, kind="stable")
    return order.reshape(-1)[:rows].astype(np.int64)


def uniform(rng: np.random.Generator, low: float, high: float, *shape: int) -> Floats:
    """Evenly spread numbers in ``[low, high)``, of the given shape."""
    return (rng.random(shape) * (high - low) + low).astype(np.float32)


def noise(rng: np.random.Generator, *shape: int) -> SmallInts:
    """Evenly spread whole numbers from 0 to 255, of the given shape."""
    return rng.integers(0, 256, shape, dtype=np.uint8).astype(np.int32)


def png_column(images: Bytes, *, enlarge: int = 1, size: int | tuple[int, int] | None = None) -> Any:
    """Images as the hub stores them: a struct array of PNG ``bytes`` and an empty ``path``.

    The PNG files are put together here (https://www.w3.org/TR/png-3/, hardly a filter, zlib level 1): with pictures so small
    Pillow takes two to three times as long, tens of thousands are made at once, and making them needs no Pillow.

    Args:
        images: Shape ``(rows, height, width)`` for grey, ``(rows, height, width, 3)`` for RGB or ``(…, 4)`` for RGBA, dtype
            ``uint8``.
        enlarge: How many pixels each way one pixel becomes.
        size: What is kept of it: height and width, or one number for both; all of it unless given.

    Returns:
        A ``pyarrow.StructArray`` of type ``struct<bytes: binary, path: string>`` with one entry for each row.
    """
    rows = len(images)
    channels = images.shape[3] if images.ndim == 4 else 1
    whole = (images.shape[1] * enlarge, images.shape[2] * enlarge)
    height, width = (size, size) if isinstance(size, int) else size or whole
    wide = (images.repeat(enlarge, axis=2) if enlarge > 1 else images)[:, :, :width]
    lines = np.zeros((rows, height, 1 + width * channels), np.uint8)  # each line starts with its filter: 0, none
    kept = -(-height // enlarge)
    lines[:, ::enlarge, 1:] = wide[:, :kept].reshape(rows, kept, width * channels)
    for further in range(1, enlarge):
        lines[:, further::enlarge, 0] = 2  # the same as the line above: quicker to pack than the line once more
    header = struct.pack(">2I5B", width, height, 8, _COLOUR_TYPES[channels], 0, 0, 0)
    start = _SIGNATURE + _chunk(b"IHDR", header)
    end = _chunk(b"IEND", b"")
    files = [start + _chunk(b"IDAT", zlib.compress(image.tobytes(), 1)) + end for image in lines]
    return pa.StructArray.from_arrays([pa.array(files, pa.binary()), pa.nulls(rows, pa.string())], names=["bytes", "path"])


def _chunk(kind: bytes, data: bytes) -> bytes:
    check = zlib.crc32(data, zlib.crc32(kind))
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", check)
