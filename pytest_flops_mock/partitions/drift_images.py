"""Drift of images: another size, another mode, files that are cut off."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence

import numpy as np
import pyarrow as pa

from pytest_flops_mock.partitions.drift_columns import without

JPEG_MODES = ("L", "RGB", "CMYK")


def cut_off(column: pa.Array, share: float, rng: np.random.Generator) -> pa.Array:
    """A share of the files is cut off half-way."""
    cut = (rng.random(len(column)) < share).tolist()

    def halves(files: Sequence[bytes | None]) -> list[bytes | None]:
        return [file[: len(file) // 2] if is_cut and file else file for file, is_cut in zip(files, cut, strict=True)]

    return _with_files(column, halves)


def of_size(column: pa.Array, size: tuple[int, int]) -> pa.Array:
    """Images of another width and height; what cannot be decoded stays as it is."""
    return _with_files(column, lambda files: [_redrawn(file, size=size) for file in files])


def of_mode(column: pa.Array, mode: str) -> pa.Array:
    """Images of another mode of Pillow; what cannot be decoded stays as it is."""
    return _with_files(column, lambda files: [_redrawn(file, mode=mode) for file in files])


def _with_files(column: pa.Array, change: Callable[[Sequence[bytes | None]], list[bytes | None]]) -> pa.Array:
    parts = dict(zip((field.name for field in column.type), column.flatten(), strict=True))
    parts["bytes"] = pa.array(change(parts["bytes"].to_pylist()), parts["bytes"].type)
    made = pa.StructArray.from_arrays(list(parts.values()), fields=list(column.type))
    return without(made, column.is_null().to_numpy(zero_copy_only=False))


def _redrawn(file: bytes | None, *, size: tuple[int, int] | None = None, mode: str = "") -> bytes | None:
    if not file:
        return file
    from PIL import Image

    try:
        with Image.open(io.BytesIO(file)) as image:
            shown, form = image.convert(mode or image.mode), image.format
    except Exception:  # a decoder of Pillow may raise anything
        return file
    shown = shown.resize(size) if size else shown
    made = io.BytesIO()
    shown.save(made, "JPEG" if form == "JPEG" and shown.mode in JPEG_MODES else "PNG")
    return made.getvalue()
