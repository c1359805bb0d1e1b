"""The MDP SLA and the project SLA of FLOps, typed and frozen.

Loading is as lenient as the FLOps manager, whose values pydantic reads: numbers as text, floats without a fraction and
booleans become whole numbers, unknown keys are kept. What the manager cannot take at all is refused, with every such
problem in one error. What deploys but fails later is told by ``problems()``, and by ``findings()`` as a report has it.
"""

from __future__ import annotations

import re
from enum import Enum
from itertools import islice
from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    PrivateAttr,
    ValidationError,
)
from pydantic_core import PydanticCustomError

from pytest_flops_mock.announcing import announced
from pytest_flops_mock.errors import Problem, SLAError, listing
from pytest_flops_mock.findings import Finding
from pytest_flops_mock.sla.keys import known_keys
from pytest_flops_mock.sla.parsing import MAX_PROBLEMS
from pytest_flops_mock.sla.partitioners import Partitioning
from pytest_flops_mock.sla.partitioning import partitioning_of
from pytest_flops_mock.sla.problems import in_sla, no_such_change, no_text_problems, problems_of
from pytest_flops_mock.sla.reading import Document, Source, read
from pytest_flops_mock.sla.rules import mock_problems, project_problems
from pytest_flops_mock.sla.schemes import Drift, drift_of

_CONFIG = ConfigDict(frozen=True, extra="allow")


def _no_boolean(value: object) -> object:
    if isinstance(value, bool):
        raise PydanticCustomError("int_type", "a boolean is not a number")
    return value


def _no_null(value: object) -> object:
    if value is None:
        raise PydanticCustomError("string_type", "null is not a string")
    return value


def _some_rows(value: int) -> int:
    if value < 1:
        raise PydanticCustomError("rows", "a number of rows, 1 or more")
    return value


def _split_name(value: str) -> str:
    if not re.fullmatch(r"\w+(\.\w+)*", value):
        raise PydanticCustomError("split", "the name of a split, such as test")
    return value


def _some_name(value: str) -> str:
    if not value.strip():
        raise PydanticCustomError("name", "a name (leave the key out for the default)")
    return value


def _drift_in_text(value: Drift | None) -> str | None:
    return None if value is None else value.value


Rows = Annotated[int, BeforeValidator(_no_boolean), AfterValidator(_some_rows)]
SplitName = Annotated[str, AfterValidator(_split_name)]
Name = Annotated[str, AfterValidator(_some_name)]
Customer = Annotated[str | None, BeforeValidator(_no_null)]
"""A string; without the key there is none."""


class MLModelFlavor(str, Enum):
    """The MLflow flavours that FLOps can save."""

    SKLEARN = "sklearn"
    PYTORCH = "pytorch"
    TENSORFLOW = "tensorflow"
    KERAS = "keras"


class TrainingMode(str, Enum):
    """How aggregators are arranged: one, or one for each cluster below a root."""

    CLASSIC = "classic"
    HIERARCHICAL = "hierarchical"


class Platform(str, Enum):
    """The platforms that FLOps builds images for."""

    AMD64 = "linux/amd64"
    ARM64 = "linux/arm64"


class PostTrainingStep(str, Enum):
    """What FLOps can do with the trained model."""

    BUILD_IMAGE = "build_image_for_trained_model"
    DEPLOY_IMAGE = "deploy_trained_model_image"


class MockDataConfiguration(BaseModel):
    """What the mock data provider sends.

    Attributes:
        dataset_name: A Hugging Face data set's name, or a path on this machine.
        number_of_partitions: How many partitions the split ``train`` is cut into.
        data_tag: What learners ask for.
        split: The split that is sent here; like the following, the FLOps manager ignores it and sends ``train``.
        config_name: Name of the data set's configuration.
        revision: Branch, tag or commit of the data set on the hub.
        max_rows: The split's first rows, at most so many.
        partitioner: How rows are split into partitions; on FLOps, and without it, into IID ones.
        drift: What is wrong with the rows of partitions; on FLOps nothing.
    """

    model_config = _CONFIG

    dataset_name: str = "mnist"
    number_of_partitions: int = 1
    data_tag: str = ""
    split: SplitName = "train"
    config_name: Name | None = None
    revision: Name | None = None
    max_rows: Rows | None = None
    partitioner: Annotated[Partitioning | None, BeforeValidator(in_sla(partitioning_of))] = None
    drift: Annotated[Drift | None, BeforeValidator(in_sla(drift_of)), PlainSerializer(_drift_in_text)] = None


class TrainingConfiguration(BaseModel):
    """How a project trains.

    Attributes:
        mode: Classic or hierarchical.
        data_tags: What learners ask the ML data server for, as a union.
        training_cycles: Rounds of the root aggregator (hierarchical mode).
        training_rounds: Rounds of each aggregator.
        min_available_clients: How many learners are started (for each cluster in hierarchical mode).
        min_fit_clients: How many learners a round of training needs.
        min_evaluate_clients: How many learners an evaluation needs.
    """

    model_config = _CONFIG

    mode: TrainingMode = TrainingMode.CLASSIC
    data_tags: tuple[str, ...] = ()
    training_cycles: int = 1
    training_rounds: int = 3
    min_available_clients: int = 1
    min_fit_clients: int = 1
    min_evaluate_clients: int = 1


class ResourceConstraints(BaseModel):
    """What a learner's service gets.

    Attributes:
        memory: Megabytes.
        vcpus: Virtual CPUs.
        storage: Storage beside the image, in megabytes.
    """

    model_config = _CONFIG

    memory: int = 100
    vcpus: int = 1
    storage: int = 0


@announced
class MockSLA(BaseModel):
    """An MDP SLA: which data the mock data provider sends, in how many partitions, under which tag.

    Attributes:
        customer_id: The user's orchestrator id, ``customerID`` in JSON; its absence is a finding.
        mock_data_configuration: What is sent.
    """

    model_config = _CONFIG

    customer_id: Customer = Field(default=None, alias="customerID")
    mock_data_configuration: MockDataConfiguration = Field(
        description="an object with dataset_name, number_of_partitions and data_tag"
    )
    _origin: str = PrivateAttr("<mapping>")
    _folder: Path | None = PrivateAttr(None)

    @classmethod
    def load(cls, source: MockSLA | Source, *, base: Path | None = None) -> MockSLA:
        """Load an MDP SLA from a path, JSON text, or a mapping; one that is loaded already is given back.

        Args:
            source: A path, JSON text with ``%`` comments and trailing commas allowed, or a mapping.
            base: The folder that relative paths start from; the working directory by default.

        Raises:
            SLAError: It cannot be read, is not JSON, or has values that the FLOps manager cannot take (all are told).
        """
        return source if isinstance(source, MockSLA) else _validated(cls, read(source, base=base))

    @property
    def origin(self) -> str:
        """Where it came from: the path as it was given, ``<text>`` or ``<mapping>``."""
        return self._origin

    @property
    def folder(self) -> Path | None:
        """The folder that relative paths in it start from; ``None`` is the working directory."""
        return self._folder

    @property
    def dataset_name(self) -> str:
        """A Hugging Face data set's name, or a path on this machine."""
        return self.mock_data_configuration.dataset_name

    @property
    def number_of_partitions(self) -> int:
        """How many partitions are sent."""
        return self.mock_data_configuration.number_of_partitions

    @property
    def asked_partitions(self) -> int | None:
        """``number_of_partitions`` if the SLA says it."""
        said = "number_of_partitions" in self.mock_data_configuration.model_fields_set
        return self.number_of_partitions if said else None

    @property
    def partitioner(self) -> Partitioning | None:
        """How rows are split into partitions; ``None`` as on FLOps, into IID ones."""
        return self.mock_data_configuration.partitioner

    @property
    def drift(self) -> Drift | None:
        """What is wrong with the rows of partitions; ``None`` as on FLOps, nothing."""
        return self.mock_data_configuration.drift

    @property
    def data_tag(self) -> str:
        """What learners ask for."""
        return self.mock_data_configuration.data_tag

    def replace(self, **changes: object) -> MockSLA:
        """A copy with other values for ``customerID`` or keys of ``mock_data_configuration``, such as ``dataset_name``.

        Raises:
            SLAError: A name that cannot be replaced, or a value that :meth:`load` would refuse.
        """
        known = known_keys(MockDataConfiguration)
        unknown = [name for name in changes if name not in known and name != "customerID"]
        if unknown:
            raise SLAError(*(no_such_change(name, ["customerID", *known], self.origin) for name in unknown))
        data = self.model_dump(by_alias=True, exclude_unset=True)
        inner = {name: value for name, value in changes.items() if name != "customerID"}
        data["mock_data_configuration"] = {**data["mock_data_configuration"], **inner}
        if "customerID" in changes:
            data["customerID"] = changes["customerID"]
        return _validated(type(self), Document(data, self.origin, self.folder))

    def problems(self, project_sla: ProjectSLA | None = None) -> tuple[Problem, ...]:
        """What would fail on FLOps, as far as it can be said without running; with a project SLA, whether tags meet."""
        return mock_problems(self, project_sla)

    def findings(self, project_sla: ProjectSLA | None = None) -> tuple[Finding, ...]:
        """The same as findings, with stage and severity."""
        return tuple(map(Finding.of, self.problems(project_sla)))


@announced
class ProjectSLA(BaseModel):
    """A project SLA: which ML repository is trained, on which data tags, by how many learners.

    Attributes:
        customer_id: The user's orchestrator id, ``customerID`` in JSON; its absence is a finding.
        ml_repo_url: The ML repository's Git URL.
        ml_model_flavor: How MLflow saves the model.
        verbose: Whether FLOps tells more of its progress.
        use_devel_base_images: Whether images are built on FLOps' development versions.
        supported_platforms: What images are built for.
        training_configuration: How it trains.
        post_training_steps: What happens to the trained model.
        resource_constraints: What a learner's service gets.
    """

    model_config = _CONFIG

    customer_id: Customer = Field(default=None, alias="customerID")
    ml_repo_url: str = Field(description="the Git URL of the ML repository")
    ml_model_flavor: MLModelFlavor = Field(description=f"one of {listing(flavor.value for flavor in MLModelFlavor)}")
    verbose: bool = False
    use_devel_base_images: bool = False
    supported_platforms: tuple[Platform, ...] = (Platform.AMD64,)
    training_configuration: TrainingConfiguration = TrainingConfiguration()
    post_training_steps: tuple[PostTrainingStep, ...] = ()
    resource_constraints: ResourceConstraints = ResourceConstraints()
    _origin: str = PrivateAttr("<mapping>")
    _folder: Path | None = PrivateAttr(None)

    @classmethod
    def load(cls, source: ProjectSLA | Source, *, base: Path | None = None) -> ProjectSLA:
        """Load a project SLA from a path, JSON text, or a mapping; arguments and errors as in :meth:`MockSLA.load`.

        Raises:
            SLAError: It cannot be read, is not JSON, or has values that the FLOps manager cannot take (all are told).
        """
        return source if isinstance(source, ProjectSLA) else _validated(cls, read(source, base=base))

    @property
    def origin(self) -> str:
        """Where it came from: the path as it was given, ``<text>`` or ``<mapping>``."""
        return self._origin

    @property
    def folder(self) -> Path | None:
        """The folder that relative paths in it start from; ``None`` is the working directory."""
        return self._folder

    @property
    def data_tags(self) -> tuple[str, ...]:
        """What learners ask the ML data server for, as a union."""
        return self.training_configuration.data_tags

    def problems(self) -> tuple[Problem, ...]:
        """What would fail on FLOps, as far as it can be said without running."""
        return project_problems(self)

    def findings(self) -> tuple[Finding, ...]:
        """The same as findings, with stage and severity."""
        return tuple(map(Finding.of, self.problems()))


_SLA = TypeVar("_SLA", MockSLA, ProjectSLA)


def _validated(kind: type[_SLA], document: Document) -> _SLA:
    no_text = tuple(islice(no_text_problems(document.data, document.origin), MAX_PROBLEMS))
    if no_text:
        raise SLAError(*no_text)
    try:
        sla = kind.model_validate(document.data)
    except ValidationError as error:
        details = error.errors()[:MAX_PROBLEMS]
        raise SLAError(*(each for detail in details for each in problems_of(kind, detail, document.origin))) from None
    sla._origin, sla._folder = document.origin, document.folder
    return sla
