"""The twin of PACS: seven things as photograph, painting, cartoon and sketch, 227x227 pixels, RGB."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import datasets
import numpy as np
import pyarrow as pa

from pytest_flops_mock.data.twins.motifs import Motifs, draw_motifs, make_motifs
from pytest_flops_mock.data.twins.pixels import Bytes, Ints, balanced_labels, png_column
from pytest_flops_mock.data.twins.tables import choose
from pytest_flops_mock.data.twins.twin import Twin

CLASSES = ("dog", "elephant", "giraffe", "guitar", "horse", "house", "person")
DOMAINS: Mapping[str, int] = {"art_painting": 2_048, "cartoon": 2_344, "photo": 1_670, "sketch": 3_929}
SIZE = 227
_DRAWN = 23  # pixels; each becomes ten by ten


def domain_rows(rng: np.random.Generator, rows: int) -> pa.Table:
    """Rows of the twin: an ``image``, its ``domain`` as often as in the real data, and a balanced ``label``."""
    labels = balanced_labels(rng, rows, len(CLASSES))
    domains = choose(rng, [tuple(DOMAINS.values())], np.zeros(rows, np.int64))
    drawn = _in_style(draw_motifs(rng, _motifs(), labels, _DRAWN), domains)
    return pa.table(
        {
            "image": png_column(drawn, enlarge=10, size=SIZE),
            "domain": pa.array(list(DOMAINS), pa.string()).take(pa.array(domains)),
            "label": labels,
        }
    )


def _in_style(pictures: Bytes, domains: Ints) -> Bytes:
    """Paintings have few shades, cartoons fewer, and sketches no colour."""
    styled: Bytes = pictures.copy()
    for number, domain in enumerate(DOMAINS):
        chosen = domains == number
        if domain == "art_painting":
            styled[chosen] = (pictures[chosen] & 0xE0) | 0x10
        elif domain == "cartoon":
            styled[chosen] = (pictures[chosen] & 0xC0) | 0x20
        elif domain == "sketch":
            red, green, blue = np.moveaxis(pictures[chosen].astype(np.int64), -1, 0)
            styled[chosen] = (((red + 2 * green + blue) >> 2).astype(np.uint8) & 0xF0)[..., None]
    return styled


def _features() -> datasets.Features:
    return datasets.Features(
        {
            "image": datasets.Image(),
            "domain": datasets.Value("string"),
            "label": datasets.ClassLabel(names=list(CLASSES)),
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


@cache
def _motifs() -> Motifs:
    return make_motifs(CLASSES)
