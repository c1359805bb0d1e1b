"""The twins of Caltech 101 and of dog-food: photographs of one thing each, of different sizes, RGB."""

from __future__ import annotations

from functools import cache

import datasets
import numpy as np
import pyarrow as pa

from pytest_flops_mock.data.twins.motifs import Motifs, draw_motifs, make_motifs
from pytest_flops_mock.data.twins.photos import photo_column
from pytest_flops_mock.data.twins.pixels import balanced_labels, noise
from pytest_flops_mock.data.twins.tables import choose
from pytest_flops_mock.data.twins.twin import Twin

CLASSES = [
    "accordion",
    "airplanes",
    "anchor",
    "ant",
    "barrel",
    "bass",
    "beaver",
    "binocular",
    "bonsai",
    "brain",
    "brontosaurus",
    "buddha",
    "butterfly",
    "camera",
    "cannon",
    "car_side",
    "ceiling_fan",
    "cellphone",
    "chair",
    "chandelier",
    "cougar_body",
    "cougar_face",
    "crab",
    "crayfish",
    "crocodile",
    "crocodile_head",
    "cup",
    "dalmatian",
    "dollar_bill",
    "dolphin",
    "dragonfly",
    "electric_guitar",
    "elephant",
    "emu",
    "euphonium",
    "ewer",
    "faces",
    "faces_easy",
    "ferry",
    "flamingo",
    "flamingo_head",
    "garfield",
    "gerenuk",
    "gramophone",
    "grand_piano",
    "hawksbill",
    "headphone",
    "hedgehog",
    "helicopter",
    "ibis",
    "inline_skate",
    "joshua_tree",
    "kangaroo",
    "ketch",
    "lamp",
    "laptop",
    "leopards",
    "llama",
    "lobster",
    "lotus",
    "mandolin",
    "mayfly",
    "menorah",
    "metronome",
    "minaret",
    "motorbikes",
    "nautilus",
    "octopus",
    "okapi",
    "pagoda",
    "panda",
    "pigeon",
    "pizza",
    "platypus",
    "pyramid",
    "revolver",
    "rhino",
    "rooster",
    "saxophone",
    "schooner",
    "scissors",
    "scorpion",
    "sea_horse",
    "snoopy",
    "soccer_ball",
    "stapler",
    "starfish",
    "stegosaurus",
    "stop_sign",
    "strawberry",
    "sunflower",
    "tick",
    "trilobite",
    "umbrella",
    "watch",
    "water_lilly",
    "wheelchair",
    "wild_cat",
    "windsor_chair",
    "wrench",
    "yin_yang",
]
CALTECH_SIZES = ((200, 300), (225, 300), (300, 200))

DOGS_AND_FOOD = ("dog", "food")
DOG_FOOD_SIZES = ((384, 512), (512, 384), (432, 432))
_DOGS = ("boxer", "collie", "hound", "poodle", "spaniel", "terrier")
_DISHES = ("burger", "cake", "pizza", "salad", "soup", "sushi")


def thing_rows(rng: np.random.Generator, rows: int) -> pa.Table:
    """Rows of the twin of Caltech 101: a balanced ``label`` and an ``image`` of that thing, most of them wide."""
    labels = balanced_labels(rng, rows, len(CLASSES))
    sizes = choose(rng, [(6, 2, 2)], np.zeros(rows, np.int64))
    drawn = draw_motifs(rng, _things(), labels, 20)
    return pa.table({"image": photo_column(drawn, sizes, CALTECH_SIZES, enlarge=15), "label": labels})


def dog_food_rows(rng: np.random.Generator, rows: int) -> pa.Table:
    """Rows of the twin of dog-food: an ``image`` of one of six kinds of dogs or of six dishes."""
    labels = balanced_labels(rng, rows, len(DOGS_AND_FOOD))
    kinds = labels * len(_DOGS) + noise(rng, rows) % len(_DOGS)
    sizes = choose(rng, [(6, 2, 2)], np.zeros(rows, np.int64))
    drawn = draw_motifs(rng, _dogs_and_dishes(), kinds, 16)
    return pa.table({"image": photo_column(drawn, sizes, DOG_FOOD_SIZES, enlarge=32), "label": labels})


def _features() -> datasets.Features:
    return datasets.Features({"image": datasets.Image(), "label": datasets.ClassLabel(names=CLASSES)})


def _dog_food_features() -> datasets.Features:
    return datasets.Features({"image": datasets.Image(), "label": datasets.ClassLabel(names=list(DOGS_AND_FOOD))})


# https://huggingface.co/datasets/flwrlabs/caltech101 (no class for clutter; the real classes are of very different sizes)
CALTECH101 = Twin(
    name="flwrlabs/caltech101",
    config="default",
    splits=(("train", 8_677),),
    features=_features,
    rows=thing_rows,
)

# https://huggingface.co/datasets/sasha/dog-food (its ``dataset_infos.json``)
DOG_FOOD = Twin(
    name="sasha/dog-food",
    config="default",
    splits=(("train", 2_100), ("test", 900)),
    features=_dog_food_features,
    rows=dog_food_rows,
)


@cache
def _things() -> Motifs:
    return make_motifs(CLASSES)


@cache
def _dogs_and_dishes() -> Motifs:
    return make_motifs((*_DOGS, *_DISHES))
