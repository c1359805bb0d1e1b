"""What the doors say, read: options and ini keys of pytest, arguments of the command; and what a pytest run is set to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_flops_mock.data.choice import RECORDINGS
from pytest_flops_mock.option import Option
from pytest_flops_mock.option_table import OPTIONS
from pytest_flops_mock.options import KEYWORDS, CheckOptions

if TYPE_CHECKING:
    from pytest_flops_mock.report_files import Output


@dataclass(frozen=True)
class Given:
    """What one door says: options or ini keys of pytest, or the arguments of the command.

    Attributes:
        by_name: The value of each option, by name; empty for what is not set.
        folder: Where relative paths start.
        named: How messages call an option.
    """

    by_name: Mapping[str, Any]
    folder: Path
    named: Callable[[Option], str]

    def value(self, option: Option) -> Any:
        """The text or texts without those that are empty, or the number; nothing for what is not set."""
        value = self.by_name.get(option.name)
        if option.kind == "list":
            return [text for text in ([value] if isinstance(value, str) else value or ()) if text.strip()]
        return value.strip() if isinstance(value, str) else value


def read(*doors: Given, options: Iterable[Option] = OPTIONS) -> dict[str, Any]:
    """The values of what is set, by :attr:`Option.key`.

    Args:
        *doors: What each says. The first goes before the others, unless an option adds up.
        options: Those that are read.

    Raises:
        SettingsError: A value means nothing.
    """
    found: dict[str, Any] = {}
    for option in options:
        saying = [(door, value) for door in doors if _is_set(value := door.value(option))]
        for door, value in reversed(saying if option.adds else saying[:1]):
            meant = option.read(value, door.folder, door.named(option))
            found[option.key] = option.joined(found.get(option.key, ()), meant)
    return found


def _is_set(value: Any) -> bool:
    """A number that is 0 is one that somebody has set."""
    return bool(value) or (isinstance(value, int | float) and not isinstance(value, bool))


def check_options(values: Mapping[str, Any], **defaults: Any) -> CheckOptions:
    """The options of a check among the values that :func:`read` gives.

    Args:
        values: By :attr:`Option.key`.
        **defaults: What holds for those that are not set, where it differs from the usual.
    """
    return CheckOptions(**{**defaults, **{name: values[name] for name in KEYWORDS if name in values}})


def shown_rows(outputs: Iterable[Output], form: str = "") -> str:
    """Whose rows reports show, unless the user says it: only pages have room for them.

    Args:
        outputs: The files that reports go to.
        form: What standard output shows.
    """
    return "synthetic" if "html" in (form, *(output.form for output in outputs)) else "none"


@dataclass(frozen=True)
class Settings:
    """The settings of one pytest run.

    Attributes:
        repository: Folder of the ML repository under test.
        check: Whether checks are collected without test code.
        slas: MDP SLAs, in the order in which they are named: those of ``--flops-check``, and, if it is one, that of
            fixtures that are called without one.
        together: Whether those are checked at once.
        project_sla: Project SLA for checks that name none.
        options: How checks are done.
        searches: Whether a search is collected behind each check.
        search: How searches are done: the attributes of ``SearchOptions`` that differ from the usual.
        in_rounds: Whether federated rounds are collected behind each check.
        rounds: How they are run: values by :attr:`Option.key`, see ``rounds_options``.
        outputs: The files that reports go to, each with its form.
        containers: Whether tests with containers run: ``auto``, ``require`` or ``off``.
    """

    repository: Path
    check: bool = False
    slas: tuple[Path, ...] = ()
    together: bool = False
    project_sla: Path | None = None
    options: CheckOptions = field(default_factory=CheckOptions)
    searches: bool = False
    search: Mapping[str, Any] = field(default_factory=dict)
    in_rounds: bool = False
    rounds: Mapping[str, Any] = field(default_factory=dict)
    outputs: tuple[Output, ...] = ()
    containers: str = "auto"


def settings_from(rootdir: Path, invocation_dir: Path, *, options: Mapping[str, Any], ini: Mapping[str, Any]) -> Settings:
    """Build the settings from what options and ini keys say.

    Args:
        rootdir: pytest's rootdir; ini paths start there.
        invocation_dir: Where pytest was started; paths of options start there.
        options: The value of each option, by the option's name in the table.
        ini: The value of each ini key, likewise.

    Raises:
        SettingsError: A value means nothing.
    """
    doors = (
        Given(options, invocation_dir, lambda option: option.option),
        Given(ini, rootdir, lambda option: f"ini {option.ini}"),
    )
    of_rounds = [option for option in OPTIONS if "rounds" in option.doors]  # a search has a seed as well
    values = read(*doors, options=[option for option in OPTIONS if option not in of_rounds])
    outputs = _outputs(values)
    searched = [option.key for option in OPTIONS if "search" in option.doors]
    return Settings(
        repository=values.get("repo", rootdir),
        check=values.get("check", False),
        slas=values.get("sla", ()),
        together=values.get("together", False),
        project_sla=values.get("project_sla"),
        options=check_options(values, recordings=rootdir / RECORDINGS, show_rows=shown_rows(outputs)),
        searches="examples" in values,
        search={key: values[key] for key in searched if key in values},
        in_rounds=values.get("in_rounds", False),
        rounds=read(*doors, options=of_rounds),
        outputs=outputs,
        containers=values.get("containers", Settings.containers),
    )


def _outputs(values: Mapping[str, Any]) -> tuple[Output, ...]:
    if "output" not in values:
        return ()
    from pytest_flops_mock.report_files import refuse_inputs, with_forms

    project = values.get("project_sla")
    refuse_inputs(values["output"], [*values.get("sla", ()), *([project] if project is not None else [])])
    return with_forms(values["output"])
