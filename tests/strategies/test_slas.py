"""SLAs that are drawn have nothing wrong with them, take every form, and shrink to few keys."""

from __future__ import annotations

import re
from typing import Any

from standins.draws import SEEDS, drawn, shrunk

from pytest_flops_mock import MockSLA, ProjectSLA
from pytest_flops_mock.sla.partitioning import partitions_asked, rows_needed
from pytest_flops_mock.strategies import mock_slas, project_slas, sla_pairs


def dumped(sla: MockSLA | ProjectSLA) -> dict[str, Any]:
    return sla.model_dump(mode="json", by_alias=True, exclude_unset=True)


def test_mock_slas_have_no_finding_and_every_partitioner_that_needs_no_column() -> None:
    def check(sla: MockSLA) -> str | None:
        assert sla.findings() == ()
        return None if sla.partitioner is None else dumped(sla)["mock_data_configuration"]["partitioner"]["name"]

    seen = drawn(mock_slas(), check, until=lambda seen: len(seen) >= 6)
    assert seen.keys() == {None, "iid", "linear", "square", "exponential", "size"}


def test_mock_slas_can_be_run_on_200_rows() -> None:
    def check(sla: MockSLA) -> bool:
        count = partitions_asked(sla.partitioner, sla.asked_partitions)
        needed = 0 if sla.partitioner is None else rows_needed(sla.partitioner, count or 1)
        asked = sla.mock_data_configuration.max_rows
        return needed <= 200 <= (asked or 200)

    assert drawn(mock_slas(), check).keys() == {True}


def test_project_slas_have_no_finding_and_both_modes() -> None:
    def check(sla: ProjectSLA) -> tuple[str, str]:
        assert sla.findings() == ()
        return sla.training_configuration.mode.value, sla.ml_model_flavor.value

    seen = drawn(project_slas(), check, until=lambda seen: len(seen) >= 6)
    assert {mode for mode, _ in seen} == {"classic", "hierarchical"}
    assert {flavor for _, flavor in seen} == {"sklearn", "pytorch", "keras"}


def test_tags_of_a_pair_meet_or_do_not() -> None:
    def codes(pair: tuple[MockSLA, ProjectSLA]) -> tuple[str, ...]:
        assert pair[1].findings() == ()
        return tuple(finding.code for finding in pair[0].findings(pair[1]))

    assert drawn(sla_pairs(), codes).keys() == {()}
    assert drawn(sla_pairs(meet=False), codes).keys() == {("FM008",)}


def test_the_tag_that_meets_stands_anywhere() -> None:
    places = drawn(
        sla_pairs(), lambda pair: pair[1].data_tags.index(pair[0].data_tag), until=lambda seen: {0, 1, 2} <= seen.keys()
    )
    assert {0, 1, 2} <= places.keys()


def text(sla: MockSLA | ProjectSLA) -> str:
    return sla.model_dump_json(by_alias=True, exclude_unset=True)


@SEEDS
def test_mock_slas_shrink_to_few_keys(seeds: int) -> None:
    assert shrunk(mock_slas(), lambda sla: True, seeds=seeds, shown=text) == (
        '{"customerID":"Admin","mock_data_configuration":{"dataset_name":"mnist","data_tag":"a"}}'
    )
    assert shrunk(mock_slas(), lambda sla: sla.number_of_partitions > 2, seeds=seeds, shown=text) == (
        '{"customerID":"Admin","mock_data_configuration":{"dataset_name":"mnist","number_of_partitions":3,"data_tag":"a"}}'
    )


@SEEDS
def test_project_slas_shrink_to_few_keys(seeds: int) -> None:
    def with_any_second_tag(sla: ProjectSLA) -> str:
        return re.sub(r'"a","\w{1,2}"', '"a","…"', text(sla))

    assert shrunk(project_slas(), lambda sla: len(sla.data_tags) > 1, seeds=seeds, shown=with_any_second_tag) == (
        '{"customerID":"Admin","ml_repo_url":"https://github.com/a/a","ml_model_flavor":"sklearn",'
        '"training_configuration":{"data_tags":["a","…"]}}'
    )


@SEEDS
def test_pairs_shrink_to_one_tag_each(seeds: int) -> None:
    def tags(pair: tuple[MockSLA, ProjectSLA]) -> tuple[str, tuple[str, ...]]:
        return pair[0].data_tag, pair[1].data_tags

    assert shrunk(sla_pairs(), lambda pair: True, seeds=seeds, shown=tags) == ("a", ("a",))
    assert shrunk(sla_pairs(meet=False), lambda pair: True, seeds=seeds, shown=tags) == ("a", ("a0",))
