"""Rounds in Ray's workers: the same as over real connections, and nothing of Ray is left.

In a network of their own, since Ray listens on all interfaces and looks for its own address outside: ``tox run -e ray``.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from alone import is_alone
from standins.wire import Run, fault, plan, python_at, repository, runs

from pytest_flops_mock.errors import ToolError
from pytest_flops_mock.nodes.nodes import LearnerNodes
from pytest_flops_mock.rounds.engine import EngineSettings
from pytest_flops_mock.rounds.facts import ActorEnd, RoundsFacts
from pytest_flops_mock.rounds.ray import RayEngine

pytestmark = [
    pytest.mark.ray,
    pytest.mark.skipif(find_spec("ray") is None or find_spec("flwr") is None, reason="this Python has no Ray, or no Flower"),
    pytest.mark.skipif(not is_alone(), reason="there is a network; python tests/alone.py runs them without"),
]

TESTS = Path(__file__).parents[1]

CLUSTER = """
import sys, ray
ray.init(address="local", include_dashboard=False, num_cpus=2, _temp_dir=sys.argv[1], _node_ip_address="127.0.0.1",
         log_to_driver=False, configure_logging=False)
print(ray.get_runtime_context().gcs_address, flush=True)
sys.stdin.read()
ray.shutdown()
"""

STATE = """
import random, signal, sys, threading
import numpy as np
TRAINED = []
assert threading.current_thread() is threading.main_thread()
assert "data_loading" in sys.modules or signal.getsignal(signal.SIGTERM) is signal.SIG_DFL, "that is Ray's"
"""

HERE = python_at(Path(sys.executable))


@pytest.fixture(scope="module")
def cluster() -> Iterator[str]:
    """The address of a cluster that somebody else has started."""
    folder = f"/dev/shm/ray-{os.getpid()}"
    with subprocess.Popen(
        [sys.executable, "-c", CLUSTER, folder],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "RAY_USAGE_STATS_ENABLED": "0"},
    ) as started:
        assert started.stdout is not None
        yield started.stdout.readline().strip()
        started.communicate()
    subprocess.run(["rm", "-rf", folder], check=True)


@pytest.fixture
def run(cluster: str) -> Run:
    """Runs plans on that cluster."""
    return runs(HERE, RayEngine(cluster))


def the_end_of(facts: RoundsFacts, node: int) -> ActorEnd:
    (end,) = (end for end in facts.ends if (end.actor, end.number) == ("learner", node))
    return end


def test_a_plan_gives_the_same_parameters_and_losses_as_over_real_connections() -> None:
    """With random numbers, and a module's own state, of which each learner has one."""
    stateful = repository(
        fit="TRAINED.append(random.random()); self.values = self.values + np.random.rand() + sum(TRAINED)",
        evaluate="assert len(TRAINED) == self.rounds",
        imports=STATE,
    )
    of_ray, of_wire = runs(HERE, RayEngine())(plan(3, 2), stateful), runs(HERE)(plan(3, 2), stateful)

    assert {end.how for end in of_ray.ends} == {"done"}, of_ray.ends
    assert [each.digest for each in of_ray.rounds] == [each.digest for each in of_wire.rounds]
    assert of_ray.digest == of_wire.digest != ""
    assert [(e.round, e.node, e.loss, e.accuracy, e.examples, e.shapes) for e in of_ray.learner_rounds] == [
        (e.round, e.node, e.loss, e.accuracy, e.examples, e.shapes) for e in of_wire.learner_rounds
    ]
    assert [(e.fitted, e.evaluated, e.wished, e.loss, e.kept) for e in of_ray.rounds] == [
        (e.fitted, e.evaluated, e.wished, e.loss, e.kept) for e in of_wire.rounds
    ]
    assert [(data.node, data.rows, data.columns) for data in of_ray.learners] == [
        (data.node, data.rows, data.columns) for data in of_wire.learners
    ]
    assert (of_ray.engine, of_ray.start_method) == ("ray", "")


def test_what_goes_wrong_with_one_learner_goes_on_without_it(run: Run) -> None:
    """All of them share two processes: what ends one must not end others."""
    facts = run(
        plan(
            6,
            3,
            fault("raise", 0, 2),
            fault("exit", 1, 2),
            fault("kill", 2, 2),
            fault("slow", 3, 2, 0.3),
            fault("joins", 4, 2),
        )
    )
    assert [(each.round, each.wished, each.fitted, each.failures) for each in facts.rounds] == [
        (1, 5, (0, 1, 2, 3, 5), 0),
        (2, 6, (3, 4, 5), 3),
        (3, 6, (3, 4, 5), 0),
    ]
    assert [(end.number, end.how, end.round) for end in facts.ends if end.actor == "learner"] == [
        (0, "raised", 2),
        (1, "exited", 2),
        (2, "killed", 2),
        (3, "done", 3),
        (4, "done", 3),
        (5, "done", 3),
    ]
    raised = the_end_of(facts, 0)
    assert raised.fault == "node 0 round 2 raise"
    assert raised.doing == "fit_model() with the planned fault raise"
    assert raised.raised is not None
    assert raised.raised.chain[0].type == "PlannedError"
    assert [frame.function for frame in the_end_of(facts, 2).frames] == ["fit_model"]
    slow, quick = (each for each in facts.learner_rounds if each.round == 2 and each.node in (3, 5))
    assert slow.seconds is not None
    assert quick.seconds is not None
    assert slow.seconds > quick.seconds + 0.2
    assert [data.joined for data in facts.learners] == [1, 1, 1, 1, 2, 1]


def test_who_takes_too_long_is_told_with_the_line_that_it_hangs_in(run: Run) -> None:
    hanging = repository(fit="while self.rounds == 2 and self.values.mean() == 1: time.sleep(0.01)", imports="import time")
    facts = run(plan(3, 2), hanging, timeout=2.0)
    end = the_end_of(facts, 1)
    assert (end.how, end.round, end.doing) == ("hung", 2, "fit_model()")
    assert end.frames[-1].function == "fit_model"
    assert end.frames[-1].source.startswith("while self.rounds == 2")
    assert [(each.round, each.wanted, each.there, each.forever) for each in facts.waited] == [(2, 3, 2, True)]
    assert [each.round for each in facts.rounds] == [1]
    assert {other.how for other in facts.ends if other is not end} == {"stopped"}


def test_a_learner_without_data_ends_the_federation(run: Run) -> None:
    facts = run(plan(2, 1), without={1: "others"})
    end = the_end_of(facts, 1)
    assert (end.how, end.ending) == ("exited", "exit status 1")
    assert end.raised is not None
    assert end.raised.chain[0].type == "NoMatchingDataError"
    assert facts.rounds == ()
    assert the_end_of(facts, 0).how == "stopped"


def test_a_process_that_dies_takes_its_learners_with_it_and_what_the_aggregator_lacks_is_told(run: Run) -> None:
    """One that dies by itself, not by the plan: Ray's worker is gone, with each learner in it."""
    dying = repository(fit="self.rounds == 2 and self.values.mean() == 1 and os._exit(3)", imports="import os")
    facts = run(plan(2, 2, min_available=2), dying)
    end = the_end_of(facts, 1)
    assert (end.how, end.ending) == ("killed", "a process that it shared with others has ended")
    assert [(each.round, each.wanted, each.there, each.forever) for each in facts.waited] == [(2, 2, 1, False)]
    assert [(each.round, each.fitted) for each in facts.rounds] == [(1, (0, 1)), (2, (0,))]


def test_nodes_of_a_cluster_that_do_not_reach_a_data_server_are_named(cluster: str) -> None:
    with LearnerNodes(1) as nodes:
        uris = {0: nodes[0].uri, 1: "grpc://127.0.0.1:1"}
        with pytest.raises(ToolError) as caught:
            RayEngine(cluster).run(
                plan(2, 1), repository(), uris=uris, tags=["numbers"], python=HERE, settings=EngineSettings()
            )
    (problem,) = caught.value.problems
    assert problem.where == f"node 127.0.0.1 of {cluster}"
    assert problem.got == (
        "the ML data server at grpc://127.0.0.1:1 cannot be reached from there: [Errno 111] Connection refused"
    )


def test_a_server_that_is_not_rays_is_told_within_seconds() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(ToolError) as caught:
        runs(HERE, RayEngine(f"127.0.0.1:{silent.getsockname()[1]}"))(plan(1, 1))
    assert caught.value.problems[0].got == "what listens there does not answer as Ray does"


KILLED = """
import sys
sys.path.insert(0, sys.argv[1])
from standins.wire import plan, python_at, repository, runs
from pathlib import Path
from pytest_flops_mock.rounds.ray import RayEngine
told = lambda event: print(type(event).__name__, flush=True)
slow = repository(fit="import time; time.sleep(0.1)")
runs(python_at(Path(sys.executable)), RayEngine())(plan(2, 1000), slow, on_event=told)
"""


def test_nothing_of_ray_is_left_when_the_parent_is_killed(tmp_path: Path) -> None:
    folders = set(learners_folders())
    with subprocess.Popen(
        [sys.executable, "-c", KILLED, str(TESTS)], stdout=subprocess.PIPE, text=True, cwd=tmp_path, start_new_session=True
    ) as started:
        assert started.stdout is not None
        while "RoundEnded" not in started.stdout.readline():
            assert started.poll() is None
        (folder,) = {
            each for each in Path("/tmp").glob("flops-learner-*") if each not in folders and (each / "tmp/r").exists()
        }
        assert len(processes_of(folder)) > 4, "Ray's daemons, and workers"
        os.kill(started.pid, signal.SIGKILL)
        wait_until(lambda: not folder.exists() and not processes_of(folder))


def learners_folders() -> list[Path]:
    return list(Path(tempfile.gettempdir()).glob("flops-learner-*"))


def processes_of(folder: Path) -> list[str]:
    """The command lines of processes whose temporary files lie below a folder."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if f"TMPDIR={folder}/".encode() in (process / "environ").read_bytes():
                found.append((process / "cmdline").read_text(encoding="utf-8", errors="replace"))
        except OSError:
            continue
    return found


def wait_until(done: Callable[[], bool], seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.1)
