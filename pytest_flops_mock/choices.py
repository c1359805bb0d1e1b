"""Which data a run uses: where each data set comes from, and what is wrong with the rows of a twin."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
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
class Flaws:
    """How much is wrong with the rows of a twin, each a share from 0 (nothing) to 1.

    Attributes:
        missing: Share of the values that are null, in every column but the label.
        corrupt_images: Share of the pictures whose file is cut off half-way, so that it cannot be decoded.
        label_noise: Share of the rows with the label of another class.
        imbalance: How much rarer the last class is than the first, the others evenly between; at 1 it never comes.
        duplicates: Share of the rows that repeat another row nearby.

    Raises:
        SettingsError: A share is below 0, above 1 or not a number.
    """

    missing: float = 0.0
    corrupt_images: float = 0.0
    label_noise: float = 0.0
    imbalance: float = 0.0
    duplicates: float = 0.0

    def __post_init__(self) -> None:
        for name, share in self.given(every=True).items():
            if isinstance(share, bool) or not isinstance(share, int | float) or not 0 <= share <= 1:
                is_number = isinstance(share, int | float) and not math.isnan(share)
                raise SettingsError(
                    Problem(
                        f"a twin cannot be made with {name}={share}",
                        expected="a share from 0 to 1",
                        got=str(share),
                        nearest=str(min(max(share, 0), 1)) if is_number else "",
                        fix=f"pass for example {name}=0.1 for one row in ten",
                    )
                )

    def given(self, *, every: bool = False) -> dict[str, float]:
        """The shares by name, without those that are 0 unless ``every``."""
        shares = {field.name: getattr(self, field.name) for field in fields(self)}
        return shares if every else {name: share for name, share in shares.items() if share}

    @property
    def value(self) -> str:
        """The flaws as they are written in settings."""
        return " ".join(f"{name}={share:g}" for name, share in self.given().items())


@dataclass(frozen=True)
class DataChoice:
    """Which data set comes from where, where recorded samples lie, and what is wrong with twins.

    Attributes:
        default: Source of the data sets that are not named.
        by_name: Names of data sets, each with its source.
        recordings: Folder of recorded samples; a relative one starts at the working directory.
        flaws: What is to be wrong with the rows of twins; other sources are left as they are.
    """

    default: DataSource = DataSource.SYNTHETIC
    by_name: tuple[tuple[str, DataSource], ...] = ()
    recordings: Path = RECORDINGS
    flaws: Flaws = field(default_factory=Flaws)

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


def flaws_of(value: str | Mapping[str, float] | Flaws, where: str = "flaws") -> Flaws:
    """The flaws that ``value`` writes down, as in ``missing=0.1 label_noise=0.2``.

    Raises:
        SettingsError: A flaw that there is not, one without a share, or a share that is none.
    """
    if isinstance(value, Flaws):
        return value
    if isinstance(value, str):
        pairs = [word.partition("=")[::2] for word in value.replace(",", " ").split()]
        told = {name: _share(name, share, where) for name, share in pairs}
        twice = [name for name in told if [each for each, _ in pairs].count(name) > 1]
    elif isinstance(value, Mapping):
        told, twice = dict(value), []
    else:
        told, twice = {}, [type(value).__name__]
    if twice:
        raise SettingsError(
            Problem(
                "the flaws cannot be read" if not told else f"there are two shares for {twice[0]}",
                where=where,
                expected="a text, a mapping of names to shares, or Flaws",
                got=repr(value),
                fix="for example missing=0.1 label_noise=0.2",
            )
        )
    known = [field.name for field in fields(Flaws)]
    if unknown := [name for name in told if name not in known]:
        raise SettingsError(
            Problem(
                "there is no such flaw of a twin",
                where=where,
                expected=f"some of: {listing(known)}",
                got=listing(unknown),
                nearest=nearest(unknown[0], known),
                fix="for example missing=0.1 label_noise=0.2",
            )
        )
    return Flaws(**told)


def _share(name: str, text: str, where: str) -> float:
    try:
        return float(text)
    except ValueError:
        hundredths = re.fullmatch(r"(\d+(?:\.\d+)?)%", text)
        raise SettingsError(
            Problem(
                f"the share of the flaw {name} is no number" if text else f"the flaw {name} has no share",
                where=where,
                expected="NAME=SHARE, a share from 0 to 1",
                got=f"{name}={text}" if text else name,
                nearest=f"{name}={float(hundredths[1]) / 100:g}" if hundredths else "",
                fix="for example missing=0.1 label_noise=0.2",
            )
        ) from None
