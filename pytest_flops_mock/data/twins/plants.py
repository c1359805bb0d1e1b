"""The twins of two classic tables of plants: Fisher's irises and the UCI mushrooms."""

from __future__ import annotations

from collections.abc import Mapping

import datasets
import numpy as np
import pyarrow as pa

from pytest_flops_mock.data.twins.pixels import balanced_labels
from pytest_flops_mock.data.twins.tables import categories, heaped
from pytest_flops_mock.data.twins.twin import Twin

SPECIES = ("Iris-setosa", "Iris-versicolor", "Iris-virginica")

# Middle and spread for each species, in centimetres.
MEASURES: Mapping[str, tuple[tuple[float, float], ...]] = {
    "SepalLengthCm": ((5.0, 0.35), (5.9, 0.5), (6.6, 0.6)),
    "SepalWidthCm": ((3.4, 0.35), (2.8, 0.3), (3.0, 0.3)),
    "PetalLengthCm": ((1.5, 0.17), (4.3, 0.45), (5.6, 0.5)),
    "PetalWidthCm": ((0.25, 0.1), (1.3, 0.2), (2.0, 0.27)),
}

# The letters of https://archive.ics.uci.edu/dataset/73/mushroom, each with how often it comes among edible and among
# poisonous ones; a question mark is unknown in the real data, too.
TRAITS: Mapping[str, Mapping[str, tuple[int, int]]] = {
    "cap-shape": {"x": (46, 44), "f": (38, 40), "k": (5, 15), "b": (10, 1), "s": (1, 0)},
    "cap-surface": {"f": (37, 19), "y": (36, 45), "s": (27, 36)},
    "cap-color": {"n": (30, 26), "g": (25, 20), "e": (15, 22), "y": (10, 17), "w": (17, 8), "b": (3, 7)},
    "bruises": {"t": (66, 16), "f": (34, 84)},
    "odor": {"n": (81, 3), "a": (10, 0), "l": (9, 0), "f": (0, 56), "s": (0, 15), "y": (0, 15), "p": (0, 7), "c": (0, 4)},
    "gill-attachment": {"f": (95, 99), "a": (5, 1)},
    "gill-spacing": {"c": (71, 97), "w": (29, 3)},
    "gill-size": {"b": (93, 43), "n": (7, 57)},
    "gill-color": {"b": (0, 44), "w": (23, 7), "n": (22, 3), "p": (20, 16), "g": (6, 13), "h": (5, 14), "u": (24, 3)},
    "stalk-shape": {"t": (62, 51), "e": (38, 49)},
    "stalk-root": {"b": (46, 47), "?": (17, 45), "e": (21, 7), "c": (12, 1), "r": (4, 0)},
    "stalk-surface-above-ring": {"s": (87, 39), "k": (3, 57), "f": (10, 4)},
    "stalk-surface-below-ring": {"s": (81, 39), "k": (3, 55), "f": (11, 4), "y": (5, 2)},
    "stalk-color-above-ring": {"w": (66, 44), "p": (14, 33), "g": (14, 0), "n": (1, 11), "b": (0, 11), "o": (5, 1)},
    "stalk-color-below-ring": {"w": (64, 43), "p": (14, 33), "g": (14, 0), "n": (3, 12), "b": (0, 11), "o": (5, 1)},
    "veil-type": {"p": (1, 1)},
    "veil-color": {"w": (95, 99), "n": (3, 0), "o": (2, 0), "y": (0, 1)},
    "ring-number": {"o": (87, 97), "t": (13, 2), "n": (0, 1)},
    "ring-type": {"p": (75, 20), "e": (24, 45), "l": (0, 33), "f": (1, 0), "n": (0, 2)},
    "spore-print-color": {"n": (42, 6), "k": (40, 6), "w": (14, 46), "h": (1, 41), "u": (2, 0), "r": (1, 1)},
    "population": {"v": (28, 73), "y": (25, 17), "s": (21, 9), "n": (10, 0), "a": (9, 0), "c": (7, 1)},
    "habitat": {"d": (45, 32), "g": (33, 19), "p": (3, 26), "l": (6, 15), "u": (3, 7), "m": (6, 1), "w": (4, 0)},
}


def iris_rows(rng: np.random.Generator, rows: int) -> pa.Table:
    """Rows of the twin of iris, the species in turn at random."""
    labels = balanced_labels(rng, rows, len(SPECIES))
    columns = {}
    for name, by_species in MEASURES.items():
        middle, spread = np.array(by_species)[labels].T
        tenths = np.floor(heaped(rng, middle, spread) * 10 + 0.5)
        columns[name] = np.maximum(tenths, 1) / 10
    return pa.table({**columns, "Species": pa.array(SPECIES).take(pa.array(labels))})


def mushroom_rows(rng: np.random.Generator, rows: int) -> pa.Table:
    """Rows of the twin of the mushrooms: edible or poisonous, and a letter for each trait."""
    labels = balanced_labels(rng, rows, 2)
    traits = {name: categories(rng, letters, labels) for name, letters in TRAITS.items()}
    return pa.table({"poisonous": labels, **traits})


def _iris_features() -> datasets.Features:
    return datasets.Features(
        {
            "Id": datasets.Value("int64"),
            **{name: datasets.Value("float64") for name in MEASURES},
            "Species": datasets.Value("string"),
        }
    )


# https://huggingface.co/datasets/scikit-learn/iris
IRIS = Twin(
    name="scikit-learn/iris",
    config="default",
    splits=(("train", 150),),
    features=_iris_features,
    rows=iris_rows,
    label="Species",
    counter="Id",
)


def _mushroom_features() -> datasets.Features:
    return datasets.Features(
        {
            "poisonous": datasets.ClassLabel(names=["e", "p"]),
            **{name: datasets.Value("string") for name in TRAITS},
        }
    )


# https://huggingface.co/datasets/jlh/uci-mushrooms
MUSHROOMS = Twin(
    name="jlh/uci-mushrooms",
    config="default",
    splits=(("train", 8_124),),
    features=_mushroom_features,
    rows=mushroom_rows,
    label="poisonous",
)
