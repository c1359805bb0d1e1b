"""What Parquet makes of Arrow's types, asked of the library instead of listed."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pyarrow.types as pt


@lru_cache(maxsize=1024)
def refusal(kind: pa.DataType) -> str:
    """Why a column of this type cannot be kept in a Parquet file and given back as it was sent; empty if it can."""
    file = pa.BufferOutputStream()
    try:
        pq.ParquetWriter(file, pa.schema([("column", kind)])).close()
        read = pq.ParquetFile(file.getvalue()).schema_arrow.field(0).type
    except (pa.ArrowNotImplementedError, pa.ArrowInvalid, pa.ArrowTypeError, OSError) as error:
        return str(error).splitlines()[0]
    return "" if comes_back(kind, read) else f"comes back as {read}"


@lru_cache(maxsize=1024)
def comes_back(sent: pa.DataType, read: pa.DataType) -> bool:
    """Whether values that Parquet gives as ``read`` can be made what was ``sent``: seconds of milliseconds, for one."""
    if sent == read:
        return True
    if pt.is_dictionary(sent) and pt.is_dictionary(read):  # Arrow before 16 widens the indices
        return bool((sent.value_type, sent.ordered) == (read.value_type, read.ordered))
    if "dictionary<" in str(sent):
        return False  # the categories would be others, or in another order
    try:
        return bool(pa.array([], read).cast(sent).type == sent)
    except pa.ArrowException:
        return False


def brought_back(column: Any, sent: pa.DataType) -> Any:
    """A column that Parquet gave as another type, as it was sent."""
    if pt.is_dictionary(sent) and column.type != sent:
        indices = column.indices.cast(sent.index_type)
        return pa.DictionaryArray.from_arrays(indices, column.dictionary, ordered=sent.ordered)
    return column if str(column.type) == str(sent) else column.cast(sent)
