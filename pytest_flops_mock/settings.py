"""What a run is set to: one frozen value, built when it is needed from options, ini and markers."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from pytest_flops_mock.errors import Problem, SettingsError, listing, nearest


class DataSource(str, Enum):
    """Where the data sets come from that an SLA names by their hub name (a path is always local)."""

    SYNTHETIC = "synthetic"
    """A twin made on the spot: the hub's features and splits, rows from a seed, no network."""

    HUB = "hub"
    """The Hugging Face hub, as the real mock data provider does it."""


@dataclass(frozen=True)
class Settings:
    """The settings of one pytest run.

    Attributes:
        rootdir: Where relative paths of options and ini start.
        data: Source of data sets named by their hub name.
        repository: Folder of the ML repository under test.
        sla: MDP SLA for the fixtures that are called without one.
        timeout: Seconds that one stage of the learner's process may take.
    """

    rootdir: Path
    data: DataSource = DataSource.SYNTHETIC
    repository: Path = Path()
    sla: Path | None = None
    timeout: float = 60.0


def settings_from(rootdir: Path, told: dict[str, str | None], invocation_dir: Path) -> Settings:
    """Build the settings from what options and ini keys say, as text.

    Args:
        rootdir: pytest's rootdir; ini paths start there.
        told: ``option:NAME`` and ``ini:NAME`` to text, for the names ``data``, ``repo``, ``sla`` and ``timeout``;
            ``None`` or empty for what is not set. An option goes before the ini key.
        invocation_dir: Where pytest was started; paths of options start there.

    Raises:
        SettingsError: A value means nothing.
    """

    def path(name: str) -> Path | None:
        if option := told.get(f"option:{name}"):
            return (invocation_dir / Path(option).expanduser()).resolve()
        if ini := told.get(f"ini:{name}"):
            return (rootdir / Path(ini).expanduser()).resolve()
        return None

    def text(name: str, default: str) -> tuple[str, str]:
        for kind, shown in (("option", f"--flops-{name}"), ("ini", f"ini flops_{name}")):
            if value := told.get(f"{kind}:{name}"):
                return value, shown
        return default, ""

    return Settings(
        rootdir=rootdir,
        data=data_source(*text("data", DataSource.SYNTHETIC.value)),
        repository=path("repo") or rootdir,
        sla=path("sla"),
        timeout=_seconds(*text("timeout", "60")),
    )


def data_source(value: str | DataSource, where: str = "data") -> DataSource:
    """The source that ``value`` names.

    Raises:
        SettingsError: There is no such source.
    """
    valid = [source.value for source in DataSource]
    if value not in valid:
        raise SettingsError(
            Problem(
                "there is no such source of data",
                where=where,
                expected=f"one of: {listing(valid)}",
                came=repr(value),
                nearest=nearest(str(value), valid),
                hint="use synthetic for no network, hub for the real data",
            )
        )
    return DataSource(value)


def _seconds(value: str, where: str) -> float:
    try:
        seconds = float(value)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < float("inf"):
        raise SettingsError(
            Problem(
                "the time limit is not a number of seconds",
                where=where,
                expected="a number above 0",
                came=repr(value),
                hint="for example 120",
            )
        )
    return seconds
