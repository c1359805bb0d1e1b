"""The search: an SLA and an ML repository in, the smallest partitions that break it out."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from pytest_flops_mock.errors import Problem, SettingsError
from pytest_flops_mock.flight.client import MLDataClient
from pytest_flops_mock.flight.server import MLDataServer
from pytest_flops_mock.options import CheckArguments, CheckOptions
from pytest_flops_mock.partitions.sample import Sample
from pytest_flops_mock.pipeline import RepositoryChecker
from pytest_flops_mock.progress import OnEvent
from pytest_flops_mock.provider import MockDataProvider
from pytest_flops_mock.report.report import Report
from pytest_flops_mock.search import properties, shrinking
from pytest_flops_mock.search.exploring import Explored, explore, refuse_without_hypothesis
from pytest_flops_mock.search.facts import Looking
from pytest_flops_mock.search.finishing import finished
from pytest_flops_mock.search.found import Broken, Progress, Property, SearchResult
from pytest_flops_mock.search.options import SearchOptions
from pytest_flops_mock.search.rows import Labels
from pytest_flops_mock.search.saving import refuse_unwritable
from pytest_flops_mock.search.shrinking import smallest
from pytest_flops_mock.search.telling import told
from pytest_flops_mock.search.trying import THROUGH, Key, Outcome, TimeIsUpError, Trier
from pytest_flops_mock.search.wording import text_of
from pytest_flops_mock.sla.models import MockSLA
from pytest_flops_mock.stage import Stage

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from pytest_flops_mock.stages.context import ProjectSLASource, RepositorySource, SLASource

LEAST_SECONDS = 5.0
TIMES_SLOWER = 20
"""An example may take so many times as long as the slowest step of the check did, and never less than some seconds."""


def search_repository(
    repository: RepositorySource,
    *,
    sla: SLASource,
    project_sla: ProjectSLASource | None = None,
    examples: int = 200,
    seed: int = 0,
    through: Stage | str = Stage.EVALUATE,
    seconds: float | None = None,
    save: str | os.PathLike[str] | None = None,
    strict: bool = False,
    named: str = "",
    on_progress: Callable[[Progress], None] | None = None,
    on_event: OnEvent | None = None,
    **options: Unpack[CheckArguments],
) -> SearchResult:
    """Search for the smallest partitions of an SLA's data that break an ML repository.

    First comes the ordinary check. Then Hypothesis draws partitions, from no rows to all of them, of some labels or all, in
    any order, with duplicates and with drift. Each goes to a learner's process as one partition. What fails is made smaller,
    as long as it fails in the same way: with the same code, exception and line. A process that dies or does not come to an
    end is started anew. What Ctrl-C or the end of the time interrupts tells what it found by then.

    Args:
        repository: The ML repository: its folder, a mapping of file names to texts, or an ``MLRepository``.
        sla: The MDP SLA: a path, JSON text, a mapping, or one that is loaded already.
        project_sla: The project SLA, likewise.
        examples: How many partitions to draw, at least 1.
        seed: The same partitions come with the same seed.
        through: The last stage that each goes through: ``transform``, ``train``, ``exchange`` or ``evaluate``.
        seconds: How long the search may take, without the check before it.
        save: Folder in which each smallest partition is saved, with a test that replays it; by default nothing is saved.
        strict: Whether a partition that the SLA's own scheme does not give is an error, too.
        named: What the replay command is to call the repository; by default its folder.
        on_progress: Is told after each partition.
        on_event: Is told while the check runs, as by :func:`check_repository`.
        **options: How the check is done; the same holds for the search.

    Raises:
        SettingsError: An argument means nothing.
        SavedPartitionError: The folder cannot be written.
        ToolError: Hypothesis is not installed, or a tool that the check needs is missing or fails.

    Example:
        >>> result = search_repository("path/to/repository", sla="mocks/mnist.json", examples=200)
        >>> for broken in result.broken:
        ...     print(broken.text, broken.property.text, broken.finding.message)
    """
    _refuse_several(sla)
    search_as = SearchOptions().changed(
        examples=examples, seed=seed, seconds=seconds, through=through, save="none" if save is None else save, strict=strict
    )
    refuse_without_hypothesis()
    if search_as.save is not None:
        refuse_unwritable(search_as.save, "save")
    how = CheckOptions().changed(**options)
    with RepositoryChecker(repository, on_event=on_event, **options) as checker:
        report = checker.check(sla=sla, project_sla=project_sla)
        subject = checker.subject
        if report.breaks or subject is None or subject.session is None:
            return told(SearchResult(report, seed=seed, ended="incompatible"), search_as, lambda broken: "")
        began = time.monotonic()
        with MLDataServer() as server, MLDataClient(server.uri) as client:
            mock = MockSLA.load(sla)
            population = MockDataProvider(server.uri, **how.of_provider()).population(mock)
            drift = mock.drift if how.drift is None else how.drift
            trier = Trier(
                subject,
                server,
                client,
                population,
                how,
                through=search_as.through,
                limit=_limit(report, how.timeout),
                deadline=began + (float("inf") if seconds is None else seconds),
            )
            search = _Search(trier, Explored(), on_progress or (lambda progress: None), examples, began)
            ended = search.run(seed, seconds, drift.value if drift else "")
    result = SearchResult(
        report=report,
        broken=tuple(sorted(search.broken, key=lambda each: -each.examples)),
        examples=search.seen.examples,
        tried=trier.tried,
        seconds=time.monotonic() - began,
        seed=seed,
        ended=ended,
    )
    done = finished(result, search_as, how, named=named or _name(repository), sla=mock, population=population)
    return done if how.baseline is None else replace(done, report=how.baseline.against(done.report))


class _Telling:
    """A :class:`Trier` that tells after each partition."""

    def __init__(self, trier: Trier, tell: Callable[[], None]) -> None:
        self.population, self.outcomes = trier.population, trier.outcomes
        self._trier = trier
        self._tell = tell

    def __call__(self, sample: Sample) -> Outcome:
        """What comes of a sample."""
        outcome = self._trier(sample)
        self._tell()
        return outcome


class _Search:
    """One search under way: what it has found is there also when it is interrupted."""

    def __init__(self, trier: Trier, seen: Explored, tell: Callable[[Progress], None], examples: int, began: float) -> None:
        self.seen = seen
        self.broken: list[Broken] = []
        self._trier = trier
        self._tell = tell
        self._examples = examples
        self._began = began
        self._labels = Labels.of(trier.population)
        self._looking = Looking(trier.population, self._labels)

    def run(self, seed: int, seconds: float | None, drift: str) -> Literal["examples", "seconds", "interrupted"]:
        """Draw, try, and make small what fails; why it ended."""
        ended: Literal["examples", "seconds", "interrupted"] = "examples"
        try:
            explore(
                self._trier.population,
                self._trier,
                self.seen,
                examples=self._examples,
                seed=seed,
                seconds=seconds,
                drift=drift,
                on_example=lambda _: self._told(),
            )
        except TimeIsUpError:
            ended = "seconds"
        except KeyboardInterrupt:
            ended = "interrupted"
        todo = list(self.seen.failures)
        try:
            while todo and ended != "interrupted":
                self.broken.append(self._made_small(todo[0]))
                todo.pop(0)
        except TimeIsUpError:
            ended = "seconds"
        except KeyboardInterrupt:
            ended = "interrupted"
        self.broken += [self._told_as(key, self._smallest_so_far(key)) for key in todo]
        return ended

    def _smallest_so_far(self, key: Key) -> Sample:
        return min(self.seen.failures[key], key=lambda sample: shrinking.cost(sample, self._labels))

    def _made_small(self, key: Key) -> Broken:
        trier, found = self._trier, self.seen.failures[key]
        telling = _Telling(trier, lambda: self._told(making_small=True))
        is_dear = trier.outcomes[found[0]].ended
        sample = smallest(
            found,
            lambda other: telling(other).key == key,
            self._labels,
            trier.population.table.column_names,
            tries=shrinking.DEAR_TRIES if is_dear else shrinking.TRIES,
        )
        is_confirmed = trier.again(sample).key == key
        self._told(making_small=True)
        if not is_confirmed:
            return self._told_as(key, sample, confirmed=False)
        tries = properties.DEAR_TRIES if is_dear else properties.TRIES
        why = properties.property_of(sample, key, telling, self._looking, self._labels, tries=tries)
        return self._told_as(key, sample, why=why)

    def _told_as(self, key: Key, sample: Sample, *, confirmed: bool = True, why: Property | None = None) -> Broken:
        finding = self._trier.outcomes[sample].finding
        if finding is None:
            raise LookupError("a sample that passes breaks nothing")
        partition = self._trier.population.partition(sample)
        return Broken(
            finding=finding,
            sample=sample,
            partition=partition,
            text=text_of(self._trier.population, sample, partition),
            property=why or Property(),
            likelihood=None,
            examples=len(self.seen.failures[key]),
            confirmed=confirmed,
        )

    def _told(self, *, making_small: bool = False) -> None:
        self._tell(
            Progress(
                examples=self.seen.examples,
                wanted=self._examples,
                failures=len(self.seen.failures),
                tried=self._trier.tried,
                seconds=time.monotonic() - self._began,
                making_small=making_small,
            )
        )


def _name(repository: RepositorySource) -> str:
    return os.fspath(repository) if isinstance(repository, (str, os.PathLike)) else "REPO"


def _refuse_several(sla: SLASource) -> None:
    if isinstance(sla, Sequence) and not isinstance(sla, str):
        raise SettingsError(
            Problem(
                "a search takes one MDP SLA",
                where="sla",
                expected="a path, JSON text, a mapping, or a MockSLA",
                got=f"{len(sla)} in a row",
                fix="search with one after the other",
            )
        )


def _limit(report: Report, timeout: float) -> float:
    """Seconds that one step may take with one partition; a failed one is given all of the check's time once more."""
    slowest = max((stage.seconds for stage in report.stages if stage.stage in THROUGH), default=0.0)
    return min(timeout, max(LEAST_SECONDS, TIMES_SLOWER * slowest))
