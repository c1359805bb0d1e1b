"""Gathers what the zygote tells, piece by piece, into the facts of the whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Literal

from pytest_flops_mock.learner.answers import NoAnswerError
from pytest_flops_mock.learner.facts import Failure
from pytest_flops_mock.learner.output import last_lines
from pytest_flops_mock.rounds.engine import ActorEnded, RoundEnded, RoundsEvent
from pytest_flops_mock.rounds.facts import ActorEnd, FederatedRound, LearnerData, LearnerRound, RoundsFacts, Waited
from pytest_flops_mock.rounds.plan import Mode, RoundsPlan
from pytest_flops_mock.rounds.told import End, Evaluation, Fit, Next, Number, RoundOver
from pytest_flops_mock.subprocesses import ending

ROOT = -1


class Gathering:
    """What is known so far of a plan's run.

    Args:
        plan: The plan; who tells of others than its nodes, clusters and rounds is not believed.
    """

    def __init__(self, plan: RoundsPlan) -> None:
        self._plan = plan
        self._cluster = {node: number for number, nodes in enumerate(plan.clusters) for node in nodes}
        self._data: dict[int, LearnerData] = {}
        self._rounds: dict[tuple[int, int], FederatedRound] = {}
        self._learner_rounds: dict[tuple[int, int], LearnerRound] = {}
        self._ends: dict[tuple[str, int], ActorEnd] = {}
        self._waited: dict[tuple[int, int], Waited] = {}
        self._seconds = 0.0

    def take(self, told: Next) -> Iterator[RoundsEvent]:
        """Take what was told; the events that it makes.

        Raises:
            NoAnswerError: It is about what the plan does not have.
        """
        self._seconds = told.seconds
        for data in told.loaded:
            self._data.setdefault(self._node(data.node), data)
        for each in told.connected:
            known = self._data.get(self._node(each.node), LearnerData(each.node, 0))
            self._data[each.node] = replace(known, start_seconds=each.seconds)
        for fit in told.fits:
            self._take_fit(fit)
        for evaluation in told.evaluations:
            self._take_evaluation(evaluation)
        for over in told.rounds:
            yield self._take_round(over)
        for waited in told.waited:
            self._waited[self._place(waited.cluster, waited.round)] = waited
        for end in told.ends:
            yield ActorEnded(self._take_end(end))

    def facts(
        self, start_method: Literal["zygote", "spawn", ""], versions: Sequence[tuple[str, str]], failure: Failure | None
    ) -> RoundsFacts:
        """All that is known."""
        top = ROOT if self._plan.mode is Mode.HIERARCHICAL else 0
        digests = [each.digest for (cluster, _), each in sorted(self._rounds.items()) if cluster == top and each.digest]
        order = {"learner": 0, "aggregator": 1, "root": 2}
        return RoundsFacts(
            learners=tuple(self._data[node] for node in sorted(self._data)),
            rounds=tuple(self._rounds[key] for key in sorted(self._rounds)),
            learner_rounds=tuple(self._learner_rounds[key] for key in sorted(self._learner_rounds)),
            ends=tuple(self._ends[key] for key in sorted(self._ends, key=lambda key: (order[key[0]], key[1]))),
            waited=tuple(self._waited[key] for key in sorted(self._waited)),
            digest=digests[-1] if digests else "",
            start_method=start_method,
            seconds=self._seconds,
            versions=tuple(versions),
            failure=failure,
        )

    def _take_fit(self, fit: Fit) -> None:
        known = self._known(fit.node, fit.round)
        self._learner_rounds[fit.round, fit.node] = replace(
            known,
            examples=fit.examples,
            seconds=fit.seconds,
            bytes=known.bytes + fit.bytes,
            peak_bytes=max(known.peak_bytes, fit.peak_bytes),
            finite=fit.finite,
            shapes=fit.shapes,
        )

    def _take_evaluation(self, told: Evaluation) -> None:
        known = self._known(told.node, told.round)
        self._learner_rounds[told.round, told.node] = replace(
            known,
            evaluated=told.evaluated,
            loss=_float(told.loss),
            accuracy=_float(told.accuracy),
            evaluate_seconds=told.seconds,
            bytes=known.bytes + told.bytes,
            peak_bytes=max(known.peak_bytes, told.peak_bytes),
        )

    def _take_round(self, told: RoundOver) -> RoundEnded:
        is_root = told.cluster == ROOT
        for node, loss in () if is_root else told.arrived:
            known = self._known(node, told.round)
            self._learner_rounds[told.round, node] = replace(known, loss=_float(loss))
        round_ = FederatedRound(
            cluster=told.cluster,
            round=told.round,
            wished=told.wished,
            fitted=told.fitted,
            evaluated=told.evaluated,
            failures=told.failures,
            loss=_float(told.loss),
            accuracy=_float(told.accuracy),
            finite=told.finite,
            digest=told.digest,
            seconds=told.seconds,
            kept=told.kept,
        )
        self._rounds[self._place(told.cluster, told.round)] = round_
        nodes = () if is_root else self._plan.clusters[told.cluster]
        keys = [(told.round, node) for node in nodes if (told.round, node) in self._learner_rounds]
        return RoundEnded(round_, tuple(self._learner_rounds[key] for key in keys))

    def _take_end(self, told: End) -> ActorEnd:
        if told.actor == "learner":
            self._node(told.number)
        else:
            self._place(told.number, 1)
        end = ActorEnd(
            actor=told.actor,
            number=told.number,
            how=told.how,
            round=told.round,
            doing=told.doing,
            raised=told.raised,
            frames=told.frames,
            ending="a process that it shared with others has ended" if told.status is None else ending(told.status),
            output=last_lines(told.output),
            fault=told.fault,
        )
        self._ends[told.actor, told.number] = end
        return end

    def _known(self, node: int, round_: int) -> LearnerRound:
        self._place(self._cluster[self._node(node)], round_)
        return self._learner_rounds.get((round_, node), LearnerRound(node, round_))

    def _node(self, node: int) -> int:
        if node not in self._cluster:
            raise NoAnswerError("facts of a node that is not in the plan")
        return node

    def _place(self, cluster: int, round_: int) -> tuple[int, int]:
        plan = self._plan
        is_root = cluster == ROOT and plan.mode is Mode.HIERARCHICAL
        most = plan.cycles if is_root else plan.rounds * plan.cycles
        if not (is_root or 0 <= cluster < len(plan.clusters)) or not 1 <= round_ <= most:
            raise NoAnswerError("facts of a round that is not in the plan")
        return cluster, round_


def _float(number: Number | None) -> float | None:
    return None if number is None else float(number)
