"""The twins of PACS and Office-Home: things pictured in four ways each, such as photograph, painting and sketch, RGB.

PACS has 227x227 pixels, Office-Home pictures of different sizes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache

import datasets
import numpy as np
import pyarrow as pa

from pytest_flops_mock.data.twins.motifs import Motifs, draw_motifs, make_motifs
from pytest_flops_mock.data.twins.photos import photo_column
from pytest_flops_mock.data.twins.pixels import Bytes, Ints, balanced_labels
from pytest_flops_mock.data.twins.png import png_column
from pytest_flops_mock.data.twins.tables import choose
from pytest_flops_mock.data.twins.twin import Twin

CLASSES = ("dog", "elephant", "giraffe", "guitar", "horse", "house", "person")
DOMAINS: Mapping[str, int] = {"art_painting": 2_048, "cartoon": 2_344, "photo": 1_670, "sketch": 3_929}
SIZE = 227
_DRAWN = 23  # pixels; each becomes ten by ten

HOME_CLASSES = [
    "Alarm_Clock",
    "Backpack",
    "Batteries",
    "Bed",
    "Bike",
    "Bottle",
    "Bucket",
    "Calculator",
    "Calendar",
    "Candles",
    "Chair",
    "Clipboards",
    "Computer",
    "Couch",
    "Curtains",
    "Desk_Lamp",
    "Drill",
    "Eraser",
    "Exit_Sign",
    "Fan",
    "File_Cabinet",
    "Flipflops",
    "Flowers",
    "Folder",
    "Fork",
    "Glasses",
    "Hammer",
    "Helmet",
    "Kettle",
    "Keyboard",
    "Knives",
    "Lamp_Shade",
    "Laptop",
    "Marker",
    "Monitor",
    "Mop",
    "Mouse",
    "Mug",
    "Notebook",
    "Oven",
    "Pan",
    "Paper_Clip",
    "Pen",
    "Pencil",
    "Postit_Notes",
    "Printer",
    "Push_Pin",
    "Radio",
    "Refrigerator",
    "Ruler",
    "Scissors",
    "Screwdriver",
    "Shelf",
    "Sink",
    "Sneakers",
    "Soda",
    "Speaker",
    "Spoon",
    "TV",
    "Table",
    "Telephone",
    "ToothBrush",
    "Toys",
    "Trash_Can",
    "Webcam",
]
HOME_DOMAINS: Mapping[str, int] = {"Art": 2_427, "Clipart": 4_365, "Product": 4_439, "Real World": 4_357}
HOME_SIZES = ((225, 225), (180, 240), (240, 180))  # smaller than most real ones, to be made quickly


def domain_rows(rng: np.random.Generator, rows: int) -> pa.Table:
    """Rows of the twin of PACS: an ``image``, its ``domain`` as often as in the real data, and a balanced ``label``."""
    labels = balanced_labels(rng, rows, len(CLASSES))
    domains = choose(rng, [tuple(DOMAINS.values())], np.zeros(rows, np.int64))
    drawn = _in_style(draw_motifs(rng, _motifs(), labels, _DRAWN), domains, DOMAINS)
    return pa.table(
        {
            "image": png_column(drawn, enlarge=10, size=SIZE),
            "domain": pa.array(list(DOMAINS), pa.string()).take(pa.array(domains)),
            "label": labels,
        }
    )


def home_rows(rng: np.random.Generator, rows: int) -> pa.Table:
    """Rows of the twin of Office-Home: the same columns, pictures of three sizes."""
    labels = balanced_labels(rng, rows, len(HOME_CLASSES))
    domains = choose(rng, [tuple(HOME_DOMAINS.values())], np.zeros(rows, np.int64))
    sizes = choose(rng, [(2, 1, 1)], np.zeros(rows, np.int64))
    drawn = _in_style(draw_motifs(rng, _home_motifs(), labels, 20), domains, HOME_DOMAINS)
    return pa.table(
        {
            "image": photo_column(drawn, sizes, HOME_SIZES, enlarge=12),
            "domain": pa.array(list(HOME_DOMAINS), pa.string()).take(pa.array(domains)),
            "label": labels,
        }
    )


def _in_style(pictures: Bytes, domains: Ints, names: Iterable[str]) -> Bytes:
    """Paintings have few shades, cartoons fewer, products stand in bright light, and sketches have no colour."""
    styled: Bytes = pictures.copy()
    for number, domain in enumerate(names):
        chosen = domains == number
        if domain in ("art_painting", "Art"):
            styled[chosen] = (pictures[chosen] & 0xE0) | 0x10
        elif domain in ("cartoon", "Clipart"):
            styled[chosen] = (pictures[chosen] & 0xC0) | 0x20
        elif domain == "Product":
            styled[chosen] = (pictures[chosen] >> 1) | 0x80
        elif domain == "sketch":
            red, green, blue = np.moveaxis(pictures[chosen].astype(np.int64), -1, 0)
            styled[chosen] = (((red + 2 * green + blue) >> 2).astype(np.uint8) & 0xF0)[..., None]
    return styled


def _features() -> datasets.Features:
    return _columns(CLASSES)


def _home_features() -> datasets.Features:
    return _columns(HOME_CLASSES)


def _columns(classes: Sequence[str]) -> datasets.Features:
    return datasets.Features(
        {
            "image": datasets.Image(),
            "domain": datasets.Value("string"),
            "label": datasets.ClassLabel(names=list(classes)),
        }
    )


# https://huggingface.co/datasets/flwrlabs/pacs (the card also tells how many rows each domain has)
PACS = Twin(
    name="flwrlabs/pacs",
    config="default",
    splits=(("train", 9_991),),
    features=_features,
    rows=domain_rows,
)

# https://huggingface.co/datasets/flwrlabs/office-home (how many rows each domain has: as code that uses it counts them)
OFFICE_HOME = Twin(
    name="flwrlabs/office-home",
    config="default",
    splits=(("train", 15_588),),
    features=_home_features,
    rows=home_rows,
)


@cache
def _motifs() -> Motifs:
    return make_motifs(CLASSES)


@cache
def _home_motifs() -> Motifs:
    return make_motifs(HOME_CLASSES)
