"""Drift: what is wrong with the rows of a partition, whatever their source."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import datasets
import pyarrow as pa
import pytest
from PIL import UnidentifiedImageError
from standins.data import iid_partitions, loaded_data, with_drift
from standins.projects import mock_sla
from standins.twins import make_twin

from pytest_flops_mock import FlopsMockError, MLDataClient, MLDataServer, MockDataProvider
from pytest_flops_mock.data.twins.catalogue import all_twins
from pytest_flops_mock.data.twins.twin import Twin
from pytest_flops_mock.partitions import drift as partitions_drift
from pytest_flops_mock.partitions.drift import drifted
from pytest_flops_mock.sla.drift_kinds import KINDS
from pytest_flops_mock.sla.schemes import Drift, drift_of

FEATURES = datasets.Features(
    {
        "image": datasets.Image(),
        "text": datasets.Value("string"),
        "list": datasets.Sequence(datasets.Value("int8")),
        "array": datasets.Array2D((1, 2), "int8"),
        "label": datasets.ClassLabel(names=[str(number) for number in range(10)]),
    }
)


def plain_rows(count: int = 400) -> datasets.Dataset:
    made = make_twin(next(twin for twin in all_twins() if twin.dataset == "mnist"), rows=count, splits=["train"])["train"]
    columns = {
        "image": made.data.table["image"].to_pylist(),
        "text": [f"text {number}" for number in range(count)],
        "list": [[number % 100] * (number % 3) for number in range(count)],
        "array": [[[number % 100, 1]] for number in range(count)],
        "label": made.data.table["label"].to_pylist(),
    }
    return datasets.Dataset.from_dict(columns, features=FEATURES)


PLAIN = plain_rows()
SENT = PLAIN.remove_columns("array")  # which no provider could send


def listed(rows: datasets.Dataset) -> list[dict[str, Any]]:
    columns = [getattr(column.combine_chunks(), "storage", column).to_pylist() for column in rows.data.table.columns]
    return [dict(zip(rows.column_names, values, strict=True)) for values in zip(*columns, strict=True)]


def with_(**shares: Any) -> list[dict[str, Any]]:
    made = with_drift(PLAIN, drift_of(shares))
    assert made.features == FEATURES
    return listed(made)


def test_missing_values_are_null_in_every_column_but_the_label() -> None:
    rows = with_(missing=0.2)
    for name in FEATURES:
        share = sum(row[name] is None for row in rows) / len(rows)
        assert share == 0 if name == "label" else 0.1 < share < 0.3
    # What is not missing is as it was.
    kept = [(row[name], was[name]) for row, was in zip(rows, listed(PLAIN), strict=True) for name in row if row[name]]
    assert all(value == was for value, was in kept)


def test_pictures_can_be_missing_or_corrupt() -> None:
    rows = with_(missing=0.1, corrupt_images=0.2)
    assert 20 < sum(row["image"] is None for row in rows) < 70
    image, broken = datasets.Image(), 0
    for row in rows:
        if row["image"] is not None:
            try:
                image.decode_example(row["image"]).load()
            except (OSError, SyntaxError, UnidentifiedImageError):
                broken += 1
    assert 40 < broken < 110


def test_noisy_labels_are_of_another_class_and_nothing_else_changes() -> None:
    plain, rows = listed(PLAIN), with_(label_noise=0.25)
    assert 60 < sum(row["label"] != was["label"] for row, was in zip(rows, plain, strict=True)) < 140
    assert [{**row, "label": 0} for row in rows] == [{**row, "label": 0} for row in plain]
    assert all(row["label"] != was["label"] for row, was in zip(with_(label_noise=1), plain, strict=True))


@pytest.mark.parametrize("name", ["scikit-learn/adult-census-income", "scikit-learn/iris", "sentiment140"])
def test_labels_of_any_type_can_be_noisy(name: str) -> None:
    plain = loaded_data(name, max_rows=150)
    rows = with_drift(plain.dataset, drift_of({"label_noise": 0.5}), label=plain.label)
    before, after = plain.dataset.data.table[plain.label].to_pylist(), rows.data.table[plain.label].to_pylist()
    assert 50 < sum(was != now for was, now in zip(before, after, strict=True)) < 100
    assert set(after) == set(before)


def test_rows_of_rare_classes_are_left_out_and_the_others_stay_in_order() -> None:
    plain, rows = listed(PLAIN), with_(imbalance=0.9)
    before, after = (Counter(row["label"] for row in each) for each in (plain, rows))
    assert after[0] == before[0]
    assert 0 < after[9] < before[9] / 2
    assert after[9] / before[9] < after[5] / before[5]
    texts = [row["text"] for row in rows]
    assert texts == [row["text"] for row in plain if row["text"] in set(texts)]
    assert set(Counter(row["label"] for row in with_(imbalance=1))) == set(range(9))


def test_rows_can_come_twice() -> None:
    rows = with_(duplicates=0.3)
    assert len(rows) == 400
    assert 0.65 < len({row["text"] for row in rows}) / 400 < 0.85


def test_it_is_the_same_for_the_same_seed_and_neither_another_drift_nor_another_column_moves_it() -> None:
    drift = drift_of({"missing": 0.3})
    assert listed(with_drift(PLAIN, drift, seed=1)) == listed(with_drift(PLAIN, drift, seed=1))
    assert listed(with_drift(PLAIN, drift, seed=1)) != listed(with_drift(PLAIN, drift, seed=2))
    gaps = [row["text"] is None for row in with_(missing=0.3)]
    assert [row["text"] is None for row in with_(missing=0.3, label_noise=0.5, corrupt_images=0.5)] == gaps
    alone = with_drift(PLAIN.select_columns(["text", "label"]), drift)
    assert [text is None for text in alone.data.table["text"].to_pylist()] == gaps


@pytest.mark.parametrize(
    "share", ["missing", "corrupt_images", "label_noise", "imbalance", "duplicates", "other_case", "lost"]
)
@pytest.mark.parametrize("rows", [0, 1])
def test_the_smallest_partitions_bear_each_of_them(share: str, rows: int) -> None:
    table = PLAIN.data.table.slice(0, rows)
    made = drifted(table, drift_of({share: 1.0}), seed=0, label="label")
    assert made.num_rows <= rows
    assert made.schema.equals(table.schema, check_metadata=True)


@pytest.mark.parametrize("share", ["missing", "corrupt_images", "label_noise", "imbalance", "duplicates"])
def test_rows_with_gaps_of_their_own_bear_each_of_them(share: str) -> None:
    features = datasets.Features({"x": datasets.Image(), "y": datasets.Value("string")})
    rows = [{"x": None if n % 3 else {"bytes": b"1234", "path": None}, "y": [None, "no", "yes"][n % 3]} for n in range(300)]
    made = with_drift(datasets.Dataset.from_list(rows, features=features), drift_of({share: 1.0}), label="y").data.table
    assert made["x"].null_count >= 100
    assert set(made["y"].to_pylist()) <= {None, "no", "yes"}
    assert None in made["y"].to_pylist()


@pytest.mark.parametrize("twin", all_twins(), ids=lambda twin: twin.dataset)
def test_every_twin_can_have_them(twin: Twin) -> None:
    rows = make_twin(twin, rows=20, splits=[twin.main])[twin.main]
    images = any(isinstance(kind, datasets.Image) for kind in rows.features.values())
    drift = drift_of(
        {"missing": 0.3, "label_noise": 0.3, "imbalance": 0.3, "duplicates": 0.3, "corrupt_images": 0.3 * images}
    )
    made = with_drift(rows, drift, label=twin.label or "")
    assert made.features == rows.features
    assert made.num_rows <= 20


@pytest.fixture
def table_of_ones_own(tmp_path: Path) -> Path:
    path = tmp_path / "visits.csv"
    path.write_text(
        "age,ill\n" + "".join(f"{age},{'yes' if age > 50 else 'no'}\n" for age in range(20, 80)), encoding="utf-8"
    )
    return path


def stored(drift: str, dataset: Any = None, **changes: Any) -> tuple[str, list[pa.Table]]:
    """What the origin says, and the partitions that the server has."""
    with MLDataServer() as server, MLDataClient(server.uri) as client:
        run = MockDataProvider(server.uri, drift=drift).run(mock_sla(**changes), dataset)
        return run.origin, [client.fetch(name) for name in run.names]


def test_a_partition_of_local_data_can_have_drift(table_of_ones_own: Path) -> None:
    origin, parts = stored("missing=0.5", dataset_name=str(table_of_ones_own))
    assert origin == "local visits.csv, 60 rows, drift missing=0.5"
    assert [part.num_rows for part in parts] == [30, 30]
    assert all(8 < part["age"].null_count < 22 for part in parts)


def test_a_partition_of_local_data_can_have_another_schema(table_of_ones_own: Path) -> None:
    drift = "type=float32 column=age; renamed=years column=age; extra_column=site partitions=1"
    _, parts = stored(drift, dataset_name=str(table_of_ones_own))
    assert [part.column_names for part in parts] == [["years", "ill"], ["years", "ill", "site"]]
    assert {part.schema.field("years").type for part in parts} == {pa.float32()}


def test_a_partition_of_data_handed_in_can_have_drift_elsewhere_than_its_neighbour() -> None:
    origin, parts = stored("missing=0.5 duplicates=0.1", SENT)
    assert origin == "400 rows handed in, drift missing=0.5 duplicates=0.1"
    assert [part.num_rows for part in parts] == [200, 200]
    first, second = ([text is None for text in part["text"].to_pylist()] for part in parts)
    assert first != second


def test_texts_can_be_in_another_case() -> None:
    before, rows = listed(PLAIN), with_(other_case=0.5)
    changed = [row["text"] != plain["text"] for row, plain in zip(rows, before, strict=True)]
    assert 0.3 < sum(changed) / len(changed) < 0.7
    assert {row["text"].swapcase() if other else row["text"] for row, other in zip(rows, changed, strict=True)} <= {
        row["text"] for row in before
    }


def test_texts_that_are_missing_have_no_case_and_labels_are_texts_too() -> None:
    rows = datasets.Dataset.from_dict({"y": [None, "no", "Yes"]})
    assert with_drift(rows, drift_of({"other_case": 1}), label="y")["y"][:] == [None, "NO", "yES"]


def test_rows_can_be_lost_and_nothing_else_moves() -> None:
    before, rows = with_(missing=0.2), with_(missing=0.2, lost=0.5)
    assert 0.3 < len(rows) / len(before) < 0.7
    left = iter(before)
    assert all(row in left for row in rows)  # in the same order


def test_a_partition_can_be_empty() -> None:
    origin, parts = stored("lost=1 partitions=0", SENT)
    assert origin == "400 rows handed in, drift lost=1 partitions=0, which leaves 200"
    assert [part.num_rows for part in parts] == [0, 200]


def test_one_column_can_have_it_alone() -> None:
    rows = with_(missing=1.0, column="label")
    assert [row["label"] for row in rows] == [None] * len(rows)
    assert [{**row, "label": 0} for row in rows] == [{**row, "label": 0} for row in listed(PLAIN)]
    noisy = with_drift(PLAIN, drift_of({"label_noise": 1, "column": "text"}))
    assert all(row["text"] != before["text"] for row, before in zip(listed(noisy), listed(PLAIN), strict=True))
    assert [row["label"] for row in listed(noisy)] == [row["label"] for row in listed(PLAIN)]


def test_named_partitions_can_have_it_alone() -> None:
    origin, parts = stored("missing=1 column=text partitions=1", SENT)
    assert origin == "400 rows handed in, drift missing=1 column=text partitions=1"
    assert [part["text"].null_count for part in parts] == [0, 200]


def having(drift: Drift, count: int, seed: int) -> frozenset[int]:
    """The partitions that have drift."""
    drifts = partitions_drift.drift_by_partition(drift, count, seed, "rows")
    return frozenset(index for index, own in enumerate(drifts) if own.rules)


def test_a_share_of_the_partitions_can_have_it_and_the_seed_decides_which() -> None:
    half = drift_of({"missing": 1, "devices": 0.5})
    chosen = [having(half, 10, seed) for seed in range(5)]
    assert {len(numbers) for numbers in chosen} == {5}
    assert len(set(chosen)) > 1
    assert chosen[0] == having(half, 10, 0)
    assert having(drift_of({"missing": 1, "partitions": (1, 3, 3), "devices": 0.5}), 4, 1) <= {1, 3}
    assert having(drift_of("missing=1"), 3, 1) == {0, 1, 2}
    assert having(Drift(), 3, 1) == set()


def test_rules_for_shares_of_the_partitions_share_an_order_so_that_some_devices_are_worse_than_others() -> None:
    fewer, more = (having(drift_of(f"{kind} devices={share}"), 50, 7) for kind, share in (("lost=1", 0.2), ("empty", 0.6)))
    assert (len(fewer), len(more)) == (10, 30)
    assert fewer < more


def test_each_partition_has_a_rule_with_its_probability_which_the_seed_decides() -> None:
    rare = drift_of("missing=1 probability=0.2")
    counts = [len(having(rare, 500, seed)) for seed in range(20)]
    assert 60 < min(counts) < max(counts) < 140  # 100 are expected; beyond lie less than 1 in 100,000
    assert having(rare, 500, 3) == having(rare, 500, 3) != having(rare, 500, 4)
    assert having(rare, 20, 3) == {number for number in having(rare, 500, 3) if number < 20}, "how many there are moves none"
    assert having(drift_of("missing=1 probability=1"), 9, 1) == set(range(9))
    assert having(drift_of("missing=1 probability=0"), 9, 1) == set()
    assert having(drift_of("missing=1 probability=0.5 partitions=2,4"), 9, 1) <= {2, 4}


def test_the_chances_of_rules_are_independent() -> None:
    one, other = (having(drift_of(f"{kind} probability=0.5"), 2000, 5) for kind in ("missing=1", "empty"))
    assert 400 < len(one & other) < 600
    both = partitions_drift.drift_by_partition(drift_of("missing=1 probability=0.5; empty probability=0.5"), 2000, 5, "rows")
    assert {index for index, own in enumerate(both) if any(own.of_kind("empty"))} == other


@pytest.mark.parametrize(
    ("drift", "message"),
    [
        (
            "missing=1 column=txt",
            "the data set has no column txt that could have drift\n  where     mnist\n"
            "  expected  one of: image, text, list, label\n  got       missing=1 column=txt\n  nearest   text\n",
        ),
        (
            "missing=1 column=text; missing_column=lable",
            "the data set has no column lable that could have drift\n  where     mnist\n"
            "  expected  one of: image, text, list, label\n  got       missing_column=lable\n  nearest   label\n",
        ),
        (
            "corrupt_images=1 column=text",
            "corrupt_images does not fit the column text\n  where     mnist\n"
            "  expected  columns of images: image\n  got       text, of type string\n  nearest   image\n"
            "  fix       name another column, or leave corrupt_images out",
        ),
        ("other_case=1 column=label", "other_case does not fit the column label\n"),
        (
            "factor=2 column=image",
            "factor does not fit the column image\n  where     mnist\n"
            "  expected  columns of numbers, which the data set does not have\n  got       image, of type Image\n"
            "  fix       leave factor out",
        ),
        (
            "outlier=2",
            "the data set has no columns of numbers, which outlier is about\n  where     mnist\n"
            "  expected  columns of numbers\n  got       columns image, text, list, label\n  fix       leave outlier out",
        ),
        ("factor=2 column=label", "factor does not fit the column label\n"),
        ("time_shift=1h column=text", "time_shift does not fit the column text\n"),
        ("type=int32 column=text", "type does not fit the column text\n"),
        ("label_noise=1 column=list", "the column list has no classes that could have label_noise\n"),
        (
            "extra_column=label",
            "drift gives two columns the name label\n  where     mnist, partition 0\n"
            "  expected  columns of different names\n  got       extra_column=label\n"
            "  fix       use a name that is not one of: image, text, list, label",
        ),
        (
            "renamed=text column=label partitions=1",
            "drift gives two columns the name text\n  where     mnist, partition 1\n",
        ),
        (
            "missing_column=image; missing_column=text; missing_column=list; missing_column=label",
            "drift leaves no column\n  where     mnist, partition 0\n",
        ),
        (
            "missing=1 partitions=0,2",
            "there is no partition 2 that could have drift\n  where     mnist\n  expected  numbers from 0 to 1\n",
        ),
    ],
)
def test_drift_where_it_cannot_be_is_told(drift: str, message: str) -> None:
    with pytest.raises(FlopsMockError) as error:
        stored(drift, SENT)
    assert str(error.value).startswith(message)


def test_pictures_that_are_named_by_a_path_can_be_corrupt(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(listed(PLAIN)[0]["image"]["bytes"])
    pictures = datasets.Dataset.from_dict({"image": [str(tmp_path / "a.png")] * 4}).cast_column("image", datasets.Image())
    _, (part, *_) = stored("corrupt_images=1", pictures)
    size = (tmp_path / "a.png").stat().st_size
    assert {len(image["bytes"]) for image in part["image"].to_pylist()} == {size // 2}


def test_rows_that_are_left_out_are_told() -> None:
    origin, parts = stored("imbalance=1", SENT)
    left = sum(part.num_rows for part in parts)
    assert left < 250
    assert origin == f"400 rows handed in, drift imbalance=1, which leaves {left}"


def test_without_drift_no_partition_is_held_in_memory() -> None:
    (partition,) = iid_partitions(PLAIN, 1, name="rows")
    assert partitions_drift.with_drift(partition, Drift(), seed=1, label="label") is partition


def test_a_twin_knows_its_label() -> None:
    assert loaded_data("scikit-learn/adult-census-income").label == "income"
    origin, parts = stored("label_noise=0.5", dataset_name="scikit-learn/iris")
    assert origin == "synthetic twin of scikit-learn/iris, 150 rows, seed 42, drift label_noise=0.5"
    assert sum(part.num_rows for part in parts) == 150


def told(drift: str, **changes: Any) -> list[str]:
    with MLDataServer() as server:
        with pytest.raises(FlopsMockError) as error:
            MockDataProvider(server.uri, drift=drift).run(mock_sla(**changes))
        assert server.calls == ()
    return str(error.value).splitlines()


def test_images_can_only_be_corrupt_where_there_are_some(table_of_ones_own: Path) -> None:
    assert told("corrupt_images=0.1", dataset_name=str(table_of_ones_own)) == [
        "the data set has no columns of images, which corrupt_images is about",
        f"  where     {table_of_ones_own}",
        "  expected  columns of images",
        "  got       columns age, ill",
        "  fix       leave corrupt_images out",
    ]
    assert told("corrupt_images=0.1", dataset_name="imdb")[0] == (
        "the data set has no columns of images, which corrupt_images is about"
    )


@pytest.mark.parametrize("share", ["label_noise", "imbalance"])
def test_a_label_that_nobody_knows_is_told(share: str, table_of_ones_own: Path) -> None:
    assert told(f"{share}=0.1", dataset_name=str(table_of_ones_own)) == [
        f"the data set has no label that could have {share}",
        f"  where     {table_of_ones_own}",
        "  expected  one column of the feature ClassLabel, or a label that a twin or a recorded sample knows",
        "  got       columns age, ill",
        f"  fix       name the column, as in {KINDS[share].example} column=age, or describe the data set with its label "
        "(flops-mock twin NAME --like DATA --label COLUMN)",
    ]


def test_several_labels_are_told() -> None:
    label = datasets.ClassLabel(names=["no", "yes"])
    rows = datasets.Dataset.from_dict({"a": [0], "b": [1]}, features=datasets.Features({"a": label, "b": label}))
    with pytest.raises(FlopsMockError) as error:
        with_drift(rows, drift_of({"label_noise": 1}))
    assert "the data set has several labels that could have label_noise\n" in str(error.value)
    assert "  got       columns a, b, of which a, b are of the feature ClassLabel\n" in str(error.value)
