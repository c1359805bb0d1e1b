"""The people of the census income data: what follows from their schooling, their work and their marriage."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from pytest_flops_mock.data.twins.drawing.drawn import Drawn
from pytest_flops_mock.data.twins.drawing.numbers import choose
from pytest_flops_mock.data.twins.drawing.pixels import Ints

# Levels of schooling, numbered from 1.
LEVELS = (
    *("Preschool", "1st-4th", "5th-6th", "7th-8th", "9th", "10th", "11th", "12th", "HS-grad", "Some-college"),
    *("Assoc-voc", "Assoc-acdm", "Bachelors", "Masters", "Prof-school", "Doctorate"),
)
# How often each word comes among those who earn little and those who earn much.
OCCUPATION: Mapping[str, tuple[int, int]] = {
    "Prof-specialty": (85, 260),
    "Craft-repair": (130, 105),
    "Exec-managerial": (70, 280),
    "Adm-clerical": (140, 55),
    "Sales": (110, 120),
    "Other-service": (140, 12),
    "Machine-op-inspct": (75, 25),
    "Transport-moving": (55, 35),
    "Handlers-cleaners": (55, 8),
    "Farming-fishing": (38, 12),
    "Tech-support": (26, 38),
    "Protective-serv": (18, 26),
    "Priv-house-serv": (7, 0),
    "Armed-Forces": (1, 0),
}
SINGLE: Mapping[str, tuple[int, int]] = {
    "Not-in-family": (420, 640),
    "Own-child": (330, 60),
    "Unmarried": (200, 270),
    "Other-relative": (50, 30),
}


def people(rng: np.random.Generator, drawn: Drawn) -> Mapping[str, Any]:
    """As in the real data, workclass and occupation are unknown together."""
    rich = drawn.classes
    married = np.array(drawn.values("marital.status")) == "Married-civ-spouse"
    male = choose(rng, ((40, 60), (13, 87)), married.astype(np.int64)) == 1
    alone = _words(rng, SINGLE, rich)
    occupation = _words(rng, OCCUPATION, rich)
    occupation[np.isin(drawn.values("workclass"), ("?", "Never-worked"))] = "?"
    gains = choose(rng, ((960, 40, 0), (760, 60, 180)), rich)
    losses = choose(rng, ((970, 30), (900, 100)), rich)
    amount = rng.random(len(drawn))
    gained = np.select([gains == 0, gains == 1], [0, 114 + np.floor(amount * 3_886)], 5_013 + np.floor(amount * 10_000))
    return {
        "education.num": [LEVELS.index(level) + 1 for level in drawn.values("education")],
        "occupation": occupation.tolist(),
        "relationship": np.where(married, np.where(male, "Husband", "Wife"), alone).tolist(),
        "sex": np.where(male, "Male", "Female").tolist(),
        "capital.gain": gained.astype(np.int64),
        "capital.loss": np.where(losses == 1, 1_500 + np.floor(amount * 900), 0).astype(np.int64),
    }


def _words(rng: np.random.Generator, weights: Mapping[str, tuple[int, int]], rich: Ints) -> Any:
    return np.array(list(weights))[choose(rng, tuple(zip(*weights.values(), strict=True)), rich)]
