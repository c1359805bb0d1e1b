"""Why data cannot have a drift, said before any row is touched."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pyarrow as pa

from pytest_flops_mock.errors import DataSourceError, Problem, listing, nearest
from pytest_flops_mock.flight.features import class_columns, features_of, label_of
from pytest_flops_mock.partitions.drift_columns import concerns, fits, is_a
from pytest_flops_mock.partitions.drift_schema import new_columns
from pytest_flops_mock.partitions.drift_values import UNITS, unit_of
from pytest_flops_mock.sla.drift_kinds import KINDS, About, Kind
from pytest_flops_mock.sla.schemes import Drift, DriftRule


def label_to_drift(drift: Drift, schema: pa.Schema, known: str, where: str) -> str:
    """The column that a drift takes for the label: the one that is known, else the only one of the feature ``ClassLabel``.

    Each rule is looked at by itself; see :func:`refuse_together`.

    Args:
        drift: What is to be wrong.
        schema: Schema of the rows, with their features.
        known: The label as far as it is known; may be empty.
        where: Which data set, for the message.

    Returns:
        The column; empty if there is none and the drift needs none.

    Raises:
        DataSourceError: A rule is about a column that there is not, or that its kind does not fit, or about a label that
            is not clear.
    """
    features = features_of(schema)
    label = label_of(features, [known])
    columns = _Columns(schema, features, label, class_columns(features))
    problems = [problem for rule in drift.rules for problem in columns.problems(rule)]
    if problems:
        raise refusal(dict.fromkeys(problems), where)
    return label


def refusal(problems: Iterable[Problem], where: str) -> DataSourceError:
    """The error that says why rows cannot have a drift."""
    return DataSourceError(*(replace(problem, where=where, code="FM315") for problem in problems))


def refuse_together(drift: Drift, schema: pa.Schema, where: str) -> None:
    """Refuse rules that do not go together for one partition.

    Args:
        drift: The rules that it has.
        schema: Schema of the rows, with their features.
        where: Which partition, for the message.

    Raises:
        DataSourceError: No column would be left, or two would have one name.
    """
    changes = Drift(tuple(rule for rule in drift.rules if KINDS[rule.kind].new_schema))
    if not changes.rules:
        return
    columns = new_columns(changes, schema)
    names = [column.field.name for column in columns]
    twice = [name for name in dict.fromkeys(names) if names.count(name) > 1]
    if twice or not names:
        problem = Problem(
            f"drift gives two columns the name {twice[0]}" if twice else "drift leaves no column",
            expected="columns of different names" if twice else "one column or more",
            got=changes.value,
            fix=f"use a name that is not one of: {listing(schema.names)}" if twice else "leave a column there",
        )
        raise refusal([problem], where)


class _Columns:
    """The columns of a data set, as rules meet them."""

    def __init__(self, schema: pa.Schema, features: Mapping[str, Any], label: str, classes: list[str]) -> None:
        self._schema = schema
        self._features = features
        self._label = label
        self._classes = classes

    def problems(self, rule: DriftRule) -> Iterator[Problem]:
        kind = KINDS[rule.kind]
        named = str(rule.value) if rule.kind == "missing_column" else rule.column
        if named and named not in self._features:
            yield Problem(
                f"the data set has no column {named} that could have drift",
                expected=f"one of: {listing(self._features)}",
                got=rule.what if rule.kind == "missing_column" else f"{rule.what} column={named}",
                nearest=nearest(named, self._features),
                fix="correct the name" + (", or leave column out" if not kind.about.needs_column else ""),
            )
        elif rule.kind == "reordered" and len(self._features) < 2:
            yield self._lacking("the data set has one column, and no other order", "two columns or more", kind)
        elif kind.about is About.LABEL:
            yield from self._label_problems(rule, kind)
        elif kind.about.has_column:
            yield from self._fitting_problems(rule, kind)

    def _fitting_problems(self, rule: DriftRule, kind: Kind) -> Iterator[Problem]:
        fields = [field for field in self._schema if fits(kind.about, field.type, self._features[field.name])]
        fitting = [field.name for field in fields]
        if rule.column and rule.column not in fitting:
            yield Problem(
                f"{kind.name} does not fit the column {rule.column}",
                expected=kind.about.value + (f": {listing(fitting)}" if fitting else ", which the data set does not have"),
                got=f"{rule.column}, of type {self._shown(rule.column)}",
                nearest=nearest(rule.column, fitting) if len(fitting) != 1 else fitting[0],
                fix=f"name another column, or leave {kind.name} out" if fitting else f"leave {kind.name} out",
            )
        elif not any(concerns(rule, field, self._features[field.name], self._label) for field in fields):
            beside = f" beside the label {self._label}" if fitting else ""
            message = f"the data set has no {kind.about.value}{beside}, which {kind.name} is about"
            yield self._lacking(message, kind.about.value, kind)
        elif rule.kind == "time_shift":
            for field in fields:
                unit = unit_of(field.type)
                if rule.column in ("", field.name) and isinstance(rule.value, timedelta) and rule.value % UNITS[unit]:
                    yield Problem(
                        f"the column {field.name} cannot tell a time_shift as small as that",
                        expected=f"a multiple of 1 {unit}, since the column is of type {field.type}",
                        got=rule.what,
                        fix="use a larger time_shift, or name another column",
                    )

    def _label_problems(self, rule: DriftRule, kind: Kind) -> Iterator[Problem]:
        label = rule.column or self._label
        if not label:
            got = f"columns {listing(self._features)}"
            yield Problem(
                f"the data set has {'several labels' if self._classes else 'no label'} that could have {kind.name}",
                expected="one column of the feature ClassLabel, or a label that a twin or a recorded sample knows",
                got=f"{got}, of which {listing(self._classes)} are of the feature ClassLabel" if self._classes else got,
                fix=f"name the column, as in {kind.example} column={next(iter(self._classes or self._features))}, or "
                "describe the data set with its label (flops-mock twin NAME --like DATA --label COLUMN)",
            )
        elif not fits(About.LABEL, self._schema.field(label).type, self._features[label]):
            yield Problem(
                f"the column {label} has no classes that could have {kind.name}",
                expected="a column of numbers or text",
                got=f"{label}, of type {self._shown(label)}",
                fix=f"name another column, or leave {kind.name} out",
            )

    def _shown(self, name: str) -> str:
        feature = self._features[name]
        return str(feature["_type"]) if is_a(feature, "Image") else str(self._schema.field(name).type)

    def _lacking(self, message: str, expected: str, kind: Kind) -> Problem:
        got = f"columns {listing(self._features)}"
        return Problem(message, "", expected, got, "", f"leave {kind.name} out")
