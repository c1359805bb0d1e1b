"""What the commands share that make partitions of an SLA: the options that say what these are."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_flops_mock.cli.shared import whole_number
from pytest_flops_mock.option import Option
from pytest_flops_mock.option_table import OPTIONS
from pytest_flops_mock.options import CheckOptions
from pytest_flops_mock.settings import Given, check_options, read
from pytest_flops_mock.sla.files import refuse_what_is_no_file

if TYPE_CHECKING:
    from pytest_flops_mock.provider import MockDataProvider
    from pytest_flops_mock.sla.models import MockSLA

SETTINGS = ("data", "recordings", "drift", "partitioner")
"""Which options of a check say what the partitions are."""


def add_settings(command: argparse.ArgumentParser) -> None:
    """Add the options."""
    for option in _settings():
        command.add_argument(option.argument, **option.argparse())
    command.add_argument("--seed", metavar="N", default="42", help="seed of the split, of twins and of drift (42)")


def provider_of(given: argparse.Namespace, here: Path) -> Callable[..., MockDataProvider]:
    """Makes providers as the options say; what makes them is not imported before.

    Args:
        given: The arguments of a command that has the options.
        here: The folder of relative paths.

    Raises:
        SettingsError: A value means nothing.
    """
    seed = whole_number(given.seed, "--seed", minimum=0)
    return partial(_provider, **options_of(given, here).of_provider(), seed=seed)


def options_of(given: argparse.Namespace, here: Path) -> CheckOptions:
    """What the options say, as those of a check.

    Raises:
        SettingsError: A value means nothing.
    """
    told = {option.name: getattr(given, option.key) for option in _settings()}
    return check_options(read(Given(told, here, lambda option: option.argument)))


def _provider(*arguments: object, **keywords: object) -> MockDataProvider:
    from pytest_flops_mock.provider import MockDataProvider

    return MockDataProvider(*arguments, **keywords)  # type: ignore[arg-type]


def usable(file: str, where: str, here: Path) -> MockSLA:
    """The MDP SLA in a file, if its partitions can be stored.

    Raises:
        SettingsError: There is no such file.
        SLAError: It cannot be used, or the real provider would die of it.
    """
    path = here / Path(file).expanduser()
    refuse_what_is_no_file(path, "MDP", where, here=here, repository=here)
    from pytest_flops_mock.provider import usable_sla

    return usable_sla(path)


def _settings() -> list[Option]:
    return [option for option in OPTIONS if option.name in SETTINGS]
