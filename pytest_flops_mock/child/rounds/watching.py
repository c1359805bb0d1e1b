"""Watches a federation's actors: who tells what, who has ended, who takes too long, and when all is over."""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Any, NamedTuple

from .actors import Actor
from .waiting import wait

LOOK_SECONDS = 0.05
WHERE_SECONDS = 0.5
"""How long a process that hangs may take to print where it is."""

STILL_SECONDS = 30.0
"""Beyond an actor's time, how long nothing at all may happen."""


STARTING = 4 * (os.cpu_count() or 1)
"""How many learners may start at a time: no more than that is of use, and each has its time to keep to."""


class Phase(NamedTuple):
    """A round's training or evaluation at one aggregator, and how many clients it has asked."""

    round: int = 0
    kind: str = ""
    taking: int = 0


class Watching:
    """One federation.

    Args:
        begin: Starts an actor; gets those that there are already.
        timeout: Seconds that one step of an actor may take.
        actors: All of them, aggregators before their clients.
    """

    def __init__(
        self, begin: Callable[[Actor, list[Actor]], None], timeout: float, actors: list[Actor] | None = None
    ) -> None:
        self.events: deque[tuple[str, dict[str, Any]]] = deque()
        self.seconds = 0.0
        self._begin = begin
        self._timeout = timeout
        self._actors = actors or []
        self._aggregators = {actor.cluster: actor for actor in self._actors if actor.kind != "learner"}
        self._came: dict[int, list[int]] = {cluster: [] for cluster in self._aggregators}
        self._phases = {cluster: Phase() for cluster in self._aggregators}
        self._answered: dict[tuple[int, int, str], set[int]] = {}
        """Who has answered an aggregator, by cluster, round, and what was asked for."""
        self._to_start: deque[Actor] = deque()
        self._ended: set[int] = set()
        self._began = self._heard = time.monotonic()
        self._stopping = self._ending = False

    @property
    def over(self) -> bool:
        """Whether all actors have ended, and were told of."""
        return not self._to_start and len(self._ended) == sum(actor.pid != 0 for actor in self._actors)

    def begin(self) -> None:
        """Start all but those that join later."""
        self._began = self._heard = time.monotonic()
        for actor in self._aggregators.values():
            self._start(actor)
        self._to_start += [actor for actor in self._actors if actor.config.get("joined") == 1]
        for cluster in self._aggregators:
            self._tell_attendance(cluster)

    def look(self) -> None:
        """Wait a moment for what happens, and see to it."""
        while self._to_start and self._starting() < STARTING:
            self._start(self._to_start.popleft())
        wait([actor for actor in self._actors if actor.pipes], LOOK_SECONDS)
        ended = [actor for actor in self._actors if id(actor) not in self._ended and actor.reap()]
        for actor in self._actors:
            if actor.pipes:
                for told in actor.heard():
                    self._heard = time.monotonic()
                    with suppress(KeyError, TypeError, ValueError):  # the repository's code can write what it likes
                        self._take(actor, told)
        for actor in ended:
            self._take_end(actor)
        if not self._stopping:
            self._bound()
        self.seconds = time.monotonic() - self._began

    def _start(self, actor: Actor) -> None:
        self._begin(actor, [other for other in self._actors if other.pipes])

    def _clients(self, cluster: int) -> list[Actor]:
        """Whom an aggregator serves: its learners, or the root the other aggregators."""
        kind = "aggregator" if cluster < 0 else "learner"
        return [actor for actor in self._actors if actor.kind == kind and (cluster < 0 or actor.cluster == cluster)]

    def _server(self, actor: Actor) -> Actor | None:
        """The aggregator whose client an actor is."""
        return self._aggregators.get(actor.cluster if actor.kind == "learner" else -1) if actor.kind != "root" else None

    def _tell_attendance(self, cluster: int) -> None:
        expected = sum(actor.lives or actor in self._to_start for actor in self._clients(cluster))
        starting = self._starting(cluster) + sum(actor.cluster == cluster for actor in self._to_start)
        self._aggregators[cluster].tell(expected=expected, starting=starting, came=self._came[cluster])

    def _starting(self, cluster: int | None = None) -> int:
        """How many learners, of one cluster or all, are on their way to their first round: of a cycle, too."""
        learners = [actor for actor in self._actors if actor.kind == "learner" and cluster in (None, actor.cluster)]
        return sum(actor.lives and actor.is_starting for actor in learners)

    def _take(self, actor: Actor, told: dict[str, Any]) -> None:
        kind = told.pop("tell")
        facts = {**told, "node": actor.number}
        if kind == "doing":
            actor.doing, actor.idle = str(told["what"]), bool(told["idle"])
            if int(told["round"]) != actor.round:
                actor.extra = 0.0
            actor.place = actor.place if actor.idle else told["place"]
            actor.round, actor.since = int(told["round"]), time.monotonic()
            self._take_start(actor)
        elif kind == "loaded":
            self.events.append(("loaded", facts))
        elif kind == "connected":
            self.events.append(("connected", facts))
        elif kind in ("fit", "evaluation"):
            server = self._server(actor)
            if server is not None:
                self._answered.setdefault((server.cluster, int(told["round"]), kind), set()).add(actor.number)
            if actor.kind == "learner":
                self.events.append(("fits" if kind == "fit" else "evaluations", facts))
        elif kind == "fault":
            self._take_fault(actor, str(told["fault"]), str(told["written"]), float(told["seconds"]))
        elif kind == "raised":
            actor.raised = told
        elif kind == "done":
            actor.is_done = True
        elif kind in ("began", "round", "joining", "waits") and actor.kind != "learner":
            self._take_round(actor, kind, told)

    def _take_start(self, actor: Actor) -> None:
        before, actor.is_starting = actor.is_starting, not actor.idle and actor.doing.partition("(")[0] in BEFORE
        if actor.kind == "learner" and before != actor.is_starting and not self._ending:
            self._tell_attendance(actor.cluster)

    def _take_fault(self, actor: Actor, kind: str, written: str, seconds: float) -> None:
        if kind == "slow":
            actor.extra = seconds
        else:
            actor.fault = written
        actor.hangs = kind == "hang"

    def _take_round(self, actor: Actor, kind: str, told: dict[str, Any]) -> None:
        cluster = actor.cluster
        if kind == "began":
            self._phases[cluster] = Phase(int(told["round"]), str(told["phase"]), int(told["taking"]))
        elif kind == "round":
            self.events.append(("rounds", {**told, "cluster": cluster}))
        elif kind == "waits":
            self.events.append(("waited", {**told, "cluster": cluster, "forever": False}))
            actor.how = "stopped"
            self._stop_all()
        else:
            round_ = int(told["round"])
            for learner in self._clients(cluster):
                if learner.pid == 0 and learner.config["joined"] == round_:
                    self._start(learner)
            self._came[cluster].append(round_)
            self._tell_attendance(cluster)

    def _take_end(self, actor: Actor) -> None:
        """An actor's process has ended."""
        self._ended.add(id(actor))
        actor.close()
        how, raised = self._how(actor)
        self.events.append(
            (
                "ends",
                {
                    "actor": actor.kind,
                    "number": actor.number,
                    "how": how,
                    "round": actor.round,
                    "doing": actor.doing,
                    "raised": raised,
                    "frames": [] if how in ("done", "stopped") or _has_frames(raised) else actor.frames(),
                    "status": actor.status,
                    "output": actor.last_lines(),
                    "fault": actor.fault if how in ("raised", "exited", "killed", "hung") else "",
                },
            )
        )
        if self._stopping:
            return
        if raised is not None and raised["chain"] and raised["chain"][0]["type"] == "NoMatchingDataError":
            self._ending = True  # FLOps' manager ends the project
        server = self._server(actor)
        if server is not None and server.lives and not self._ending:
            self._tell_attendance(server.cluster)
        if actor.kind != "learner":
            self._end_clients(actor, how)

    def _end_clients(self, aggregator: Actor, how: str) -> None:
        """An aggregator has ended: so do its clients, by themselves where it came to its end."""
        is_top = self._server(aggregator) is None
        if how == "done":
            for client in self._clients(aggregator.cluster):
                client.idle, client.since = False, time.monotonic()
        elif is_top:
            self._ending = True
            self._to_start.clear()
        else:
            for client in self._clients(aggregator.cluster):
                client.stop("stopped")

    def _how(self, actor: Actor) -> tuple[str, dict[str, Any] | None]:
        """How an actor ended, and with which exception."""
        raised = None if actor.raised is None else {"chain": actor.raised["chain"], "doing": actor.doing}
        if actor.how:
            return actor.how, None
        if actor.status < 0:
            return "killed", None
        if raised is not None:
            server = self._server(actor)
            if actor.raised["lost"] and server is not None and server.reap():
                return "stopped", None
            return ("exited" if actor.raised["exits"] else "raised"), raised
        return ("done" if actor.is_done and actor.status == 0 else "exited"), None

    def _stop_all(self) -> None:
        self._stopping = True
        self._to_start.clear()
        for actor in self._actors:
            if actor.lives and not actor.reap():
                actor.stop("stopped")

    def _bound(self) -> None:
        """End who takes too long; what FLOps would wait for without an end is the end of the federation."""
        if self._ending and not self._to_start and not self._starting():
            self._stop_all()  # it is known by now who else has the same trouble
            return
        now = time.monotonic()
        for actor in self._actors:
            is_late = not actor.idle and now > actor.since + self._timeout + actor.extra
            if actor.lives and (is_late or (actor.hangs and self._is_waited_for(actor))):
                self._end_hung(actor)
            if self._stopping:
                return
        if now > self._heard + self._timeout + STILL_SECONDS and all(actor.idle for actor in self._actors if actor.lives):
            for actor in self._aggregators.values():
                actor.ask_where()
                actor.stop("hung")
            self._stop_all()

    def _is_waited_for(self, actor: Actor) -> bool:
        """Whether a learner that hangs by plan is all that its round still waits for."""
        phase, heard = self._phases[actor.cluster], self._heard_of(actor.cluster)
        if (phase.round, phase.kind) != (actor.round, "fit"):
            return False  # it is not known yet how many were asked
        in_round = [other for other in self._clients(actor.cluster) if other.round == phase.round]
        left = sum(not other.lives and other.number not in heard for other in in_round)
        hanging = sum(other.lives and other.hangs for other in in_round)
        return len(heard) + left + hanging >= phase.taking

    def _heard_of(self, cluster: int) -> set[int]:
        """Who has answered in the phase that an aggregator is in."""
        phase = self._phases[cluster]
        return self._answered.get((cluster, phase.round, phase.kind), set())

    def _end_hung(self, actor: Actor) -> None:
        server, hung = self._server(actor), [actor]
        is_served = actor.kind == "learner" and server is not None and server.lives
        in_round = is_served and actor.round > 0 and actor.doing.partition("(")[0] not in BEFORE
        if in_round:
            hung += [other for other in self._clients(actor.cluster) if other.lives and other.hangs and other is not actor]
        for each in hung:
            each.how = "hung"
            each.ask_where()
        deadline = time.monotonic() + WHERE_SECONDS
        while time.monotonic() < deadline and not all(each.reap() for each in hung):
            wait(hung, LOOK_SECONDS)
            for each in hung:
                list(each.heard())
        for each in hung:
            each.stop("hung")
        if in_round:
            wanted, there = self._phases[actor.cluster].taking, len(self._heard_of(actor.cluster))
            waited = {"round": actor.round, "wanted": wanted, "there": there, "forever": True}
            self.events.append(("waited", {"cluster": actor.cluster, **waited}))
            self._stop_all()


def _has_frames(raised: dict[str, Any] | None) -> bool:
    return raised is not None and any(link["frames"] for link in raised["chain"])


BEFORE = ("import of model_manager", "ModelManager", "set_model_data")
"""What a learner does before it is connected, again in each cycle: FLOps' aggregator does not wait for it in particular."""
