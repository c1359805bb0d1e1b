"""Whether rows from elsewhere are what their schema says. Arrow trusts its buffers: a bad offset ends the process.

Nothing may be done with a batch before this: cutting, joining and writing already follow its offsets.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as pt

from pytest_flops_mock.errors import InvalidRowsError, Problem
from pytest_flops_mock.flight.messages import first_line, shown


def valid(batches: Iterable[pa.RecordBatch], where: str) -> Iterator[pa.RecordBatch]:
    """The same batches; stops at the first one that is not what its schema says.

    Args:
        batches: Rows that came over the wire, or from a file.
        where: What they are, for the message.

    Raises:
        InvalidRowsError: With one problem for each column at fault.
    """
    for number, batch in enumerate(batches, start=1):
        problems = [
            Problem(
                f"column {shown(field.name)!r} is damaged: {reason}",
                where=f"{where}, batch {number}",
                expected=f"values of the type {shown(str(field.type))}",
                got="Arrow data that contradict themselves",
                fix="write the rows with Arrow again; validate(full=True) on a batch shows what is wrong with it",
            )
            for field, column in zip(batch.schema, batch.columns, strict=True)
            if (reason := _fault(field, column))
        ]
        if problems:
            raise InvalidRowsError(*problems)
        yield batch


def _fault(field: pa.Field, column: Any) -> str:
    """Why the column must not be used; empty if it may be."""
    try:
        column.validate()  # the sizes of the buffers
        if not _surely_valid(column):
            column.validate(full=True)
    except (pa.ArrowException, IndexError) as error:
        return shown(first_line(error).removeprefix("Invalid: "))
    if column.null_count and not field.nullable:
        return f"{column.null_count} values are missing where the schema allows none"
    return ""


def _surely_valid(column: Any) -> bool:
    """A quick test that most columns of texts and categories pass; the others are looked at value by value."""
    if pt.is_dictionary(column.type):
        column.dictionary.validate(full=True)
        return _lacks_nothing(column.indices) and _between(column.indices, 0, len(column.dictionary) - 1)
    if pt.is_string(column.type) or pt.is_large_string(column.type):
        return len(column) > 0 and _lacks_nothing(column) and _is_ascii(column)
    return False


def _lacks_nothing(array: Any) -> bool:
    return array.buffers()[0] is None


def _is_ascii(texts: Any) -> bool:
    """Whether no offset decreases and all bytes between them are ASCII; the outermost offsets are known to be right."""
    _, offsets, data = texts.buffers()
    kind = pa.int64() if pt.is_large_string(texts.type) else pa.int32()
    ends = pa.Array.from_buffers(kind, len(texts) + 1, [None, offsets], offset=texts.offset)
    if not pc.all(pc.greater_equal(ends.slice(1), ends.slice(0, len(texts)))).as_py():
        return False
    first, last = ends[0].as_py(), ends[-1].as_py()
    bare = last == first  # then there may be no buffer
    return bare or _between(pa.Array.from_buffers(pa.int8(), last - first, [None, data], offset=first), 0, 127)


def _between(numbers: Any, least: int, most: int) -> bool:
    if not len(numbers):
        return True
    found = pc.min_max(numbers).as_py()
    return bool(found["min"] >= least and found["max"] <= most)
