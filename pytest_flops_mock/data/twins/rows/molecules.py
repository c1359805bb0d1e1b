"""Molecules, and how well they dissolve in water, which follows from their size and greasiness."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from pytest_flops_mock.data.twins.drawing.drawn import Drawn
from pytest_flops_mock.data.twins.drawing.pixels import noise


@dataclass(frozen=True)
class Fragment:
    """A part of a molecule.

    Attributes:
        smiles: Its atoms; parts in a row are bound to each other.
        weight: In hundredths of a dalton.
        grease: What it adds to LogP, in hundredths.
        polar: What it adds to the polar surface, in hundredths of a square ångström.
    """

    smiles: str
    weight: int
    grease: int
    polar: int


FRAGMENTS = (
    Fragment("C", 1_403, 50, 0),
    Fragment("CC", 2_805, 100, 0),
    Fragment("C(C)C", 4_208, 140, 0),
    Fragment("c1ccc(cc1)", 7_610, 190, 0),
    Fragment("C1CCC(CC1)", 8_214, 230, 0),
    Fragment("C(F)(F)", 5_001, 80, 0),
    Fragment("C(Cl)", 4_848, 110, 0),
    Fragment("O", 1_600, -100, 923),
    Fragment("N", 1_501, -90, 1_203),
    Fragment("S", 3_206, 60, 2_530),
    Fragment("C(=O)N", 4_303, -110, 2_910),
    Fragment("C(=O)O", 4_401, -30, 2_630),
)
MIN_PARTS, MAX_PARTS = 3, 6
"""Parts of a molecule."""


def molecules(rng: np.random.Generator, drawn: Drawn) -> Mapping[str, Any]:
    """Molecules of three to six parts.

    The decimal logarithm of the molarity is that of Delaney's estimate without its two counts, within 0.4 or so:
    0.16 - 0.63 LogP - 0.0062 MW (https://doi.org/10.1021/ci034243x).
    """
    picks = noise(rng, len(drawn), MAX_PARTS).astype(np.int64) % len(FRAGMENTS)
    counts = MIN_PARTS + noise(rng, len(drawn)).astype(np.int64) % (MAX_PARTS - MIN_PARTS + 1)
    used = np.arange(MAX_PARTS) < counts[:, None]
    weights, greases, polars = (
        np.where(used, np.array([getattr(part, name) for part in FRAGMENTS])[picks], 0).sum(axis=1)
        for name in ("weight", "grease", "polar")
    )
    strays = noise(rng, len(drawn), 4).astype(np.int64)
    solubility = 1_600 - 63 * greases - (62 * weights) // 100 + (strays.sum(axis=1) - 510) * 20  # ten-thousandths
    smiles = [
        "".join(FRAGMENTS[pick].smiles for pick in row[:count])
        for row, count in zip(picks.tolist(), counts.tolist(), strict=True)
    ]
    numbers = (noise(rng, len(drawn), 3).astype(np.int64) @ np.array([1, 256, 65_536])).tolist()
    return {
        "smiles": smiles,
        "logS": solubility / 10_000,
        "molecule_chembl_id": [f"CHEMBL{number % 5_000_000 + 1}" for number in numbers],
        "MW": (weights + 202) / 100,  # two hydrogens at the ends
        "LogP": greases / 100,
        "TPSA": polars / 100,
        "Complexity": (12 * counts * counts + weights // 100).astype(np.float64),
    }
