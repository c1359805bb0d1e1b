"""The twin of a table of molecules and how well they dissolve in water, which follows from their size and greasiness."""

from __future__ import annotations

from dataclasses import dataclass

import datasets
import numpy as np
import pyarrow as pa

from pytest_flops_mock.data.twins.pixels import noise
from pytest_flops_mock.data.twins.twin import Twin
from pytest_flops_mock.data.twins.words import long_tail


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
LEAST, MOST = 3, 6
"""Parts of a molecule."""

ASSAYS = (
    "Aqueous solubility of the compound at pH 7.4",
    "Solubility of the compound in water",
    "Kinetic solubility of the compound in phosphate buffer at pH 7.4 after 24 hrs by nephelometry",
    "Thermodynamic solubility of the compound in buffer at pH 6.8 by LC-MS analysis",
    "Aqueous solubility of the compound at pH 6.5 after 16 hrs by HPLC",
    "Solubility of the compound in simulated gastric fluid at pH 1.2",
)


def solubility_rows(rng: np.random.Generator, rows: int) -> pa.Table:
    """Rows of the twin.

    The decimal logarithm of the molarity is that of Delaney's estimate without its two counts, within 0.4 or so:
    0.16 - 0.63 LogP - 0.0062 MW (https://doi.org/10.1021/ci034243x).
    """
    picks = noise(rng, rows, MOST).astype(np.int64) % len(FRAGMENTS)
    counts = LEAST + noise(rng, rows).astype(np.int64) % (MOST - LEAST + 1)
    used = np.arange(MOST) < counts[:, None]
    weights, greases, polars = (
        np.where(used, np.array([getattr(part, name) for part in FRAGMENTS])[picks], 0).sum(axis=1)
        for name in ("weight", "grease", "polar")
    )
    strays = noise(rng, rows, 4).astype(np.int64)
    solubility = 1_600 - 63 * greases - (62 * weights) // 100 + (strays.sum(axis=1) - 510) * 20  # ten-thousandths
    smiles = [
        "".join(FRAGMENTS[pick].smiles for pick in row[:count])
        for row, count in zip(picks.tolist(), counts.tolist(), strict=True)
    ]
    numbers = (noise(rng, rows, 3).astype(np.int64) @ np.array([1, 256, 65_536])).tolist()
    return pa.table(
        {
            "smiles": smiles,
            "logS": solubility / 10_000,
            "molecule_chembl_id": [f"CHEMBL{number % 5_000_000 + 1}" for number in numbers],
            "assay_description": [ASSAYS[assay] for assay in long_tail(rng, rows, len(ASSAYS)).tolist()],
            "MW": (weights + 202) / 100,  # two hydrogens at the ends
            "LogP": greases / 100,
            "TPSA": polars / 100,
            "Complexity": (12 * counts * counts + weights // 100).astype(np.float64),
        }
    )


def _features() -> datasets.Features:
    text, number = datasets.Value("string"), datasets.Value("float64")
    return datasets.Features(
        {
            "smiles": text,
            "logS": number,
            "molecule_chembl_id": text,
            "assay_description": text,
            **dict.fromkeys(("MW", "LogP", "TPSA", "Complexity"), number),
        }
    )


# https://huggingface.co/datasets/jiahborcn/chembl_aqsol
SOLUBILITY = Twin(
    name="jiahborcn/chembl_aqsol",
    config="default",
    splits=(("train", 12_889), ("test", 3_223)),
    features=_features,
    rows=solubility_rows,
    label="logS",
)
