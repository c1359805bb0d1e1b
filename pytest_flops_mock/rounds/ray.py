"""The engine for many devices: learners share the workers of Ray, and Flower's own server sees each as a client.

Ray is started and stopped here, or a cluster is used that is there. Its driver is the process that starts actors elsewhere,
see ``zygote`` and ``child/rounds/ray_federation``: nothing of Ray is in this one.
"""

from __future__ import annotations

import os
import socket
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

from pytest_flops_mock import option_values
from pytest_flops_mock.errors import LearnerEnvironmentError, Problem, SettingsError, ToolError
from pytest_flops_mock.learner.environments.python import CURRENT, LEARNER, LearnerPython
from pytest_flops_mock.learner.facts import Failure
from pytest_flops_mock.report.text import counted
from pytest_flops_mock.repository.repository import MLRepository
from pytest_flops_mock.rounds.engine import EngineSettings, OnRoundsEvent, RoundsWait, unheard
from pytest_flops_mock.rounds.facts import RoundsFacts
from pytest_flops_mock.rounds.gathering import Gathering
from pytest_flops_mock.rounds.plan import Mode, RoundsPlan
from pytest_flops_mock.rounds.told import RAY_NEXT, RAY_START
from pytest_flops_mock.rounds.zygote import get_ready, greet, listen, plain, prepare, without_flower, zygote

START_SECONDS = 600.0
"""For Ray and its workers to be there: a dozen seconds, and much more on a machine that is busy."""

ADDRESS_SECONDS = 5.0
LONGEST = 12
"""Bytes of the path of the folder for temporary files: Ray makes sockets far below it, whose paths have 107 at most."""


class RayEngine:
    """Runs rounds with many learners in few processes, each with a state of its own. The constructor opens nothing.

    Args:
        address: Of a cluster of Ray's that is there, such as ``10.0.0.5:6379``; by default Ray is started for each run.
    """

    packages: ClassVar[tuple[str, ...]] = ("ray>=2.10",)

    def __init__(self, address: str = "") -> None:
        self._address = address

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
        """Run a plan to its end; see :class:`Engine`.

        Raises:
            SettingsError: The plan is hierarchical, or what was given is no address.
            LearnerEnvironmentError: This Python has no Flower, or no Ray.
            ToolError: Ray cannot be started, the cluster does not answer, or its nodes do not reach the data servers.
        """
        if plan.mode is Mode.HIERARCHICAL:
            raise SettingsError(_hierarchical())
        if self._address:
            _check_address(self._address)
        else:
            _check_temporary()
        gathering = Gathering(plan)
        with zygote(repository, python, plan, settings) as channel:
            versions = greet(channel, python)
            if "ray" not in versions:
                raise LearnerEnvironmentError(_without_ray(python))
            get_ready(channel, python, versions, on_event)
            told = tuple(versions.items())
            prepared = prepare(channel, plan, uris, tags, settings)
            if isinstance(prepared, Failure):
                return _of_ray(gathering.facts("", told, prepared))
            if prepared.missing:
                raise LearnerEnvironmentError(without_flower(python, prepared.missing))
            what = f"connecting to Ray at {self._address}" if self._address else "starting Ray"
            on_event(RoundsWait(f"{what}, for {counted(len(plan.nodes), 'learner')}"))
            started = channel.ask(RAY_START, limit=START_SECONDS, address=self._address, **plain(plan, uris))
            if isinstance(started, Failure):
                return _of_ray(gathering.facts("", told, self._failed(started)))
            if started.facts.failed:
                raise ToolError(self._not_started(started.facts.failed, started.facts.where))
            return _of_ray(gathering.facts("", told, listen(channel, RAY_NEXT, gathering, on_event)))

    def _failed(self, failure: Failure) -> Failure:
        """How the process ended while Ray started; of that nothing is the repository's doing but what a limit ended.

        Raises:
            ToolError: It was not a limit.
        """
        if failure.how == "limit":
            return failure
        link = failure.raised.chain[0] if failure.raised is not None and failure.raised.chain else None
        got = f"{link.type}: {link.text}" if link is not None else failure.ending
        raise ToolError(self._not_started("\n".join(filter(None, (got, failure.output))), ""))

    def _not_started(self, got: str, where: str) -> Problem:
        if not self._address:
            return Problem(
                "Ray cannot be started",
                where=where or "the engine ray",
                expected="Ray and its workers on this machine",
                got=got,
                fix="the engine wire does without Ray; docs/rounds-ray.md says what Ray needs",
            )
        return Problem(
            "the cluster of Ray cannot be used",
            where=f"node {where} of {self._address}" if where and where != self._address else self._address,
            expected="a cluster with a free processor, of the same Ray and Python as the learners', to which this machine "
            "belongs, and whose nodes reach all ML data servers",
            got=got,
            fix="let the servers listen on an address that the nodes reach, or leave out --ray-address to start Ray here",
        )


def _of_ray(facts: RoundsFacts) -> RoundsFacts:
    return replace(facts, engine="ray", start_method="")


def _check_address(address: str) -> None:
    """Whether somebody listens there."""
    host, _, port = option_values.address(address, Path(), "--ray-address").rpartition(":")
    try:
        socket.create_connection((host.strip("[]"), int(port)), ADDRESS_SECONDS).close()
    except OSError as error:
        raise ToolError(
            Problem(
                "the cluster of Ray does not answer",
                where=address,
                expected="the head node of a cluster, listening",
                got=error.strerror or str(error),
                fix="start it with ray start --head, or leave out --ray-address to start Ray here",
            )
        ) from error


def _check_temporary() -> None:
    folder = os.path.realpath(tempfile.gettempdir())
    if len(os.fsencode(folder)) > LONGEST:
        raise ToolError(
            Problem(
                "the path of the folder for temporary files is too long for Ray",
                where=folder,
                expected=f"at most {LONGEST} bytes: Ray makes sockets far below it, whose paths have 107 at most",
                got=f"{len(os.fsencode(folder))} bytes",
                nearest="/tmp",
                fix="set TMPDIR=/tmp",
            )
        )


def _without_ray(python: LearnerPython) -> Problem:
    here = {CURRENT: 'pip install "pytest-flops-mock[ray]"', LEARNER: "build the environment with the package ray"}
    return Problem(
        "the Python of the learners has no Ray",
        where=python.shown,
        expected="the package ray",
        got="none",
        nearest="the engine wire needs none",
        fix=here.get(python.kind, f"install ray into {python.shown}, or use env='learner', which gets it"),
    )


def _hierarchical() -> Problem:
    return Problem(
        "the engine ray runs classic federations only",
        where="--engine",
        expected='a project SLA with "mode": "classic"',
        got="hierarchical",
        nearest="wire",
        fix="use the engine wire for hierarchical mode",
    )
