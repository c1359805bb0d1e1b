"""Every partitioner gives what Flower Datasets gives for the same data and seed, row by row."""

from __future__ import annotations

import inspect
import json
from functools import cache
from typing import Any

import datasets
import numpy as np
import pyarrow as pa
import pytest

from pytest_flops_mock import FlopsMockError
from pytest_flops_mock.data.loaded import handed_in
from pytest_flops_mock.partitions.flower import partitioner_class
from pytest_flops_mock.partitions.scheme import scheme_of
from pytest_flops_mock.partitions.splitting import split
from pytest_flops_mock.sla.partitioners import PARTITIONERS, arguments
from pytest_flops_mock.sla.partitioning import partitioning_of

ROWS = 600
TABLE = ";".join(["1,2,3,4,5,6,7,8"] * 5)
CASES = [
    ("iid", 7),
    ("iid seed=3", 7),
    ("linear", 7),
    ("square seed=1", 5),
    ("exponential", 4),
    ("size partition_sizes=100,50,1", 3),
    ("size partition_sizes=600", 1),
    ("dirichlet alpha=0.5", 6),
    ("dirichlet alpha=0.3 min_partition_size=0 shuffle=false", 9),
    ("dirichlet alpha=1 self_balancing=true seed=5", 6),
    ("dirichlet alpha=1,2,3.5 partition_by=word", 3),
    ("dirichlet alpha=2 partition_by=whole", 3),
    ("dirichlet alpha=2 partition_by=flag", 3),
    ("pathological num_classes_per_partition=2", 6),
    ("pathological num_classes_per_partition=2 class_assignment_mode=deterministic shuffle=false", 6),
    ("pathological num_classes_per_partition=3 class_assignment_mode=first-deterministic partition_by=word seed=8", 6),
    ("shard num_shards_per_partition=2", 7),
    ("shard num_shards_per_partition=2 shard_size=11", 7),
    ("shard shard_size=33 partition_by=word", 7),
    ("shard shard_size=33 keep_incomplete_shard=true partition_by=price shuffle=false seed=2", 7),
    ("natural_id partition_by=word", 5),
    ("natural_id partition_by=person", None),
    ("grouped_natural_id partition_by=person group_size=7", None),
    ("grouped_natural_id partition_by=person group_size=7 mode=allow-bigger sort_unique_ids=true", None),
    ("grouped_natural_id partition_by=word group_size=2 mode=drop-reminder", None),
    ("grouped_natural_id partition_by=word group_size=1 mode=strict", 4),
    ("inner_dirichlet partition_sizes=100,200,50 alpha=0.5", 3),
    ("inner_dirichlet partition_sizes=100,0,50 alpha=1,2,3,4,5 shuffle=false seed=4", 3),
    (
        f"distribution 'distribution_array={TABLE}' num_unique_labels_per_partition=2 preassigned_num_samples_per_label=3",
        20,
    ),
    (
        f"distribution 'distribution_array={TABLE}' num_unique_labels_per_partition=2 preassigned_num_samples_per_label=0 "
        "rescale=false shuffle=false",
        20,
    ),
    ("continuous strictness=0.7 partition_by=price", 5),
    ("continuous strictness=0 partition_by=label shuffle=false seed=9", 5),
]


@cache
def people(rows: int = ROWS) -> datasets.Dataset:
    draw = np.random.default_rng(0)
    features = datasets.Features(
        {
            "row": datasets.Value("int64"),
            "label": datasets.ClassLabel(names=list("abcde")),
            "word": datasets.Value("string"),
            "person": datasets.Value("int32"),
            "price": datasets.Value("float64"),
            "whole": datasets.Value("float32"),
            "flag": datasets.Value("bool"),
            "image": datasets.Image(),
        }
    )
    columns = {
        "row": list(range(rows)),
        "label": [n % 5 for n in range(rows)],
        "word": [f"word {n}" for n in draw.integers(0, 5, rows)],
        "person": draw.integers(0, 30, rows).tolist(),
        "price": draw.normal(size=rows).tolist(),
        "whole": draw.integers(0, 4, rows).astype(float).tolist(),
        "flag": (draw.random(rows) < 0.5).tolist(),
        "image": [None] * rows,
    }
    return datasets.Dataset.from_dict(columns, features=features)


def needs_installed(text: str) -> None:
    if text.startswith("continuous") and partitioner_class("continuous") is None:
        pytest.skip("this Flower Datasets is older than the partitioner")


def ours(text: str, count: int | None, rows: Any = None, seed: int = 42, label: str = "") -> list[list[int]]:
    data = handed_in(people() if rows is None else rows, "people", label)
    parts = split(data, scheme_of(partitioning_of(text)), count, seed=seed)
    return [
        pa.Table.from_batches(part.batches(), schema=part.schema).column("row").to_pylist() if part.rows else []
        for part in parts
    ]


def flower(text: str, count: int | None, seed: int = 42) -> Any:
    """Flower's partitioner, made by hand."""
    said = partitioning_of(text)
    assert not isinstance(said, tuple)
    kind = partitioner_class(said.name)
    takes = inspect.signature(kind).parameters
    given = {key: list(value) if isinstance(value, tuple) else value for key, value in arguments(said).items()}
    given = {key: np.array(value) if key == "distribution_array" else value for key, value in given.items()}
    given = {"seed": seed, "partition_by": "label", "num_partitions": count, **given}
    return kind(**{key: value for key, value in given.items() if key in takes})


def flowers(text: str, count: int | None, rows: Any = None) -> list[list[int]]:
    """What Flower gives: ``FederatedDataset`` shuffles with the seed and then asks the partitioner."""
    said = partitioning_of(text)
    assert not isinstance(said, tuple)
    partitioner = flower(text, count)
    partitioner.dataset = (people() if rows is None else rows).shuffle(seed=42 if said.seed is None else said.seed)
    return [list(partitioner.load_partition(index)["row"]) for index in range(count or partitioner.num_partitions)]


@pytest.mark.filterwarnings("ignore")  # Flower's, about these choices
@pytest.mark.parametrize(("text", "count"), CASES, ids=[f"{text[:60]} into {count}" for text, count in CASES])
def test_a_partition_has_the_rows_that_flower_gives_it(text: str, count: int | None) -> None:
    needs_installed(text)
    found = ours(text, count)
    assert found == flowers(text, count)
    assert len(found) > 1 or count == 1


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("values", [[127, -128], [128, -129], [2**31, 0], [2**63 - 1, -(2**63)], [-(2**63)], [-7]], ids=str)
@pytest.mark.parametrize(
    "text", ["natural_id", "shard num_shards_per_partition=1", "pathological num_classes_per_partition=1"]
)
def test_whole_numbers_of_any_size_are_split_as_flower_splits_them(values: list[int], text: str) -> None:
    rows = datasets.Dataset.from_dict({"row": range(40), "number": [values[row % len(values)] for row in range(40)]})
    text = f"{text} partition_by=number"
    assert ours(text, len(values), rows) == flowers(text, len(values), rows)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", ["row", "number"])
def test_a_column_with_the_name_of_ours_is_split_by(name: str) -> None:
    rows = datasets.Dataset.from_dict({"row": range(40), name: list(range(40)), "label": [0] * 40})
    text = f"shard num_shards_per_partition=2 shuffle=false partition_by={name}"
    assert ours(text, 4, rows) == flowers(text, 4, rows)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    "chosen", [range(100, 300), [*range(0, 600, 2)], [*range(599, -1, -1)]], ids=["slice", "half", "turned"]
)
@pytest.mark.parametrize("text", ["grouped_natural_id group_size=2 partition_by=person", "shard num_shards_per_partition=2"])
def test_rows_that_were_chosen_before_are_split_as_flower_splits_them(chosen: Any, text: str) -> None:
    rows = people().select(chosen)
    assert ours(text, 4, rows) == flowers(text, 4, rows)


def test_rows_that_come_twice_are_split() -> None:
    rows = people().select([0] * 300 + [*range(300)])
    parts = ours("natural_id partition_by=row", None, rows)
    assert sorted(map(len, parts))[-2:] == [1, 301]
    assert {row for part in parts for row in part} == set(range(300))


def test_each_partitioner_is_among_them() -> None:
    assert {text.split()[0] for text, _ in CASES} == set(PARTITIONERS)


def test_every_horizontal_partitioner_of_the_installed_flower_can_be_named() -> None:
    from flwr_datasets import partitioner

    bases = {"Partitioner", "IdToSizeFncPartitioner"}  # the second takes a function, of which three have names
    horizontal = {name for name in partitioner.__all__ if not name.startswith("Vertical")} - bases
    found = {getattr(partitioner_class(name), "__name__", None) for name in PARTITIONERS}
    assert found - {None} == horizontal


@pytest.mark.parametrize("name", PARTITIONERS)
def test_its_arguments_and_defaults_are_flowers(name: str) -> None:
    needs_installed(name)
    theirs = dict(inspect.signature(partitioner_class(name)).parameters)
    mine = dict(PARTITIONERS[name].model_fields)
    del mine["name"], mine["seed"]
    mine.pop("partition_by", None)
    for given in ("seed", "partition_by", "num_partitions"):
        theirs.pop(given, None)
    assert list(mine) == list(theirs)
    assert {key for key, field in mine.items() if field.is_required()} == {
        key for key, parameter in theirs.items() if parameter.default is parameter.empty
    }
    for key, field in mine.items():
        assert field.is_required() or field.default == theirs[key].default


def test_without_a_seed_of_its_own_the_seed_of_the_run_counts() -> None:
    assert ours("dirichlet alpha=1", 3, seed=7) == ours("dirichlet alpha=1 seed=7", 3) != ours("dirichlet alpha=1", 3)


def test_a_mixed_fleet_has_groups_with_rows_of_their_own() -> None:
    fleet = '[{"partitioner": "pathological num_classes_per_partition=1", "number_of_partitions": 2}, ' + (
        '{"partitioner": {"name": "size", "partition_sizes": [10, 20]}}, {"partitioner": "iid", "number_of_partitions": 3}]'
    )
    parts = ours(fleet, 7)
    labels = people()["label"]
    assert [len({labels[row] for row in part}) for part in parts[:2]] == [1, 1]
    assert [len(part) for part in parts[2:]] == [10, 20, 114, 114, 114]
    rows = [row for part in parts for row in part]
    assert len(rows) == len(set(rows))
    assert ours(fleet, 7) == parts != ours(fleet, 7, seed=1)


def test_a_group_is_split_as_a_data_set_of_its_own() -> None:
    whole = ours('[{"partitioner": "linear", "number_of_partitions": 4}]', 4)
    assert [len(part) for part in whole] == [len(part) for part in ours("linear", 4)]
    assert sorted(row for part in whole for row in part) == list(range(ROWS))


def test_a_group_that_its_rows_do_not_suit_is_named() -> None:
    groups = [{"partitioner": "iid", "number_of_partitions": 1}, {"partitioner": "linear", "number_of_partitions": 50}]
    assert "\n  where     people, group 1 of the mixed fleet\n" in refused(json.dumps(groups), 51)


def test_the_label_that_is_known_counts_before_the_class_labels() -> None:
    by_word = ours("natural_id", None, label="word")
    assert by_word == ours("natural_id partition_by=word", None) != ours("natural_id", None)
    assert ours("natural_id", None) == ours("natural_id partition_by=label", None)


def refused(text: str, count: int | None, rows: Any = None) -> str:
    with pytest.raises(FlopsMockError) as error:
        ours(text, count, rows)
    assert error.value.problems[0].code == "FM310"
    return str(error.value)


def test_a_data_set_without_a_clear_label_is_told_with_its_columns() -> None:
    assert refused("dirichlet alpha=1", 2, people().remove_columns("label")) == (
        "it is not clear by which column dirichlet is to split\n"
        "  where     people\n"
        "  expected  partition_by, or a data set with one column of the feature ClassLabel or a label that a twin knows\n"
        "  got       columns row, word, person, price, whole, flag, image\n"
        "  fix       name one of them, for example dirichlet alpha=1 partition_by=row"
    )


def test_an_unknown_column_is_told_with_the_nearest() -> None:
    assert refused("pathological num_classes_per_partition=1 partition_by=labels", 2) == (
        "there is no column labels by which pathological could split\n"
        "  where     people\n"
        "  expected  one of: row, label, word, person, price, whole, flag, image\n"
        "  got       partition_by=labels\n"
        "  nearest   label\n"
        "  fix       correct partition_by"
    )


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("dirichlet alpha=1 partition_by=image", "numbers, text, or true and false: row, label, word"),
        ("continuous strictness=1 partition_by=word", "numbers: row, label, person"),
        ("inner_dirichlet partition_sizes=1,1 alpha=1 partition_by=word", "classes, numbered from 0: row, label, person"),
    ],
)
def test_a_column_of_a_type_that_cannot_be_split_by_is_told_with_those_that_can(text: str, kinds: str) -> None:
    needs_installed(text)
    assert f"expected  a column of {kinds}" in refused(text, 2)


@pytest.mark.parametrize("text", ["dirichlet alpha=1", "pathological num_classes_per_partition=1"])
def test_classes_of_a_continuous_column_are_refused(text: str) -> None:
    message = refused(f"{text} partition_by=price", 2)
    assert message.startswith(f"the column price is continuous, and {text.split(maxsplit=1)[0]} splits by classes\n")
    assert "got       price with 600 different values, from " in message
    assert "use continuous strictness=0.8 partition_by=price" in message


def test_zero_is_one_id_whatever_its_sign() -> None:
    rows = people(40).add_column("signed", [0.0, -0.0] * 20)
    assert refused("natural_id partition_by=signed", 2, rows).startswith("natural_id makes 1 partition, and 2 are asked for")


@pytest.mark.parametrize("text", ["natural_id", "grouped_natural_id group_size=2", "dirichlet alpha=1"])
@pytest.mark.parametrize("gap", [None, float("nan")])
def test_missing_values_are_counted(text: str, gap: float | None) -> None:
    rows = people(40).add_column("gaps", [gap, gap, *(range(38) if gap is None else map(float, range(38)))])
    message = refused(f"{text} partition_by=gaps", 2, rows)
    assert message.startswith(
        f"2 of 40 rows have no value in the column gaps, and {text.split(maxsplit=1)[0]} splits by it\n"
    )


@pytest.mark.parametrize(
    ("text", "count", "message", "nearest"),
    [
        ("natural_id partition_by=word", 6, "natural_id makes 5 partitions, and 6 are asked for", "5"),
        ("grouped_natural_id partition_by=word group_size=2", 4, "grouped_natural_id makes 3 partitions, and 4", "3"),
        ("grouped_natural_id partition_by=word group_size=2 mode=strict", None, "5 ids do not make groups of 2 in", ""),
        ("grouped_natural_id partition_by=word group_size=9 mode=drop-reminder", 1, "5 ids do not make groups of 9", ""),
        ("size partition_sizes=600,1", 2, "the partition sizes add up to 601 rows, and there are 600", ""),
        ("inner_dirichlet partition_sizes=600,1 alpha=1", 2, "the partition sizes add up to 601 rows", ""),
        (
            "inner_dirichlet partition_sizes=6,1 alpha=1,2",
            2,
            "there are alphas for 2 classes, and the column label has 5",
            "5",
        ),
        ("inner_dirichlet partition_sizes=6 alpha=1 partition_by=price", 1, "the column price is continuous", ""),
        (
            "pathological num_classes_per_partition=6",
            2,
            "a partition cannot have 6 classes, as the column",
            "=5",
        ),
        ("dirichlet alpha=1 min_partition_size=61", 10, "10 partitions of at least 61 rows need 610 rows", "size=60"),
        ("dirichlet alpha=0.001", 20, "no draw gives every partition at least 10 rows", ""),
        ("linear", 40, "of 40 partitions the first would be empty, as sizes are linear and there are 600", "34"),
        ("square", 40, "of 40 partitions the first would be empty, as sizes are square and there are 600", "11"),
        ("exponential", 600, "of 600 partitions the first would be empty", "6"),
        ("shard num_shards_per_partition=3 shard_size=100", 3, "3 partitions of 3 shards of 100 rows need 900 rows", ""),
        ("shard num_shards_per_partition=999999999", 3, "3 partitions of 999999999 shards of 1 rows need", ""),
        ("shard shard_size=250", 3, "3 partitions of 1 shards of 250 rows need 750 rows", ""),
        (
            "distribution distribution_array=1,2 num_unique_labels_per_partition=2 preassigned_num_samples_per_label=0",
            7,
            "7 partitions are no multiple of the 5 classes of label",
            "5",
        ),
        (
            "distribution distribution_array=1,2 num_unique_labels_per_partition=2 preassigned_num_samples_per_label=0",
            10,
            "distribution_array has another shape than classes and partitions need",
            "",
        ),
        (
            f"distribution 'distribution_array={TABLE}' num_unique_labels_per_partition=2 "
            "preassigned_num_samples_per_label=99",
            20,
            "distribution cannot split these rows",
            "",
        ),
        (
            "continuous strictness=1 partition_by=same",
            2,
            "all values of the column same are the same, and continuous sorts by what they differ in",
            "",
        ),
        (
            '[{"partitioner": "size partition_sizes=500"}, {"partitioner": "iid", "number_of_partitions": 101}]',
            102,
            "the mixed fleet needs at least 601 rows, and there are 600",
            "",
        ),
    ],
)
def test_what_the_rows_do_not_give_is_told(text: str, count: int | None, message: str, nearest: str) -> None:
    needs_installed(text)
    rows = people().add_column("same", [1.0] * ROWS)
    told = refused(text, count, rows)
    assert told.startswith(message)
    assert f"{nearest}\n  fix" in told
    assert "\n  got  " in told
    assert "\n  expected  " in told


def test_classes_that_are_not_numbered_from_0_are_told_where_flower_would_never_end() -> None:
    rows = people(20).add_column("odd", [1, 3] * 10)
    told = refused("inner_dirichlet partition_sizes=6 alpha=1 partition_by=odd", 1, rows)
    assert told.startswith("the classes of odd are not numbered from 0 without gaps, and inner_dirichlet needs that\n")
    assert "expected  the numbers from 0 to 1\n  got       1, 3\n" in told


def test_as_many_partitions_as_flower_can_make_are_made() -> None:
    for text, most in (("linear", 34), ("square", 11), ("exponential", 6)):
        assert ours(text, most) == flowers(text, most)


def test_more_partitions_than_rows_are_told_as_without_a_partitioner() -> None:
    with pytest.raises(FlopsMockError, match="600 rows cannot be split into 601 partitions") as error:
        ours("natural_id partition_by=row", 601)
    assert error.value.problems[0].code == "FM303"


def test_no_rows_make_no_partitions_however_many_ids_there_could_be() -> None:
    with pytest.raises(FlopsMockError, match="0 rows cannot be split into 1 partitions"):
        ours("natural_id", None, people().select([]))


def test_a_flower_that_lacks_a_partitioner_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    partitioner_class("iid")
    monkeypatch.delattr("flwr_datasets.partitioner.ContinuousPartitioner", raising=False)
    told = refused("continuous strictness=1 partition_by=price", 2)
    assert told.startswith("the installed Flower Datasets has no partitioner continuous\n")
    assert "got       flwr-datasets " in told


def test_nothing_is_printed_and_nobody_is_warned(capfd: pytest.CaptureFixture[str]) -> None:
    ours("natural_id partition_by=person", 2)
    ours("size partition_sizes=1,2", 2)
    assert capfd.readouterr() == ("", "")
