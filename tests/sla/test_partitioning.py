"""Partitioners, as users write them down: a text, a mapping, JSON, or a list of groups."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pytest_flops_mock import FlopsMockError, MockSLA
from pytest_flops_mock.sla.partitioners import (
    IID,
    PARTITIONERS,
    Dirichlet,
    Distribution,
    Group,
    Partitioning,
    Size,
    in_short,
    written,
)
from pytest_flops_mock.sla.partitioning import partitioning_of

CLASSES = "num_unique_labels_per_partition=1 preassigned_num_samples_per_label=0"


@pytest.mark.parametrize(
    ("value", "meant"),
    [
        ("iid", IID()),
        ("dirichlet alpha=0.3 shuffle=false", Dirichlet(alpha=0.3, shuffle=False)),
        (" dirichlet  alpha=1,2\npartition_by='the label'", Dirichlet(alpha=(1, 2), partition_by="the label")),
        ({"name": "dirichlet", "alpha": [0.5, 1]}, Dirichlet(alpha=(0.5, 1))),
        ('{"name": "dirichlet", "alpha": 1}', Dirichlet(alpha=1)),
        ("size partition_sizes=5", Size(partition_sizes=(5,))),
        ({"name": "size", "partition_sizes": [5, 6], "seed": 1}, Size(partition_sizes=(5, 6), seed=1)),
        (
            f"distribution distribution_array='1,2;3,4' {CLASSES}",
            Distribution(
                distribution_array=((1, 2), (3, 4)), num_unique_labels_per_partition=1, preassigned_num_samples_per_label=0
            ),
        ),
        (
            [{"partitioner": "iid seed=2", "number_of_partitions": 3}, {"partitioner": "size partition_sizes=1,2"}],
            (
                Group(partitioner=IID(seed=2), number_of_partitions=3),
                Group(partitioner=Size(partition_sizes=(1, 2)), number_of_partitions=2),
            ),
        ),
    ],
)
def test_all_forms_mean_the_same(value: Any, meant: Partitioning) -> None:
    found = partitioning_of(value)
    assert found == meant
    assert partitioning_of(found) == found
    if not isinstance(found, tuple):
        assert partitioning_of(written(found)) == found


def test_it_is_written_in_short() -> None:
    assert (
        written(Dirichlet(alpha=0.25, partition_by="a b", shuffle=True))
        == "dirichlet alpha=0.25 partition_by='a b' shuffle=true"
    )
    assert written(partitioning_of([{"partitioner": "iid", "number_of_partitions": 2}] * 2)) == "2 by iid + 2 by iid"


def test_a_long_one_is_cut_where_it_stands_among_others() -> None:
    text = in_short(partitioning_of({"name": "size", "partition_sizes": [1] * 1000}))
    assert len(text) == 120
    assert text.startswith("size partition_sizes=1,1,1,")
    assert text[-1] == "…"


def refused(value: Any) -> str:
    with pytest.raises(FlopsMockError) as error:
        partitioning_of(value, "--partitioner")
    return str(error.value)


def test_an_unknown_name_is_told_with_the_nearest() -> None:
    assert refused("dirichlett alpha=1") == (
        "there is no such partitioner\n"
        "  where     --partitioner\n"
        f"  expected  one of: {', '.join(PARTITIONERS)}\n"
        '  got       "dirichlett"\n'
        "  nearest   dirichlet\n"
        "  fix       for example dirichlet alpha=0.3"
    )


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("DirichletPartitioner", "dirichlet"),
        ("NaturalIdPartitioner", "natural_id"),
        ("grouped-natural-id", "grouped_natural_id"),
        ("IID", "iid"),
    ],
)
def test_flowers_own_names_lead_to_the_plain_ones(name: str, meant: str) -> None:
    assert f"nearest   {meant}\n" in refused(name)


def test_everything_that_is_wrong_with_it_is_told_at_once() -> None:
    assert refused("dirichlet alhpa=1 min_partition_size=few") == (
        "dirichlet needs alpha\n"
        "  where     --partitioner\n"
        "  expected  a number above 0, as a Dirichlet distribution has no other, or a list of them\n"
        "  got       no such argument\n"
        "  fix       for example dirichlet alpha=0.3\n"
        "min_partition_size of dirichlet is not a whole number of rows\n"
        "  where     --partitioner\n"
        "  expected  a whole number of rows, 0 or more\n"
        '  got       "few" (a string)\n'
        "  fix       for example dirichlet alpha=0.3\n"
        "dirichlet has no argument alhpa\n"
        "  where     --partitioner\n"
        "  expected  some of: alpha, partition_by, min_partition_size, self_balancing, shuffle, seed\n"
        "  got       alhpa\n"
        "  nearest   alpha\n"
        "  fix       for example dirichlet alpha=0.3"
    )


@pytest.mark.parametrize("alpha", ["0", "-1", "nan", "inf", "much", "1,0", "", "1,"])
def test_an_alpha_that_no_dirichlet_distribution_has_is_told(alpha: str) -> None:
    assert refused(f"dirichlet alpha={alpha}").startswith("alpha of dirichlet is not a number above 0\n")


@pytest.mark.parametrize("alpha", [True, None, [], "x", {}, [[1]]])
def test_an_alpha_of_another_type_is_told(alpha: Any) -> None:
    assert refused({"name": "dirichlet", "alpha": alpha}).startswith("alpha of dirichlet is not a number above 0\n")


@pytest.mark.parametrize(
    ("value", "message", "nearest"),
    [
        ("", "there is no such partitioner", ""),
        ("iid 'x", "the partitioner cannot be read", ""),
        ("iid seed", "seed has no value", ""),
        ("iid =1", "=1 has no value", ""),
        ("iid seed=1 seed=2", "seed is given twice", ""),
        ("iid seed=-1", "seed of iid is not a whole number", ""),
        ("iid partition_by=label", "iid has no argument partition_by", ""),
        ("linear num_partitions=3", "linear has no argument num_partitions", ""),
        ("pathological num_classes_per_partition=0", "num_classes_per_partition of pathological is not a whole number", ""),
        (
            "pathological num_classes_per_partition=1 class_assignment_mode=determined",
            "class_assignment_mode of pathological is not one of these",
            "deterministic",
        ),
        ("shard", "shard does not say how large its shards are", ""),
        ("shard shard_size=0", "shard_size of shard is not a whole number of rows", ""),
        ("size partition_sizes=", "partition_sizes of size is not a list of whole numbers", ""),
        ("size partition_sizes=3,0", "partition_sizes of size is not a list of whole numbers", ""),
        ("size partition_sizes=3,1.5", "partition_sizes of size is not a list of whole numbers", ""),
        ("inner_dirichlet partition_sizes=3,-1 alpha=1", "partition_sizes of inner_dirichlet is not a list of", ""),
        ("grouped_natural_id group_size=0", "group_size of grouped_natural_id is not a whole number of ids", ""),
        (
            "grouped_natural_id group_size=1 mode=allow-small",
            "mode of grouped_natural_id is not one of these",
            "allow-smaller",
        ),
        ("continuous strictness=1.1", "strictness of continuous is not a number from 0", ""),
        ("dirichlet alpha=1 partition_by=", "partition_by of dirichlet is not the name of a column", ""),
        ("dirichlet alpha=1 shuffle=perhaps", "shuffle of dirichlet is not true or false", ""),
        (
            f"distribution distribution_array='1,2;3' {CLASSES}",
            "distribution_array of distribution is not a list for each class",
            "",
        ),
        (
            f"distribution distribution_array='1,2;0,0' {CLASSES}",
            "distribution_array of distribution is not a list for each class",
            "",
        ),
        ("[1", "the partitioner is not JSON", ""),
        ("[" * 100_000, "the partitioner is not JSON", ""),
        (3, "this is no partitioner", ""),
        ({"alpha": 1}, "the partitioner has no name", ""),
        ({"name": ["iid"]}, "there is no such partitioner", ""),
        ({"name": "iid", 3: 4}, "iid has no argument 3", ""),
        ([], "the mixed fleet has no group", ""),
        ([1], "this is no group of a mixed fleet", ""),
        ([{}], "the group has no partitioner", ""),
        ([{"partitioner": "iid"}], "the group does not say how many partitions it has", ""),
        ([{"partitioner": "iid", "number_of_partitions": 0}], "a group has no such number", ""),
        ([{"partitioner": "iid", "number_of_partitions": True}], "a group has no such number", ""),
        ([{"partitioner": "iid", "number_of_partition": 1}], "a group has no such key", "number_of_partitions"),
        ([{"partitioner": [], "number_of_partitions": 1}], "this is no partitioner", ""),
    ],
)
def test_what_means_nothing_is_told(value: Any, message: str, nearest: str) -> None:
    told = refused(value)
    assert told.startswith(message)
    assert "  where     --partitioner" in told
    assert f"{nearest}\n  fix" in told


def sla(partitioner: Any, **more: Any) -> MockSLA:
    return MockSLA.load(
        {"customerID": "Admin", "mock_data_configuration": {"data_tag": "m", "partitioner": partitioner, **more}}
    )


@pytest.mark.parametrize(
    "partitioner",
    [
        "iid",
        {"name": "size", "partition_sizes": [1, 2]},
        [{"partitioner": "linear seed=3", "number_of_partitions": 2}],
        None,
    ],
)
def test_an_sla_with_one_deploys_and_survives_being_written(partitioner: Any) -> None:
    loaded = sla(partitioner)
    assert not loaded.problems()
    assert MockSLA.load(json.loads(loaded.model_dump_json(by_alias=True, exclude_unset=True))) == loaded
    assert loaded.replace(data_tag="other").partitioner == loaded.partitioner
    assert loaded.replace(partitioner="square").partitioner == partitioning_of("square")


def test_what_is_wrong_in_an_sla_is_told_at_its_place_with_all_else() -> None:
    with pytest.raises(FlopsMockError) as error:
        sla([{"partitioner": "iid", "number_of_partitions": 1}, {"partitioner": "dirichlet"}], dataset_name=3)
    assert [(problem.code, problem.message, problem.where) for problem in error.value.problems] == [
        ("", "mock_data_configuration.dataset_name is not a string", "<mapping>: mock_data_configuration.dataset_name"),
        ("FM022", "dirichlet needs alpha", "<mapping>: mock_data_configuration.partitioner[1].partitioner"),
    ]


@pytest.mark.parametrize(
    ("partitioner", "asked", "message"),
    [
        ("size partition_sizes=1,2", 3, "there are sizes for 2 partitions, and number_of_partitions is 3"),
        ("inner_dirichlet partition_sizes=1 alpha=1", 3, "there are sizes for 1 partition, and number_of_partitions is 3"),
        ("dirichlet alpha=1,2", 3, "there are alphas for 2 partitions, and number_of_partitions is 3"),
        ("dirichlet alpha=1,2", None, "there are alphas for 2 partitions, and number_of_partitions is 1"),
        ([{"partitioner": "iid", "number_of_partitions": 2}], 3, "there are groups for 2 partitions, and number_of"),
        ([{"partitioner": "dirichlet alpha=1,2", "number_of_partitions": 3}], 3, "there are alphas for 2 partitions, and"),
        ("size partition_sizes=1,2", 2, ""),
        ("size partition_sizes=1,2", None, ""),
        ([{"partitioner": "iid", "number_of_partitions": 2}], None, ""),
        ("natural_id", None, ""),
    ],
)
def test_numbers_that_do_not_add_up_are_told_before_any_row_is_there(
    partitioner: Any, asked: int | None, message: str
) -> None:
    loaded = sla(partitioner, **({} if asked is None else {"number_of_partitions": asked}))
    found = [(problem.code, problem.message.startswith(message)) for problem in loaded.problems()]
    assert found == ([("FM022", True)] if message else [])


@pytest.mark.parametrize("given", [IID(), [Group(partitioner=IID(), number_of_partitions=1)]])
def test_a_partitioner_made_in_python_is_written_with_its_name(given: Any) -> None:
    sla = MockSLA.load({"mock_data_configuration": {"data_tag": "a", "partitioner": given}})
    assert sla.replace(data_tag="b").partitioner == sla.partitioner


def test_another_model_is_no_partitioner() -> None:
    with pytest.raises(FlopsMockError, match="this is no partitioner"):
        partitioning_of(MockSLA.load({"mock_data_configuration": {}}))
