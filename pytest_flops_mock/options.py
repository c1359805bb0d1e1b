"""All that users can set, as one table.

pytest's options and ini keys, the arguments of ``flops-mock check``, the keywords of ``check_repository`` and of the fixture
``flops_check``, and the README's table are made from it. Loaded with the plugin: it imports nothing heavy.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict, cast

from pytest_flops_mock import option_values as values
from pytest_flops_mock.data.choice import RECORDINGS, DataChoice, DataSource
from pytest_flops_mock.errors import Problem, SettingsError, listing, nearest
from pytest_flops_mock.option import FILES, OF_ROUNDS, PYTEST, SEARCHES, Option
from pytest_flops_mock.sla.drift_kinds import OFFERED
from pytest_flops_mock.stage import Stage

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from pytest_flops_mock.report.comparing import Baseline
    from pytest_flops_mock.sla.partitioners import Partitioning
    from pytest_flops_mock.sla.schemes import Drift

FOUND = Path("tests", "flops-found")
"""Where ``flops-mock search`` saves the partitions that it finds, unless told otherwise."""

OPTIONS = (
    Option(
        "check",
        "check the ML repository with each SLA of `--flops-sla`, without test code: a test for each stage, such as "
        "`mocks/mnist.json::transform`",
        values.flag,
        kind="flag",
        doors=PYTEST,
    ),
    Option(
        "repo",
        "the ML repository under test",
        values.path,
        "DIR",
        default="the rootdir",
        doors=PYTEST,
        ini_name="repository",
    ),
    Option("sla", "MDP SLAs to check with; patterns such as `mocks/*.json` too", values.files, "FILE", "list", doors=FILES),
    Option(
        "together",
        "check all of these SLAs at once, as several mock data providers that send to one learner",
        values.flag,
        kind="flag",
        doors=FILES,
    ),
    Option("project-sla", "the project SLA", values.path, "FILE", doors=FILES),
    Option(
        "data",
        "where data sets come from that an SLA names by their hub name: `synthetic` (a twin, made on the spot), `recorded` "
        "(samples that flops-mock record has made) or `hub`; or one for each, as in `mnist:recorded *:hub`",
        values.data,
        "SOURCE",
        default="`synthetic`",
    ),
    Option(
        "recordings",
        "the folder of recorded samples, and of twins of your own data sets",
        values.folder_of_samples,
        "FOLDER",
        default=f"`{RECORDINGS.as_posix()}`",
    ),
    Option(
        "drift",
        OFFERED,
        values.drift,
        "DRIFT",
        default="what the SLA says, else nothing",
    ),
    Option(
        "partitioner",
        "how rows are split into partitions, in place of what the SLA says: a partitioner of Flower Datasets with its "
        "arguments, such as `dirichlet alpha=0.3` or `size partition_sizes=10,20`; as JSON also a list of groups",
        values.partitioner,
        "PARTITIONER",
        default="what the SLA says, else `iid`",
    ),
    Option(
        "min-rows",
        "a partition with fewer rows is told as a warning (FM313)",
        values.rows,
        "N",
        "whole",
        default="1",
    ),
    Option(
        "max-distance",
        "a partition whose labels are further off those of all rows is told (FM314): by the Jensen-Shannon distance, from 0 "
        "to 1, and where the label is continuous by Wasserstein's, in standard deviations",
        values.distance,
        "X",
        "number",
        default="0.5",
    ),
    Option(
        "env",
        "the Python that runs the repository: `current`, `learner` (built from its `conda.yaml`), `auto` (where uv is "
        "there, the learner's if it is kept, or can be built in two minutes and without gigabytes; else the current one), "
        "or the path of an interpreter or of a virtual environment; several, with commas between them, are compared",
        values.environments,
        "ENV",
        default="`auto`",
    ),
    Option(
        "allow-builds",
        "let packages without a wheel be built from source for the learner's environment, which runs their code as you",
        values.flag,
        kind="flag",
    ),
    Option(
        "timeout",
        "how many seconds one step of the repository's code may take",
        values.seconds,
        "SECONDS",
        "number",
        default="60",
    ),
    Option(
        "memory",
        "how many MB of memory the repository's code may have, with all processes that it starts",
        values.megabytes,
        "MB",
        "number",
        default="half of the machine's",
    ),
    Option(
        "gpu",
        "let the repository's code see the GPUs of this machine, which a learner's node need not have",
        values.flag,
        kind="flag",
    ),
    Option(
        "pass-env",
        "names of environment variables that the repository's code gets to see",
        values.variables,
        "NAMES",
        "list",
        default="none that could be a secret",
        adds=True,
    ),
    Option(
        "ignore",
        "codes of findings that do not count, such as `FM714,FM816`; the report names them",
        values.codes,
        "CODES",
        "list",
        adds=True,
    ),
    Option(
        "baseline",
        "an earlier report as JSON: what it has found does not count, and what went away is told",
        values.baseline,
        "FILE",
    ),
    Option(
        "search",
        "how many partitions of the data of each SLA to try, of any size, labels, order and drift, in search of one that "
        "breaks the ML repository: a test such as `mocks/mnist.json::search`; needs the extra `hypothesis`",
        values.examples,
        "EXAMPLES",
        "whole",
        default="none; 200 in a search that is asked for",
        doors=SEARCHES,
        command_name="examples",
    ),
    Option(
        "search-seed",
        "what the search draws its partitions with; the same seed gives the same ones",
        values.seed,
        "SEED",
        "whole",
        default="0",
        doors=SEARCHES,
        command_name="seed",
    ),
    Option(
        "search-seconds",
        "how many seconds a search may take beside the check; what was found by then is told",
        values.seconds,
        "SECONDS",
        "number",
        default="as long as it takes",
        doors=SEARCHES,
        command_name="seconds",
    ),
    Option(
        "search-through",
        "the last stage that each partition of a search goes through: `transform`, `train`, `exchange` or `evaluate`",
        values.through,
        "STAGE",
        default="`evaluate`",
        doors=SEARCHES,
        command_name="through",
    ),
    Option(
        "search-save",
        "the folder in which a search saves each smallest partition that breaks the ML repository, with a test that replays "
        "it, both to be committed; `none` for no folder",
        values.folder_of_found,
        "FOLDER",
        default=f"`{FOUND.as_posix()}` for flops-mock search, else none",
        doors=SEARCHES,
        command_name="save",
    ),
    Option(
        "search-strict",
        "let a partition that breaks the ML repository be an error also where the SLA's own scheme gives none like it",
        values.flag,
        kind="flag",
        doors=SEARCHES,
        command_name="strict",
    ),
    *OF_ROUNDS,
    Option(
        "report",
        "write the reports to a file, too: as `text`, `json`, `markdown`, `sarif` (2.1.0) or `gitlab` (code quality), as "
        "FORMAT or the file's ending says",
        values.outputs,
        "[FORMAT:]FILE",
        "list",
        doors=FILES,
        command_name="output",
    ),
    Option(
        "containers",
        "whether tests that need a container engine run: `auto` (where there is none, they are skipped with the reason), "
        "`require` (where there is none, they are errors) or `off`",
        values.containers,
        "auto|require|off",
        default="`auto`",
        doors=PYTEST,
    ),
    Option("until", "the last stage to run", values.stage, "STAGE", default="`evaluate`", doors=("argument",)),
)
"""All options, in the order in which they are shown."""


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
            one), or the path of an interpreter or of a virtual environment. Several (``learner,current``) are compared.
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
        until: The last stage to run.
    """

    data: DataChoice = field(default_factory=DataChoice)
    recordings: Path = RECORDINGS
    drift: Drift | None = None
    partitioner: Partitioning | None = None
    min_rows: int = 1
    max_distance: float = 0.5
    env: tuple[str, ...] = (values.AUTO,)
    allow_builds: bool = False
    timeout: float = 60.0
    memory: float | None = None
    gpu: bool = False
    pass_env: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    baseline: Baseline | None = None
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
    allow_builds: bool | None
    timeout: float | None
    memory: float | None
    gpu: bool | None
    pass_env: str | Iterable[str] | None
    ignore: str | Iterable[str] | None
    baseline: str | os.PathLike[str] | Baseline | None
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
