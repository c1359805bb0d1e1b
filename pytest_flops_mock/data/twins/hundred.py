"""The twin of CIFAR-100: a motif for each of a hundred classes, those of one superclass akin, 32x32 pixels, RGB."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import datasets
import numpy as np
import pyarrow as pa

from pytest_flops_mock.data.twins.motifs import Motifs, draw_motifs, make_motifs
from pytest_flops_mock.data.twins.pixels import balanced_labels
from pytest_flops_mock.data.twins.png import png_column
from pytest_flops_mock.data.twins.twin import Twin

# What belongs where: https://www.cs.toronto.edu/~kriz/cifar.html; the hub spells crab "cra".
FAMILIES: Mapping[str, str] = {
    "aquatic_mammals": "beaver dolphin otter seal whale",
    "fish": "aquarium_fish flatfish ray shark trout",
    "flowers": "orchid poppy rose sunflower tulip",
    "food_containers": "bottle bowl can cup plate",
    "fruit_and_vegetables": "apple mushroom orange pear sweet_pepper",
    "household_electrical_devices": "clock keyboard lamp telephone television",
    "household_furniture": "bed chair couch table wardrobe",
    "insects": "bee beetle butterfly caterpillar cockroach",
    "large_carnivores": "bear leopard lion tiger wolf",
    "large_man-made_outdoor_things": "bridge castle house road skyscraper",
    "large_natural_outdoor_scenes": "cloud forest mountain plain sea",
    "large_omnivores_and_herbivores": "camel cattle chimpanzee elephant kangaroo",
    "medium_mammals": "fox porcupine possum raccoon skunk",
    "non-insect_invertebrates": "cra lobster snail spider worm",
    "people": "baby boy girl man woman",
    "reptiles": "crocodile dinosaur lizard snake turtle",
    "small_mammals": "hamster mouse rabbit shrew squirrel",
    "trees": "maple_tree oak_tree palm_tree pine_tree willow_tree",
    "vehicles_1": "bicycle bus motorcycle pickup_truck train",
    "vehicles_2": "lawn_mower rocket streetcar tank tractor",
}
FAMILY_OF = {name: family for family, names in FAMILIES.items() for name in names.split()}
CLASSES = sorted(FAMILY_OF)


def hundred_rows(rng: np.random.Generator, rows: int) -> pa.Table:
    """Rows of the twin: the ``img`` of a class, its ``fine_label`` and the ``coarse_label`` of its superclass."""
    labels = balanced_labels(rng, rows, len(CLASSES))
    families = np.array([list(FAMILIES).index(FAMILY_OF[name]) for name in CLASSES])
    images = png_column(draw_motifs(rng, _motifs(), labels))
    return pa.table({"img": images, "fine_label": labels, "coarse_label": families[labels]})


def _features() -> datasets.Features:
    return datasets.Features(
        {
            "img": datasets.Image(),
            "fine_label": datasets.ClassLabel(names=CLASSES),
            "coarse_label": datasets.ClassLabel(names=list(FAMILIES)),
        }
    )


# https://huggingface.co/datasets/uoft-cs/cifar100
CIFAR100 = Twin(
    name="cifar100",
    aliases=("uoft-cs/cifar100",),
    config="cifar100",
    splits=(("train", 50_000), ("test", 10_000)),
    features=_features,
    rows=hundred_rows,
    label="fine_label",
)


@cache
def _motifs() -> Motifs:
    return make_motifs(CLASSES, [FAMILY_OF[name] for name in CLASSES])
