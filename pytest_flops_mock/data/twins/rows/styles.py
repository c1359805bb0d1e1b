"""Classes as motifs that are worked out from their names: with superclasses, in several styles, or of several kinds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from pytest_flops_mock.data.twins.drawing.drawn import Drawn
from pytest_flops_mock.data.twins.drawing.motifs import draw_motifs, make_motifs
from pytest_flops_mock.data.twins.drawing.pixels import Bytes, noise

# The superclass of each class of CIFAR-100, in order.
SUPERCLASSES = (
    *(4, 1, 14, 8, 0, 6, 7, 7, 18, 3, 3, 14, 9, 18, 7, 11, 3, 9, 7, 11),
    *(6, 11, 5, 10, 7, 6, 13, 15, 3, 15, 0, 11, 1, 10, 12, 14, 16, 9, 11, 5),
    *(5, 19, 8, 8, 15, 13, 14, 17, 18, 10, 16, 4, 17, 4, 2, 0, 17, 4, 18, 17),
    *(10, 3, 2, 12, 12, 16, 12, 1, 9, 19, 2, 10, 0, 1, 16, 12, 9, 13, 15, 13),
    *(16, 19, 2, 4, 6, 19, 5, 5, 8, 19, 18, 1, 2, 15, 6, 0, 17, 8, 14, 13),
)
KINDS = 6  # of dogs, and of food


def cifar100(rng: np.random.Generator, drawn: Drawn) -> Mapping[str, Any]:
    """A motif for each of a hundred classes, those of one superclass akin, and the superclass."""
    motifs = make_motifs(drawn.names, tuple(map(str, SUPERCLASSES)))
    return {"img": draw_motifs(rng, motifs, drawn.classes), "coarse_label": np.array(SUPERCLASSES)[drawn.classes]}


def in_styles(rng: np.random.Generator, drawn: Drawn) -> Bytes:
    """PACS and Office-Home: things in the style of their domain.

    Paintings have few shades, cartoons fewer, products stand in bright light, and sketches have no colour.
    """
    pictures = draw_motifs(rng, make_motifs(drawn.names), drawn.classes, 20)
    domains = np.array(drawn.values("domain"))
    painted, cartoon = np.isin(domains, ("art_painting", "Art")), np.isin(domains, ("cartoon", "Clipart"))
    product, sketch = domains == "Product", domains == "sketch"
    pictures[painted] = (pictures[painted] & 0xE0) | 0x10
    pictures[cartoon] = (pictures[cartoon] & 0xC0) | 0x20
    pictures[product] = (pictures[product] >> 1) | 0x80
    red, green, blue = np.moveaxis(pictures[sketch].astype(np.int64), -1, 0)
    pictures[sketch] = (((red + 2 * green + blue) >> 2).astype(np.uint8) & 0xF0)[..., None]
    return pictures


def dog_food(rng: np.random.Generator, drawn: Drawn) -> Bytes:
    """Dogs of several breeds and several dishes."""
    motifs = make_motifs(tuple(f"{name} {kind}" for name in drawn.names for kind in range(KINDS)))
    return draw_motifs(rng, motifs, drawn.classes * KINDS + noise(rng, len(drawn)) % KINDS, 16)
