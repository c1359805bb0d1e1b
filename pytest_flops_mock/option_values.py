"""How the value of each option is read: text from an option or ini, or what a call in Python passes.

Each function takes the value, the folder that relative paths start from, and the name by which messages call the option.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_flops_mock.data.choice import DataChoice, data_choice
from pytest_flops_mock.errors import Problem, SettingsError, listing, nearest
from pytest_flops_mock.option import Read
from pytest_flops_mock.sla.files import matching
from pytest_flops_mock.stage import CHECKED, THROUGH, Stage

if TYPE_CHECKING:
    from pytest_flops_mock.report.comparing import Baseline
    from pytest_flops_mock.report_files import Output
    from pytest_flops_mock.sla.partitioners import Partitioning
    from pytest_flops_mock.sla.schemes import Drift

CONTAINERS = ("auto", "require", "off")

SHOWN = ("synthetic", "any", "none")

CURRENT, AUTO = "current", "auto"
"""The environments that are the Python of this process, and what is chosen by itself."""


IMAGE = re.compile(r"[a-z0-9][\w.:/@-]{0,254}", re.ASCII)
"""Names of images, roughly: the engine knows better."""

ENGINES = ("wire", "ray")
"""What runs federated rounds: over real connections, or in the workers of Ray."""


def one_of(words: tuple[str, ...], message: str, fix: str) -> Read:
    """What reads one of some words, and raises SettingsError for another one."""

    def read(value: Any, _: Path, where: str) -> str:
        return _word(message, str(value), words, where, fix)

    return read


def whole(message: str, least: int, example: str) -> Read:
    """What reads a whole number, and raises SettingsError for one below ``least`` or for what is none."""

    def read(value: Any, _: Path, where: str) -> int:
        try:
            number = least - 1 if isinstance(value, (bool, float)) else int(value)
        except (TypeError, ValueError):
            number = least - 1
        if number < least:
            expected, fix = f"{least} or more", f"for example {example}"
            raise SettingsError(Problem(message, where=where, expected=expected, got=repr(value), fix=fix))
        return number

    return read


def above_zero(message: str, example: str) -> Read:
    """What reads a number above 0, and raises SettingsError for another one or for what is none."""

    def read(value: Any, _: Path, where: str) -> float:
        try:
            number = 0.0 if isinstance(value, bool) else float(value)
        except (TypeError, ValueError):
            number = 0.0
        if not 0 < number < float("inf"):
            expected, fix = "a number above 0", f"for example {example}"
            raise SettingsError(Problem(message, where=where, expected=expected, got=repr(value), fix=fix))
        return number

    return read


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
                expected="auto, current, learner, container, or the path of a Python or of a virtual environment; several "
                "with commas",
                got=repr(text),
                nearest=",".join(dict.fromkeys(name for name in names if name)) or AUTO,
                fix="name each environment once, in the order in which they shall be checked",
            )
        )
    return names


def image(value: str, _: Path, where: str) -> str:
    """The name of a container image; empty for the default.

    Raises:
        SettingsError: It cannot be one.
    """
    if value and not IMAGE.fullmatch(value):
        raise SettingsError(
            Problem(
                "an image of a container has no such name",
                where=where,
                expected="a name such as python:3.11-slim, or with a registry in front",
                got=repr(value),
                nearest=value.strip().lower(),
                fix="docker image ls shows what there is",
            )
        )
    return value


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


def address(value: str, _: Path, where: str) -> str:
    """The address of a cluster of Ray's.

    Raises:
        SettingsError: It is none.
    """
    host, _colon, port = value.rpartition(":")
    if not host or "/" in host or not port.isdigit() or not 0 < int(port) < 2**16:
        raise SettingsError(
            Problem(
                "this is no address of a cluster of Ray's",
                where=where,
                expected="host:port of its head node",
                got=value,
                nearest="127.0.0.1:6379",
                fix="take the address that ray start --head shows",
            )
        )
    return value


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
    name = value.value if isinstance(value, Stage) else str(value)
    return Stage(_word(message, name, tuple(each.value for each in stages), where, "name the last stage to run"))


def _words(value: str | Iterable[str]) -> tuple[str, ...]:
    """The words of one text or of several, with commas or spaces between them, each once."""
    texts = [value] if isinstance(value, str) else value
    return tuple(dict.fromkeys(word for text in texts for word in str(text).replace(",", " ").split()))


def _word(message: str, value: str, words: tuple[str, ...], where: str, fix: str) -> str:
    if value not in words:
        raise SettingsError(
            Problem(
                message,
                where=where,
                expected=f"one of: {listing(words)}",
                got=str(value),
                nearest=nearest(str(value), words),
                fix=fix,
            )
        )
    return value
