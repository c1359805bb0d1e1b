"""Descriptions of twins of the user's own data sets: from a schema or the data, into a file, and back as a twin."""

from __future__ import annotations

import datetime
import io
import json
from pathlib import Path
from typing import Any

import datasets
import numpy as np
import pyarrow as pa
import pytest
from PIL import Image
from sklearn.linear_model import LogisticRegression
from standins.data import loaded_data
from standins.twins import make_twin

from pytest_flops_mock import FlopsMockError, MLDataServer, MockDataProvider, load_partitions
from pytest_flops_mock.data.twin_source import known_twin
from pytest_flops_mock.data.twins.drawing.sounds import wav_column
from pytest_flops_mock.data.twins.engine import features_of
from pytest_flops_mock.data.twins.likeness import describe
from pytest_flops_mock.data.twins.own import own_names, own_twin, write_twin
from pytest_flops_mock.data.twins.schemas import describe_schema
from pytest_flops_mock.data.twins.twin import FORM, Known, Twin

NESTED = datasets.Features(
    {
        "image": datasets.Image(),
        "tags": datasets.Sequence(datasets.Value("string")),
        "where": {"x": datasets.Value("float32"), "site": datasets.Value("string")},
        "label": datasets.ClassLabel(names=["no", "yes"]),
    }
)


def visits(rows: int = 400) -> datasets.Dataset:
    """Numbers, codes, words, times and gaps of people, two kinds of whom differ."""
    rng = np.random.default_rng(3)
    ill = rng.random(rows) < 0.3
    return datasets.Dataset.from_dict(
        {
            "pressure": np.where(ill, rng.normal(150, 8, rows), rng.normal(115, 8, rows)),
            "age": rng.integers(18, 90, rows),
            "town": rng.choice(["Bonn", "Kiel", "Ulm"], rows, p=[0.6, 0.3, 0.1]).tolist(),
            "name": [f"P{number} Miller-{rng.integers(10**9)}" for number in range(rows)],
            "person": [f"id-{number}" for number in rng.integers(0, 150, rows)],
            "seen": [None if rng.random() < 0.25 else int(number) for number in rng.integers(0, 10**9, rows)],
            "outcome": np.where(ill, "ill", "well").tolist(),
        }
    ).cast_column("seen", datasets.Value("timestamp[s]"))


@pytest.fixture(scope="module")
def described() -> Twin:
    return describe({"train": visits(), "test": visits(50)}, "acme/visits", "outcome")


def test_a_twin_is_like_the_data_that_it_was_described_from(described: Twin) -> None:
    real, twin = visits(), described
    assert twin.splits == {"train": 400, "test": 50}
    assert (twin.dataset, twin.label, features_of(twin)) == ("acme/visits", "outcome", real.features)
    made = make_twin(twin, rows=400)["train"]
    assert made.features == real.features
    columns, real_columns = made[:], real[:]
    assert abs(np.mean(columns["pressure"]) - np.mean(real_columns["pressure"])) < 3
    assert abs(np.std(columns["age"]) - np.std(real_columns["age"])) < 3
    assert abs(columns["town"].count("Bonn") - 240) < 40
    assert abs(columns["outcome"].count("ill") - real_columns["outcome"].count("ill")) < 40
    assert abs(columns["seen"].count(None) - 100) < 35
    assert len(set(columns["person"])) > 50


def test_a_model_learns_from_the_twin_what_it_would_from_the_data(described: Twin) -> None:
    made = make_twin(described, rows=400)["train"][:]
    real = visits()[:]
    model = LogisticRegression().fit(np.array(made["pressure"])[:, None] / 100, made["outcome"])
    assert model.score(np.array(real["pressure"])[:, None] / 100, real["outcome"]) > 0.9


def test_a_description_comes_back_from_its_file(described: Twin, tmp_path: Path) -> None:
    path = write_twin(described, tmp_path / "new")
    assert path == tmp_path / "new" / "acme--visits.twin.json"
    assert [file.name for file in path.parent.iterdir()] == [path.name]
    twin = own_twin(["acme/visits"], path.parent)
    assert twin == described
    assert hash(twin) == hash(described)
    assert own_twin(["visits"], path.parent) is None
    assert own_names(path.parent) == ("acme/visits",)
    assert own_names(tmp_path / "none") == ()


def test_the_same_values_on_every_platform() -> None:
    known = {
        "age": Known(quantiles=((18.0, 40.5, 89.0), (60.0, 70.25, 90.0))),
        "town": Known(missing=0.2, values=("Bonn", "Ulm"), weights=((3, 1),)),
        "person": Known(people=40),
    }
    kinds = {"age": "float64", "town": "string", "person": "string", "note": "string", "outcome": "bool"}
    features = {name: {"dtype": kind, "_type": "Value"} for name, kind in kinds.items()}
    description = Twin(FORM, "acme/visits", "default", {"train": 100}, features, "outcome", known)
    assert make_twin(description, rows=3)["train"].to_dict() == {
        "age": [61.26548578062859, 86.69424103674794, 32.5680172451175],
        "town": [None, "Ulm", "Bonn"],
        "person": ["person_0003", "person_0038", "person_0000"],
        "note": [
            "lunamu tafosu zimede mufada",
            "felibu selime pozazo mikeba nukelo kamara nunize nunize lonide nunize basife zoripu",
            "todemu felibu dapofi pomoga",
        ],
        "outcome": [True, False, False],
    }


def test_a_twin_of_ones_own_is_what_an_sla_means(described: Twin, tmp_path: Path) -> None:
    write_twin(described, tmp_path)
    sla = {
        "customerID": "Admin",
        "mock_data_configuration": {"dataset_name": "acme/visits", "number_of_partitions": 2, "data_tag": "visits"},
    }
    with MLDataServer() as server:
        run = MockDataProvider(server.uri, recordings=tmp_path).run(sla)
        loaded = load_partitions(server.uri, ["visits"])
    assert run.origin == "synthetic twin of acme/visits, 400 rows, seed 42"
    assert loaded.features == visits().features


def test_a_twin_of_ones_own_goes_before_that_of_the_catalogue(tmp_path: Path) -> None:
    (tmp_path / "mnist.twin.json").write_text(json.dumps(schema("mnist")), encoding="utf-8")
    data = loaded_data("mnist", recordings=tmp_path)
    assert list(data.dataset.features) == ["x", "label"]


def schema(name: str, **changes: Any) -> dict[str, Any]:
    features = {"x": {"dtype": "float32", "_type": "Value"}, "label": {"names": ["no", "yes"], "_type": "ClassLabel"}}
    whole = {"form": FORM, "dataset": name, "config_name": "default", "splits": {"train": 30}, "features": features}
    return {**whole, "label": "label", **changes}


def test_a_description_may_say_where_it_comes_from_and_what_is_unsure(tmp_path: Path) -> None:
    doubt = "The number of rows is a guess."
    text = json.dumps(schema("acme/x", source=["https://example.org/x"], unsure=[doubt]))
    (tmp_path / "acme--x.twin.json").write_text(text, encoding="utf-8")
    data = loaded_data("acme/x", partitions=1, seed=1, recordings=tmp_path)
    assert data.origin == "synthetic twin of acme/x, 30 rows, seed 1; 1 fact unsure, see flops-mock twin acme/x"
    twin = own_twin(["acme/x"], tmp_path)
    assert twin is not None
    assert (twin.source, twin.unsure) == (("https://example.org/x",), (doubt,))
    written = json.loads(write_twin(twin, tmp_path / "new").read_text(encoding="utf-8"))
    assert (written["source"], written["unsure"]) == (["https://example.org/x"], [doubt])


def test_a_description_says_nothing_of_what_it_does_not_know(described: Twin, tmp_path: Path) -> None:
    written = json.loads(write_twin(described, tmp_path).read_text(encoding="utf-8"))
    assert list(written) == [
        "form",
        "dataset",
        "config_name",
        "splits",
        "features",
        "label",
        "columns",
        "configs",
        "withheld",
    ]


def test_row_code_is_taken_from_the_package_only(tmp_path: Path) -> None:
    for rows in ("os:system", "nowhere:rows", "digits:nothing", "digits"):
        (tmp_path / "acme--x.twin.json").write_text(json.dumps(schema("acme/x", rows=rows)), encoding="utf-8")
        with pytest.raises(FlopsMockError, match="the description of the twin cannot be used"):
            own_twin(["acme/x"], tmp_path)


@pytest.mark.parametrize(
    ("changes", "got"),
    [
        ({"form": "pytest-flops-mock/twin/9"}, f"form: expected {FORM}, but it is pytest-flops-mock/twin/9"),
        ({"splits": {}}, "splits: there must be one, and each with at least one row"),
        ({"splits": {"train": 0}}, "splits: there must be one, and each with at least one row"),
        ({"label": "lable"}, "label: there is no column 'lable' among x, label"),
        ({"dataset": None}, "dataset: Input should be a valid string"),
        ({"columns": {"x": {"missing": "much"}}}, "columns.x.missing: Input should be a valid number*"),
        ({"features": {"x": {"_type": "Hologram"}}}, "*Hologram*"),
        (None, "Invalid JSON*"),
    ],
    ids=["form", "no split", "empty split", "label", "no name", "statistics", "feature", "no JSON"],
)
def test_a_description_that_cannot_be_used_is_told(changes: dict[str, Any] | None, got: str, tmp_path: Path) -> None:
    path = tmp_path / "acme--x.twin.json"
    path.write_text("{" if changes is None else json.dumps(schema("acme/x", **changes)), encoding="utf-8")
    with pytest.raises(FlopsMockError) as error:
        own_twin(["acme/x"], tmp_path)
    lines = str(error.value).splitlines()
    assert lines[0] == "the description of the twin cannot be used"
    assert lines[1] == f"  where     {path}"
    assert lines[-1] == "  fix       make it again: flops-mock twin --like DATA, or --features FILE"
    told = next(line for line in lines if line.startswith("  got"))
    middle = got.strip("*")
    assert middle in told if got != middle else told == f"  got       {got}"
    assert own_twin(["acme/other"], tmp_path) is None  # a broken neighbour is in nobody's way
    assert own_names(tmp_path) == ()


def test_sizes_and_modes_of_pictures_and_lengths_of_sounds_are_kept() -> None:
    def picture(mode: str, size: tuple[int, int]) -> dict[str, Any]:
        file = io.BytesIO()
        Image.new(mode, size).save(file, "PNG")
        return {"bytes": file.getvalue(), "path": None}

    pictures = [picture("RGB", (20, 10)), picture("RGB", (20, 10)), picture("L", (8, 8)), {"bytes": b"none", "path": None}]
    sounds = wav_column([np.zeros(4_000, np.int16), np.zeros(8_000, np.int16)] * 20, 8_000)
    features = datasets.Features({"seen": datasets.Image(), "heard": datasets.Audio(sampling_rate=8_000)})
    table = pa.table({"seen": pa.array(pictures * 10, sounds.type), "heard": sounds}).cast(features.arrow_schema)
    rows = datasets.Dataset(table, fingerprint="given")
    columns = describe({"train": rows}, "acme/clips", None).columns
    assert columns["seen"] == Known(sizes=((20, 10, 20), (8, 8, 10)), modes=(("RGB", 20), ("L", 10)))
    assert columns["heard"] == Known(seconds=(0.5, 1.0))


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    "values",
    [
        [None],
        [1.5],
        [float("inf"), float("nan"), 1.0],
        [2**62, -(2**63)],
        [[]],
        [None, [1, 2]],
        [{"a": 1, "b": None}, {"a": None, "b": "q"}],
        [True, None],
        [b"abc", b""],
        ["", "  a  "],
        [datetime.time(3, 4), None],
    ],
    ids=repr,
)
def test_data_of_any_kind_can_be_described_and_made(values: list[Any]) -> None:
    real = datasets.Dataset.from_dict({"x": values * 24})
    made = make_twin(describe({"train": real}, "acme/odd", None), rows=60)["train"]
    assert made.features == real.features
    gaps = made.with_format("arrow")[:]["x"].null_count
    assert bool(gaps) == (None in values)


def test_too_few_rows_are_no_statistics() -> None:
    with pytest.raises(FlopsMockError, match="too few people: their statistics would be the rows themselves"):
        describe({"train": visits(19)}, "few", None)


def test_a_label_that_is_no_column_is_told_with_the_nearest() -> None:
    with pytest.raises(FlopsMockError, match=r"(?s)there is no column 'outcom'.*nearest   outcome"):
        describe({"train": visits(30)}, "visits", "outcom")


FEATURES_JSON = json.dumps(NESTED.to_dict())
INFO = {"features": NESTED.to_dict(), "splits": {"train": {"name": "train", "num_examples": 70}}}
CARD = """\
---
license: mit
dataset_info:
  features:
  - name: image
    dtype: image
  - name: tags
    sequence: string
  - name: where
    struct:
    - name: x
      dtype: float32
    - name: site
      dtype: string
  - name: label
    dtype:
      class_label:
        names:
          '0': 'no'
          '1': 'yes'
  splits:
  - name: train
    num_bytes: 1
    num_examples: 70
---
# A data set
"""


@pytest.mark.parametrize(
    ("file", "text", "rows"),
    [
        ("features.json", FEATURES_JSON, 600),
        ("info.json", json.dumps(INFO), 70),
        ("dataset_infos.json", json.dumps({"default": INFO}), 70),
        ("viewer.json", json.dumps({"dataset_info": {"default": INFO}}), 70),
        ("README.md", CARD, 70),
    ],
)
def test_a_schema_is_enough_for_a_twin(file: str, text: str, rows: int, tmp_path: Path) -> None:
    (tmp_path / file).write_text(text, encoding="utf-8")
    twin = describe_schema(tmp_path / file, "acme/scans", None)
    assert features_of(twin) == NESTED
    assert twin.splits == {"train": rows}
    assert twin.label == "label"
    made = make_twin(twin, rows=30)["train"]
    assert made.features == NESTED
    assert sorted(set(made[:]["label"])) == [0, 1]


@pytest.mark.parametrize(
    ("file", "text", "got"),
    [
        ("features.json", '{"x": ', "line 1, column 7: Expecting value"),
        ("features.json", "[]", "a JSON object is needed, but it is list"),
        ("features.json", '{"x": {"_type": "Hologram"}}', "Hologram"),
        ("features.json", '{"x": {"y": [3]}}', "column x.y[]: a feature is an object with the key _type, but this is 3"),
        ("README.md", "# No head\n", "the card has no dataset_info in its YAML head"),
        ("README.md", "---\ndataset_info: [\n---\n", "flow node"),
        ("dataset_infos.json", '{"default": {"features": {}}}', "configuration default: no features"),
    ],
)
def test_a_schema_that_is_none_is_told(file: str, text: str, got: str, tmp_path: Path) -> None:
    (tmp_path / file).write_text(text, encoding="utf-8")
    with pytest.raises(FlopsMockError, match=r"^the file says no schema of a data set\n  where     ") as error:
        describe_schema(tmp_path / file, "acme/x", None)
    assert got in str(error.value)


@pytest.mark.skipif(not hasattr(datasets, "Json"), reason="this version of datasets has no features that 2.x lacks")
def test_a_schema_that_no_learner_can_read_is_told_and_not_written(tmp_path: Path) -> None:
    description = Twin(FORM, "acme/x", "default", {"train": 30}, {"x": {"_type": "Json"}})
    with pytest.raises(FlopsMockError) as error:
        write_twin(description, tmp_path)
    assert str(error.value) == (
        "there can be no twin of this data set\n"
        "  where     acme/x\n"
        "  expected  splits with rows, and columns that the learner's datasets (2.x) can read\n"
        "  got       column x: feature type Json\n"
        "  fix       leave the column out, or cast it to another feature type"
    )
    assert not list(tmp_path.iterdir())


def test_one_configuration_of_several_has_to_be_named(tmp_path: Path) -> None:
    path = tmp_path / "dataset_infos.json"
    path.write_text(json.dumps({"small": INFO, "large": INFO}), encoding="utf-8")
    with pytest.raises(FlopsMockError, match=r"(?s)the schema has several configurations.*one of: small, large.*--config"):
        describe_schema(path, "acme/x", None)
    with pytest.raises(FlopsMockError, match=r"(?s)the schema has no configuration 'smal'.*nearest   small"):
        describe_schema(path, "acme/x", None, "smal")
    assert describe_schema(path, "acme/x", None, "small").config_name == "small"


def test_a_broken_description_is_in_no_other_sources_way(tmp_path: Path) -> None:
    (tmp_path / "mnist.twin.json").write_text("{", encoding="utf-8")
    assert known_twin("mnist", tmp_path).names == ("mnist", "ylecun/mnist")
    with pytest.raises(FlopsMockError, match="the description of the twin cannot be used"):
        loaded_data("mnist", recordings=tmp_path)


def test_a_twin_of_ones_own_is_meant_by_all_names_of_the_data_set(tmp_path: Path) -> None:
    (tmp_path / "mnist.twin.json").write_text(json.dumps(schema("mnist")), encoding="utf-8")
    data = loaded_data("ylecun/mnist", recordings=tmp_path)
    assert list(data.dataset.features) == ["x", "label"]


@pytest.mark.parametrize(
    "features",
    [
        {"x": {"_type": "ClassLabel", "names": []}},
        {"x": {"_type": "Array2D", "shape": [2], "dtype": "float32"}},
        {"x": {"_type": "Sequence", "feature": {"_type": "Array2D", "shape": [2, 2], "dtype": "float32"}}},
    ],
    ids=["no class", "one side", "list of arrays"],
)
def test_a_schema_of_which_nothing_can_be_made_is_told_and_not_written(features: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(FlopsMockError, match="there can be no twin of this data set"):
        write_twin(Twin(FORM, "acme/x", "default", {"train": 30}, features), tmp_path)
    assert not list(tmp_path.iterdir())


def test_lists_of_a_struct_are_of_one_length() -> None:
    features = datasets.Features(
        {"answers": datasets.Sequence({"text": datasets.Value("string"), "start": datasets.Value("int32")})}
    )
    rows = {"answers": [{"text": ["a"] * (number % 4), "start": [1] * (number % 4)} for number in range(60)]}
    real = datasets.Dataset.from_dict(rows, features=features)
    made = make_twin(describe({"train": real}, "acme/squad", None), rows=60)["train"]
    lengths = [
        (len(row["answers"]["text"]), len(row["answers"]["start"])) for row in made.with_format("arrow")[:].to_pylist()
    ]
    assert all(texts == starts for texts, starts in lengths)
    assert {texts for texts, _ in lengths} == {0, 1, 2, 3}
