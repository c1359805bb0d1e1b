"""Pictures of different sizes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from pytest_flops_mock.data.twins.drawing.pixels import Bytes, Ints
from pytest_flops_mock.data.twins.drawing.png import png_column


def photo_column(pictures: Bytes, kinds: Ints, sizes: Sequence[tuple[int, int]], *, enlarge: int) -> Any:
    """Pictures that are enlarged and cut to size around their middle, stored as :func:`png_column` does.

    Args:
        pictures: Shape ``(rows, height, width, 3)``, dtype ``uint8``.
        kinds: Which of ``sizes`` each picture gets, shape ``(rows,)``.
        sizes: Heights and widths, each at most ``enlarge`` times that of the pictures.
        enlarge: How many pixels each way one pixel becomes.

    Returns:
        A ``pyarrow.StructArray`` of type ``struct<bytes: binary, path: string>`` with one entry for each row.
    """
    groups = [np.flatnonzero(kinds == kind) for kind in range(len(sizes))]
    columns = []
    for rows, size in zip(groups, sizes, strict=True):
        top, left = ((side - -(-length // enlarge)) // 2 for side, length in zip(pictures.shape[1:3], size, strict=True))
        columns.append(png_column(pictures[rows, top:, left:], enlarge=enlarge, size=size))
    return pa.concat_arrays(columns).take(pa.array(np.argsort(np.concatenate(groups), kind="stable")))
