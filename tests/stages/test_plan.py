"""The plan of a check: every stage stands in it once, and some of it can run by itself, as often as one likes."""

from __future__ import annotations

from contextlib import ExitStack

from standins.projects import REPOSITORY, mock_sla

from pytest_flops_mock import MLDataServer, MockDataProvider, Outcome, Stage
from pytest_flops_mock.options import CheckOptions
from pytest_flops_mock.stage import CHECKED
from pytest_flops_mock.stages.context import Context, Subject
from pytest_flops_mock.stages.needs import AFTER, NEEDS, needed
from pytest_flops_mock.stages.plan import PLAN, run

OPTIONS = CheckOptions()
ONWARD = (Stage.LOAD, Stage.TRANSFORM, Stage.TRAIN)


def test_every_stage_stands_in_the_plan_once_behind_those_that_it_needs() -> None:
    assert tuple(step.stage for step in PLAN) == CHECKED
    for number, step in enumerate(PLAN):
        assert {*NEEDS.get(step.stage, ()), *AFTER.get(step.stage, ())} <= {before.stage for before in PLAN[:number]}


def test_a_stage_comes_with_what_it_needs_and_no_more() -> None:
    assert needed([Stage.SLA]) == (Stage.SLA,)
    assert needed([Stage.PROVIDE]) == (Stage.SLA, Stage.PROVIDE)
    assert needed([Stage.AGGREGATOR]) == (Stage.SLA, Stage.STRUCTURE, Stage.ENVIRONMENT, Stage.AGGREGATOR)
    assert needed([Stage.EVALUATE]) == CHECKED


def test_some_stages_run_again_and_again_on_other_data_in_the_same_child() -> None:
    """What a search does: a partition goes to the server, and then ``load``, ``transform`` and ``train`` run."""
    with MLDataServer() as server, ExitStack() as stack:
        subject = Subject(REPOSITORY, "current", stack)
        provider = MockDataProvider(server.uri)
        first = Context(subject, provider, OPTIONS, slas=(mock_sla(),))
        run(first)
        assert {done.result.outcome for done in first.done} == {Outcome.PASSED}
        child = first.session
        for rows in (10, 20):
            server.clear()
            stored = provider.run(mock_sla(max_rows=rows, number_of_partitions=1))
            again = Context(subject, provider, OPTIONS, data_tags=[stored.data_tag], stages=ONWARD)
            run(again)
            assert [(done.result.stage, done.result.outcome) for done in again.done] == [
                (stage, Outcome.PASSED) for stage in ONWARD
            ]
            assert again.session is child
            assert again.trained is not None
            assert again.trained.count.value == rows
