"""The twin of MNIST: digits drawn with a shaky pen, 28x28 pixels, white on black."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from math import isqrt

import datasets
import numpy as np
import pyarrow as pa

from pytest_flops_mock.data.twins.pixels import (
    Bytes,
    Floats,
    Ints,
    SmallInts,
    balanced_labels,
    noise,
    png_column,
    uniform,
)
from pytest_flops_mock.data.twins.twin import Twin

SIZE = 28
_MARGIN = 2  # pixels of canvas around the picture, so that a stroke may leave it
_CANVAS = SIZE + 2 * _MARGIN
_STEP = 4  # units of a glyph's box between two drops of ink, 0.7 pixels


@dataclass(frozen=True)
class Glyph:
    """One way of writing a digit.

    Attributes:
        digit: The digit.
        knots: Points ``(x, y)`` that the pen passes, in a box of 100 by 100 units with y pointing down.
        strokes: Smooth curves through knots (by index). A corner ends one stroke and starts the next; a stroke that
            comes back to its first knot is a loop.
    """

    digit: int
    knots: tuple[tuple[int, int], ...]
    strokes: tuple[tuple[int, ...], ...]


GLYPHS = (
    Glyph(
        0,
        ((50, 2), (78, 16), (86, 50), (78, 84), (50, 98), (22, 84), (14, 50), (22, 16)),
        ((0, 1, 2, 3, 4, 5, 6, 7, 0),),
    ),
    Glyph(1, ((50, 0), (50, 50), (50, 100)), ((0, 1, 2),)),
    Glyph(1, ((30, 22), (52, 2), (52, 50), (52, 100)), ((0, 1), (1, 2, 3))),
    Glyph(
        2,
        ((14, 26), (28, 6), (56, 1), (80, 20), (70, 48), (40, 74), (10, 97), (50, 95), (92, 97)),
        ((0, 1, 2, 3, 4, 5, 6), (6, 7, 8)),
    ),
    Glyph(
        2,
        ((12, 22), (34, 3), (66, 6), (80, 30), (62, 60), (28, 86), (10, 92), (26, 76), (54, 92), (92, 96)),
        ((0, 1, 2, 3, 4, 5, 6, 7, 8, 9),),
    ),
    Glyph(
        3,
        ((14, 12), (46, 0), (77, 13), (72, 37), (40, 47), (80, 60), (84, 82), (52, 100), (12, 88)),
        ((0, 1, 2, 3, 4), (4, 5, 6, 7, 8)),
    ),
    Glyph(4, ((64, 2), (36, 36), (10, 68), (92, 66), (68, 34), (65, 100)), ((0, 1, 2), (2, 3), (4, 5))),
    Glyph(4, ((20, 2), (14, 54), (50, 56), (86, 50), (78, 4), (72, 100)), ((0, 1), (1, 2, 3), (4, 5))),
    Glyph(
        5,
        ((84, 3), (26, 4), (20, 45), (52, 38), (82, 56), (80, 82), (48, 98), (12, 88)),
        ((0, 1), (1, 2), (2, 3, 4, 5, 6, 7)),
    ),
    Glyph(
        6,
        ((72, 3), (40, 20), (18, 56), (22, 86), (50, 99), (78, 82), (70, 57), (44, 51), (20, 70)),
        ((0, 1, 2, 3, 4, 5, 6, 7, 8),),
    ),
    Glyph(7, ((12, 6), (50, 5), (88, 6), (60, 50), (42, 100)), ((0, 1, 2), (2, 3, 4))),
    Glyph(7, ((12, 6), (50, 5), (88, 6), (60, 50), (42, 100), (32, 54), (80, 50)), ((0, 1, 2), (2, 3, 4), (5, 6))),
    Glyph(
        8,
        (
            (50, 48),
            *((76, 34), (76, 12), (50, 2), (24, 12), (24, 34)),
            *((20, 64), (20, 88), (50, 99), (80, 88), (80, 64)),
        ),
        ((0, 1, 2, 3, 4, 5, 0), (0, 6, 7, 8, 9, 10, 0)),
    ),
    Glyph(
        9,
        ((80, 24), (56, 2), (26, 8), (16, 30), (32, 52), (62, 48), (76, 62), (62, 100)),
        ((0, 1, 2, 3, 4, 5, 0), (0, 6, 7)),
    ),
)


@dataclass(frozen=True)
class _Pen:
    """Where the drops of ink of every glyph fall: weighted means of four knots each, padded to the longest glyph.

    Attributes:
        knots: ``(glyphs, knots, 2)``, ``float32``.
        near: ``(glyphs, drops, 4)``, indices of knots.
        weights: ``(glyphs, drops, 4)``, ``float32``.
        ink: ``(glyphs, drops)``, how much ink a drop holds; 0 for padding.
        by_digit: For each digit the indices of its glyphs, in sixths: ``(10, 6)``.
    """

    knots: Floats
    near: Ints
    weights: Floats
    ink: Ints
    by_digit: Ints


def draw_digits(rng: np.random.Generator, labels: Ints) -> Bytes:
    """Draw one digit for each label.

    Each picture has its own hand: how the digit is written, shaken knots, size, slant, place, width and strength of the
    stroke, grain of the ink, and specks on the ground.

    Args:
        rng: Where the differences between the pictures come from.
        labels: Digits from 0 to 9, shape ``(rows,)``.

    Returns:
        Pictures of shape ``(rows, 28, 28)``, dtype ``uint8``, 0 for the black ground.
    """
    rows = len(labels)
    pen = _pen()
    glyphs = pen.by_digit[labels, noise(rng, rows) % 6]
    knots = pen.knots[glyphs] - np.float32(50) + uniform(rng, -6, 6, rows, pen.knots.shape[1], 2)

    pixels = np.float32(SIZE - 10) / np.float32(100)
    width = uniform(rng, 0.72, 1.12, rows, 1) * pixels
    height = uniform(rng, 0.86, 1.12, rows, 1) * pixels
    slant = uniform(rng, -0.34, 0.12, rows, 1)
    climb = uniform(rng, -0.12, 0.12, rows, 1)
    middle = np.float32(_CANVAS - 1) / np.float32(2)
    across, down = knots[:, :, 0] * width, knots[:, :, 1] * height
    x = across + down * slant + (uniform(rng, -2, 2, rows, 1) + middle)
    y = down + across * climb + (uniform(rng, -1.6, 1.6, rows, 1) + middle)

    canvas = _splat(_drops(x, pen, glyphs), _drops(y, pen, glyphs), pen.ink[glyphs])
    thin = _blur(canvas)
    thick = _blur(thin >> 4)
    softness = noise(rng, rows, 1, 1)
    strength = 190 + noise(rng, rows, 1, 1)
    ink = ((thin >> 5) * (255 - softness) + (thick >> 5) * softness) >> 8
    ink = np.minimum((ink * strength) >> 12, 255 - (noise(rng, rows, 1, 1) >> 3))
    ink = (ink * (192 + (noise(rng, rows, _CANVAS, _CANVAS) >> 2))) >> 8
    specks = noise(rng, rows, _CANVAS, _CANVAS)
    ink += np.where(specks < 5, specks << 4, 0)
    inner = slice(_MARGIN, _MARGIN + SIZE)
    pictures: Bytes = np.minimum(ink[:, inner, inner], 255).astype(np.uint8)
    return pictures


def digit_rows(rng: np.random.Generator, rows: int) -> pa.Table:
    """Rows of the twin: a balanced ``label`` and the ``image`` of that digit."""
    labels = balanced_labels(rng, rows, 10)
    return pa.table({"image": png_column(draw_digits(rng, labels)), "label": labels})


def _features() -> datasets.Features:
    return datasets.Features(
        {"image": datasets.Image(), "label": datasets.ClassLabel(names=[str(digit) for digit in range(10)])}
    )


# Features, splits and counts: https://huggingface.co/datasets/ylecun/mnist (configuration ``mnist``, mode L)
MNIST = Twin(
    name="mnist",
    aliases=("ylecun/mnist",),
    config="mnist",
    splits=(("train", 60_000), ("test", 10_000)),
    features=_features,
    rows=digit_rows,
)


@cache
def _pen() -> _Pen:
    most_knots = max(len(glyph.knots) for glyph in GLYPHS)
    drops = [_glyph_drops(glyph) for glyph in GLYPHS]
    most_drops = max(len(ink) for _, _, ink in drops)
    pen = _Pen(
        knots=np.zeros((len(GLYPHS), most_knots, 2), np.float32),
        near=np.zeros((len(GLYPHS), most_drops, 4), np.int64),
        weights=np.zeros((len(GLYPHS), most_drops, 4), np.float32),
        ink=np.zeros((len(GLYPHS), most_drops), np.int64),
        by_digit=np.zeros((10, 6), np.int64),
    )
    for number, (glyph, (near, weights, ink)) in enumerate(zip(GLYPHS, drops, strict=True)):
        pen.knots[number, : len(glyph.knots)] = glyph.knots
        pen.near[number, : len(ink)] = near
        pen.weights[number, : len(ink)] = weights
        pen.ink[number, : len(ink)] = ink
    for digit in range(10):
        ways = [number for number, glyph in enumerate(GLYPHS) if glyph.digit == digit]
        pen.by_digit[digit] = [ways[sixth % len(ways)] for sixth in range(6)]
    return pen


def _glyph_drops(glyph: Glyph) -> tuple[list[list[int]], list[list[float]], list[int]]:
    """Neighbour knots, their weights and the ink of each drop: a Catmull-Rom spline through each stroke's knots."""
    near, weights, inks = [], [], []
    for stroke in glyph.strokes:
        is_loop = stroke[0] == stroke[-1]
        before, after = (stroke[-2], stroke[1]) if is_loop else (stroke[0], stroke[-1])
        path = (before, *stroke, after)
        for piece in range(len(stroke) - 1):
            ends = path[piece : piece + 4]
            (x0, y0), (x1, y1) = glyph.knots[ends[1]], glyph.knots[ends[2]]
            length = isqrt(256 * ((x1 - x0) ** 2 + (y1 - y0) ** 2))
            count = length // (16 * _STEP) + 1
            for drop in range(count):
                t = (2 * drop + 1) / (2 * count)
                near.append(list(ends))
                weights.append(
                    [
                        t * (t * (2 - t) - 1) / 2,
                        (t * t * (3 * t - 5) + 2) / 2,
                        t * (t * (4 - 3 * t) + 1) / 2,
                        t * t * (t - 1) / 2,
                    ]
                )
                inks.append(length // count)
    return near, weights, inks


def _drops(knots: Floats, pen: _Pen, glyphs: Ints) -> Ints:
    """One coordinate of every drop, in sixteenths of a pixel, kept on the canvas: ``(rows, drops)``."""
    near, weights = pen.near[glyphs], pen.weights[glyphs]
    rows = np.arange(len(glyphs))[:, None]
    place = knots[rows, near[:, :, 0]] * weights[:, :, 0]
    for neighbour in range(1, 4):
        place = place + knots[rows, near[:, :, neighbour]] * weights[:, :, neighbour]
    sixteenths: Ints = np.clip(np.floor(place * np.float32(16)), 16, 16 * (_CANVAS - 2) - 1).astype(np.int64)
    return sixteenths


def _splat(x: Ints, y: Ints, ink: Ints) -> SmallInts:
    """Share the ink of every drop among the four pixels around it: ``(rows, canvas, canvas)``."""
    rows = len(x)
    left, top = x >> 4, y >> 4
    right_share, low_share = x & 15, y & 15
    corner = (np.arange(rows)[:, None] * _CANVAS + top) * _CANVAS + left
    places = np.concatenate([corner, corner + 1, corner + _CANVAS, corner + _CANVAS + 1], axis=1)
    left_ink, right_ink = ink * (16 - right_share), ink * right_share
    shares = np.concatenate(
        [
            left_ink * (16 - low_share),
            right_ink * (16 - low_share),
            left_ink * low_share,
            right_ink * low_share,
        ],
        axis=1,
    )
    # The weights are whole numbers far below 2**53, so that their sums are exact in any order.
    canvas = np.bincount(places.reshape(-1), shares.reshape(-1), rows * _CANVAS * _CANVAS)
    return canvas.astype(np.int32).reshape(rows, _CANVAS, _CANVAS)


def _blur(canvas: SmallInts) -> SmallInts:
    """Spread each pixel with the binomial kernel 1-2-1 both ways; the sum grows sixteenfold."""
    wide = canvas * 2
    wide[:, :, 1:] += canvas[:, :, :-1]
    wide[:, :, :-1] += canvas[:, :, 1:]
    high = wide * 2
    high[:, 1:] += wide[:, :-1]
    high[:, :-1] += wide[:, 1:]
    return high
