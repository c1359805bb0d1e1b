"""Whether a data set suits a partitioner, and why not: before Flower is asked, which says it later and in other words."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from importlib.metadata import version
from typing import Any, NoReturn

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pytest_flops_mock.errors import DataSourceError, Problem, listing, nearest
from pytest_flops_mock.flight.features import class_columns, features_of
from pytest_flops_mock.sla.partitioners import (
    Continuous,
    Dirichlet,
    Distribution,
    Exponential,
    Group,
    GroupedNaturalId,
    InnerDirichlet,
    Linear,
    NaturalId,
    Partitioner,
    Pathological,
    Shard,
    Size,
    Square,
    in_short,
)
from pytest_flops_mock.sla.partitioning import rows_needed

_CODE = "FM310"
NO_SPREAD = 1e-6
"""Standard deviation below which Flower takes all numbers for the same."""

_OF_CLASSES = (Dirichlet, InnerDirichlet, Pathological, Distribution)


def column_to_split_by(kind: Partitioner, schema: pa.Schema, label: str, where: str) -> str:
    """The column that rows are split by: the one that is named, else the label.

    Args:
        kind: A partitioner that splits by a column.
        schema: Schema of the rows, with their features.
        label: The label; empty if it is not clear.
        where: Which data set, for messages.

    Raises:
        DataSourceError: There is no such column, none is clear, or it has no values that this partitioner could use.
    """
    classes = class_columns(features_of(schema))
    named: str | None = getattr(kind, "partition_by", None)
    column = named or label
    usable = [name for name in schema.names if _usable(kind, schema.field(name).type)]
    if not column:
        _refuse(
            f"it is not clear by which column {kind.name} is to split",
            where,
            expected="partition_by, or a data set with one column of the feature ClassLabel or a label that a twin knows",
            got=f"columns {listing(schema.names)}" + (f", of which {listing(classes)} are of ClassLabel" if classes else ""),
            fix=f"name one of them, for example {in_short(kind)} partition_by={(classes or usable or ['COLUMN'])[0]}",
        )
    if column not in schema.names:
        _refuse(
            f"there is no column {column} by which {kind.name} could split",
            where,
            expected=f"one of: {listing(schema.names)}",
            got=f"partition_by={column}",
            nearest=nearest(column, schema.names),
            fix="correct partition_by",
        )
    if column not in usable:
        _refuse(
            f"{kind.name} cannot split by the column {column}",
            where,
            expected=f"a column of {_kinds(kind)}: {listing(usable)}",
            got=f"{column}, of type {schema.field(column).type}",
            fix="name another column with partition_by",
        )
    return column


def check_values(kind: Partitioner, column: str, values: pa.ChunkedArray, count: int | None, where: str) -> None:
    """Refuse values of a column by which this partitioner cannot split.

    Args:
        kind: A partitioner that splits by a column.
        column: The column's name.
        values: Its values.
        count: How many partitions there are to be; ``None`` for as many as come out.
        where: Which data set, for messages.

    Raises:
        DataSourceError: Values are missing, or are no classes, or there are too few of them.
    """
    floating = pa.types.is_floating(values.type)
    values = pc.add(values.cast(pa.float64()), 0.0) if floating else values  # -0.0 is 0.0 to Flower, and not to Arrow
    missing = values.null_count + (pc.sum(pc.is_nan(values)).as_py() or 0 if floating else 0)
    if missing:
        _refuse(
            f"{missing} of {len(values)} rows have no value in the column {column}, and {kind.name} splits by it",
            where,
            expected=f"a value of {column} in every row",
            got=f"{missing} missing",
            fix="name a column without gaps with partition_by, or fill them",
        )
    if isinstance(kind, _OF_CLASSES) and floating and not pc.all(pc.equal(pc.floor(values), values)).as_py():
        _refuse(
            f"the column {column} is continuous, and {kind.name} splits by classes",
            where,
            expected="a column of classes: whole numbers, text or true and false",
            got=f"{column} with {pc.count_distinct(values).as_py()} different values, from {_range(values)}",
            fix=f"name a column of classes, or use continuous strictness=0.8 partition_by={column}",
        )
    if isinstance(kind, Continuous) and kind.strictness > 0:
        spread = pc.stddev(values.cast(pa.float32(), safe=False)).as_py()  # as Flower sees them
        if spread is not None and spread < NO_SPREAD:
            _refuse(
                f"all values of the column {column} are the same, and {kind.name} sorts by what they differ in",
                where,
                expected="a column of numbers that differ",
                got=f"{column} with {values[0].as_py()!r} in every row",
                fix="name another column with partition_by, or set strictness=0",
            )
    if isinstance(kind, Continuous | Dirichlet | Shard):  # nothing more is asked, and counting numbers takes much memory
        return
    distinct = pc.count_distinct(values).as_py()
    if isinstance(kind, NaturalId | GroupedNaturalId):
        _check_ids(kind, column, distinct, count, where)
    if isinstance(kind, Pathological) and kind.num_classes_per_partition > distinct:
        _too_many("num_classes_per_partition", kind.num_classes_per_partition, column, distinct, where)
    if isinstance(kind, Distribution):
        _check_table(kind, column, distinct, count or 1, where)
    if isinstance(kind, InnerDirichlet):
        _check_numbered(column, values, where)
        if isinstance(kind.alpha, tuple) and len(kind.alpha) != distinct:
            _refuse(
                f"there are alphas for {len(kind.alpha)} classes, and the column {column} has {distinct}",
                where,
                expected=f"{distinct} of them, or one for all",
                got=f"{len(kind.alpha)}",
                nearest=str(distinct),
                fix="give one for each class",
            )


def check_sizes(kind: Partitioner, rows: int, count: int | None, where: str) -> None:
    """Refuse sizes that the rows do not give.

    Args:
        kind: Any partitioner.
        rows: Number of rows.
        count: Number of partitions; ``None`` for as many as come out.
        where: Which data set, for messages.

    Raises:
        DataSourceError: There are too few rows.
    """
    if isinstance(kind, Size | InnerDirichlet) and (needed := sum(kind.partition_sizes)) > rows:
        _refuse(
            f"the partition sizes add up to {needed} rows, and there are {rows}",
            where,
            expected=f"at most {rows} rows",
            got=f"partition_sizes={listing(kind.partition_sizes)}",
            fix="make partitions smaller, or raise max_rows",
        )
    if isinstance(kind, Dirichlet) and (needed := kind.min_partition_size * (count or 1)) > rows:
        _refuse(
            f"{count} partitions of at least {kind.min_partition_size} rows need {needed} rows, and there are {rows}",
            where,
            expected=f"at most {rows} rows",
            got=f"min_partition_size={kind.min_partition_size}" + (", the default" if kind.min_partition_size == 10 else ""),
            nearest=f"min_partition_size={rows // (count or 1)}",
            fix="lower min_partition_size, or ask for fewer partitions",
        )
    if isinstance(kind, Shard):
        of_each, parts = kind.num_shards_per_partition or 1, count or 1
        needed = (kind.shard_size or 1) * of_each * parts
        if needed > rows:
            _refuse(
                f"{parts} partitions of {of_each} shards of {kind.shard_size or 1} rows need {needed} rows, and there are "
                f"{rows}",
                where,
                expected=f"at most {rows} rows",
                got=in_short(kind),
                fix="ask for fewer or smaller shards, or for fewer partitions",
            )
    if isinstance(kind, Linear | Square | Exponential) and count is not None and not _first_size(kind, count, rows):
        most = next(number for number in itertools.count(1) if not _first_size(kind, number + 1, rows))
        _refuse(
            f"of {count} partitions the first would be empty, as sizes are {kind.name} and there are {rows} rows",
            where,
            expected=f"at most {most} partitions",
            got=f"number_of_partitions = {count}",
            nearest=str(most),
            fix="ask for fewer partitions or more rows",
        )


def shares(groups: Sequence[Group], rows: int, where: str) -> list[int]:
    """How many rows each group of a mixed fleet has.

    Raises:
        DataSourceError: There are too few.
    """
    sizes = [g.partitioner.partition_sizes if isinstance(g.partitioner, Size | InnerDirichlet) else None for g in groups]
    weights = [group.number_of_partitions if own is None else 0 for own, group in zip(sizes, groups, strict=True)]
    least = sum(rows_needed(group.partitioner, group.number_of_partitions) for group in groups)
    if least > rows:
        _refuse(
            f"the mixed fleet needs at least {least} rows, and there are {rows}",
            where,
            expected=f"at most {rows} rows",
            got=", ".join(in_short(group.partitioner) for group in groups),
            fix="ask for fewer or smaller partitions, or for more rows",
        )
    rest = rows - sum(sum(own or ()) for own in sizes)
    borders = np.cumsum([0, *weights]) * rest // max(sum(weights), 1)
    return [int(part) if own is None else sum(own) for own, part in zip(sizes, np.diff(borders), strict=True)]


def as_flower_takes(key: str, value: Any) -> Any:
    """An argument as Flower's constructor takes it: lists for tuples, an array for the table."""
    if key == "distribution_array":
        return np.array(value, dtype=float)
    return list(value) if isinstance(value, tuple) else value


def not_installed(kind: Partitioner, where: str) -> Problem:
    """The installed Flower Datasets is too old for a partitioner."""
    got = f"flwr-datasets {version('flwr-datasets')}"
    fix = "install a newer flwr-datasets"
    return Problem(f"the installed Flower Datasets has no partitioner {kind.name}", where, kind.name, got, "", fix, _CODE)


def flower_refuses(kind: Partitioner, error: Exception, where: str) -> Problem:
    """What Flower says of rows that it cannot split."""
    fix = "change its arguments, the number of partitions or the number of rows"
    message = f"{kind.name} cannot split these rows"
    if isinstance(kind, Dirichlet) and "max number of attempts" in str(error):
        message = f"no draw gives every partition at least {kind.min_partition_size} rows"
        fix = "raise alpha, lower min_partition_size, or ask for fewer partitions or more rows"
    return Problem(
        message, where, "rows that suit its arguments", f"{in_short(kind)}: {error or repr(error)}", "", fix, _CODE
    )


def _usable(kind: Partitioner, values: pa.DataType) -> bool:
    number = bool(pa.types.is_integer(values) or pa.types.is_floating(values))
    if isinstance(kind, InnerDirichlet):
        return number
    if isinstance(kind, Continuous):
        return number or bool(pa.types.is_boolean(values))
    return number or any(is_one(values) for is_one in (pa.types.is_boolean, pa.types.is_string, pa.types.is_large_string))


def _kinds(kind: Partitioner) -> str:
    if isinstance(kind, Continuous):
        return "numbers"
    return "classes, numbered from 0" if isinstance(kind, InnerDirichlet) else "numbers, text, or true and false"


def _check_ids(kind: NaturalId | GroupedNaturalId, column: str, ids: int, count: int | None, where: str) -> None:
    groups, got = ids, f"{ids} different values of {column}"
    if isinstance(kind, GroupedNaturalId):
        whole, left = divmod(ids, kind.group_size)
        got = f"{got}, in groups of {kind.group_size}"
        if (kind.mode == "strict" and left) or (kind.mode != "allow-smaller" and not whole):
            _refuse(
                f"{ids} ids do not make groups of {kind.group_size} in the mode {kind.mode}",
                where,
                expected="ids that fill every group" if kind.mode == "strict" else "ids for one group at least",
                got=got,
                fix="choose another group_size, or mode=allow-smaller",
            )
        groups = whole + (1 if left and kind.mode == "allow-smaller" else 0)
    if count is not None and count > groups:
        _refuse(
            f"{kind.name} makes {groups} {'partition' if groups == 1 else 'partitions'}, and {count} are asked for",
            where,
            expected=f"at most {groups} partitions",
            got=f"{got}, and number_of_partitions = {count}",
            nearest=str(groups),
            fix="ask for fewer partitions, or leave number_of_partitions out to get all",
        )


def _check_table(kind: Distribution, column: str, classes: int, count: int, where: str) -> None:
    of_each = kind.num_unique_labels_per_partition
    if of_each > classes:
        _too_many("num_unique_labels_per_partition", of_each, column, classes, where)
    if count % classes:
        _refuse(
            f"{count} partitions are no multiple of the {classes} classes of {column}, and distribution needs that",
            where,
            expected=f"a multiple of {classes} partitions",
            got=f"number_of_partitions = {count}",
            nearest=str(max(round(count / classes), 1) * classes),
            fix="ask for another number of partitions",
        )
    width, table = of_each * count // classes, kind.distribution_array
    if (len(table), len(table[0])) != (classes, width):
        _refuse(
            "distribution_array has another shape than classes and partitions need",
            where,
            expected=f"{classes} rows (the classes of {column}) of {width} numbers (the partitions that have a class)",
            got=f"{len(table)} rows of {len(table[0])} numbers",
            fix="give a row for each class, with a number for each partition that has it",
        )


def _check_numbered(column: str, values: pa.ChunkedArray, where: str) -> None:
    found = sorted(pc.unique(values).to_pylist())
    if found != list(range(len(found))):
        _refuse(
            f"the classes of {column} are not numbered from 0 without gaps, and inner_dirichlet needs that",
            where,
            expected=f"the numbers from 0 to {len(found) - 1}",
            got=listing(found),
            fix="name another column with partition_by, or use dirichlet, which takes any classes",
        )


def _too_many(argument: str, asked: int, column: str, classes: int, where: str) -> None:
    _refuse(
        f"a partition cannot have {asked} classes, as the column {column} has {classes}",
        where,
        expected=f"at most {classes}",
        got=f"{argument}={asked}",
        nearest=f"{argument}={classes}",
        fix=f"lower {argument}, or name another column with partition_by",
    )


def _first_size(kind: Linear | Square | Exponential, count: int, rows: int) -> int:
    """Rows of the first partition, which is the smallest, as Flower counts them."""
    numbers = np.linspace(1, count, count)
    with np.errstate(over="ignore"):
        units = {"linear": np.positive, "square": np.square, "exponential": np.exp}[kind.name](numbers)
        return rows if count == 1 else int(units[0] / units.sum() * rows)


def _range(values: pa.ChunkedArray) -> str:
    ends = pc.min_max(values).as_py()
    return f"{ends['min']:g} to {ends['max']:g}"


def _refuse(message: str, where: str, *, expected: str, got: str, fix: str, nearest: str = "") -> NoReturn:
    raise DataSourceError(Problem(message, where, expected, got, nearest, fix, _CODE))
