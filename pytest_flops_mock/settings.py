"""What a pytest run is set to: one frozen value, built when it is needed from options and ini keys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pytest_flops_mock.data.choice import RECORDINGS
from pytest_flops_mock.options import OPTIONS, CheckOptions, Given, check_options, read


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
    """

    repository: Path
    check: bool = False
    slas: tuple[Path, ...] = ()
    together: bool = False
    project_sla: Path | None = None
    options: CheckOptions = field(default_factory=CheckOptions)
    searches: bool = False
    search: Mapping[str, Any] = field(default_factory=dict)


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
    values = read(
        Given(options, invocation_dir, lambda option: option.option),
        Given(ini, rootdir, lambda option: f"ini {option.ini}"),
    )
    searched = [option.key for option in OPTIONS if "search" in option.doors]
    return Settings(
        repository=values.get("repo", rootdir),
        check=values.get("check", False),
        slas=values.get("sla", ()),
        together=values.get("together", False),
        project_sla=values.get("project_sla"),
        options=check_options(values, recordings=rootdir / RECORDINGS),
        searches="examples" in values,
        search={key: values[key] for key in searched if key in values},
    )
