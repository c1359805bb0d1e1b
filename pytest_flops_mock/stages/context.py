"""What the stages of one check work on, and what they hand to each other."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pytest_flops_mock.findings import DataFacts, Finding, StageResult
from pytest_flops_mock.learner.environments.python import LearnerPython
from pytest_flops_mock.learner.facts import Trained
from pytest_flops_mock.learner.session import LearnerSession
from pytest_flops_mock.options import CheckOptions
from pytest_flops_mock.progress import OnEvent, StageWaits, unheard
from pytest_flops_mock.repository.marks import Marks
from pytest_flops_mock.repository.repository import MLRepository
from pytest_flops_mock.stage import CHECKED, Stage

if TYPE_CHECKING:  # neither Arrow nor pydantic is loaded before the child is under way
    from pytest_flops_mock.provider import MockDataProvider
    from pytest_flops_mock.sla.models import MockSLA, ProjectSLA
    from pytest_flops_mock.stages.starting import Early

    SLASource = MockSLA | str | os.PathLike[str] | Mapping[str, Any]
    ProjectSLASource = ProjectSLA | str | os.PathLike[str] | Mapping[str, Any]
    RepositorySource = MLRepository | str | os.PathLike[str] | Mapping[str, str]


@dataclass(frozen=True)
class Done:
    """A stage that has run.

    Attributes:
        result: How it ended.
        findings: What it found.
        usable: Whether what it leaves is there for the stages that need it, whatever else is wrong.
    """

    result: StageResult
    findings: tuple[Finding, ...]
    usable: bool


@dataclass
class Subject:
    """A repository in one environment: what holds for every data set, found out once.

    Attributes:
        given: The repository as the user named it.
        env: The Python that runs it, as the user named it.
        stack: Ends what the stages start.
        early: What was started before the first stage, which takes it over.
        python: That Python, once it is known.
        repository: Its files, once they are known to be readable.
        session: The child that runs it.
        begun: Whether a start of the federation is there that learners can take.
        marks: What the repository's files were, where nothing keeps its code from changing them.
        versions: Python and the packages that matter.
        kept: The stages that need not run again.
    """

    given: RepositorySource
    env: str
    stack: ExitStack
    early: Early | None = None
    python: LearnerPython | None = None
    repository: MLRepository = field(default_factory=lambda: MLRepository.of_files({}))
    session: LearnerSession | None = None
    begun: bool = True
    marks: Marks | None = None
    versions: Mapping[str, str] = field(default_factory=dict)
    kept: dict[Stage, Done] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        """The kind of the Python: ``current``, ``learner``, ``container`` or ``path``; empty before it is known."""
        return "" if self.python is None else self.python.kind

    def modules(self) -> list[str]:
        """The repository's own modules and packages."""
        paths = (path for path in self.repository.paths() if path.endswith(".py"))
        return sorted({path.partition("/")[0].removesuffix(".py") for path in paths})


@dataclass
class Context:
    """One check under way.

    Attributes:
        subject: The repository.
        provider: Sends the data.
        options: How the check is done.
        slas: The MDP SLAs as the user named them: several providers may send to one learner.
        project_sla: The project SLA, likewise.
        data_tags: What the learner asks for, if the user says it.
        stages: The stages that shall run, in order.
        on_event: Is told what happens.
        done: Those that have run or were skipped, in the order in which they did.
        usable: Those whose work later ones can use.
        facts: What stages saw, for the report.
        mocks: The MDP SLAs.
        project: The project SLA.
        data: Which data there are.
        columns: The data set's columns and their features, in words; empty before they are loaded.
        classes: The classes that occur in each column of classes.
        trained: The learner's first round.
        is_set: Whether what is set is what the model has, as far as is known; otherwise that is the one cause of the rest.
    """

    subject: Subject
    provider: MockDataProvider
    options: CheckOptions
    slas: tuple[SLASource, ...] = ()
    project_sla: ProjectSLASource | None = None
    data_tags: list[str] | None = None
    stages: tuple[Stage, ...] = CHECKED
    on_event: OnEvent = unheard
    done: list[Done] = field(default_factory=list)
    usable: set[Stage] = field(default_factory=set)
    facts: dict[Stage, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    mocks: tuple[MockSLA, ...] = ()
    project: ProjectSLA | None = None
    data: DataFacts = field(default_factory=DataFacts)
    columns: Mapping[str, str] = field(default_factory=dict)
    classes: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    trained: Trained | None = None
    is_set: bool = True

    @property
    def session(self) -> LearnerSession:
        """The child that runs the repository.

        Raises:
            LookupError: The stage ``environment`` has not run.
        """
        if self.subject.session is None:
            raise LookupError("no child runs the repository yet")
        return self.subject.session

    @property
    def ran(self) -> frozenset[Stage]:
        """Stages that have run or were skipped."""
        return frozenset(done.result.stage for done in self.done)

    @property
    def told_env(self) -> str:
        """The environment, where a check has several."""
        return self.subject.env if len(self.options.env) > 1 else ""

    def waits(self, what: str) -> None:
        """Tell what the building of the environment waits for."""
        self.on_event(StageWaits(Stage.ENVIRONMENT, what, self.told_env))

    @property
    def given(self) -> frozenset[Stage]:
        """Stages whose work the user has brought along."""
        if self.slas:
            return frozenset()
        from_sla = self.project_sla is not None and self.data_tags is None
        return frozenset({Stage.PROVIDE} if from_sla else {Stage.PROVIDE, Stage.SLA})

    @property
    def rounds(self) -> int:
        """How many rounds the project trains."""
        from pytest_flops_mock.sla.models import TrainingConfiguration

        training = TrainingConfiguration() if self.project is None else self.project.training_configuration
        return training.training_rounds

    @property
    def learnable(self) -> bool:
        """Whether the data have classes, in one column, that a model can learn to tell."""
        return [sent.source for sent in self.data.sent] == ["synthetic"] and len(self.classes) == 1

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What was found so far, each once, in the order of the stages."""
        in_order = sorted(self.done, key=lambda done: CHECKED.index(done.result.stage))
        return tuple(dict.fromkeys(finding for done in in_order for finding in done.findings))

    def tags(self) -> list[str]:
        """What the learner asks for: what the user says, else the project SLA, else the MDP SLAs."""
        if self.data_tags is not None:
            return self.data_tags
        if self.project is not None:
            return list(self.project.data_tags)
        return list(dict.fromkeys(mock.data_tag for mock in self.mocks))
