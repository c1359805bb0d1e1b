"""The jobs of a FLOps manager: queued as they come, and done one after another in the background."""

from __future__ import annotations

import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from pytest_flops_mock.errors import Problem
from pytest_flops_mock.manager.jobs import JobState, MockJob, ProjectJob

Job = MockJob | ProjectJob
_Job = TypeVar("_Job", MockJob, ProjectJob)

MAX_WAITING = 100
MAX_KEPT = 1_000
"""How many jobs may wait, and how many are remembered."""


class BusyError(Exception):
    """Too many jobs wait already."""


class Work:
    """Does jobs in the order in which they were posted, so that a project finds the data of the SLAs before it.

    Args:
        run: Does a job: takes it as it waits, gives it as it ended.
        failed: Is told the traceback of an error that ``run`` should not have raised.
        ended: Is told of each job that has ended.
    """

    def __init__(
        self, run: Callable[[Job], Job], failed: Callable[[str], None], ended: Callable[[Job], None] | None = None
    ) -> None:
        self._run = run
        self._ended = ended
        self._failed = failed
        self._jobs: dict[str, Job] = {}
        self._under_way: Job | None = None
        self._number = 0
        self._stopping = False
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to do jobs."""
        self._stopping = False
        # A daemon: an interpreter that ends does not wait for a check.
        self._thread = threading.Thread(target=self._work, name="jobs of the FLOps manager", daemon=True)
        self._thread.start()

    def stop(self, timeout: float) -> bool:
        """Begin no further job; whether the one under way ended in time."""
        thread, self._thread = self._thread, None
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        if thread is not None:
            thread.join(timeout)
        return thread is None or not thread.is_alive()

    def add(self, kind: type[_Job], sla: object) -> _Job:
        """Queue a job.

        Raises:
            BusyError: Too many wait already.
        """
        with self._changed:
            if sum(job.state is JobState.WAITING for job in self._jobs.values()) >= MAX_WAITING:
                raise BusyError
            self._number += 1
            job = kind(str(self._number), sla)  # type: ignore[arg-type]
            self._jobs[job.id] = job
            for old in [each.id for each in self._jobs.values() if each.state.ended][: max(0, len(self._jobs) - MAX_KEPT)]:
                del self._jobs[old]
            self._changed.notify_all()
            return job

    def of(self, kind: type[_Job]) -> tuple[_Job, ...]:
        """All jobs of a kind, in order."""
        with self._changed:
            return tuple(job for job in self._jobs.values() if isinstance(job, kind))

    def clear(self) -> None:
        """Forget all jobs; the one under way goes on unseen, and is waited for."""
        with self._changed:
            self._jobs.clear()
            self._changed.notify_all()

    def wait(self, timeout: float) -> tuple[Job, ...]:
        """Wait until all jobs have ended; those that have not in time."""
        until = time.monotonic() + timeout
        with self._changed:
            while (left := self._left()) and (seconds := until - time.monotonic()) > 0:
                self._changed.wait(seconds)
            return left

    def _left(self) -> tuple[Job, ...]:
        hidden = self._under_way if self._under_way is not None and self._under_way.id not in self._jobs else None
        left = tuple(job for job in self._jobs.values() if not job.state.ended)
        return left if hidden is None else (hidden, *left)

    def _work(self) -> None:
        while (job := self._next()) is not None:
            try:
                done = self._run(job)
            except Exception:
                self._failed(traceback.format_exc())
                problem = Problem("the job ended in an error of this package", fix="FlopsManager.errors has the traceback")
                done = replace(job, state=JobState.FAILED, problems=(problem,))
            if self._ended is not None:
                try:
                    self._ended(done)  # before who waits for the job goes on
                except Exception:
                    self._failed(traceback.format_exc())
            with self._changed:
                self._under_way = None
                self._keep(done)

    def _next(self) -> Job | None:
        with self._changed:
            while not self._stopping:
                for job in self._jobs.values():
                    if job.state is JobState.WAITING:
                        self._under_way = self._keep(replace(job, state=JobState.RUNNING))
                        return self._under_way
                self._changed.wait()
            return None

    def _keep(self, job: Job) -> Job:
        if job.id in self._jobs:  # not one that was cleared
            self._jobs[job.id] = job
        self._changed.notify_all()
        return job
