"""A digest of Arrow rows that depends on their values only, not on how they are cut into chunks."""

from __future__ import annotations

import json
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as pt
import xxhash


class ContentDigest:
    """Digest of column names, types, features and values, fed batch by batch.

    Each buffer that a column is made of (validity, lengths, values) is hashed as one stream over all batches, so that
    chunk borders, offsets into larger buffers and the bytes behind nulls leave no trace. XXH3 with 128 bits, which
    is no protection against an adversary: it names content.

    Args:
        schema: The schema of the batches to come.
    """

    def __init__(self, schema: pa.Schema) -> None:
        self._schema = schema
        self._streams: dict[str, Any] = {}

    def update(self, batch: pa.RecordBatch) -> None:
        """Take in the rows of ``batch``, whose schema is that of the constructor."""
        for index, column in enumerate(batch.columns):
            self._feed(str(index), column)

    def hexdigest(self) -> str:
        """32 hexadecimal digits."""
        total = xxhash.xxh3_128()
        for field in self._schema:
            total.update(f"{field.name}\0{field.type}\0".encode())
        total.update(_features(self._schema))
        for path in sorted(self._streams):
            total.update(path.encode())
            total.update(self._streams[path].digest())
        return str(total.hexdigest())

    def _feed(self, path: str, array: Any) -> None:
        if not len(array):
            return
        array = _plain(array)
        self._hash(path + "?", array.is_valid().cast(pa.uint8()))
        array = array.drop_null() if array.null_count else array
        kind = array.type
        if not len(array):
            return
        if pt.is_struct(kind):
            for index, child in enumerate(array.flatten()):
                self._feed(f"{path}.{index}", child)
        elif pt.is_map(kind):
            ends = array.offsets
            self._hash(path + "#", pc.subtract(ends.slice(1), ends.slice(0, len(array))))
            first, last = ends[0].as_py(), ends[-1].as_py()
            self._feed(path + ".key", array.keys.slice(first, last - first))
            self._feed(path + ".item", array.items.slice(first, last - first))
        elif str(kind).startswith(("list<", "large_list<", "fixed_size_list<", "list_view<", "large_list_view<")):
            self._hash(path + "#", pc.list_value_length(array).cast(pa.int64()))
            self._feed(path + "[]", array.flatten())
        elif pt.is_large_binary(kind):
            self._hash(path + "#", pc.binary_length(array))
            self._stream(path).update(_joined(array))
        else:
            self._hash(path, array)

    def _hash(self, path: str, array: Any) -> None:
        """Feed the values of a fixed-width array without nulls."""
        width = array.type.bit_width // 8
        self._stream(path).update(array.buffers()[1].slice(array.offset * width, len(array) * width))

    def _stream(self, path: str) -> Any:
        return self._streams.setdefault(path, xxhash.xxh3_128())


def _plain(array: Any) -> Any:
    """The same values in one of the few layouts that ``ContentDigest`` walks."""
    kind = array.type
    if isinstance(kind, pa.BaseExtensionType):
        return _plain(array.storage)
    if pt.is_dictionary(kind):
        return _plain(array.dictionary_decode())
    if pt.is_boolean(kind):
        return array.cast(pa.uint8())
    text = ("string", "large_string", "binary", "large_binary", "string_view", "binary_view")
    if str(kind) in text or pt.is_fixed_size_binary(kind):
        return array.cast(pa.binary()).cast(pa.large_binary()) if kind != pa.large_binary() else array
    return array


def _joined(array: Any) -> Any:
    """The bytes of a large binary array without nulls, one value after the other, not copied."""
    _, offsets, data = array.buffers()
    if data is None or not len(array):
        return b""
    ends = memoryview(offsets).cast("q")
    start, stop = ends[array.offset], ends[array.offset + len(array)]
    return data.slice(start, stop - start)


def _features(schema: pa.Schema) -> bytes:
    """The Hugging Face features in a form that does not depend on how their JSON was written."""
    raw = (schema.metadata or {}).get(b"huggingface")
    if raw is None:
        return b""
    try:
        return json.dumps(json.loads(raw), sort_keys=True).encode()
    except ValueError:
        return bytes(raw)
