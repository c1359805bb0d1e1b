"""What a run is set to: one frozen value, built when it is needed from options, ini and markers."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from pytest_flops_mock.choices import RECORDINGS, DataChoice, DataSource, Flaws, data_choice, flaws_of
from pytest_flops_mock.errors import Problem, SettingsError, listing, nearest

Told = Mapping[str, "str | Sequence[str] | None"]

MDP_KEY = "mock_data_configuration"
"""Only an MDP SLA has this key."""

MOST_BYTES = 1_000_000
"""No SLA is larger than this; what is need not be read to know."""


@dataclass(frozen=True)
class Settings:
    """The settings of one pytest run.

    Attributes:
        rootdir: Where relative paths of options and ini start.
        data: Sources of data sets named by their hub name, the folder of recorded samples, and the flaws of twins.
        repository: Folder of the ML repository under test.
        slas: MDP SLAs, in the order in which they are named: those of ``--flops-check``, and, if it is one, that of
            fixtures that are called without one.
        project_sla: Project SLA for checks that name none.
        env: The Python that runs the repository; see ``check_repository``.
        timeout: Seconds that one stage of the learner's process may take.
        memory: Most MB of address space that the learner's process may have.
        pass_env: Names of environment variables that the repository's code gets to see.
        ignore: Codes of findings that do not count.
    """

    rootdir: Path
    data: DataChoice = field(default_factory=DataChoice)
    repository: Path = Path()
    slas: tuple[Path, ...] = ()
    project_sla: Path | None = None
    env: str = "current"
    timeout: float = 60.0
    memory: float | None = None
    pass_env: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()


def settings_from(rootdir: Path, told: Told, invocation_dir: Path) -> Settings:
    """Build the settings from what options and ini keys say, as text.

    Args:
        rootdir: pytest's rootdir; ini paths start there.
        told: ``option:NAME`` and ``ini:NAME`` to text, for the names ``data``, ``env``, ``flaws``, ``ignore``, ``memory``,
            ``pass-env``, ``project-sla``, ``recordings``, ``repo``, ``sla`` and ``timeout``; lists of texts for ``ignore``,
            ``pass-env`` and ``sla``, ``None`` or empty for what is not set. An option goes before the ini key, but codes to
            ignore and variables to pass on add up.
        invocation_dir: Where pytest was started; paths of options start there.

    Raises:
        SettingsError: A value means nothing.
    """

    def chosen(name: str) -> tuple[list[str], Path, str]:
        """What is told, the folder that its paths start from, and how the user calls it."""
        for kind, folder, shown in (("option", invocation_dir, f"--flops-{name}"), ("ini", rootdir, _ini(name))):
            if values := _texts(told.get(f"{kind}:{name}")):
                return values, folder, shown
        return [], rootdir, ""

    def path(name: str) -> Path | None:
        values, folder, _ = chosen(name)
        return _absolute(folder, values[-1]) if values else None

    def text(name: str, default: str) -> tuple[str, str]:
        values, _, shown = chosen(name)
        return (values[-1], shown) if values else (default, "")

    data, _, data_shown = chosen("data")
    flaws, flaws_shown = text("flaws", "")
    memory, memory_shown = text("memory", "")
    return Settings(
        rootdir=rootdir,
        data=replace(
            data_choice(" ".join(data) or DataSource.SYNTHETIC, data_shown),
            recordings=path("recordings") or rootdir / RECORDINGS,
            flaws=flaws_of(flaws, flaws_shown) if flaws else Flaws(),
        ),
        repository=path("repo") or rootdir,
        slas=tuple(_matching(*chosen("sla"))),
        project_sla=path("project-sla"),
        env=text("env", "current")[0],
        timeout=seconds(*text("timeout", "60")),
        memory=megabytes(memory, memory_shown) if memory else None,
        pass_env=tuple(
            name
            for kind in ("ini", "option")
            for value in _texts(told.get(f"{kind}:pass-env"))
            for name in value.replace(",", " ").split()
        ),
        ignore=tuple(
            dict.fromkeys(
                code
                for kind, shown in (("ini", _ini("ignore")), ("option", "--flops-ignore"))
                for code in ignored_codes(_texts(told.get(f"{kind}:ignore")), shown)
            )
        ),
    )


def ignored_codes(texts: Iterable[str], where: str) -> tuple[str, ...]:
    """The codes of findings in ``texts``, which have commas or spaces between them.

    Raises:
        SettingsError: There is no such code.
    """
    codes = [code.upper() for text in texts for code in str(text).replace(",", " ").split()]
    if not codes:
        return ()
    from pytest_flops_mock.codes import CODES

    unknown = [code for code in codes if code not in CODES]
    if unknown:
        raise SettingsError(
            Problem(
                "there is no such code to ignore",
                where=where,
                expected="codes of findings, such as FM714",
                came=listing(unknown),
                nearest=nearest(unknown[0], CODES),
                hint="flops-mock explain lists all codes",
            )
        )
    return tuple(codes)


def seconds(value: str, where: str) -> float:
    """A time limit.

    Raises:
        SettingsError: It is not a number above 0.
    """
    return _positive("the time limit is not a number of seconds", value, where, example="120")


def megabytes(value: str, where: str) -> float:
    """A limit of memory.

    Raises:
        SettingsError: It is not a number above 0.
    """
    return _positive("the memory limit is not a number of MB", value, where, example="2000")


def is_mdp_sla(path: Path) -> bool:
    """Whether a file looks like an MDP SLA, be it a broken one."""
    try:
        small = path.suffix == ".json" and path.is_file() and path.stat().st_size <= MOST_BYTES
        return small and MDP_KEY in path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False


def mdp_slas(folder: Path, most: int = 100) -> Iterator[Path]:
    """The files in a folder, at any depth, that look like MDP SLAs; not in hidden folders and virtual environments."""
    for parent, folders, files in os.walk(folder):
        folders[:] = sorted(
            name
            for name in folders
            if not name.startswith((".", "__")) and name != "node_modules" and not Path(parent, name, "pyvenv.cfg").exists()
        )
        for name in sorted(files):
            if is_mdp_sla(Path(parent, name)):
                yield Path(parent, name)
                most -= 1
                if not most:
                    return


def _ini(name: str) -> str:
    return "ini flops_" + {"repo": "repository"}.get(name, name).replace("-", "_")


def _texts(value: str | Sequence[str] | None) -> list[str]:
    values = [value] if isinstance(value, str) else list(value or ())
    return [text.strip() for text in values if text.strip()]


def _absolute(folder: Path, path: str) -> Path:
    # Not resolved: a link keeps the name by which the user knows it.
    return Path(os.path.abspath(folder / Path(path).expanduser()))


def _matching(patterns: list[str], folder: Path, where: str) -> Iterator[Path]:
    """The files that paths and patterns mean, each once. A path without ``*``, ``?`` and ``[`` need not exist."""
    seen: set[Path] = set()
    for pattern in patterns:
        path = _absolute(folder, pattern)
        if not glob.has_magic(pattern) or path.exists():
            found = [path]
        else:
            whole = os.path.join(glob.escape(str(folder)), os.path.expanduser(pattern))
            found = sorted(path for path in map(Path, glob.glob(whole, recursive=True)) if path.is_file())
            if not found:
                raise SettingsError(_no_match(pattern, folder, where))
        for path in map(Path, map(os.path.abspath, found)):
            if path not in seen:
                seen.add(path)
                yield path


def _no_match(pattern: str, folder: Path, where: str) -> Problem:
    there = [os.path.relpath(path, folder) for path in mdp_slas(folder)]
    return Problem(
        "no SLA file matches the pattern",
        where=where,
        expected="the path of an MDP SLA, or a pattern such as mocks/*.json",
        came=pattern,
        nearest=nearest(pattern, there) or "".join(there[:1]),
        hint=f"MDP SLAs in {folder}: {listing(there)}",
    )


def _positive(message: str, value: str, where: str, *, example: str) -> float:
    try:
        number = float(value)
    except ValueError:
        number = 0.0
    if not 0 < number < float("inf"):
        raise SettingsError(
            Problem(message, where=where, expected="a number above 0", came=repr(value), hint=f"for example {example}")
        )
    return number
