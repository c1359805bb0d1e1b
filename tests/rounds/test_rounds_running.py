"""The door of federated rounds: nodes are filled, an engine runs the plan, and a report says what came of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import pytest
from standins.projects import REPOSITORY, mock_sla
from standins.rounds import done, ended, facts, federated_round, learner_round, waits_a_day

from pytest_flops_mock import MLDataClient, MLRepository, Outcome, Stage, run_rounds
from pytest_flops_mock.errors import SettingsError
from pytest_flops_mock.learner.environments.python import LearnerPython
from pytest_flops_mock.options import CheckOptions
from pytest_flops_mock.progress import Event
from pytest_flops_mock.rounds.again import command_of
from pytest_flops_mock.rounds.engine import EngineSettings, OnRoundsEvent, RoundEnded, RoundsWait, unheard
from pytest_flops_mock.rounds.facts import RoundsFacts
from pytest_flops_mock.rounds.plan import RoundsPlan

SMALL = mock_sla(max_rows=60)
PROJECT: dict[str, Any] = {
    "customerID": "Admin",
    "ml_repo_url": "https://github.com/someone/repository",
    "ml_model_flavor": "sklearn",
    "training_configuration": {"data_tags": ["mnist"], "training_rounds": 2, "min_available_clients": 3},
}


class Noting:
    """An engine that notes what it is given, looks at the nodes' servers, and tells of a good end."""

    packages: ClassVar[tuple[str, ...]] = ()

    def __init__(self, what: Callable[[RoundsPlan], RoundsFacts] = facts) -> None:
        self.what = what
        self.rows: dict[int, list[int]] = {}
        self.given: tuple[Any, ...] = ()

    def run(
        self,
        plan: RoundsPlan,
        repository: MLRepository,
        *,
        uris: Mapping[int, str],
        tags: Sequence[str],
        python: LearnerPython,
        settings: EngineSettings,
        on_event: OnRoundsEvent = unheard,
    ) -> RoundsFacts:
        """Tell of a good end."""
        self.given = (plan, repository.paths(), tuple(tags), python.kind, settings)
        for node, uri in uris.items():
            with MLDataClient(uri) as client:
                self.rows[node] = [part.rows for part in client.partitions()]
        on_event(RoundsWait("starting"))
        on_event(RoundEnded(federated_round(1, plan.nodes)))
        return self.what(plan)


def test_each_node_has_one_partition_and_the_plan_is_run() -> None:
    engine, events = Noting(), list[Event]()
    report = run_rounds(
        REPOSITORY,
        sla=SMALL,
        project_sla=PROJECT,
        engine=engine,
        env="current",
        timeout=7,
        memory=900,
        pass_env="MINE",
        faults="node 1 round 2 slow 2",
        on_event=events.append,
    )
    plan, paths, tags, kind, settings = engine.given
    assert (plan.rounds, plan.nodes, plan.min_available, tags, kind) == (2, (0, 1, 2), 3, ("mnist",), "current")
    assert "model_manager.py" in paths
    assert settings == EngineSettings(7.0, 900_000_000, ("MINE",))
    assert engine.rows == {0: [20], 1: [20], 2: [20]}
    assert report.ok, report
    assert report.report.outcome(Stage.ROUNDS) is Outcome.PASSED
    assert [stage.stage for stage in report.report.stages] == [Stage.SLA, Stage.STRUCTURE, Stage.ROUNDS]
    assert len(report.report.data.partitions) == 3
    (sent,) = report.report.data.sent
    assert sent.statistics is not None
    assert [each.rows for each in sent.statistics.partitions] == [20, 20, 20]
    assert "round 1 of 2, loss 2, accuracy 0.6, 3 of 3, 0.5 s" in [getattr(event, "what", "") for event in events]


def test_what_is_known_of_partitions_tells_why() -> None:
    def died(plan: RoundsPlan) -> RoundsFacts:
        return facts(
            plan,
            learners=(),
            ends=(done(0), ended(1, "raised")),
            rounds=(federated_round(1, (0,), wished=2, failures=1),),
            learner_rounds=(learner_round(0, 1),),
            waited=(waits_a_day(2, 2, 1),),
        )

    report = run_rounds(
        REPOSITORY,
        sla=mock_sla(max_rows=200),
        nodes=2,
        partitioner="size partition_sizes=190,10",
        engine=Noting(died),
        env="current",
    )
    (error,) = report.errors
    assert "10 rows, the others 190 or more" in error.problem.got


def test_what_an_earlier_report_has_does_not_count(tmp_path: Path) -> None:
    def trains_nothing(plan: RoundsPlan) -> RoundsFacts:
        rounds = tuple(federated_round(each, (), evaluated=plan.nodes) for each in (1, 2, 3))
        return facts(plan, rounds=rounds, learner_rounds=())

    before = run_rounds(REPOSITORY, sla=SMALL, nodes=2, engine=Noting(trains_nothing), env="current")
    assert [error.code for error in before.errors] == ["FM1112"]
    (tmp_path / "before.json").write_text(before.report.to_json(), encoding="utf-8")
    now = run_rounds(
        REPOSITORY, sla=SMALL, nodes=2, engine=Noting(trains_nothing), env="current", baseline=tmp_path / "before.json"
    )
    assert now.ok
    assert [finding.code for finding in now.report.known] == ["FM1112"]
    assert "before.json" in now.summary
    assert "error FM1112 [rounds] no round had a result of a learner" in str(now)


@pytest.mark.parametrize(
    ("repository", "sla", "stage"),
    [
        ({**REPOSITORY, "model_manager.py": "class Manager: ..."}, SMALL, "structure"),
        (REPOSITORY, mock_sla(number_of_partitions=0), "sla"),
        (REPOSITORY, mock_sla(dataset_name="someone/unknown"), "provide"),
    ],
)
def test_what_a_check_refuses_is_told_and_not_trained(repository: Any, sla: Any, stage: str) -> None:
    engine = Noting()
    report = run_rounds(repository, sla=sla, nodes=2, engine=engine, env="current")
    assert not engine.given
    assert not report.ok
    assert report.facts is None
    assert [error.stage.value for error in report.errors] == [stage]
    assert report.report.stages[-1].reason == f"needs {stage}"
    assert str(report).endswith("; the rounds did not run")


def test_codes_can_be_ignored() -> None:
    project = {**PROJECT, "training_configuration": {"data_tags": ["mnist"], "min_available_clients": 1}}
    report = run_rounds(REPOSITORY, sla=SMALL, project_sla=project, nodes=3, engine=Noting(), env="current", ignore="FM1105")
    assert [finding.code for finding in report.report.ignored] == ["FM1105"]
    assert report.summary.endswith("; FM1105 ignored")


def test_the_command_names_the_engine_and_its_cluster() -> None:
    assert command_of(".", ["x.json"], None, RoundsPlan(((0,),), 1), CheckOptions(), ("ray", "10.0.0.5:6379")) == (
        "flops-mock rounds . --sla x.json --nodes 1 --rounds 1 --seed 0 --engine ray --ray-address 10.0.0.5:6379"
    )


def test_the_command_runs_the_same_again(tmp_path: Path) -> None:
    sla = tmp_path / "my sla.json"
    sla.write_text(json.dumps(SMALL), encoding="utf-8")
    report = run_rounds(
        REPOSITORY, named=".", sla=sla, nodes=3, faults="node 1 round 2 kill", seed=4, engine=Noting(), env="current"
    )
    assert report.command == (
        f"flops-mock rounds . --sla '{sla}' --nodes 3 --rounds 3 --seed 4 --fault 'node 1 round 2 kill' --env current"
    )
    assert run_rounds(REPOSITORY, sla=SMALL, nodes=2, engine=Noting(), env="current").command == ""


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"nodes": 0}, "there can be no such number of learner nodes"),
        ({"nodes": 2}, "min_available_clients is more than the 2 learner nodes"),
        ({"faults": "node 7 round 1 kill"}, "there is no learner node 7"),
        ({"timout": 3}, "a check has no such argument"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_starts(asked: dict[str, Any], said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        run_rounds("no-such-repository", sla=SMALL, project_sla=PROJECT, engine=Noting(), **asked)
