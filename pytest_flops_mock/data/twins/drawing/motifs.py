"""Pictures for data sets of many classes: each class has shapes and colours of its own, worked out from its name."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from pytest_flops_mock.data.twins.drawing.pixels import Bytes, Floats, Ints, noise, to_bytes, uniform

SHAPES = 5  # of one motif, from large to small


@dataclass(frozen=True)
class Motifs:
    """What the pictures of each class show, in a box of 2 by 2 around the middle.

    Attributes:
        kinds: ``(classes, SHAPES)``; 0 is an ellipse, 1 a box, 2 a rhombus.
        places: ``(classes, SHAPES, 2)``, the middles.
        sizes: ``(classes, SHAPES, 2)``, half widths and heights.
        leans: ``(classes, SHAPES)``.
        paints: ``(classes, SHAPES, 3)``.
        grounds: ``(classes, 2, 3)``, above and below the horizon.
    """

    kinds: Ints
    places: Floats
    sizes: Floats
    leans: Floats
    paints: Floats
    grounds: Floats


@lru_cache(maxsize=64)
def make_motifs(names: tuple[str, ...], kin: tuple[str, ...] | None = None) -> Motifs:
    """Motifs for classes by their names.

    Args:
        names: The classes.
        kin: What each of them belongs to; those that share it have the same grounds and similar colours.
    """
    count = len(names)
    motifs = Motifs(
        kinds=np.zeros((count, SHAPES), np.int64),
        places=np.zeros((count, SHAPES, 2), np.float32),
        sizes=np.zeros((count, SHAPES, 2), np.float32),
        leans=np.zeros((count, SHAPES), np.float32),
        paints=np.zeros((count, SHAPES, 3), np.float32),
        grounds=np.zeros((count, 2, 3), np.float32),
    )
    for number, name in enumerate(names):
        own, shared = _stream(name), _stream("kin of " + (kin or names)[number])
        motifs.kinds[number] = noise(own, SHAPES) % 3
        reach = np.float32(0.16) * np.arange(SHAPES, dtype=np.float32)[:, None]  # small shapes may lie further out
        motifs.places[number] = uniform(own, -1, 1, SHAPES, 2) * reach
        motifs.sizes[number] = uniform(own, 0.45, 1.1, SHAPES, 2) * (np.float32(0.75) - reach)
        motifs.leans[number] = uniform(own, -0.5, 0.5, SHAPES)
        common = uniform(shared, 20, 235, SHAPES, 3)
        motifs.paints[number] = common + (uniform(own, 20, 235, SHAPES, 3) - common) * np.float32(0.6)
        motifs.grounds[number] = uniform(shared, 60, 210, 2, 3)
    return motifs


def draw_motifs(rng: np.random.Generator, motifs: Motifs, labels: Ints, size: int = 32) -> Bytes:
    """Draw one motif for each label: pictures of the class differ in place, size, side, colours, light and noise.

    Args:
        rng: Where the differences come from.
        motifs: What the classes look like.
        labels: Class numbers, shape ``(rows,)``.
        size: Width and height in pixels.

    Returns:
        Pictures of shape ``(rows, size, size, 3)``, dtype ``uint8``.
    """
    rows = len(labels)
    centres = (np.arange(size, dtype=np.float32) + np.float32(0.5)) * np.float32(2 / size) - np.float32(1)
    side = np.where(noise(rng, rows, 1, 1) < 128, np.float32(-1), np.float32(1))
    scale = uniform(rng, 0.85, 1.15, rows, 1, 1)
    x = (centres[None, None, :] - uniform(rng, -0.16, 0.16, rows, 1, 1)) * side / scale
    y = (centres[None, :, None] - uniform(rng, -0.16, 0.16, rows, 1, 1)) / scale
    tint = uniform(rng, -20, 20, rows, 1, 1, 3)
    grounds = motifs.grounds[labels]
    horizon = np.clip((y + uniform(rng, -0.3, 0.3, rows, 1, 1)) * np.float32(4), 0, 1)[..., None]
    above, below = (grounds[:, part, None, None, :] + uniform(rng, -20, 20, rows, 1, 1, 3) for part in (0, 1))
    pictures = above + (below - above) * horizon
    for shape in range(SHAPES):
        place, half = motifs.places[labels, shape], motifs.sizes[labels, shape]
        kind, lean = motifs.kinds[labels, shape, None, None], motifs.leans[labels, shape, None, None]
        across = x - (place[:, 0, None, None] + uniform(rng, -0.05, 0.05, rows, 1, 1))
        down = y - (place[:, 1, None, None] + uniform(rng, -0.05, 0.05, rows, 1, 1))
        u = np.abs((across - down * lean) / half[:, 0, None, None])
        v = np.abs(down / half[:, 1, None, None])
        far = np.where(kind == 0, u * u + v * v, np.where(kind == 1, np.maximum(u, v), u + v))
        edge = half[:, 0, None, None] * np.float32(size / 2)
        cover = np.clip((np.float32(1) - far) * edge, 0, 1)[..., None]
        paint = motifs.paints[labels, shape][:, None, None, :] + tint
        pictures = pictures + (paint - pictures) * cover
    light = uniform(rng, 0.8, 1.15, rows, 1, 1, 1)
    grain = (noise(rng, rows, size, size, 1) >> 4) - 8
    bright = np.floor(pictures * light).astype(np.int32) + grain
    return to_bytes(bright)


def _stream(name: str) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(zlib.crc32(name.encode()))))
