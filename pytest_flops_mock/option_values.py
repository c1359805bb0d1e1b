"""How the value of each option is read: text from an option or ini, or what a call in Python passes.

Each function takes the value, the folder that relative paths start from, and the name by which messages call the option.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_flops_mock.data.choice import DataChoice, data_choice
from pytest_flops_mock.errors import Problem, SettingsError, listing, nearest
from pytest_flops_mock.sla.files import matching
from pytest_flops_mock.stage import CHECKED, THROUGH, Stage

if TYPE_CHECKING:
    from pytest_flops_mock.report.comparing import Baseline
    from pytest_flops_mock.report_files import Output
    from pytest_flops_mock.sla.partitioners import Partitioning
    from pytest_flops_mock.sla.schemes import Drift

CONTAINERS = ("auto", "require", "off")

CURRENT, AUTO = "current", "auto"
"""The environments that are the Python of this process, and what is chosen by itself."""


def flag(value: object, _: Path, __: str) -> bool:
    """Whether something is on."""
    return bool(value)


def path(value: str | os.PathLike[str], folder: Path, _: str) -> Path:
    """A file or folder, which need not exist. A link keeps the name by which the user knows it."""
    return Path(os.path.normpath(folder / Path(value).expanduser()))


def files(values: Iterable[str], folder: Path, where: str) -> tuple[Path, ...]:
    """The files that paths and patterns name, each once.

    Raises:
        SettingsError: No file matches a pattern.
    """
    return tuple(matching(list(values), folder, where))


def folder_of_samples(value: str | os.PathLike[str], folder: Path, where: str) -> Path:
    """A folder that may come to be later.

    Raises:
        SettingsError: There is a file of that name.
    """
    found = path(value, folder, where)
    if found.is_file():
        raise SettingsError(
            Problem(
                "recorded samples lie in a folder, and this is a file",
                where=where,
                expected="a folder",
                got=os.fspath(value),
                nearest=str(Path(value).parent),
                fix="name the folder, for example tests/flops-data",
            )
        )
    return found


def containers(value: str, _: Path, where: str) -> str:
    """Whether tests with containers run.

    Raises:
        SettingsError: It is none of the three words.
    """
    if value not in CONTAINERS:
        raise SettingsError(
            Problem(
                "there is no such use of containers",
                where=where,
                expected=f"one of: {listing(CONTAINERS)}",
                got=value,
                nearest=nearest(value, CONTAINERS),
                fix="use require in CI, so that no test is skipped there",
            )
        )
    return value


def data(value: Any, _: Path, where: str) -> DataChoice:
    """Where data sets come from. See :func:`data_choice`."""
    return data_choice(value, where)


def drift(value: Any, _: Path, where: str) -> Drift:
    """What is wrong with rows. See :func:`drift_of`."""
    from pytest_flops_mock.sla.schemes import drift_of

    return drift_of(value, where)


def partitioner(value: Any, _: Path, where: str) -> Partitioning:
    """How rows are split. See :func:`partitioning_of`."""
    from pytest_flops_mock.sla.partitioning import partitioning_of

    return partitioning_of(value, where)


def environments(value: str | Iterable[str], _: Path, where: str) -> tuple[str, ...]:
    """The environments of a check, separated by commas.

    Raises:
        SettingsError: One has no name, or is named twice.
    """
    text = value if isinstance(value, str) else ",".join(value)
    names = tuple(name.strip() for name in text.split(","))
    twice = sorted({name for name in names if names.count(name) > 1})
    if not all(names) or twice:
        raise SettingsError(
            Problem(
                f"the environment {twice[0]} is named twice" if all(names) else "an environment has no name",
                where=where,
                expected="auto, current, learner, or the path of a Python or of a virtual environment; several with commas",
                got=repr(text),
                nearest=",".join(dict.fromkeys(name for name in names if name)) or AUTO,
                fix="name each environment once, in the order in which they shall be checked",
            )
        )
    return names


def seconds(value: str | float, _: Path, where: str) -> float:
    """A time limit.

    Raises:
        SettingsError: It is not a number above 0.
    """
    return _positive("the time limit is not a number of seconds", value, where, example="120")


def megabytes(value: str | float, _: Path, where: str) -> float:
    """A limit of memory.

    Raises:
        SettingsError: It is not a number above 0.
    """
    return _positive("the memory limit is not a number of MB", value, where, example="2000")


def rows(value: str | int, _: Path, where: str) -> int:
    """A number of rows.

    Raises:
        SettingsError: It is not a whole number from 0.
    """
    return _whole("the number of rows is not a whole number", value, where, least=0, example="10")


def distance(value: str | float, _: Path, where: str) -> float:
    """How far labels may be off.

    Raises:
        SettingsError: It is not a number above 0.
    """
    return _positive("the distance is not a number above 0", value, where, example="0.5")


def variables(value: str | Iterable[str], _: Path, where: str) -> tuple[str, ...]:
    """Names of environment variables.

    Raises:
        SettingsError: One comes with a value, or as a shell writes it. The message does not repeat the value.
    """
    names = _words(value)
    for name in names:
        bare = name.lstrip("$").partition("=")[0].strip("{}")
        if bare != name:
            raise SettingsError(
                Problem(
                    "environment variables are passed on by their names alone",
                    where=where,
                    expected="names, such as HF_TOKEN",
                    got=f"{bare}=..." if "=" in name else name,
                    nearest=bare,
                    fix="set the variable where the check is started, and name it here",
                )
            )
    return names


def codes(value: str | Iterable[str], _: Path, where: str) -> tuple[str, ...]:
    """Codes of findings, in upper case.

    Raises:
        SettingsError: There is no such code.
    """
    named = tuple(code.upper() for code in _words(value))
    if not named:
        return ()
    from pytest_flops_mock.codes import CODES

    if unknown := [code for code in named if code not in CODES]:
        raise SettingsError(
            Problem(
                "there is no such code to ignore",
                where=where,
                expected="codes of findings, such as FM714",
                got=listing(unknown),
                nearest=nearest(unknown[0], CODES),
                fix="flops-mock explain lists all codes",
            )
        )
    return named


def stage(value: Stage | str, _: Path, where: str) -> Stage:
    """The last stage of a check.

    Raises:
        SettingsError: There is no such stage.
    """
    return _one_of(CHECKED, value, where, "there is no such stage")


def through(value: Stage | str, _: Path, where: str) -> Stage:
    """The last stage that a search takes each partition through.

    Raises:
        SettingsError: There is no such stage, or it is none that runs the repository's code with a partition.
    """
    return _one_of(THROUGH, value, where, "a search does not end with such a stage")


def examples(value: str | int, _: Path, where: str) -> int:
    """How many partitions a search tries.

    Raises:
        SettingsError: It is no whole number above 0.
    """
    return _whole("a search tries a number of partitions", value, where, least=1, example="200")


def seed(value: str | int, _: Path, where: str) -> int:
    """What a search draws with, and what random numbers start from.

    Raises:
        SettingsError: It is no whole number.
    """
    return _whole("the seed is a whole number", value, where, least=0, example="1")


def whole(value: str | int, _: Path, where: str) -> int:
    """A number of nodes, rounds, cycles or clusters.

    Raises:
        SettingsError: It is no whole number above 0.
    """
    return _whole("there can be no such number", value, where, least=1, example="3")


def texts(value: str | Iterable[str], _: Path, __: str) -> tuple[str, ...]:
    """Texts as they are; what they say is read later."""
    return (value,) if isinstance(value, str) else tuple(value)


def folder_of_found(value: str | os.PathLike[str], folder: Path, where: str) -> Path | None:
    """A folder that may come to be later; nothing for ``none``.

    Raises:
        SettingsError: There is a file of that name.
    """
    if os.fspath(value) == "none":
        return None
    found = path(value, folder, where)
    if found.is_file():
        raise SettingsError(
            Problem(
                "what a search finds is saved in a folder, and this is a file",
                where=where,
                expected="a folder, or none",
                got=os.fspath(value),
                nearest=str(Path(value).parent),
                fix="name the folder, for example tests/flops-found",
            )
        )
    return found


def baseline(value: str | os.PathLike[str] | Baseline, folder: Path, where: str) -> Baseline:
    """What an earlier run has found.

    Raises:
        SettingsError: The file is not there, or is no report.
    """
    from pytest_flops_mock.report.comparing import Baseline
    from pytest_flops_mock.report_files import read_reports

    if isinstance(value, Baseline):
        return value
    return Baseline(os.fspath(value), read_reports(path(value, folder, where), where))


def outputs(value: Iterable[str], folder: Path, where: str) -> tuple[Output, ...]:
    """The files that reports go to. See :func:`outputs_of`."""
    from pytest_flops_mock.report_files import outputs_of

    return outputs_of(value, folder, where)


def _one_of(stages: tuple[Stage, ...], value: Stage | str, where: str, message: str) -> Stage:
    names = [each.value for each in stages]
    name = value.value if isinstance(value, Stage) else str(value)
    if name not in names:
        raise SettingsError(
            Problem(
                message,
                where=where,
                expected=f"one of: {listing(names)}",
                got=name,
                nearest=nearest(name, names),
                fix="name the last stage to run",
            )
        )
    return Stage(name)


def _whole(message: str, value: str | int, where: str, *, least: int, example: str) -> int:
    try:
        number = least - 1 if isinstance(value, (bool, float)) else int(value)
    except (TypeError, ValueError):
        number = least - 1
    if number < least:
        raise SettingsError(
            Problem(message, where=where, expected=f"{least} or more", got=repr(value), fix=f"for example {example}")
        )
    return number


def _words(value: str | Iterable[str]) -> tuple[str, ...]:
    """The words of one text or of several, with commas or spaces between them, each once."""
    texts = [value] if isinstance(value, str) else value
    return tuple(dict.fromkeys(word for text in texts for word in str(text).replace(",", " ").split()))


def _positive(message: str, value: str | float, where: str, *, example: str) -> float:
    try:
        number = 0.0 if isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        number = 0.0
    if not 0 < number < float("inf"):
        raise SettingsError(
            Problem(message, where=where, expected="a number above 0", got=repr(value), fix=f"for example {example}")
        )
    return number
