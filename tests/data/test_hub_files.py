"""Files of the hub are read as the provider's ``datasets`` 2.16 does, like those on this machine; also by their start alone.

Contract, section 2. Each was tried with that version.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from standins.hub import Files, on_hub, running_hub

pytestmark = pytest.mark.slow  # a Python of its own, with a server

SCRIPT = """
import json, sys
from pathlib import Path
from pytest_flops_mock import DataChoice, DataSource, FlopsMockError
from pytest_flops_mock.data.recordings.recording import record
from pytest_flops_mock.data.resolving import load, resolve
from pytest_flops_mock.data.selection import Selection

def told(name, max_rows):
    try:
        data = resolve(name, DataChoice(DataSource.HUB), Path(), folder=Path(), selection=Selection(max_rows=max_rows))
        rows = load(data, partitions=1, seed=42)
        table = rows.table.take(rows.rows)
        return {"types": {field.name: str(field.type) for field in table.schema}, "rows": table.to_pylist()}
    except FlopsMockError as error:
        return {"code": error.problems[0].code or error.code, "error": str(error)}

def recorded(name):
    try:
        return {"rows": record(name, Selection(max_rows=2), Path("recordings")).manifest.rows}
    except FlopsMockError as error:
        return {"code": error.problems[0].code or error.code, "error": str(error)}

names = json.loads(sys.argv[1])
print(json.dumps({name: [told(name, None), told(name, 2), recorded(name)] for name in names}))
"""


def parquet(table: pa.Table) -> bytes:
    file = io.BytesIO()
    pq.write_table(table, file)
    return file.getvalue()


def card(*features: str) -> str:
    return "---\ndataset_info:\n  features:\n" + "".join(f"  - {feature}\n" for feature in features) + "---\n"


CATEGORIES = parquet(pa.table({"x": pa.array(["a", "b"]).dictionary_encode()}))
OF_DATASETS_4 = {b"huggingface": json.dumps({"info": {"features": {"x": {"_type": "List", "feature": {}}}}}).encode()}

READ: dict[str, tuple[Files, dict[str, str], list[Any]]] = {
    "nested": ({"a.jsonl": '{"x":{"b":1}}\n{"x":{"c":2}}\n'}, {"x": "struct<b: int64, c: int64>"}, [{"b": 1, "c": None}]),
    "digits": ({"a.csv": "x\n123456789012345678901234\n005\n"}, {"x": "string"}, ["123456789012345678901234", "005"]),
    "text": ({"a.csv": "x\na\nb\n"}, {"x": "string"}, ["a", "b"]),
    "large-text": (
        {"a.parquet": parquet(pa.table({"x": pa.array(["a"], pa.large_string())}))},
        {"x": "large_string"},
        ["a"],
    ),
    "categories-described": (
        {"README.md": card("name: x\n    dtype: string"), "a.parquet": CATEGORIES},
        {"x": "string"},
        ["a", "b"],
    ),
    "two": ({"a.csv": "x,y\n1,2\n", "b.csv": "y,x\n4,3\n"}, {"x": "int64", "y": "int64"}, [1, 3]),
}
if hasattr(pa, "string_view"):
    READ["view"] = ({"a.parquet": parquet(pa.table({"x": pa.array(["a"], pa.string_view())}))}, {"x": "string"}, ["a"])

DIES: dict[str, tuple[Files, str, str]] = {
    "categories": ({"a.parquet": CATEGORIES}, "FM309", "dictionary<values=string"),
    "lists-of-4": (
        {"a.parquet": parquet(pa.table({"x": [[1]]}).replace_schema_metadata(OF_DATASETS_4))},
        "FM309",
        "feature List",
    ),
    "columns": (
        {"data/train-a.csv": "x,y\n1,2\n", "data/train-b.csv": "x,z\n1,2\n"},
        "FM301",
        "train-b.csv lacks y and also has z; train-a.csv was read first",
    ),
    "types": (
        {"a.csv": "x,y\n1,2\n", "b.csv": "x,y\n1,k\n"},
        "FM301",
        "in b.csv, y is string, not int64; a.csv was read first",
    ),
    "mixed": ({"a.jsonl": '{"x":1}\n{"x":"k"}\n'}, "FM301", "changed from number to string in row 1"),
}
LATER: dict[str, tuple[Files, str, str]] = {
    "parquet-columns": (
        {"a.parquet": parquet(pa.table({"x": [1, 2], "y": [1, 2]})), "b.parquet": parquet(pa.table({"x": [1]}))},
        "FM301",
        "files whose columns differ: b.parquet lacks y; a.parquet was read first",
    ),
}
"""What shows only in a file that two rows do not need."""


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, list[dict[str, Any]]]]:
    with running_hub() as hub:
        for name, (files, *_) in {**READ, **DIES, **LATER}.items():
            hub.add(f"acme/{name}", files)
        names = json.dumps(list(hub.repositories))
        yield json.loads(on_hub(SCRIPT, hub, tmp_path_factory.mktemp("home"), names))


@pytest.mark.parametrize("name", READ)
def test_what_the_real_provider_reads_is_read_alike(name: str, told: Mapping[str, list[dict[str, Any]]]) -> None:
    _, types, values = READ[name]
    for got in told[f"acme/{name}"][:2]:
        assert got.get("types") == types, got
        assert [row["x"] for row in got["rows"]][: len(values)] == values
    assert "error" not in told[f"acme/{name}"][2]


@pytest.mark.parametrize("name", [*DIES, *LATER])
def test_what_the_real_provider_cannot_read_does_not_pass(name: str, told: Mapping[str, list[dict[str, Any]]]) -> None:
    _, code, text = {**DIES, **LATER}[name]
    for got in told[f"acme/{name}"][: 1 if name in LATER else 3]:
        assert got.get("code") == code, got
        assert text in got["error"]
