"""What goes wrong in rounds, planned or not: each actor's end is told, and what the aggregator would wait for."""

from __future__ import annotations

import pytest
from standins.wire import Run, clusters, fault, plan, repository

from pytest_flops_mock.repository.repository import MLRepository
from pytest_flops_mock.rounds.engine import RoundEnded, RoundsEvent
from pytest_flops_mock.rounds.facts import ActorEnd, RoundsFacts, Waited

pytestmark = pytest.mark.slow


def end_of(facts: RoundsFacts, number: int, actor: str = "learner") -> ActorEnd:
    """How an actor ended."""
    (end,) = (end for end in facts.ends if (end.actor, end.number) == (actor, number))
    return end


def places(end: ActorEnd) -> list[tuple[str, str]]:
    """The calls in the repository that an actor was in, by function and line."""
    chain = end.raised.chain[-1].frames if end.raised is not None else ()
    return [(frame.function, frame.source) for frame in (*end.frames, *chain)]


def test_planned_faults_end_their_learners_and_no_other(run: Run) -> None:
    faults = (
        fault("kill", node=1),
        fault("raise", node=2),
        fault("exit", node=3),
        fault("slow", node=4, seconds=1.5),
        fault("joins", node=5),
    )
    facts = run(plan(6, 3, *faults))

    assert [(each.wished, each.fitted, each.evaluated, each.failures) for each in facts.rounds] == [
        (5, (0, 1, 2, 3, 4), (0, 1, 2, 3, 4), 0),
        (6, (0, 4, 5), (0, 4, 5), 3),
        (6, (0, 4, 5), (0, 4, 5), 0),
    ]
    assert [(end.how, end.round, end.fault) for end in facts.ends if end.actor == "learner"] == [
        ("done", 3, ""),
        ("killed", 2, "node 1 round 2 kill"),
        ("raised", 2, "node 2 round 2 raise"),
        ("exited", 2, "node 3 round 2 exit"),
        ("done", 3, ""),
        ("done", 3, ""),
    ]
    for node in (1, 2, 3):
        assert places(end_of(facts, node)) == [("fit_model", "def fit_model(self):")]
    assert end_of(facts, 1).ending == "signal SIGKILL"
    assert end_of(facts, 3).ending == "exit status 1"
    assert [data.joined for data in facts.learners] == [1, 1, 1, 1, 1, 2]
    (slow,) = (each for each in facts.learner_rounds if (each.round, each.node) == (2, 4))
    assert slow.seconds is not None
    assert slow.seconds >= 1.5
    assert facts.waited == ()


def test_a_learner_that_hangs_by_plan_ends_the_federation_once_all_others_have_answered(run: Run) -> None:
    facts = run(plan(3, 2, fault("hang")))
    assert facts.waited == (Waited(cluster=0, round=2, wanted=3, there=2, forever=True),)
    assert [end.how for end in facts.ends] == ["stopped", "hung", "stopped", "stopped"]
    assert (end_of(facts, 1).fault, end_of(facts, 1).round) == ("node 1 round 2 hang", 2)
    assert [each.round for each in facts.rounds] == [1]


def test_too_few_that_live_would_be_waited_for_a_day(run: Run) -> None:
    facts = run(plan(2, 3, fault("kill"), min_available=2))
    assert facts.waited == (Waited(cluster=0, round=2, wanted=2, there=1, forever=False),)
    assert [(each.round, each.fitted, each.evaluated) for each in facts.rounds] == [(1, (0, 1), (0, 1)), (2, (0,), ())]
    assert [end.how for end in facts.ends] == ["stopped", "killed", "stopped"]


def test_a_cluster_that_waits_ends_the_federation(run: Run) -> None:
    facts = run(clusters(2, 1, 1, 2, fault("kill", node=1, round_=2)))
    assert facts.waited == (Waited(cluster=1, round=2, wanted=1, there=0, forever=False),)
    assert (end_of(facts, 1).how, end_of(facts, 1, "aggregator").how) == ("killed", "stopped")


def test_learners_without_data_end_the_federation_once_it_is_known_which_have_none(run: Run) -> None:
    facts = run(plan(5, 1), without={1: "others", 4: "others"})
    for node in (1, 4):
        end = end_of(facts, node)
        assert (end.how, end.round, end.ending) == ("exited", 0, "exit status 1")
        assert end.raised is not None
        assert end.raised.chain[0].type == "NoMatchingDataError"
    assert [end_of(facts, node).how for node in (0, 2, 3)] == ["stopped"] * 3
    assert facts.rounds == ()
    assert facts.waited == ()


def test_all_that_fail_in_a_round_are_told_before_it_is_said_who_is_there(run: Run) -> None:
    fails = repository(fit="print('here'); assert self.values.mean() < 0.5")
    facts = run(plan(5, 2, min_available=2), fails)
    assert [end.how for end in facts.ends] == ["stopped", *["raised"] * 4, "stopped"]
    assert facts.waited == (Waited(cluster=0, round=1, wanted=2, there=1, forever=False),)
    assert {end.output for end in facts.ends if end.how == "raised"} == {"here"}, "without what Flower says of it"


OF_ITS_OWN = '''
import ctypes, multiprocessing, os, sys

def forge():
    """Write to all pipes that there are."""
    for number in range(3, 100):
        try:
            if os.readlink(f"/proc/self/fd/{number}").startswith("pipe:"):
                os.write(number, b'{"tell": "round", "round": 99}\\n{"tell": "doing"}\\n[1]\\n' + 2 ** 16 * b"x" + b"\\n")
        except OSError:
            continue

def act(number):
    if number == 1:
        raise KeyError("gone")
    if number == 2:
        sys.exit("enough")
    if number == 3:
        ctypes.string_at(0)
    if number == 4:
        return 1.5
    if number == 5:
        for _ in range(5_000):
            print("x" * 10_000)
        print("the end")
    if number == 6:
        os.closerange(3, 4096)
    if number == 7:
        print(multiprocessing.get_context("fork").Pool(1).map(abs, [-1]), os.environ["OMP_NUM_THREADS"])
    if number == 8:
        forge()
    return None
'''


def test_what_one_learner_does_concerns_no_other(run: Run) -> None:
    acting = "number = act(round(self.values.mean()))\n        if number: return number"
    facts = run(plan(9, 2), repository(fit=acting, imports=OF_ITS_OWN))

    assert [each.fitted for each in facts.rounds] == [(0, 5, 7, 8), (0, 5, 7, 8)]
    hows = [end.how for end in facts.ends if end.actor == "learner"]
    assert hows == ["done", "raised", "exited", "killed", "raised", "done", "exited", "done", "done"]
    raised = end_of(facts, 1)
    assert places(raised) == [("fit_model", "number = act(round(self.values.mean()))"), ("act", 'raise KeyError("gone")')]
    assert (raised.round, raised.doing, raised.fault) == (1, "fit_model()", "")
    assert end_of(facts, 2).ending == "exit status 1"
    assert places(end_of(facts, 2))[-1] == ("act", 'sys.exit("enough")')
    assert end_of(facts, 3).ending == "signal SIGSEGV"
    assert places(end_of(facts, 3))[-1] == ("act", "ctypes.string_at(0)")
    refused = end_of(facts, 4).raised
    assert refused is not None
    assert "NumPyClient.fit did not return" in refused.chain[-1].text
    assert end_of(facts, 5).output.endswith("the end")
    assert "closed file descriptors that are not its own" in end_of(facts, 6).output
    assert end_of(facts, 7).output.endswith("[1] 1")


HANGS = """
import time

def hang(number):
    while number: time.sleep(1)
"""


def test_who_hangs_is_ended_before_it_is_connected_and_in_a_round(run: Run) -> None:
    acting = repository(fit="hang(self.values.mean() > 1.5)", imports=HANGS)
    early = acting.text("model_manager.py").replace(
        '["value"].to_numpy())', '["value"].to_numpy())\n        hang(0.5 < self.values.mean() < 1.5)'
    )
    facts = run(plan(3, 1), acting.with_files({"model_manager.py": early}), timeout=10)

    before, within = end_of(facts, 1), end_of(facts, 2)
    assert (before.how, before.round, before.doing) == ("hung", 0, "set_model_data()")
    assert places(before)[0] == ("set_model_data", "hang(0.5 < self.values.mean() < 1.5)")
    assert (within.how, within.round, within.doing) == ("hung", 1, "fit_model()")
    assert places(within)[0] == ("fit_model", "hang(self.values.mean() > 1.5)")
    assert facts.waited == (Waited(cluster=0, round=1, wanted=2, there=1, forever=True),)


def of_aggregator(statement: str) -> MLRepository:
    """A repository that does something where it has no data."""
    text = (
        repository()
        .text("model_manager.py")
        .replace(
            "self.weights = parameters[0]",
            f"self.weights = parameters[0]\n        if not hasattr(self, 'values'): {statement}",
        )
    )
    return repository().with_files({"model_manager.py": text})


def test_an_aggregator_that_fails_stops_its_learners(run: Run) -> None:
    facts = run(plan(2, 2), of_aggregator("raise OSError('full')"))
    end = end_of(facts, 0, "aggregator")
    assert (end.how, end.round, end.doing) == ("raised", 1, "set_model_parameters()")
    assert places(end)[0][0] == "set_model_parameters"
    assert [end_of(facts, node).how for node in (0, 1)] == ["stopped", "stopped"]
    assert facts.waited == ()


def test_values_that_are_not_finite_arrive_as_such(run: Run) -> None:
    facts = run(plan(2, 1), repository(fit="self.weights = self.weights * np.nan"))
    (round_,) = facts.rounds
    assert (round_.finite, str(round_.loss)) == (False, "nan")
    assert [(each.finite, str(each.loss)) for each in facts.learner_rounds] == [(False, "nan")] * 2


def test_the_limit_of_memory_holds_for_all_together_and_is_told(run: Run) -> None:
    told: list[RoundsEvent] = []
    hungry = repository(fit="self.kept = [*getattr(self, 'kept', ()), np.ones(8_000_000)]")
    facts = run(plan(4, 20), hungry, memory=900 * 10**6, on_event=told.append)
    assert facts.failure is not None
    assert facts.failure.how == "limit"
    assert facts.failure.exceeded is not None
    assert facts.failure.exceeded[0] == "at most 900 MB of memory (--flops-memory)"
    over = [event.round for event in told if isinstance(event, RoundEnded)]
    assert list(facts.rounds) == over, "what was told before stays"


def test_who_fails_before_the_first_round_is_told_of_all_that_do(run: Run) -> None:
    facts = run(plan(3, 1), repository(imports="import nothing_of_that_name"))
    assert [(end.actor, end.how, end.round) for end in facts.ends] == [
        *[("learner", "raised", 0)] * 3,
        ("aggregator", "raised", 0),
    ]
    for end in facts.ends:
        assert end.raised is not None
        assert end.raised.chain[0].type == "ModuleNotFoundError"
        assert places(end)[0][1] == "import nothing_of_that_name"
