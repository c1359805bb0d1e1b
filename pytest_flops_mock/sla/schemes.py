"""How partitions are to be, as users write it down: what is wrong with their rows."""

from __future__ import annotations

import math
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

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
        other_case: Share of the texts whose capitals and small letters change places, in every column of text.
        lost: Share of the rows that are not there; at 1 the partition is empty.
        column: The only column that it is about; for ``label_noise`` and ``imbalance`` the label.
        partitions: The partitions that have it, by their numbers from 0; all if there is none.
        devices: The share of those partitions that have it; the seed decides which.

    Raises:
        SettingsError: A share is below 0, above 1 or not a number, or a partition has no such number.
    """

    missing: float = 0.0
    corrupt_images: float = 0.0
    label_noise: float = 0.0
    imbalance: float = 0.0
    duplicates: float = 0.0
    other_case: float = 0.0
    lost: float = 0.0
    column: str = ""
    partitions: tuple[int, ...] = ()
    devices: float = 1.0

    def __post_init__(self) -> None:
        for name, share in {**self.given(every=True), "devices": self.devices}.items():
            is_number = isinstance(share, int | float) and not isinstance(share, bool) and not math.isnan(share)
            if not is_number or not 0 <= share <= 1:
                raise SettingsError(
                    Problem(
                        f"the share of {name} is {'not between 0 and 1' if is_number else 'not a number'}",
                        expected="a share from 0 to 1",
                        got=f"{name}={share}" if is_number else repr(share),
                        nearest=f"{name}={min(max(share, 0), 1)}" if is_number else "",
                        fix=f"for example {name}=0.1 for one {'partition' if name == 'devices' else 'row'} in ten",
                    )
                )
        elsewhere = {"column": self.column, "partitions": self.partitions, "devices": self.devices != 1}
        if any(elsewhere.values()) and not self.given():
            raise SettingsError(
                Problem(
                    "drift says where something is wrong, and not what",
                    expected=f"a share for some of: {listing(KINDS)}",
                    got=listing(name for name, told in elsewhere.items() if told),
                    fix="for example missing=0.1 column=age",
                )
            )
        partitions = self.partitions if isinstance(self.partitions, tuple) else (self.partitions,)
        wrong = [each for each in partitions if isinstance(each, bool) or not isinstance(each, int) or each < 0]
        if wrong or not isinstance(self.column, str):
            raise SettingsError(
                Problem(
                    "drift is for partitions that cannot be" if wrong else "drift is for a column that cannot be",
                    expected="their numbers, from 0" if wrong else "the name of a column",
                    got=f"partitions={listing(map(repr, wrong))}" if wrong else repr(self.column),
                    fix="for example partitions=0,2" if wrong else "for example column=age",
                )
            )

    def given(self, *, every: bool = False) -> dict[str, float]:
        """The shares by name, without those that are 0 unless ``every``."""
        shares = {name: getattr(self, name) for name in KINDS}
        return shares if every else {name: share for name, share in shares.items() if share}

    @property
    def value(self) -> str:
        """The drift as it is written in settings."""
        if not self.given():
            return ""
        words = [f"{name}={share:g}" for name, share in self.given().items()]
        words += [f"column={shlex.quote(self.column)}"] if self.column else []
        words += [f"partitions={','.join(map(str, self.partitions))}"] if self.partitions else []
        words += [f"devices={self.devices:g}"] if self.devices != 1 else []
        return " ".join(words)


KINDS = ("missing", "corrupt_images", "label_noise", "imbalance", "duplicates", "other_case", "lost")
"""What can be wrong, each as a share."""


def drift_of(value: str | Mapping[str, Any] | Drift, where: str = "drift") -> Drift:
    """The drift that ``value`` writes down, as in ``missing=0.1 column=age partitions=0,2``.

    Raises:
        SettingsError: A kind of drift that there is not, one without a share, or a share that is not from 0 to 1.
    """
    if isinstance(value, Drift):
        return value
    told: dict[str, Any]
    if isinstance(value, str):
        pairs = [word.partition("=")[::2] for word in _words(value, where)]
        told = {name: _meant(name, text, where) for name, text in pairs}
        twice = [name for name in told if [each for each, _ in pairs].count(name) > 1]
    elif isinstance(value, Mapping):
        told, twice = dict(value), []
        if isinstance(partitions := told.get("partitions"), list | int):
            told["partitions"] = tuple(partitions) if isinstance(partitions, list) else (partitions,)
    else:
        told, twice = {}, [type(value).__name__]
    if twice:
        raise SettingsError(
            Problem(
                "the drift cannot be read" if not told else f"{twice[0]} is told twice",
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


def _words(text: str, where: str) -> list[str]:
    """The words of a text, with blanks or commas between them; a comma within a list of numbers stays."""
    try:
        return shlex.split(re.sub(r",(?=\s|[a-z_]+=|$)", " ", text))
    except ValueError as error:
        problem = Problem("the drift cannot be read", where, "quotes that are closed", f"{text!r}: {error}".lower())
        raise SettingsError(problem) from None


def _meant(name: str, text: str, where: str) -> Any:
    if name == "column":
        return text
    if name == "partitions":
        numbers = text.split(",")
        return tuple(int(number) if number.isdecimal() and number.isascii() else number for number in numbers)
    return _share(name, text, where)


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
