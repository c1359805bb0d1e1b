"""The twin of Fed-ISIC 2019: moles and tumours of the skin, photographed in six centres, at least 224x224 pixels, RGB."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import datasets
import numpy as np
import pyarrow as pa

from pytest_flops_mock.data.twins.motifs import SHAPES, Motifs, draw_motifs
from pytest_flops_mock.data.twins.photos import photo_column
from pytest_flops_mock.data.twins.pixels import balanced_labels
from pytest_flops_mock.data.twins.tables import choose
from pytest_flops_mock.data.twins.twin import Twin

RGB = tuple[int, int, int]

# How many pictures of each diagnosis the centres have: BCN, vidir_molemax, vidir_modern, rosendahl, MSK and vienna_dias.
# Centres: https://github.com/owkin/FLamby (fed_isic2019); diagnoses of four of them: the HAM10000 paper
# (https://doi.org/10.1038/sdata.2018.161), which counts actinic keratoses and squamous cell carcinomas together: their
# shares are estimated. The other two are what remains of ISIC 2019.
CENTERS: Mapping[str, tuple[int, ...]] = {
    "melanoma": (2_857, 24, 680, 342, 215, 67),
    "melanocytic nevus": (4_206, 3_720, 1_832, 803, 415, 350),
    "basal cell carcinoma": (2_809, 5, 211, 296, 0, 2),
    "actinic keratosis": (737, 0, 13, 117, 0, 0),
    "benign keratosis": (1_138, 124, 475, 490, 189, 10),
    "dermatofibroma": (124, 30, 51, 30, 0, 4),
    "vascular lesion": (111, 51, 82, 3, 0, 6),
    "squamous cell carcinoma": (431, 0, 19, 178, 0, 0),
}
SIZES = ((224, 224), (224, 298), (224, 337))  # the usual ones: the shorter side is always 224
_SIZE_OF = np.array([0, 1, 1, 1, 2, 1])  # by centre
_LIGHT_OF = np.array([(8, -6, -8), (-14, -4, 6), (4, 6, 4), (12, 4, -10), (-8, 4, -4), (-6, -12, 10)], np.int16)

# Blots from large to small: middle, half width and half height in a box of 2 by 2, and colour.
_SPOTS: Mapping[str, tuple[tuple[float, float, float, float, RGB], ...]] = {
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


def skin_rows(rng: np.random.Generator, rows: int) -> pa.Table:
    """Rows of the twin: an ``image``, its ``center`` as often as the real ones saw the diagnosis, a balanced ``label``."""
    labels = balanced_labels(rng, rows, len(CENTERS))
    centers = choose(rng, list(CENTERS.values()), labels)
    drawn = draw_motifs(rng, _lesions(), labels, 23).astype(np.int16)
    lit = np.clip(drawn + _LIGHT_OF[centers][:, None, None, :], 0, 255).astype(np.uint8)
    return pa.table({"image": photo_column(lit, _SIZE_OF[centers], SIZES, enlarge=15), "center": centers, "label": labels})


def _features() -> datasets.Features:
    return datasets.Features(
        {
            "image": datasets.Image(),
            "center": datasets.Value("int64"),
            "label": datasets.ClassLabel(names=[str(number) for number in range(len(CENTERS))]),
        }
    )


# https://huggingface.co/datasets/flwrlabs/fed-isic2019 (the names of the classes are numbers; half of the real rows are
# nevi). The row counts of the splits are the sums of FLamby's centres.
FED_ISIC2019 = Twin(
    name="flwrlabs/fed-isic2019",
    config="default",
    splits=(("train", 18_597), ("test", 4_650)),
    features=_features,
    rows=skin_rows,
)


@cache
def _lesions() -> Motifs:
    """What the diagnoses look like, as round shapes on skin; a shape that is not there is a dot of skin."""
    count = len(CENTERS)
    motifs = Motifs(
        kinds=np.zeros((count, SHAPES), np.int64),
        places=np.zeros((count, SHAPES, 2), np.float32),
        sizes=np.full((count, SHAPES, 2), 0.01, np.float32),
        leans=np.zeros((count, SHAPES), np.float32),
        paints=np.full((count, SHAPES, 3), _SKIN[0], np.float32),
        grounds=np.full((count, 2, 3), _SKIN, np.float32),
    )
    for number, name in enumerate(CENTERS):
        for shape, (x, y, width, height, paint) in enumerate(_SPOTS[name]):
            motifs.places[number, shape] = x, y
            motifs.sizes[number, shape] = width, height
            motifs.paints[number, shape] = paint
    return motifs
