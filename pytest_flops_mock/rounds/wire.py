"""The default engine: aggregator and learners as processes on this machine, on Flower's own server and clients.

All of them come from one process, see ``zygote``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from pytest_flops_mock.errors import LearnerEnvironmentError
from pytest_flops_mock.learner.environments.python import LearnerPython
from pytest_flops_mock.learner.facts import Failure
from pytest_flops_mock.report.text import counted
from pytest_flops_mock.repository.repository import MLRepository
from pytest_flops_mock.rounds.engine import EngineSettings, OnRoundsEvent, RoundsWait, unheard
from pytest_flops_mock.rounds.facts import RoundsFacts
from pytest_flops_mock.rounds.gathering import Gathering
from pytest_flops_mock.rounds.plan import RoundsPlan
from pytest_flops_mock.rounds.told import NEXT, START
from pytest_flops_mock.rounds.zygote import get_ready, greet, listen, plain, prepare, without_flower, zygote


class WireEngine:
    """Runs rounds over real connections, with a process for each actor. The constructor opens nothing."""

    packages: ClassVar[tuple[str, ...]] = ()

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
        """Run a plan to its end; see :class:`Engine`."""
        gathering = Gathering(plan)
        with zygote(repository, python, plan, settings) as channel:
            versions = tuple((found := greet(channel, python)).items())
            get_ready(channel, python, found, on_event)
            prepared = prepare(channel, plan, uris, tags, settings)
            if isinstance(prepared, Failure):
                return gathering.facts("", versions, prepared)
            if prepared.missing:
                raise LearnerEnvironmentError(without_flower(python, prepared.missing))
            on_event(RoundsWait(f"starting {counted(len(plan.nodes), 'learner')}"))
            started = channel.ask(START, **plain(plan, uris))
            if isinstance(started, Failure):
                return gathering.facts(prepared.start_method, versions, started)
            failure = listen(channel, NEXT, gathering, on_event)
            return gathering.facts(prepared.start_method, versions, failure)
