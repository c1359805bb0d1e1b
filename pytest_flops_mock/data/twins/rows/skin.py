"""The moles and tumours of Fed-ISIC 2019, photographed in six centres, RGB."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np

from pytest_flops_mock.data.twins.drawing.drawn import Drawn
from pytest_flops_mock.data.twins.drawing.motifs import SHAPES, Motifs, draw_motifs
from pytest_flops_mock.data.twins.drawing.photos import photo_column
from pytest_flops_mock.data.twins.drawing.pixels import to_bytes
from pytest_flops_mock.data.twins.drawing.scenes import RGB

SIZES = ((224, 224), (224, 298), (224, 337))  # the usual ones: the shorter side is always 224
# Of each centre the usual size, and what its light adds: BCN, vidir_molemax, vidir_modern, rosendahl, MSK and vienna_dias.
_SIZE_OF = np.array([0, 1, 1, 1, 2, 1])
_LIGHT_OF = np.array([(8, -6, -8), (-14, -4, 6), (4, 6, 4), (12, 4, -10), (-8, 4, -4), (-6, -12, 10)], np.int16)

# Blots from large to small: middle, half width and half height in a box of 2 by 2, and colour.
SPOTS: Mapping[str, tuple[tuple[float, float, float, float, RGB], ...]] = {
    "melanoma": (
        (0.0, 0.0, 0.62, 0.46, (70, 42, 34)),
        (0.24, -0.18, 0.34, 0.28, (38, 26, 28)),
        (-0.3, 0.16, 0.22, 0.2, (92, 104, 128)),
        (0.12, 0.24, 0.2, 0.14, (30, 20, 22)),
    ),
    "melanocytic nevus": ((0.0, 0.0, 0.34, 0.32, (136, 88, 58)), (0.0, 0.0, 0.2, 0.18, (112, 68, 44))),
    "basal cell carcinoma": (
        (0.0, 0.0, 0.46, 0.4, (232, 170, 176)),
        (-0.2, -0.14, 0.12, 0.1, (96, 110, 150)),
        (0.22, 0.1, 0.12, 0.12, (96, 110, 150)),
        (0.0, 0.26, 0.1, 0.08, (110, 120, 160)),
    ),
    "actinic keratosis": (
        (0.0, 0.0, 0.7, 0.5, (214, 118, 100)),
        (-0.38, 0.1, 0.16, 0.12, (240, 224, 170)),
        (0.02, -0.24, 0.16, 0.12, (240, 224, 170)),
        (0.34, 0.16, 0.14, 0.1, (240, 224, 170)),
    ),
    "benign keratosis": (
        (0.0, 0.0, 0.6, 0.5, (170, 132, 78)),
        (-0.24, 0.14, 0.12, 0.12, (216, 190, 130)),
        (0.2, -0.2, 0.12, 0.12, (216, 190, 130)),
        (0.26, 0.2, 0.1, 0.1, (216, 190, 130)),
    ),
    "dermatofibroma": ((0.0, 0.0, 0.44, 0.42, (164, 104, 80)), (0.0, 0.0, 0.24, 0.22, (250, 240, 232))),
    "vascular lesion": (
        (0.0, 0.0, 0.42, 0.38, (190, 40, 60)),
        (-0.16, -0.1, 0.18, 0.16, (120, 20, 60)),
        (0.18, 0.1, 0.16, 0.16, (130, 24, 66)),
    ),
    "squamous cell carcinoma": (
        (0.0, 0.0, 0.56, 0.48, (206, 84, 84)),
        (0.0, 0.0, 0.32, 0.28, (244, 214, 150)),
        (0.06, -0.04, 0.14, 0.12, (150, 60, 40)),
    ),
}
_SKIN: tuple[RGB, RGB] = ((226, 182, 158), (214, 168, 146))


def lesions(rng: np.random.Generator, drawn: Drawn) -> Any:
    """A lesion of each row's diagnosis, in the order of ``SPOTS``, in the size and light of its centre."""
    pictures = draw_motifs(rng, _lesions(), drawn.classes, 23).astype(np.int16)
    centers = np.array(drawn.values("center"))
    lit = to_bytes(pictures + _LIGHT_OF[centers][:, None, None, :])
    return photo_column(lit, _SIZE_OF[centers], SIZES, enlarge=15)


@cache
def _lesions() -> Motifs:
    """What the diagnoses look like, as round shapes on skin; a shape that is not there is a dot of skin."""
    count = len(SPOTS)
    motifs = Motifs(
        kinds=np.zeros((count, SHAPES), np.int64),
        places=np.zeros((count, SHAPES, 2), np.float32),
        sizes=np.full((count, SHAPES, 2), 0.01, np.float32),
        leans=np.zeros((count, SHAPES), np.float32),
        paints=np.full((count, SHAPES, 3), _SKIN[0], np.float32),
        grounds=np.full((count, 2, 3), _SKIN, np.float32),
    )
    for number, spots in enumerate(SPOTS.values()):
        for shape, (x, y, width, height, paint) in enumerate(spots):
            motifs.places[number, shape] = x, y
            motifs.sizes[number, shape] = width, height
            motifs.paints[number, shape] = paint
    return motifs
