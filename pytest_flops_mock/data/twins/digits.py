"""The twins of handwritten and painted digits: MNIST, USPS, SVHN (house numbers) and MNIST-M (in colour)."""

from __future__ import annotations

from functools import cache

import datasets
import numpy as np
import pyarrow as pa

from pytest_flops_mock.data.twins.motifs import Motifs, draw_motifs, make_motifs
from pytest_flops_mock.data.twins.pixels import Bytes, Ints, balanced_labels, noise, uniform
from pytest_flops_mock.data.twins.png import png_column
from pytest_flops_mock.data.twins.strokes import Glyph, Pen, draw_signs, make_pen
from pytest_flops_mock.data.twins.twin import Twin

DIGITS = tuple("0123456789")
HOUSE_SIZE = 32
PATCHES = 12  # kinds of ground in the twin of MNIST-M

GLYPHS = (
    Glyph(
        "0",
        ((50, 2), (78, 16), (86, 50), (78, 84), (50, 98), (22, 84), (14, 50), (22, 16)),
        ((0, 1, 2, 3, 4, 5, 6, 7, 0),),
    ),
    Glyph("1", ((50, 0), (50, 50), (50, 100)), ((0, 1, 2),)),
    Glyph("1", ((30, 22), (52, 2), (52, 50), (52, 100)), ((0, 1), (1, 2, 3))),
    Glyph(
        "2",
        ((14, 26), (28, 6), (56, 1), (80, 20), (70, 48), (40, 74), (10, 97), (50, 95), (92, 97)),
        ((0, 1, 2, 3, 4, 5, 6), (6, 7, 8)),
    ),
    Glyph(
        "2",
        ((12, 22), (34, 3), (66, 6), (80, 30), (62, 60), (28, 86), (10, 92), (26, 76), (54, 92), (92, 96)),
        ((0, 1, 2, 3, 4, 5, 6, 7, 8, 9),),
    ),
    Glyph(
        "3",
        ((14, 12), (46, 0), (77, 13), (72, 37), (40, 47), (80, 60), (84, 82), (52, 100), (12, 88)),
        ((0, 1, 2, 3, 4), (4, 5, 6, 7, 8)),
    ),
    Glyph("4", ((64, 2), (36, 36), (10, 68), (92, 66), (68, 34), (65, 100)), ((0, 1, 2), (2, 3), (4, 5))),
    Glyph("4", ((20, 2), (14, 54), (50, 56), (86, 50), (78, 4), (72, 100)), ((0, 1), (1, 2, 3), (4, 5))),
    Glyph(
        "5",
        ((84, 3), (26, 4), (20, 45), (52, 38), (82, 56), (80, 82), (48, 98), (12, 88)),
        ((0, 1), (1, 2), (2, 3, 4, 5, 6, 7)),
    ),
    Glyph(
        "6",
        ((72, 3), (40, 20), (18, 56), (22, 86), (50, 99), (78, 82), (70, 57), (44, 51), (20, 70)),
        ((0, 1, 2, 3, 4, 5, 6, 7, 8),),
    ),
    Glyph("7", ((12, 6), (50, 5), (88, 6), (60, 50), (42, 100)), ((0, 1, 2), (2, 3, 4))),
    Glyph("7", ((12, 6), (50, 5), (88, 6), (60, 50), (42, 100), (32, 54), (80, 50)), ((0, 1, 2), (2, 3, 4), (5, 6))),
    Glyph(
        "8",
        (
            (50, 48),
            *((76, 34), (76, 12), (50, 2), (24, 12), (24, 34)),
            *((20, 64), (20, 88), (50, 99), (80, 88), (80, 64)),
        ),
        ((0, 1, 2, 3, 4, 5, 0), (0, 6, 7, 8, 9, 10, 0)),
    ),
    Glyph(
        "9",
        ((80, 24), (56, 2), (26, 8), (16, 30), (32, 52), (62, 48), (76, 62), (62, 100)),
        ((0, 1, 2, 3, 4, 5, 0), (0, 6, 7)),
    ),
)


def draw_digits(rng: np.random.Generator, labels: Ints) -> Bytes:
    """Draw one digit for each label, white on black: ``(rows, 28, 28)``."""
    return draw_signs(rng, _pen(), labels)


def digit_rows(rng: np.random.Generator, rows: int) -> pa.Table:
    """Rows of the twin of MNIST: a balanced ``label`` and the ``image`` of that digit."""
    labels = balanced_labels(rng, rows, 10)
    return pa.table({"image": png_column(draw_digits(rng, labels)), "label": labels})


def envelope_rows(rng: np.random.Generator, rows: int) -> pa.Table:
    """Rows of the twin of USPS: like MNIST, but 16x16 pixels with hardly any margin."""
    labels = balanced_labels(rng, rows, 10)
    digits = draw_digits(rng, labels)[:, 2:26, 2:26].astype(np.int64)
    return pa.table({"image": png_column(_two_thirds(_two_thirds(digits, 1), 2).astype(np.uint8)), "label": labels})


def house_rows(rng: np.random.Generator, rows: int) -> pa.Table:
    """Rows of the twin of SVHN: a digit painted on a wall, in light colours, with parts of its neighbours."""
    labels = balanced_labels(rng, rows, 10)
    paint = np.zeros((rows, HOUSE_SIZE, HOUSE_SIZE), np.float32)
    paint[:, 2:-2, 2:-2] = draw_digits(rng, labels)
    neighbours = draw_digits(rng, noise(rng, rows).astype(np.int64) % 10).astype(np.float32) * np.float32(0.5)
    paint[:, 2:-2, :5] = np.maximum(paint[:, 2:-2, :5], neighbours[:, :, 18:23])
    paint[:, 2:-2, -5:] = np.maximum(paint[:, 2:-2, -5:], neighbours[:, :, 6:11])
    cover = paint[..., None] / np.float32(255)
    wall = uniform(rng, 10, 95, rows, 1, 1, 3)
    number = uniform(rng, 130, 250, rows, 1, 1, 3)
    slope = uniform(rng, -1, 1, rows, 1, 1, 1) * (np.arange(HOUSE_SIZE, dtype=np.float32) - np.float32(16))[:, None, None]
    pixels = wall + slope + (number - wall) * cover
    grain = (noise(rng, rows, HOUSE_SIZE, HOUSE_SIZE, 1) - 128) >> 3
    pictures = np.clip(np.floor(pixels).astype(np.int32) + grain, 0, 255).astype(np.uint8)
    return pa.table({"image": png_column(pictures), "label": labels})


def patch_rows(rng: np.random.Generator, rows: int) -> pa.Table:
    """Rows of the twin of MNIST-M: a digit that inverts a dim patch of a photograph."""
    labels = balanced_labels(rng, rows, 10)
    pictures = (draw_motifs(rng, _patches(), noise(rng, rows).astype(np.int64) % PATCHES) >> 2).astype(np.int16)
    digits = draw_digits(rng, labels).astype(np.int16)[..., None]
    pictures[:, 2:-2, 2:-2] = np.abs(digits - pictures[:, 2:-2, 2:-2])
    return pa.table({"image": png_column(pictures.astype(np.uint8)), "label": labels})


def _features() -> datasets.Features:
    return datasets.Features({"image": datasets.Image(), "label": datasets.ClassLabel(names=list(DIGITS))})


# Features, splits and counts: https://huggingface.co/datasets/ylecun/mnist (configuration ``mnist``, mode L)
MNIST = Twin(
    name="mnist",
    aliases=("ylecun/mnist",),
    config="mnist",
    splits=(("train", 60_000), ("test", 10_000)),
    features=_features,
    rows=digit_rows,
)

# https://huggingface.co/datasets/flwrlabs/usps (16x16, mode L)
USPS = Twin(
    name="flwrlabs/usps",
    config="default",
    splits=(("train", 7_291), ("test", 2_007)),
    features=_features,
    rows=envelope_rows,
)

# https://huggingface.co/datasets/ufldl-stanford/svhn (configuration ``cropped_digits``, 32x32, mode RGB)
SVHN = Twin(
    name="svhn",
    aliases=("ufldl-stanford/svhn",),
    config="cropped_digits",
    configs=("full_numbers", "cropped_digits"),
    splits=(("train", 73_257), ("test", 26_032), ("extra", 531_131)),
    features=_features,
    rows=house_rows,
)


# https://huggingface.co/datasets/Mike0307/MNIST-M (32x32, mode RGB; the row counts as in code that uses it). That the label
# is one of ten classes, not a plain number, could not be looked up.
MNIST_M = Twin(
    name="Mike0307/MNIST-M",
    config="default",
    splits=(("train", 59_001), ("test", 9_001)),
    features=_features,
    rows=patch_rows,
)


@cache
def _patches() -> Motifs:
    return make_motifs([f"patch {number}" for number in range(PATCHES)])


@cache
def _pen() -> Pen:
    return make_pen(GLYPHS, DIGITS)


def _two_thirds(images: Ints, axis: int) -> Ints:
    """Make images smaller along one axis: of every three pixels two."""
    parts = np.moveaxis(images, axis, -1)
    first, middle, last = parts[..., ::3], parts[..., 1::3], parts[..., 2::3]
    two = np.stack([2 * first + middle, middle + 2 * last], axis=-1) // 3
    return np.moveaxis(two.reshape(*parts.shape[:-1], -1), -1, axis)
