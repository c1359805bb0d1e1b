"""Handwriting: signs drawn with a shaky pen, 28x28 pixels, white on black."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isqrt

import numpy as np

from pytest_flops_mock.data.twins.drawing.pixels import Bytes, Floats, Ints, SmallInts, noise, uniform

SIZE = 28
_MARGIN = 2  # pixels of canvas around the picture, so that a stroke may leave it
_CANVAS = SIZE + 2 * _MARGIN
_STEP = 4  # units of a glyph's box between two drops of ink, 0.7 pixels


@dataclass(frozen=True)
class Glyph:
    """One way of writing a sign.

    Attributes:
        sign: The digit or letter.
        knots: Points ``(x, y)`` that the pen passes, in a box of 100 by 100 units with y pointing down.
        strokes: Smooth curves through knots (by index). A corner ends one stroke and starts the next; a stroke that
            comes back to its first knot is a loop.
    """

    sign: str
    knots: tuple[tuple[int, int], ...]
    strokes: tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class Pen:
    """Where the drops of ink of every glyph fall: weighted means of four knots each, padded to the longest glyph.

    Attributes:
        knots: ``(glyphs, knots, 2)``, ``float32``.
        near: ``(glyphs, drops, 4)``, indices of knots.
        weights: ``(glyphs, drops, 4)``, ``float32``.
        ink: ``(glyphs, drops)``, how much ink a drop holds; 0 for padding.
        by_label: For each label the indices of its glyphs, in sixths: ``(labels, 6)``.
    """

    knots: Floats
    near: Ints
    weights: Floats
    ink: Ints
    by_label: Ints


def make_pen(glyphs: Sequence[Glyph], labels: Sequence[str]) -> Pen:
    """Find out where the ink falls.

    Args:
        glyphs: Every way of writing, at most six for one label.
        labels: For each label the signs that mean it, such as ``("Aa", "Bb")``.
    """
    max_knots = max(len(glyph.knots) for glyph in glyphs)
    drops = [_glyph_drops(glyph) for glyph in glyphs]
    max_drops = max(len(ink) for _, _, ink in drops)
    pen = Pen(
        knots=np.zeros((len(glyphs), max_knots, 2), np.float32),
        near=np.zeros((len(glyphs), max_drops, 4), np.int64),
        weights=np.zeros((len(glyphs), max_drops, 4), np.float32),
        ink=np.zeros((len(glyphs), max_drops), np.int64),
        by_label=np.zeros((len(labels), 6), np.int64),
    )
    for number, (glyph, (near, weights, ink)) in enumerate(zip(glyphs, drops, strict=True)):
        pen.knots[number, : len(glyph.knots)] = glyph.knots
        pen.near[number, : len(ink)] = near
        pen.weights[number, : len(ink)] = weights
        pen.ink[number, : len(ink)] = ink
    for label, signs in enumerate(labels):
        ways = [number for number, glyph in enumerate(glyphs) if glyph.sign in signs]
        pen.by_label[label] = [ways[sixth % len(ways)] for sixth in range(6)]
    return pen


def draw_signs(rng: np.random.Generator, pen: Pen, labels: Ints) -> Bytes:
    """Draw one sign for each label.

    Each picture has its own hand: how the sign is written, shaken knots, size, slant, place, width and strength of the
    stroke, grain of the ink, and specks on the ground.

    Args:
        rng: Where the differences between the pictures come from.
        pen: What can be drawn.
        labels: Rows of the pen's ``by_label``, shape ``(rows,)``.

    Returns:
        Pictures of shape ``(rows, 28, 28)``, dtype ``uint8``, 0 for the black ground.
    """
    rows = len(labels)
    glyphs = pen.by_label[labels, noise(rng, rows) % 6]
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


def _drops(knots: Floats, pen: Pen, glyphs: Ints) -> Ints:
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
