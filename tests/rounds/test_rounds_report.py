"""The report of federated rounds: what it shows, and that JSON keeps all of it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from standins.pages import page
from standins.pages import shown as page_text
from standins.rounds import changed, done, ended, facts, federated_round, learner_round, waits_a_day

from pytest_flops_mock import Report, Stage
from pytest_flops_mock.rounds.engine import ActorEnded, RoundEnded, RoundsEvent, RoundsWait
from pytest_flops_mock.rounds.facts import ActorEnd, RoundsFacts
from pytest_flops_mock.rounds.judging import rounds_findings
from pytest_flops_mock.rounds.plan import Mode, RoundsPlan
from pytest_flops_mock.rounds.planning import planned
from pytest_flops_mock.rounds.report import RoundsReport
from pytest_flops_mock.rounds.shown import rounds_shown
from pytest_flops_mock.rounds.text import event_line, stage_result

FIVE = planned(nodes=5)


def report(plan: RoundsPlan, what: RoundsFacts, **more: Any) -> RoundsReport:
    found = rounds_findings(plan, what)
    checked = Report("here", stages=(stage_result(what, plan, failed=False),), findings=found, environment=what.versions)
    return RoundsReport(checked, plan, what, **more)


def test_a_good_one_shows_each_round() -> None:
    shown = str(report(FIVE, facts(FIVE), command="flops-mock rounds . --sla mocks/mnist.json"))
    assert shown == (
        "repository  here\n"
        "plan        classic, 5 nodes, 3 rounds; min_available 5, min_fit 5, min_evaluate 5; seed 0\n"
        "python      python 3.11.9, flwr 1.8.0\n"
        "engine      wire (zygote), 3.5 s\n"
        "\n"
        "round   loss  over learners  accuracy  over learners  learners  seconds  kept\n"
        "    1      2              2       0.6            0.6    5 of 5     0.50  kept\n"
        "    2      1              1       0.7            0.7    5 of 5     0.50  kept\n"
        "    3  0.667          0.667       0.8            0.8    5 of 5     0.50  kept\n"
        "\n"
        "again       flops-mock rounds . --sla mocks/mnist.json\n"
        "verdict     compatible; 3 rounds with 5 learners; FLOps would keep the model of round 3"
    )


def test_a_learner_in_trouble_has_a_line() -> None:
    plan = planned(nodes=3, faults="node 1 joins round 2")
    learners = [learner_round(node, each) for node in plan.nodes for each in (1, 2) if (node, each) not in ((2, 2), (1, 1))]
    spread = changed(learners, {(0, 1): {"loss": 1.5}})
    told = report(
        plan,
        facts(
            plan,
            ends=(done(0), done(1), ended(2, "raised", 2), ActorEnd("aggregator", 0, "stopped")),
            rounds=(federated_round(1, (0, 2)), federated_round(2, (0, 1), wished=3, failures=1)),
            learner_rounds=spread,
            waited=(waits_a_day(3, 3, 2),),
        ),
    )
    shown = str(told)
    assert (
        "node 1      took part from round 2 on\nnode 2      died in round 2: KeyError: '7' (model_manager.py:21 in" in shown
    )
    assert "1.5 to 2" in shown
    assert "2 of 3" in shown
    assert "\nerror FM1101 [rounds] the learner of node 2 died in round 2" in shown
    assert shown.endswith(
        "verdict     incompatible (1 error); 2 of 3 rounds with 3 learners; FLOps would keep the model of round 2"
    )
    assert not told.ok
    assert repr(told) == f"<RoundsReport {told.summary}>"


def test_cycles_stand_beside_the_rounds_of_clusters() -> None:
    plan = RoundsPlan(((0, 1), (2, 3)), 2, 2, Mode.HIERARCHICAL, 2, 2, 2)
    good = facts(plan)
    root = tuple(federated_round(each, (0, 1), cluster=-1) for each in (1, 2))
    shown = str(report(plan, facts(plan, rounds=(*good.rounds, *root))))
    assert "hierarchical, 2 clusters (2, 2 nodes), 2 cycles of 2 rounds" in shown
    names = [" ".join(line.split()[:2]) for line in shown.splitlines() if line.endswith("kept")]
    assert names[1:] == ["0 1", "1 1", "0 2", "1 2", "root cycle", "0 3", "1 3", "0 4", "1 4", "root cycle"]
    assert "2 of 2 clusters" in shown
    assert "FLOps would keep the model of cycle 2" in shown


def test_json_keeps_everything_also_what_is_not_finite() -> None:
    plan = planned(nodes=3, faults="node 1 round 2 slow 6; node 2 round 3 raise")
    learners = changed(
        facts(plan).learner_rounds, {(0, 3): {"loss": float("inf")}, (1, 3): {"accuracy": None, "loss": float("-inf")}}
    )
    ends = (done(0), done(1), ended(2, "raised", 3, fault="node 2 round 3 raise"))
    told = report(plan, facts(plan, learner_rounds=learners, ends=ends, waited=(waits_a_day(3, 3, 2),)), command="again")
    again = RoundsReport.from_json(told.to_json())
    assert again == told
    assert json.loads(told.to_json(indent=None))["facts"]["learner_rounds"][6]["loss"] == "Infinity"
    nothing = RoundsReport(Report("here"), plan)
    assert RoundsReport.from_json(nothing.to_json()) == nothing


@pytest.mark.parametrize(
    "text",
    ["[", "[]", "{}", '{"schema": "pytest-flops-mock/rounds/1"}', '{"schema": "pytest-flops-mock/report/2", "reports": []}'],
)
def test_what_is_no_report_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"report|Expecting"):
        RoundsReport.from_json(text)


def test_a_broken_one_is_refused() -> None:
    plain = json.loads(report(FIVE, facts(FIVE)).to_json())
    plain["facts"]["rounds"][0]["round"] = "first"
    with pytest.raises(ValueError, match="a broken report of schema"):
        RoundsReport.from_json(json.dumps(plain))


def test_markdown_has_the_table_and_no_markup_of_others() -> None:
    plan = planned(nodes=3, faults="node 1 round 2 slow 6")
    told = report(plan, facts(plan), command="flops-mock rounds .").to_markdown()
    assert "| round | loss | over learners | accuracy |" in told
    assert "| 1 | 2 | 2 | 0.6 | 0.6 | 3 of 3 | 0.50 | kept |" in told
    assert "Faults: node 1 round 2 slow 6" in told
    assert "### flops-mock: compatible" in told


def test_the_stage_of_a_check_has_the_series() -> None:
    result = stage_result(facts(FIVE), FIVE, failed=False)
    assert (result.stage, result.outcome.value) == (Stage.ROUNDS, "passed")
    assert result.facts == (("loss", "2, 1, 0.667"), ("accuracy", "0.6, 0.7, 0.8"), ("learners", "5, 5, 5"))


@pytest.mark.parametrize(
    ("event", "line"),
    [
        (RoundsWait("importing what learners need"), "importing what learners need"),
        (RoundEnded(federated_round(2, (0, 1))), "round 2 of 3, loss 1, accuracy 0.7, 2 of 2, 0.5 s"),
        (RoundEnded(federated_round(2, (0, 1), loss=None, accuracy=None)), "round 2 of 3, 2 of 2, 0.5 s"),
        (RoundEnded(federated_round(1, (0,), cluster=-1)), "cycle 1 of 1, loss 2, accuracy 0.6, 1 of 1, 0.5 s"),
        (ActorEnded(ended(2, "killed", 2)), "learner 2: killed in round 2"),
    ],
)
def test_the_line_of_progress(event: RoundsEvent, line: str) -> None:
    assert event_line(event, FIVE) == line


def test_whoever_looks_is_noted() -> None:
    told = report(FIVE, facts(FIVE))
    assert not told.asked
    assert told.ok
    assert told.asked


def test_a_page_shows_the_rounds_and_what_became_of_each_learner() -> None:
    what = facts(FIVE, ends=(*(done(node) for node in range(4)), ended(4, "raised", 2)))
    few = (*what.learners[:4], replace(what.learners[4], labels=(("3", 5), ("7", 5))))
    found = page(report(FIVE, replace(what, learners=few), command="flops-mock rounds . --nodes 5").to_html())
    seen = page_text(found)
    assert "Rounds 3 Learners 5 Time 1.5 s Mode classic Engine wire (zygote) Seed 0" in seen
    assert "1 5 of 5 2 2 to 2 0.6 0.5 s 315 kB kept" in seen
    assert "node 4 100 3, 7 only" in seen
    assert "raised in round 2: KeyError: '7'" in seen
    assert "flops-mock rounds . --nodes 5" in seen


def test_rounds_of_clusters_are_shown_together_and_cycles_are_not_rounds() -> None:
    plan = planned(nodes=4, clusters=2, cycles=2, rounds=2)
    root = federated_round(1, (0, 1), cluster=-1)
    shown = rounds_shown(plan, replace(facts(plan), rounds=(*facts(plan).rounds, root)))
    numbers = [(each.number, each.took_part, each.wished) for each in shown.rounds]
    assert numbers == [(1, 4, 4), (2, 4, 4), (3, 4, 4), (4, 4, 4)]
    assert shown.rounds[1].loss == 1.0
    assert dict(shown.facts)["Mode"] == "hierarchical, 2 cycles"
