"""How partitions are to be, as users write it down: what is wrong with their rows."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

from pytest_flops_mock.errors import Problem, SettingsError, listing, nearest


@dataclass(frozen=True)
class Drift:
    """What is wrong with rows, each kind as a share from 0 (nothing) to 1.

    Attributes:
        missing: Share of the values that are null, in every column but the label.
        corrupt_images: Share of the pictures whose file is cut off half-way, so that it cannot be decoded.
        label_noise: Share of the rows with the label of another class.
        imbalance: How much rarer the last class becomes than the first, the others evenly between; at 1 it never comes.
            Rows of the rarer classes are left out, so a partition gets fewer rows.
        duplicates: Share of the rows that give way to a copy of another row of the partition.

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
            is_number = isinstance(share, int | float) and not isinstance(share, bool) and not math.isnan(share)
            if not is_number or not 0 <= share <= 1:
                raise SettingsError(
                    Problem(
                        f"the share of {name} is {'not between 0 and 1' if is_number else 'not a number'}",
                        expected="a share from 0 to 1",
                        got=f"{name}={share}" if is_number else repr(share),
                        nearest=f"{name}={min(max(share, 0), 1)}" if is_number else "",
                        fix=f"for example {name}=0.1 for one row in ten",
                    )
                )

    def given(self, *, every: bool = False) -> dict[str, float]:
        """The shares by name, without those that are 0 unless ``every``."""
        shares = {field.name: getattr(self, field.name) for field in fields(self)}
        return shares if every else {name: share for name, share in shares.items() if share}

    @property
    def value(self) -> str:
        """The drift as it is written in settings."""
        return " ".join(f"{name}={share:g}" for name, share in self.given().items())


def drift_of(value: str | Mapping[str, float] | Drift, where: str = "drift") -> Drift:
    """The drift that ``value`` writes down, as in ``missing=0.1 label_noise=0.2``.

    Raises:
        SettingsError: A kind of drift that there is not, one without a share, or a share that is not from 0 to 1.
    """
    if isinstance(value, Drift):
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
                "the drift cannot be read" if not told else f"there are two shares for {twice[0]}",
                where=where,
                expected="a text, a mapping of names to shares, or Drift",
                got=repr(value),
                fix="for example missing=0.1 label_noise=0.2",
            )
        )
    known = [field.name for field in fields(Drift)]
    if unknown := [name for name in told if name not in known]:
        raise SettingsError(
            Problem(
                "there is no such kind of drift",
                where=where,
                expected=f"some of: {listing(known)}",
                got=listing(unknown),
                nearest=nearest(unknown[0], known),
                fix="for example missing=0.1 label_noise=0.2",
            )
        )
    try:
        return Drift(**told)
    except SettingsError as error:
        raise SettingsError(*(replace(problem, where=where) for problem in error.problems)) from None


def _share(name: str, text: str, where: str) -> float:
    try:
        return float(text)
    except ValueError:
        hundredths = re.fullmatch(r"(\d+(?:\.\d+)?)%", text)
        raise SettingsError(
            Problem(
                f"the share of {name} is not a number" if text else f"{name} has no share",
                where=where,
                expected="NAME=SHARE, a share from 0 to 1",
                got=f"{name}={text}" if text else name,
                nearest=f"{name}={float(hundredths[1]) / 100:g}" if hundredths else "",
                fix="for example missing=0.1 label_noise=0.2",
            )
        ) from None
