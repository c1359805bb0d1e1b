"""Columns of every feature type, with nothing known of their values and with much."""

from __future__ import annotations

from typing import Any

import datasets
import numpy as np
import pyarrow as pa
import pytest

from pytest_flops_mock import MLDataServer, MockDataProvider, load_partitions
from pytest_flops_mock.data.twins.drawing.drawn import Drawn
from pytest_flops_mock.data.twins.making import make_split
from pytest_flops_mock.data.twins.twin import FORM, Known, Twin
from pytest_flops_mock.data.twins.values import UnsupportedFeatureError, make_column
from pytest_flops_mock.errors import DataSourceError

VALUE = datasets.Value
FEATURES: dict[str, Any] = {
    **{kind: VALUE(kind) for kind in ("int8", "uint64", "float16", "float64", "bool", "string", "large_string", "binary")},
    **{
        kind: VALUE(kind) for kind in ("date32", "date64", "time32[s]", "time64[us]", "timestamp[ns, tz=UTC]", "duration[s]")
    },
    **{kind: VALUE(kind) for kind in ("decimal128(10, 2)", "decimal128(2, 1)", "null")},
    "class": datasets.ClassLabel(names=["a", "b", "c"]),
    "image": datasets.Image(),
    "audio": datasets.Audio(sampling_rate=8_000),
    "list": datasets.Sequence(VALUE("int32")),
    "list of three": datasets.Sequence(VALUE("float32"), length=3),
    "list of lists": datasets.Sequence(datasets.Sequence(VALUE("int8"))),
    "list of structs": [{"x": VALUE("int64"), "y": VALUE("string")}],
    "struct": {"x": VALUE("int64"), "inner": {"y": VALUE("string")}},
    "struct of lists": datasets.Sequence({"x": VALUE("int64"), "y": VALUE("string")}),
    "matrix": datasets.Array2D(shape=(2, 3), dtype="float32"),
    "tensor": datasets.Array3D(shape=(None, 3, 4), dtype="int64"),
    "translation": datasets.Translation(languages=["de", "en"]),
    "translations": datasets.TranslationVariableLanguages(languages=["de", "en", "fr"]),
}
UNSENT = {"binary", "matrix", "tensor"}  # FLOps' provider names a partition by its text, and fails to write these
CLASSES = Drawn(np.arange(60, dtype=np.int64) % 3, ("a", "b", "c"))


def random() -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(5))


def made(feature: Any, known: Known | None = None, groups: Drawn = CLASSES, name: str = "x") -> pa.Array:
    return make_column(random(), feature, known or Known(), groups, name)


@pytest.mark.parametrize("name", FEATURES)
def test_a_column_of_any_type_is_what_its_feature_says(name: str) -> None:
    features = datasets.Features({"x": FEATURES[name]})
    table = pa.table({"x": made(features["x"])}).cast(features.arrow_schema)
    dataset = datasets.Dataset(table, fingerprint="given")
    assert dataset.features == features
    assert dataset.num_rows == 60
    if name != "null":
        assert not table["x"].null_count
        assert len(set(map(str, table["x"].to_pylist()))) > 1
    if not isinstance(features["x"], datasets.Audio):  # which needs a library that nothing else here needs
        assert dataset[:2]["x"] is not None


@pytest.mark.parametrize("name", FEATURES)
def test_gaps_come_as_often_as_asked(name: str) -> None:
    column = made(datasets.Features({"x": FEATURES[name]})["x"], Known(missing=0.5))
    assert 15 <= column.null_count <= (60 if name == "null" else 45)


def test_a_type_that_no_learner_reads_is_refused() -> None:
    class Hologram:
        """A feature of tomorrow."""

    with pytest.raises(UnsupportedFeatureError, match="column x: feature type Hologram"):
        made(Hologram())


def test_numbers_are_spread_as_their_quantiles_class_by_class() -> None:
    steps = tuple(tuple(float(value) for value in range(start, start + 21)) for start in (0, 100, 200))
    values = np.array(made(VALUE("float64"), Known(quantiles=steps)).to_pylist()).reshape(20, 3)
    for number, start in enumerate((0, 100, 200)):
        assert values[:, number].min() >= start
        assert values[:, number].max() <= start + 20
        assert np.ptp(values[:, number]) > 10
    alike = made(VALUE("int64"), Known(quantiles=steps[:1])).to_pylist()
    assert max(alike) <= 20


def test_numbers_have_the_known_decimals() -> None:
    values = made(VALUE("float64"), Known(quantiles=((0.0, 10.0),), decimals=1)).to_pylist()
    assert all(value == round(value, 1) for value in values)
    assert len(set(values)) > 20


def test_values_without_weights_come_equally_often() -> None:
    values = made(VALUE("string"), Known(values=("no", "yes"))).to_pylist()
    assert 20 < values.count("yes") < 40


def test_values_come_as_often_as_their_weights_class_by_class() -> None:
    known = Known(values=("no", "yes"), weights=((1, 0), (0, 1), (1, 1)))
    values = made(VALUE("string"), known).to_pylist()
    assert values[::3] == ["no"] * 20
    assert values[1::3] == ["yes"] * 20
    assert 3 < values[2::3].count("yes") < 17


def test_lists_are_as_long_as_known_and_so_are_texts_and_bytes() -> None:
    lists = made(datasets.Sequence(VALUE("int32")), Known(lengths=(2, 5), items=Known(values=(7,), weights=((1,),))))
    assert {len(each) for each in lists.to_pylist()} == {2, 3, 4, 5}
    assert {value for each in lists.to_pylist() for value in each} == {7}
    texts = made(VALUE("string"), Known(lengths=(0, 3))).to_pylist()
    assert {len(text.split()) for text in texts} == {0, 1, 2, 3}
    assert {len(each) for each in made(VALUE("binary"), Known(lengths=(4, 4))).to_pylist()} == {4}


def test_few_people_have_most_of_the_rows() -> None:
    for known, name in ((Known(people=30), "who"), (Known(), "patient_id"), (Known(), "user")):
        people = made(VALUE("string"), known, Drawn(np.zeros(600, np.int64), ("",)), name).to_pylist()
        counts = sorted((people.count(person) for person in set(people)), reverse=True)
        assert 20 <= len(counts) <= 60
        assert sum(counts[: len(counts) // 5]) > 240
        assert people[0].startswith(f"{name}_")


@pytest.mark.parametrize(
    ("modes", "shown"),
    [((("L", 1),), {"L"}), ((("RGBA", 3),), {"RGBA"}), ((), {"RGB"}), ((("L", 1), ("RGB", 2)), {"L", "RGB"})],
)
def test_pictures_have_the_known_sizes_and_modes(modes: tuple[tuple[str, int], ...], shown: set[str]) -> None:
    features = datasets.Features({"x": datasets.Image()})
    column = made(features["x"], Known(sizes=((40, 24, 3), (16, 16, 1)), modes=modes))
    pictures = datasets.Dataset(pa.table({"x": column}).cast(features.arrow_schema), fingerprint="given")[:]["x"]
    assert {picture.size for picture in pictures} == {(40, 24), (16, 16)}
    assert {picture.mode for picture in pictures} == shown


def test_sounds_last_as_long_as_known() -> None:
    column = made(datasets.Audio(sampling_rate=8_000), Known(seconds=(0.5, 0.75)))
    lengths = [len(sound["bytes"]) for sound in column.to_pylist()]
    assert 44 + 2 * 4_000 <= min(lengths) < max(lengths) <= 44 + 2 * 6_000


@pytest.mark.parametrize("name", FEATURES)
def test_a_column_of_any_type_travels_to_a_learner_if_the_provider_can_name_it(name: str) -> None:
    features = datasets.Features({"x": FEATURES[name]})
    described = Twin(FORM, "acme/x", "default", {"train": 20}, features.to_dict())
    sent = make_split(described, "train", rows=20)
    sla = {"customerID": "Admin", "mock_data_configuration": {"dataset_name": "acme/x", "data_tag": "x"}}
    with MLDataServer() as server:
        if name in UNSENT:
            with pytest.raises(DataSourceError, match="it cannot write it as text"):
                MockDataProvider(server.uri).run(sla, dataset=sent, number_of_partitions=1)
            return
        MockDataProvider(server.uri).run(sla, dataset=sent, number_of_partitions=1)
        loaded = load_partitions(server.uri, ["x"])
    assert loaded.features == sent.features
    kept, made = (sorted(map(repr, each.with_format("arrow")[:].to_pylist())) for each in (loaded, sent))
    assert kept == made
