"""A federation whose learners are in Ray's workers: Flower's own server, with the aggregator in this process.

Tells what the zygote tells, see ``watching``; what ends one learner of a process does not end the others in it.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import wraps
from typing import Any

from . import answering
from .aggregator import made
from .apart import Bound, Own
from .attendance import Waits
from .main_thread import MainThread
from .notes import Notes
from .ray_workers import LostError, StuckError, Workers, WorkersError
from .running import prepare, seed_of

STEPS = 3
"""In one call of a learner, each of which has its time."""

GRACE_SECONDS = 30.0
NEXT_SECONDS = 1.0
THREADS = 4
"""For each worker: who waits for one must not keep others from theirs."""


class OverError(Exception):
    """The federation has come to an end before its rounds have."""


class LearnerEndedError(Exception):
    """A learner has ended."""


class RayFederation:
    """One federation.

    Args:
        common: What all actors have in common: ``folder``, ``seed``, ``tags``, ``timeout``, ``modules``.
    """

    def __init__(self, common: dict[str, Any]) -> None:
        self._common = common
        self._main = MainThread()
        self._workers = Workers()
        self._events: deque[tuple[str, dict[str, Any]]] = deque()
        self._thread = threading.Thread(target=self._federate, daemon=True)
        self._plan: dict[str, Any] = {}
        self._config: dict[str, Any] = {**common, "actor": "aggregator", "number": 0}
        self._own = Own(seed_of(common["seed"], "aggregator", 0), common["folder"])
        self._bound = Bound(common["timeout"])
        self._notes = Notes(common["folder"], self._bound, self._take_of_aggregator)
        self._alive: set[int] = set()
        self._pool: Any = None
        self._phase: dict[str, Any] = {}
        self._answered = 0
        self._rounds: dict[int, int] = {}
        self._sent: tuple[Any, Any] = (None, None)
        self._sending = threading.Lock()
        self._over: dict[str, Any] | None = None
        self._began = self._seconds = 0.0
        self._is_over = False

    def start(self, address: str, **plan: Any) -> dict[str, Any]:
        """Start Ray and all actors; why that cannot be, if so.

        Args:
            address: Of a cluster of Ray's; empty for one of our own.
            **plan: Its plain values, see ``wire`` on the parent's side.
        """
        self._plan = plan
        (nodes,) = plan["clusters"]
        common = {name: self._common[name] for name in ("folder", "seed", "tags", "timeout", "modules")}
        try:
            self._workers.open(address, nodes, sorted(set(plan["uris"].values())), common)
        except WorkersError as error:
            return {"failed": str(error), "where": error.where}
        self._began = time.monotonic()
        self._thread.start()
        return {"failed": "", "where": ""}

    def next(self) -> dict[str, Any]:
        """What has happened since, once something has; nothing after a second."""
        deadline = time.monotonic() + NEXT_SECONDS
        while not self._events and not self._is_over and time.monotonic() < deadline:
            self._main.work(deadline - time.monotonic())
        is_over = self._is_over
        found = answering.taken(self._events)
        if is_over and not self._events:
            self._workers.close()
        else:
            is_over, self._seconds = False, time.monotonic() - self._began
        return {**found, "over": is_over, "seconds": self._seconds}

    def _federate(self) -> None:
        """In a thread of its own: all that happens."""
        end: dict[str, Any] = {}
        try:
            self._run()
        except Waits as waits:
            self._waited(round=waits.round, wanted=waits.wanted, there=waits.there, forever=False)
            end = {"how": "stopped", "status": -9}
        except OverError:
            end = {"how": "stopped", "status": -9}
        except BaseException as error:
            end = self._notes.ended(error, None, self._own.output.text())
        how = {"how": "stopped", "status": -9} if end else {}
        for node in sorted(self._alive):
            self._ended("learner", node, {"round": self._rounds.get(node, 0), **how})
        self._ended("aggregator", 0, {"round": self._notes.round, "output": self._own.output.text(), **end})
        self._is_over = True
        self._main.wake()

    def _run(self) -> None:
        from .ray_flower import Bounded, Pool, serve
        from .strategy import Best

        plan = self._plan
        later = [joined for joined in map(self._joined, plan["clusters"][0]) if joined > 1]
        config = {
            "clients": len(plan["clusters"][0]),
            "joins": {str(round_): later.count(round_) for round_ in later},
            **{name: plan[name] for name in ("min_available", "min_fit", "min_evaluate")},
        }
        manager = Handed(self._do(self._made), self._do)
        self._notes.doing("get_model_parameters()", manager.get_model_parameters)
        start = manager.get_model_parameters()
        strategy = Bounded(self._check, config, manager, self._notes, start, best=Best())
        self._pool = Pool(plan["min_available"], self._start, self._do)
        serve(strategy, self._pool, plan["rounds"], max(1, THREADS * self._workers.count))
        strategy.finish()

    def _made(self) -> Any:
        prepare(self._config)
        return made(self._notes)

    def _do(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """Let the aggregator do something, in the main thread and as if it were alone."""

        def apart() -> Any:
            with self._own.apart(), self._bound.held():
                return function(*arguments)

        return self._main.call(apart)

    def _start(self, round_: int) -> list[Any]:
        """Start the learners that come with a round; proxies of those that live."""
        from .ray_flower import Proxy

        coming = [node for node in self._plan["clusters"][0] if self._joined(node) == round_]
        self._alive.update(coming)
        with ThreadPoolExecutor(max(1, THREADS * self._workers.count)) as threads:
            list(threads.map(self._begin, coming))
        self._check()
        return [Proxy(node, self._ask) for node in coming if node in self._alive]

    def _begin(self, node: int) -> None:
        config = {
            "uri": self._plan["uris"][str(node)],
            "joined": self._joined(node),
            "faults": self._plan["faults"].get(str(node), []),
        }
        try:
            self._call(node, "start", config)
        except LearnerEndedError:
            return  # it was told

    def _ask(self, node: int, do: str, told: Any) -> bytes:
        """In a thread of Flower's: let a learner follow instructions."""
        from .ray_flower import instructions

        with self._sending:
            if self._sent[0] is not told:  # Flower gives all the same
                self._sent = told, self._workers.shared(instructions(do, told))
            given = self._sent[1]
        return self._call(node, do, given)

    def _call(self, node: int, do: str, given: Any) -> bytes:
        slow = sum(seconds for kind, _, seconds, _ in self._plan["faults"].get(str(node), []) if kind == "slow")
        round_ = self._notes.round if do != "start" else 0
        try:
            done = self._workers.call(node, do, given, STEPS * (self._common["timeout"] + slow) + GRACE_SECONDS)
        except LostError as error:
            done = _cut_short("killed", do, round_, None, str(error))
        except TimeoutError:
            done = _cut_short("hung", do, round_, -9, "")
        except StuckError:
            raise LearnerEndedError from None
        self._rounds[node] = round_
        for kind, facts in done["told"]:
            self._event(answering.KINDS[kind], {"node": node, **facts})
        if done["end"] is not None:
            self._take_end(node, do, done["end"])
            raise LearnerEndedError
        self._answered += 1
        answer: bytes = done["answer"]
        return answer

    def _take_end(self, node: int, do: str, end: dict[str, Any]) -> None:
        self._alive.discard(node)
        self._ended("learner", node, end)
        if self._pool is not None and str(node) in self._pool.clients:
            self._pool.unregister(self._pool.clients[str(node)])
        chain = (end["raised"] or {"chain": []})["chain"]
        if chain and chain[0]["type"] == "NoMatchingDataError":
            self._over = {}  # FLOps' manager ends the project
        elif end["how"] == "hung" and do != "start":
            self._over = {"wanted": self._phase.get("taking", 0)}

    def _check(self) -> None:
        """Whether there is still something to wait for.

        Raises:
            OverError: There is not.
        """
        if self._over is not None:
            if self._over:
                self._waited(round=self._notes.round, there=self._answered, forever=True, **self._over)
            raise OverError

    def _take_of_aggregator(self, kind: str, facts: dict[str, Any]) -> None:
        if kind == "began":
            self._phase, self._answered = facts, 0
        elif kind == "round":
            self._event("rounds", {"cluster": 0, **facts})

    def _joined(self, node: int) -> int:
        joined: int = self._plan["joins"].get(str(node), 1)
        return joined

    def _ended(self, actor: str, number: int, end: dict[str, Any]) -> None:
        common = {
            "how": "done",
            "round": 0,
            "doing": "",
            "raised": None,
            "frames": [],
            "status": 0,
            "output": "",
            "fault": "",
        }
        self._event("ends", {"actor": actor, "number": number, **common, **end})

    def _waited(self, **facts: Any) -> None:
        self._event("waited", {"cluster": 0, **facts})

    def _event(self, kind: str, facts: dict[str, Any]) -> None:
        self._events.append((kind, facts))
        self._main.wake()


class Handed:
    """The aggregator's ``ModelManager`` for other threads.

    Args:
        manager: The real one.
        do: Lets the main thread do something.
    """

    def __init__(self, manager: Any, do: Callable[..., Any]) -> None:
        self._manager = manager
        self._do = do

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._manager, name)
        return wraps(method)(lambda *arguments: self._do(method, *arguments))


def _cut_short(how: str, do: str, round_: int, status: int | None, output: str) -> dict[str, Any]:
    """The end of a learner whose process says nothing any more."""
    doing = {"start": "ModelManager() and set_model_data()", "fit": "fit_model()", "evaluate": "evaluate_model()"}[do]
    facts: dict[str, Any] = {"raised": None, "frames": [], "status": status, "output": output, "fault": ""}
    return {"told": [], "answer": b"", "end": {"how": how, "round": round_, "doing": doing, **facts}}
