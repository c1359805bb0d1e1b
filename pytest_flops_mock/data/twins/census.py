"""The twin of the adult census income data: people, what they do, and whether they earn more than 50,000 dollars."""

from __future__ import annotations

from collections.abc import Mapping

import datasets
import numpy as np
import pyarrow as pa

from pytest_flops_mock.data.twins.tables import categories, choose, heaped, whole
from pytest_flops_mock.data.twins.twin import Twin

INCOMES = ("<=50K", ">50K")

# How often each word comes among those who earn little and those who earn much.
WORKCLASS: Mapping[str, tuple[int, int]] = {
    "Private": (720, 630),
    "Self-emp-not-inc": (75, 95),
    "Local-gov": (60, 80),
    "?": (65, 24),
    "State-gov": (39, 45),
    "Self-emp-inc": (20, 80),
    "Federal-gov": (24, 48),
    "Without-pay": (2, 0),
    "Never-worked": (1, 0),
}
EDUCATION: Mapping[str, tuple[int, tuple[int, int]]] = {
    "HS-grad": (9, (380, 150)),
    "Some-college": (10, (240, 120)),
    "Bachelors": (13, (90, 330)),
    "Masters": (14, (18, 170)),
    "Assoc-voc": (11, (42, 40)),
    "11th": (7, (50, 6)),
    "Assoc-acdm": (12, (32, 34)),
    "10th": (6, (38, 6)),
    "7th-8th": (4, (28, 4)),
    "Prof-school": (15, (4, 75)),
    "9th": (5, (22, 3)),
    "12th": (8, (18, 4)),
    "Doctorate": (16, (3, 52)),
    "5th-6th": (3, (13, 2)),
    "1st-4th": (2, (8, 1)),
    "Preschool": (1, (3, 0)),
}
MARRIED = "Married-civ-spouse"
MARITAL_STATUS: Mapping[str, tuple[int, int]] = {
    MARRIED: (250, 880),
    "Never-married": (470, 45),
    "Divorced": (165, 50),
    "Separated": (45, 8),
    "Widowed": (45, 10),
    "Married-spouse-absent": (20, 5),
    "Married-AF-spouse": (1, 2),
}
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
RACE: Mapping[str, tuple[int, int]] = {
    "White": (835, 905),
    "Black": (112, 50),
    "Asian-Pac-Islander": (31, 36),
    "Amer-Indian-Eskimo": (12, 5),
    "Other": (10, 4),
}
SINGLE: Mapping[str, tuple[int, int]] = {
    "Not-in-family": (420, 640),
    "Own-child": (330, 60),
    "Unmarried": (200, 270),
    "Other-relative": (50, 30),
}
COUNTRY: Mapping[str, tuple[int, int]] = {
    "United-States": (890, 915),
    "Mexico": (25, 4),
    "?": (18, 19),
    "Philippines": (6, 8),
    "Germany": (4, 6),
    "Puerto-Rico": (4, 2),
    "Canada": (3, 5),
    "India": (2, 5),
    "El-Salvador": (4, 1),
    "Cuba": (3, 3),
    "England": (2, 4),
    "China": (2, 3),
}


def census_rows(rng: np.random.Generator, rows: int) -> pa.Table:
    """Rows of the twin: as in the real data, one in four earns much, and unknown words are a question mark."""
    rich = choose(rng, [(76, 24)], np.zeros(rows, np.int64))
    level = choose(rng, list(zip(*(weights for _, weights in EDUCATION.values()), strict=True)), rich)
    workclass = categories(rng, WORKCLASS, rich).to_numpy(zero_copy_only=False)
    occupation = categories(rng, OCCUPATION, rich).to_numpy(zero_copy_only=False)
    occupation[(workclass == "?") | (workclass == "Never-worked")] = "?"  # unknown together, as in the real data
    status = categories(rng, MARITAL_STATUS, rich).to_numpy(zero_copy_only=False)
    married = status == MARRIED
    male = choose(rng, [(40, 60), (13, 87)], np.where(married, 1, 0)) == 1
    alone = categories(rng, SINGLE, rich).to_numpy(zero_copy_only=False)
    gains = choose(rng, [(960, 40, 0), (760, 60, 180)], rich)
    losses = choose(rng, [(970, 30), (900, 100)], rich)
    amount = rng.random(rows)
    return pa.table(
        {
            "age": whole(heaped(rng, np.where(rich, 45.0, 34.0), np.where(rich, 9.0, 12.0)), 17, 90),
            "workclass": workclass,
            "fnlwgt": whole(heaped(rng, np.full(rows, 190_000.0), np.full(rows, 100_000.0)), 12_285, 1_484_705),
            "education": pa.array(list(EDUCATION), pa.string()).take(pa.array(level)),
            "education.num": np.array([number for number, _ in EDUCATION.values()])[level],
            "marital.status": status,
            "occupation": occupation,
            "relationship": np.where(married, np.where(male, "Husband", "Wife"), alone).tolist(),
            "race": categories(rng, RACE, rich),
            "sex": np.where(male, "Male", "Female").tolist(),
            "capital.gain": np.select([gains == 0, gains == 1], [0, whole(amount * 4_000, 114, 4_000)], 5_013)
            + np.where(gains == 2, whole(amount * 10_000, 0, 10_000), 0),
            "capital.loss": np.where(losses == 1, whole(1_500 + amount * 900, 155, 4_356), 0),
            "hours.per.week": whole(heaped(rng, np.where(rich, 46.0, 38.0), np.where(rich, 9.0, 11.0)), 1, 99),
            "native.country": categories(rng, COUNTRY, rich),
            "income": pa.array(INCOMES).take(pa.array(rich)),
        }
    )


def _features() -> datasets.Features:
    numbers = {"age", "fnlwgt", "education.num", "capital.gain", "capital.loss", "hours.per.week"}
    names = (
        *("age", "workclass", "fnlwgt", "education", "education.num", "marital.status", "occupation", "relationship"),
        *("race", "sex", "capital.gain", "capital.loss", "hours.per.week", "native.country", "income"),
    )
    return datasets.Features({name: datasets.Value("int64" if name in numbers else "string") for name in names})


# https://huggingface.co/datasets/scikit-learn/adult-census-income (one CSV file; its types and count are also in the card
# of https://huggingface.co/datasets/AiresPucrs/adult-census-income)
ADULT = Twin(
    name="scikit-learn/adult-census-income",
    config="default",
    splits=(("train", 32_561),),
    features=_features,
    rows=census_rows,
    label="income",
)
