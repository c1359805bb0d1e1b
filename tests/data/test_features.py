"""The features in the schema are those that the learner's older ``datasets`` can read."""

from __future__ import annotations

import json
from typing import Any

import datasets
import pyarrow as pa
import pytest

from pytest_flops_mock import FlopsMockError
from pytest_flops_mock.data.features import learner_schema

INT = {"dtype": "int32", "_type": "Value"}

UNCHANGED: list[dict[str, Any]] = [
    {"sampling_rate": 8000, "_type": "Audio"},
    {"languages": ["de", "en"], "_type": "Translation"},
    {"languages": ["de"], "num_languages": 1, "_type": "TranslationVariableLanguages"},
    *({"shape": [2] * n, "dtype": "int8", "_type": f"Array{n}D"} for n in range(2, 6)),
    {"feature": INT, "length": 2, "_type": "Sequence"},
    {"dtype": "large_string", "_type": "Value"},
]


def older(features: dict[str, Any]) -> Any:
    """What the learner gets of features as ``datasets`` 4 writes them."""
    metadata = {"huggingface": json.dumps({"info": {"features": features}}), "pandas": "{}"}
    schema = learner_schema(pa.schema([(name, pa.int32()) for name in features], metadata=metadata), "numbers")
    assert schema.metadata.keys() == {b"huggingface"}
    return json.loads(schema.metadata[b"huggingface"])["info"]["features"]


@pytest.mark.parametrize(
    ("newer", "expected"),
    [
        (INT, INT),
        ({"names": ["a"], "_type": "ClassLabel"}, {"names": ["a"], "_type": "ClassLabel"}),
        ({"_type": "Image", "mode": "L"}, {"_type": "Image", "mode": "L"}),
        ({"feature": INT, "_type": "List"}, {"feature": INT, "_type": "Sequence"}),
        ({"feature": INT, "length": 3, "_type": "List"}, {"feature": INT, "length": 3, "_type": "Sequence"}),
        ({"feature": {"k": INT}, "_type": "List"}, [{"k": INT}]),
        (
            {"feature": {"feature": INT, "_type": "List"}, "_type": "List"},
            {"feature": {"feature": INT, "_type": "Sequence"}, "_type": "Sequence"},
        ),
        ({"k": {"feature": INT, "_type": "List"}}, {"k": {"feature": INT, "_type": "Sequence"}}),
        ({"_type": INT, "k": INT}, {"_type": INT, "k": INT}),
        ([INT], [INT]),
        ([{"k": {"feature": INT, "_type": "List"}}], [{"k": {"feature": INT, "_type": "Sequence"}}]),
        ({"feature": {"_type": "Image"}, "_type": "List"}, {"feature": {"_type": "Image"}, "_type": "Sequence"}),
        *((same, same) for same in UNCHANGED),
    ],
)
def test_lists_are_written_in_the_older_forms(newer: Any, expected: Any) -> None:
    assert older({"x": newer}) == {"x": expected}


def test_what_is_written_reads_back_as_the_same_features() -> None:
    features = datasets.Features(
        {
            "a": datasets.Sequence(datasets.Value("int32")),
            "b": [{"k": datasets.Value("string")}],
            "c": datasets.Sequence(datasets.Sequence(datasets.Value("float32"), length=2)),
            "d": {"_type": datasets.Value("string"), "image": datasets.Image()},
            "e": datasets.Array3D((1, 2, 3), "uint8"),
        }
    )
    assert datasets.Features.from_arrow_schema(learner_schema(features.arrow_schema, "x")) == features


@pytest.mark.parametrize(
    ("feature", "got"),
    [
        ({"_type": "Video"}, "Video"),
        ({"feature": {"k": INT}, "length": 2, "_type": "List"}, "a list of exactly 2 structs"),
        ({"k": [{"_type": "Pdf"}]}, "Pdf"),
        # 2.21 reads it with the key "dtype" only, 4 with "feature" only, others not at all: no form is read by all.
        ({"feature": INT, "_type": "LargeList"}, "LargeList"),
        ({"dtype": INT, "_type": "LargeList"}, "LargeList"),
        ({"feature": {"_type": "Nifti"}, "_type": "List"}, "Nifti"),
        ({"dtype": "string_view", "_type": "Value"}, "Value of string_view"),
    ],
)
def test_a_type_that_the_learner_does_not_know_is_told(feature: Any, got: str) -> None:
    with pytest.raises(FlopsMockError) as error:
        older({"x": feature, "y": INT})
    text = str(error.value)
    assert text.startswith(
        "column 'x' has a feature type that the learner's datasets (2.x) cannot read\n  where     numbers\n"
    )
    assert f"\n  got       {got}\n" in text
