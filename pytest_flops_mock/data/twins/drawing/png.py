"""Pictures as the hub stores them: a column of PNG files, put together here (https://www.w3.org/TR/png-3/).

With pictures so small Pillow takes two to three times as long, tens of thousands are made at once, and making them needs no
Pillow.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa

from pytest_flops_mock.data.twins.drawing.pixels import Bytes

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_FROM_THE_LEFT, _SAME = 1, 2  # filters: what a pixel differs by from the one to the left; 0s are the line above once more
_FEW = 6  # repeats of a line that are packed as fast as zlib starts afresh
_ZLIB = b"\x78\x01"  # how a stream of zlib starts
_COLOUR_TYPES = {1: 0, 3: 2, 4: 6}  # channels -> colour type of the header: grey, RGB, RGBA


def png_column(images: Bytes, *, enlarge: int = 1, size: int | tuple[int, int] | None = None) -> Any:
    """Images as the hub stores them: a struct array of PNG ``bytes`` and an empty ``path``.

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
    all_of_it = (images.shape[1] * enlarge, images.shape[2] * enlarge)
    height, width = (size, size) if isinstance(size, int) else size or all_of_it
    repeat = enlarge if enlarge > _FEW else 1
    lines = _lines(images.reshape(*images.shape[:3], channels), enlarge, -(-height // repeat), width, repeat)
    header = struct.pack(">2I5B", width, height, 8, _COLOUR_TYPES[channels], 0, 0, 0)
    start = _SIGNATURE + _chunk(b"IHDR", header)
    end = _chunk(b"IEND", b"")
    pack = _packer(lines.shape[2], height, repeat) if repeat > 1 else _pack
    files = [start + _chunk(b"IDAT", pack(image)) + end for image in lines]
    return pa.StructArray.from_arrays([pa.array(files, pa.binary()), pa.nulls(rows, pa.string())], names=["bytes", "path"])


def _lines(images: Bytes, enlarge: int, height: int, width: int, repeat: int) -> Bytes:
    """Lines of the files, each with its filter in front; those that only repeat the one above are left out."""
    rows, _, _, channels = images.shape
    lines = np.zeros((rows, height, 1 + width * channels), np.uint8)
    if repeat == 1:
        large = images if enlarge == 1 else images.repeat(enlarge, axis=1).repeat(enlarge, axis=2)
        lines[:, :, 1:] = large[:, :height, :width].reshape(rows, height, width * channels)
        return lines
    lines[:, :, 0] = _FROM_THE_LEFT
    drawn = images[:, :height, : -(-width // enlarge)]
    steps = drawn.copy()
    steps[:, :, 1:] -= drawn[:, :, :-1]
    places = (1 + np.arange(drawn.shape[2])[:, None] * enlarge * channels + np.arange(channels)).reshape(-1)
    lines[:, :, places] = steps.reshape(rows, height, len(places))
    return lines


def _pack(image: Bytes) -> bytes:
    return zlib.compress(image.tobytes(), 1)


def _packer(length: int, height: int, repeat: int) -> Callable[[Bytes], bytes]:
    """Packs pictures whose lines are repeated, as zlib would.

    What says "the same as the line above" is always the same bytes, so it is packed once and put between the lines, for
    which zlib has to start afresh at each (https://www.rfc-editor.org/rfc/rfc1951).

    Args:
        length: Bytes of a line.
        height: How many lines the picture has.
        repeat: How often each line comes; the last one as often as there is room.
    """
    kept = -(-height // repeat)
    repeats = [repeat - 1] * (kept - 1) + [height - repeat * (kept - 1) - 1]
    again = {count: _started_afresh(_raw(), (bytes([_SAME]) + bytes(length - 1)) * count) for count in set(repeats)}

    def pack(image: Bytes) -> bytes:
        packer = _raw()
        parts, check = [_ZLIB], 1
        for line, count in zip(image, repeats, strict=True):
            data = line.tobytes()
            parts += (_started_afresh(packer, data), again[count])
            check = _check_with_repeats(zlib.adler32(data, check), length, count)
        return b"".join((*parts, packer.flush(), check.to_bytes(4, "big")))

    return pack


def _raw() -> Any:
    return zlib.compressobj(1, zlib.DEFLATED, -zlib.MAX_WBITS)


def _started_afresh(packer: Any, data: bytes) -> bytes:
    packed: bytes = packer.compress(data) + packer.flush(zlib.Z_FULL_FLUSH)
    return packed


def _check_with_repeats(check: int, length: int, count: int) -> int:
    """Adler-32 (https://www.rfc-editor.org/rfc/rfc1950) of what ``check`` is of and ``count`` repeated lines."""
    low, high = check & 0xFFFF, check >> 16
    high += length * (count * low + _SAME * count * (count + 1) // 2)
    return high % 65_521 << 16 | (low + _SAME * count) % 65_521


def _chunk(kind: bytes, data: bytes) -> bytes:
    check = zlib.crc32(data, zlib.crc32(kind))
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", check)
