"""Handwritten and painted digits: MNIST, USPS, SVHN (house numbers) and MNIST-M (in colour)."""

from __future__ import annotations

from functools import cache

import numpy as np

from pytest_flops_mock.data.twins.drawing.drawn import Drawn
from pytest_flops_mock.data.twins.drawing.motifs import draw_motifs, make_motifs
from pytest_flops_mock.data.twins.drawing.pixels import Bytes, Ints, noise, to_bytes, uniform
from pytest_flops_mock.data.twins.drawing.strokes import Glyph, Pen, draw_signs, make_pen

DIGITS = tuple("0123456789")
HOUSE_SIZE = 32
PATCHES = 12  # kinds of ground in MNIST-M

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


def mnist(rng: np.random.Generator, drawn: Drawn) -> Bytes:
    """Digits in grey, 28x28 pixels."""
    return draw_digits(rng, drawn.classes)


def usps(rng: np.random.Generator, drawn: Drawn) -> Bytes:
    """Like MNIST, but 16x16 pixels with hardly any margin."""
    digits = draw_digits(rng, drawn.classes)[:, 2:26, 2:26].astype(np.int64)
    pictures: Bytes = _two_thirds(_two_thirds(digits, 1), 2).astype(np.uint8)
    return pictures


def svhn(rng: np.random.Generator, drawn: Drawn) -> Bytes:
    """A digit painted on a wall, in light colours, with parts of its neighbours, 32x32 pixels."""
    rows = len(drawn)
    paint = np.zeros((rows, HOUSE_SIZE, HOUSE_SIZE), np.float32)
    paint[:, 2:-2, 2:-2] = draw_digits(rng, drawn.classes)
    neighbours = draw_digits(rng, noise(rng, rows).astype(np.int64) % 10).astype(np.float32) * np.float32(0.5)
    paint[:, 2:-2, :5] = np.maximum(paint[:, 2:-2, :5], neighbours[:, :, 18:23])
    paint[:, 2:-2, -5:] = np.maximum(paint[:, 2:-2, -5:], neighbours[:, :, 6:11])
    cover = paint[..., None] / np.float32(255)
    wall = uniform(rng, 10, 95, rows, 1, 1, 3)
    number = uniform(rng, 130, 250, rows, 1, 1, 3)
    slope = uniform(rng, -1, 1, rows, 1, 1, 1) * (np.arange(HOUSE_SIZE, dtype=np.float32) - np.float32(16))[:, None, None]
    pixels = wall + slope + (number - wall) * cover
    grain = (noise(rng, rows, HOUSE_SIZE, HOUSE_SIZE, 1) - 128) >> 3
    return to_bytes(np.floor(pixels).astype(np.int32) + grain)


def mnist_m(rng: np.random.Generator, drawn: Drawn) -> Bytes:
    """A digit that inverts a dim patch of a photograph, 32x32 pixels."""
    patches = make_motifs(tuple(f"patch {number}" for number in range(PATCHES)))
    pictures = (draw_motifs(rng, patches, noise(rng, len(drawn)).astype(np.int64) % PATCHES) >> 2).astype(np.int16)
    digits = draw_digits(rng, drawn.classes).astype(np.int16)[..., None]
    pictures[:, 2:-2, 2:-2] = np.abs(digits - pictures[:, 2:-2, 2:-2])
    return pictures.astype(np.uint8)


@cache
def _pen() -> Pen:
    return make_pen(GLYPHS, DIGITS)


def _two_thirds(images: Ints, axis: int) -> Ints:
    """Make images smaller along one axis: of every three pixels two."""
    parts = np.moveaxis(images, axis, -1)
    first, middle, last = parts[..., ::3], parts[..., 1::3], parts[..., 2::3]
    two = np.stack([2 * first + middle, middle + 2 * last], axis=-1) // 3
    return np.moveaxis(two.reshape(*parts.shape[:-1], -1), -1, axis)
