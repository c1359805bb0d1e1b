"""How a check is done, as users set it. Loaded with the plugin: it imports nothing heavy."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict, cast

from pytest_flops_mock.data.choice import RECORDINGS, DataChoice, DataSource
from pytest_flops_mock.errors import Problem, SettingsError, listing, nearest
from pytest_flops_mock.option_table import OPTIONS
from pytest_flops_mock.option_values import AUTO
from pytest_flops_mock.stage import Stage

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from pytest_flops_mock.report.comparing import Baseline
    from pytest_flops_mock.sla.partitioners import Partitioning
    from pytest_flops_mock.sla.schemes import Drift


@dataclass(frozen=True)
class CheckOptions:
    """How a check is done. Each attribute is a keyword of ``check_repository`` and of the fixture ``flops_check``.

    Attributes:
        data: Where data sets come from that an SLA names by their hub name: ``synthetic``, ``recorded`` or ``hub``, or one
            for each (``mnist:recorded *:hub``).
        recordings: Folder of recorded samples, and of twins of your own data sets; a relative one starts at the working
            directory.
        drift: What is wrong with the rows of partitions, in place of what the SLA says: a text such as
            ``missing=0.1 column=age; empty partitions=0``, mappings, or a list. Without it: what the SLA says, else nothing.
        partitioner: How rows are split into partitions, in place of what the SLA says: a text such as
            ``dirichlet alpha=0.3``, a mapping with ``name``, or a list of groups of a mixed fleet. Without it: what the SLA
            says, else ``iid``.
        min_rows: A partition with fewer rows is told as a warning.
        max_distance: A partition whose labels are further off those of all rows is told: by the Jensen-Shannon distance,
            from 0 to 1, and where the label is continuous by Wasserstein's, in standard deviations.
        env: The Python that runs the repository: ``current``, ``learner`` (built from its ``conda.yaml``), ``auto`` (where
            uv is there, the learner's if it is kept, or can be built in two minutes and without gigabytes; else the current
            one), ``container`` (as ``learner``, in a container without a network), or the path of an interpreter or of a
            virtual environment. Several (``learner,current``) are compared.
        base_image: The image with a Python that the environment ``container`` builds on; empty for ``python:X.Y-slim`` with
            the version that ``conda.yaml`` asks for.
        allow_builds: Whether packages of the learner's environment that have no wheel are built from source, which runs
            their code.
        timeout: Seconds that one step of the repository's code may take.
        memory: MB of memory that its processes may have at most; ``None`` for half of the machine's.
        gpu: Whether the repository's code sees the GPUs of this machine.
        pass_env: Names of environment variables that the repository's code gets to see. It sees those that libraries need
            to find themselves; secrets and the rest stay out.
        ignore: Codes of findings that do not count; the report names them.
        baseline: The file of an earlier report as JSON. What it has found does not count; the report says what is known
            from it, and what went away.
        show_rows: Whose rows the report shows a few of: those that are ``synthetic``, of ``any`` data, or ``none``.
        until: The last stage to run.
    """

    data: DataChoice = field(default_factory=DataChoice)
    recordings: Path = RECORDINGS
    drift: Drift | None = None
    partitioner: Partitioning | None = None
    min_rows: int = 1
    max_distance: float = 0.5
    env: tuple[str, ...] = (AUTO,)
    base_image: str = ""
    allow_builds: bool = False
    timeout: float = 60.0
    memory: float | None = None
    gpu: bool = False
    pass_env: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    baseline: Baseline | None = None
    show_rows: str = "none"
    until: Stage = Stage.EVALUATE

    def changed(self, where: str = "", /, **arguments: Unpack[CheckArguments]) -> CheckOptions:
        """These options with others, as users write them. ``None`` leaves one as it is; ``pass_env`` and ``ignore`` add up.

        Args:
            where: What says so, for messages; by default the name of the keyword.
            **arguments: What is to be another.

        Raises:
            SettingsError: There is no such option, or a value means nothing.
        """
        refuse_unknown(arguments)
        changes: dict[str, Any] = {}
        for option in OPTIONS:
            value = arguments.get(option.key)
            if value is not None:
                meant = option.read(value, Path(), where or option.key)
                changes[option.key] = option.joined(getattr(self, option.key), meant)
        return replace(self, **changes)

    def of_provider(self) -> ProviderArguments:
        """Those that are about data, as keywords of ``MockDataProvider``."""
        return {
            "data": self.data,
            "recordings": self.recordings,
            "drift": self.drift,
            "partitioner": self.partitioner,
        }

    def arguments(self) -> CheckArguments:
        """These options as keywords of a call."""
        return cast("CheckArguments", vars(self))


class ProviderArguments(TypedDict):
    """The options of a check that its mock data providers take."""

    data: DataChoice
    recordings: Path
    drift: Drift | None
    partitioner: Partitioning | None


class CheckArguments(TypedDict, total=False):
    """The keywords of a check, as users write them; :class:`CheckOptions` says what each means."""

    data: str | DataSource | DataChoice | None
    recordings: str | os.PathLike[str] | None
    drift: str | Mapping[str, Any] | Sequence[Any] | Drift | None
    partitioner: str | Mapping[str, Any] | Sequence[Any] | Partitioning | None
    min_rows: int | None
    max_distance: float | None
    env: str | Iterable[str] | None
    base_image: str | None
    allow_builds: bool | None
    timeout: float | None
    memory: float | None
    gpu: bool | None
    pass_env: str | Iterable[str] | None
    ignore: str | Iterable[str] | None
    baseline: str | os.PathLike[str] | Baseline | None
    show_rows: str | None
    until: Stage | str | None


KEYWORDS = tuple(each.name for each in fields(CheckOptions))


def refuse_unknown(names: Iterable[str], also: Iterable[str] = ()) -> None:
    """Refuse keywords that a check does not have.

    Args:
        names: What a call passes.
        also: Further keywords that it may pass.

    Raises:
        SettingsError: It names the nearest one.
    """
    known = [*KEYWORDS, *also]
    if unknown := [name for name in names if name not in known]:
        raise SettingsError(
            Problem(
                "a check has no such argument",
                expected=f"some of: {listing(known, 20)}",
                got=listing(unknown),
                nearest=nearest(unknown[0], [*known, "sla", "project_sla", "data_tags", "uri", "repository"]),
                fix="help(pytest_flops_mock.CheckOptions) says what each of them means",
            )
        )
