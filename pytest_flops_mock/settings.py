"""What a run is set to: one frozen value, built when it is needed from options, ini and markers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from pytest_flops_mock.choices import RECORDINGS, DataChoice, DataSource, data_choice
from pytest_flops_mock.errors import Problem, SettingsError, listing, nearest
from pytest_flops_mock.sla.files import absolute, matching
from pytest_flops_mock.sla.schemes import Drift, drift_of

Told = Mapping[str, "str | Sequence[str] | None"]


@dataclass(frozen=True)
class Settings:
    """The settings of one pytest run.

    Attributes:
        rootdir: Where relative paths of options and ini start.
        data: Sources of data sets named by their hub name, the folder of recorded samples, and the drift of twins.
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
        told: ``option:NAME`` and ``ini:NAME`` to text, for the names ``data``, ``env``, ``drift``, ``ignore``, ``memory``,
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
        return absolute(folder, values[-1]) if values else None

    def text(name: str, default: str) -> tuple[str, str]:
        values, _, shown = chosen(name)
        return (values[-1], shown) if values else (default, "")

    data, _, data_shown = chosen("data")
    drift, drift_shown = text("drift", "")
    memory, memory_shown = text("memory", "")
    return Settings(
        rootdir=rootdir,
        data=replace(
            data_choice(" ".join(data) or DataSource.SYNTHETIC, data_shown),
            recordings=_folder(*chosen("recordings")) or rootdir / RECORDINGS,
            drift=drift_of(drift, drift_shown) if drift else Drift(),
        ),
        repository=path("repo") or rootdir,
        slas=tuple(matching(*chosen("sla"))),
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
                got=listing(unknown),
                nearest=nearest(unknown[0], CODES),
                fix="flops-mock explain lists all codes",
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


def _ini(name: str) -> str:
    return "ini flops_" + {"repo": "repository"}.get(name, name).replace("-", "_")


def _folder(values: Sequence[str], start: Path, where: str) -> Path | None:
    """A folder that may come to be later, or None where none is named.

    Raises:
        SettingsError: There is a file of that name.
    """
    if not values:
        return None
    folder = absolute(start, values[-1])
    if folder.is_file():
        raise SettingsError(
            Problem(
                "recorded samples lie in a folder, and this is a file",
                where=where,
                expected="a folder",
                got=values[-1],
                nearest=str(Path(values[-1]).parent),
                fix="name the folder, for example tests/flops-data",
            )
        )
    return folder


def _texts(value: str | Sequence[str] | None) -> list[str]:
    values = [value] if isinstance(value, str) else list(value or ())
    return [text.strip() for text in values if text.strip()]


def _positive(message: str, value: str, where: str, *, example: str) -> float:
    try:
        number = float(value)
    except ValueError:
        number = 0.0
    if not 0 < number < float("inf"):
        raise SettingsError(
            Problem(message, where=where, expected="a number above 0", got=repr(value), fix=f"for example {example}")
        )
    return number
