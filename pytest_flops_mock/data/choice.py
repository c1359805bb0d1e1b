"""Where each data set of a run comes from, as users write it down. Loaded with the plugin: it imports nothing heavy."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from pytest_flops_mock.errors import Problem, SettingsError, listing, nearest


class DataSource(str, Enum):
    """Where the data sets come from that an SLA names by their hub name (a path is always local)."""

    SYNTHETIC = "synthetic"
    """A twin made on the spot: the hub's features and splits, rows from a seed, no network."""

    RECORDED = "recorded"
    """A sample of the real rows, which ``flops-mock record`` has put into a folder: no network."""

    HUB = "hub"
    """The Hugging Face hub, as the real mock data provider does it."""


RECORDINGS = Path("tests", "flops-data")
"""The folder of recorded samples, from the rootdir, unless another one is set."""

ANY = "*"
"""Stands for every data set that is not named."""


@dataclass(frozen=True)
class DataChoice:
    """Which data set comes from where.

    Attributes:
        default: Source of the data sets that are not named.
        by_name: Names of data sets, each with its source.
    """

    default: DataSource = DataSource.SYNTHETIC
    by_name: tuple[tuple[str, DataSource], ...] = ()

    def source_of(self, dataset_name: str, *also: str) -> DataSource:
        """The source of a data set.

        Args:
            dataset_name: Its name; a choice for it goes first.
            *also: Other names of the same data set.
        """
        chosen = dict(self.by_name)
        return next((chosen[name] for name in (dataset_name, *also) if name in chosen), self.default)

    @property
    def value(self) -> str:
        """The choice as it is written in settings."""
        named = [f"{name}:{source.value}" for name, source in self.by_name]
        return " ".join([*named, f"{ANY}:{self.default.value}"]) if named else self.default.value


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
                got=repr(value),
                nearest=nearest(str(value), valid),
                fix="use synthetic or recorded for no network, hub for the real data",
            )
        )
    return DataSource(value)


def data_choice(value: str | DataSource | DataChoice, where: str = "data") -> DataChoice:
    """The choice that ``value`` writes down: one source for all, or ``NAME:SOURCE`` for some and ``*:SOURCE`` for the rest.

    Raises:
        SettingsError: A source that there is not, a choice without a name, or two for the same name.
    """
    if isinstance(value, DataChoice):
        return value
    if isinstance(value, DataSource):
        return DataChoice(value)
    sources: dict[str, DataSource] = {}
    for word in str(value).replace(",", " ").split() or [str(value)]:
        name, colon, source = word.rpartition(":")
        name = name if colon else ANY
        chosen = data_source(source, where)
        if not name or sources.get(name, chosen) is not chosen:
            raise SettingsError(
                Problem(
                    f"there are two sources for {'all data sets' if name == ANY else name}"
                    if name
                    else "a source has no data set that it is for",
                    where=where,
                    expected="NAME:SOURCE for a data set, and at most one SOURCE or *:SOURCE for all others",
                    got=repr(value),
                    fix="for example mnist:recorded cifar10:synthetic *:hub",
                )
            )
        sources[name] = chosen
    default = sources.pop(ANY, DataSource.SYNTHETIC)
    return DataChoice(default, tuple(sources.items()))
