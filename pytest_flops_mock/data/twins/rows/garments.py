"""The garments of Fashion-MNIST: light shapes on black, 28x28 pixels, grey."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from pytest_flops_mock.data.twins.drawing.drawn import Drawn
from pytest_flops_mock.data.twins.drawing.pixels import Bytes, noise
from pytest_flops_mock.data.twins.drawing.scenes import RGB, Scene, Shape, with_object

SIZE = 28

_BLACK: tuple[RGB, RGB, RGB] = ((0, 0, 0), (0, 0, 0), (0, 0, 0))
_PAINTS: Mapping[str, tuple[RGB, ...]] = {
    "cloth": ((225, 225, 225), (190, 190, 190), (150, 150, 150)),
    "trim": ((60, 60, 60), (35, 35, 35)),
    "none": ((0, 0, 0),),
}


def _garment(*shapes: Shape) -> Scene:
    return Scene(above=_BLACK, below=_BLACK, horizon=50, paints=_PAINTS, shapes=shapes)


GARMENTS: Mapping[str, Scene] = {
    "T - shirt / top": _garment(
        Shape("box", 21, 27, 12, 10, "cloth", -0.7),
        Shape("box", 79, 27, 12, 10, "cloth", 0.7),
        Shape("box", 50, 54, 21, 38, "cloth"),
        Shape("ellipse", 50, 17, 10, 7, "none"),
    ),
    "Trouser": _garment(
        Shape("box", 39, 60, 8, 38, "cloth", -0.05),
        Shape("box", 61, 60, 8, 38, "cloth", 0.05),
        Shape("box", 50, 16, 19, 9, "cloth"),
    ),
    "Pullover": _garment(
        Shape("box", 17, 54, 7, 36, "cloth", -0.25),
        Shape("box", 83, 54, 7, 36, "cloth", 0.25),
        Shape("box", 50, 52, 24, 35, "cloth"),
        Shape("ellipse", 50, 16, 9, 5, "trim"),
    ),
    "Dress": _garment(
        Shape("box", 50, 26, 11, 22, "cloth"),
        Shape("triangle", 50, 58, 25, 40, "cloth"),
    ),
    "Coat": _garment(
        Shape("box", 13, 58, 8, 38, "cloth", -0.1),
        Shape("box", 87, 58, 8, 38, "cloth", 0.1),
        Shape("box", 50, 53, 25, 46, "cloth"),
        Shape("box", 50, 56, 4, 44, "none"),
        Shape("triangle", 50, 16, 12, -12, "none"),
    ),
    "Sandal": _garment(
        Shape("box", 50, 78, 44, 5, "cloth", -0.6),
        Shape("box", 34, 62, 3, 16, "cloth", 0.9),
        Shape("box", 58, 64, 3, 14, "cloth", -0.9),
        Shape("box", 85, 84, 6, 12, "cloth"),
    ),
    "Shirt": _garment(
        Shape("box", 24, 46, 5, 32, "cloth", -0.4),
        Shape("box", 76, 46, 5, 32, "cloth", 0.4),
        Shape("box", 50, 52, 16, 42, "cloth"),
        Shape("box", 50, 54, 2.5, 38, "trim"),
        Shape("box", 50, 13, 12, 4, "trim"),
    ),
    "Sneaker": _garment(
        Shape("ellipse", 56, 66, 36, 13, "cloth"),
        Shape("box", 76, 58, 15, 12, "cloth"),
        Shape("box", 50, 79, 44, 4, "trim"),
        Shape("box", 44, 60, 8, 2, "trim", 0.5),
    ),
    "Bag": _garment(
        Shape("ellipse", 50, 33, 24, 24, "cloth"),
        Shape("ellipse", 50, 34, 17, 17, "none"),
        Shape("box", 50, 66, 40, 26, "cloth"),
        Shape("box", 50, 58, 8, 4, "trim"),
    ),
    "Ankle boot": _garment(
        Shape("box", 66, 42, 18, 38, "cloth"),
        Shape("ellipse", 44, 74, 36, 14, "cloth"),
        Shape("box", 48, 89, 40, 4, "trim"),
        Shape("box", 82, 84, 8, 8, "cloth"),
    ),
}


def garments(rng: np.random.Generator, drawn: Drawn) -> Bytes:
    """A garment of each row's class, in the order of ``GARMENTS``."""
    rows = len(drawn)
    pictures = np.zeros((rows, 3, SIZE, SIZE), np.float32)
    for number, garment in enumerate(GARMENTS.values()):
        chosen = np.flatnonzero(drawn.classes == number)
        pictures[chosen] = with_object(rng, garment, pictures[chosen])
    grey = np.clip(pictures[:, 0], 0, 255)
    weave = (noise(rng, rows, SIZE, SIZE) >> 2) + 192  # cloth has a grain, the black ground has none
    cloth = (np.floor(grey).astype(np.int32) * weave) >> 8
    return np.where(cloth < 12, 0, cloth).astype(np.uint8)
