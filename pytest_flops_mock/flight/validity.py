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
        _check(column)
    except (pa.ArrowException, IndexError) as error:
        return shown(first_line(error).removeprefix("Invalid: "))
    if column.null_count and not field.nullable:
        return f"{column.null_count} values are missing where the schema allows none"
    return ""


def _check(array: Any) -> None:
    """What ``array.validate(full=True)`` does, in less time for texts and categories, also within lists and structs.

    Raises:
        ArrowInvalid: The array must not be used. IndexError for views, which Arrow words so.
    """
    kind = array.type
    array.validate()  # the sizes of the buffers, and the outermost offsets
    if pt.is_struct(kind) and array.offset == 0:
        _shell(pa.struct([]), array, 1).validate(full=True)
        for index in range(kind.num_fields):
            _check(array.field(index))
    elif pt.is_list(kind) or pt.is_large_list(kind):
        empty = pa.list_(pa.null()) if pt.is_list(kind) else pa.large_list(pa.null())
        _shell(empty, array, 2, pa.nulls(len(array.values))).validate(full=True)
        _check(array.values)
    elif pt.is_dictionary(kind):
        _check(array.dictionary)
        if array.indices.null_count or not _between(array.indices, 0, len(array.dictionary) - 1):
            array.validate(full=True)
    elif pt.is_string(kind) or pt.is_large_string(kind):
        ascii_only = _is_ascii(array)  # then what is valid as bytes is valid as text
        as_bytes = pa.binary() if pt.is_string(kind) else pa.large_binary()
        (_shell(as_bytes, array, 3) if ascii_only else array).validate(full=True)
    else:
        array.validate(full=True)


def _shell(kind: Any, array: Any, buffers: int, *children: Any) -> Any:
    """The outermost buffers of an array as an array of a simpler type."""
    return pa.Array.from_buffers(
        kind, len(array), array.buffers()[:buffers], array.null_count, array.offset, list(children) or None
    )


def _is_ascii(texts: Any) -> bool:
    """Whether all bytes between the outermost offsets, which are known to be good, are ASCII."""
    _, offsets, data = texts.buffers()
    if not len(texts):
        return True
    kind = pa.int64() if pt.is_large_string(texts.type) else pa.int32()
    ends = pa.Array.from_buffers(kind, len(texts) + 1, [None, offsets], offset=texts.offset)
    first, last = ends[0].as_py(), ends[-1].as_py()
    if first == last:
        return True  # and there may be no buffer
    return _between(pa.Array.from_buffers(pa.int8(), last - first, [None, data], offset=first), 0, 127)


def _between(numbers: Any, least: int, most: int) -> bool:
    if not len(numbers):
        return True
    found = pc.min_max(numbers).as_py()
    return bool(found["min"] >= least and found["max"] <= most)
