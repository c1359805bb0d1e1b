"""SLAs, manifests and descriptions of twins may hold anything: only documented errors come of it, and soon."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_flops_mock import FlopsMockError, MockSLA, ProjectSLA
from pytest_flops_mock.data.choice import DataChoice, DataSource
from pytest_flops_mock.data.recordings.replaying import replay
from pytest_flops_mock.data.resolving import load, resolve
from pytest_flops_mock.data.selection import REAL
from pytest_flops_mock.data.twins.own import own_descriptions
from pytest_flops_mock.errors import DataSourceError

IDLE, BUSY = 1, 10
"""Seconds that an example may take on an idle machine, and how many times as many here."""

FEW = settings(max_examples=50, database=None, derandomize=True)
MANY, MORE = settings(FEW, max_examples=400), settings(FEW, max_examples=2_000)

NUMBERS = st.one_of(st.integers(-3, 5), st.sampled_from([2**31, 2**63, -(2**63), 10**12, 10**40]), st.floats())
SCALARS = st.one_of(st.none(), st.booleans(), NUMBERS, st.text(max_size=8), st.sampled_from(["\0", "../x", "a" * 5_000]))
WHOLE = st.one_of(st.integers(1, 9), st.integers(1, 9), st.integers(-3, 1), st.sampled_from([2**31, 2**63, 10**12]))
SHARES = st.floats(0, 1) | st.floats()
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=12,
)


def mangled(fields: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[Any]:
    """Objects whose fields are mostly of the right form; some have anything, some are missing, some are too many."""
    known = st.fixed_dictionaries(
        {}, optional={name: st.one_of(field, field, field, ANYTHING) for name, field in fields.items()}
    )
    return st.one_of(
        known, known, st.fixed_dictionaries(fields), st.tuples(known, ANYTHING).map(lambda both: {**both[0], "x": both[1]})
    )


MDP = mangled(
    {
        "customerID": st.text(max_size=8),
        "mock_data_configuration": mangled(
            {
                "dataset_name": st.sampled_from(["mnist", "../x", "-x", "a b", "http://x"]) | st.text(max_size=8),
                "number_of_partitions": NUMBERS,
                "data_tag": st.text(max_size=8),
                "max_rows": NUMBERS,
                "split": st.text(max_size=4),
            }
        ),
    }
)
PROJECT = mangled(
    {
        "customerID": st.text(max_size=8),
        "verbose": st.booleans(),
        "ml_repo_url": st.sampled_from(["https://github.com/a/b", "git@github.com:a/b", "https://x:y@[::1", "http://\0"]),
        "ml_model_flavor": st.sampled_from(["sklearn", "pytorch", "keras", "x"]),
        "supported_platforms": st.lists(st.sampled_from(["linux/amd64", "linux/arm64", "x"]), max_size=3),
        "training_configuration": mangled(
            {"mode": st.just("classic"), "data_tags": st.lists(st.text(max_size=5), max_size=3)}
        ),
        "resource_constraints": mangled({"memory": NUMBERS, "vcpus": NUMBERS, "storage": NUMBERS}),
    }
)
FEATURE = st.recursive(
    st.one_of(
        st.sampled_from(
            ["int64", "int8", "float32", "string", "bool", "binary", "timestamp[s]", "decimal128(5, 2)", "x"]
        ).map(lambda kind: {"dtype": kind, "_type": "Value"}),
        st.sampled_from([{"_type": "Image"}, {"_type": "Audio", "sampling_rate": 8_000}, {"_type": "Teapot"}]),
        st.lists(st.text(max_size=3), min_size=1, max_size=3, unique=True).map(
            lambda names: {"names": names, "_type": "ClassLabel"}
        ),
        WHOLE.map(lambda count: {"num_classes": count, "_type": "ClassLabel"}),
        st.lists(WHOLE, min_size=2, max_size=2).map(lambda shape: {"shape": shape, "dtype": "int32", "_type": "Array2D"}),
    ),
    lambda inner: st.one_of(
        inner.map(lambda each: [each]),
        st.tuples(inner, st.sampled_from([-1, 0, 3, 10**12])).map(
            lambda both: {"feature": both[0], "length": both[1], "_type": "Sequence"}
        ),
        st.dictionaries(st.sampled_from("ab"), inner, max_size=2),
    ),
    max_leaves=4,
)
PAIR = st.lists(WHOLE, min_size=2, max_size=2).map(sorted) | st.lists(NUMBERS, min_size=2, max_size=2)
KNOWN: st.SearchStrategy[dict[str, Any]] = st.recursive(
    st.just({}),
    lambda inner: st.fixed_dictionaries(
        {},
        optional={
            "missing": SHARES,
            "values": st.lists(st.text(max_size=3), max_size=3) | st.lists(WHOLE, max_size=3),
            "weights": st.lists(st.lists(WHOLE, max_size=3), max_size=2),
            "quantiles": st.lists(st.lists(st.floats(allow_nan=False, allow_infinity=False), max_size=3), max_size=2),
            "decimals": WHOLE,
            "people": WHOLE,
            "lengths": PAIR,
            "sizes": st.lists(st.lists(WHOLE, min_size=3, max_size=3), max_size=2),
            "modes": st.lists(st.tuples(st.sampled_from(["L", "RGB", "x"]), WHOLE), max_size=2),
            "seconds": PAIR,
            "items": inner,
            "fields": st.dictionaries(st.sampled_from("ab"), inner, max_size=2),
        },
    ),
    max_leaves=3,
)


def with_columns(features: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Descriptions of some columns, of the right form, and with numbers that may be anything."""
    names = st.sampled_from(sorted(features))
    columns = st.dictionaries(names, KNOWN, max_size=2)
    splits = st.fixed_dictionaries({"train": st.integers(1, 900)}, optional={"test": WHOLE})
    return st.fixed_dictionaries(
        {
            "form": st.just("pytest-flops-mock/twin/1"),
            "dataset": st.just("acme/visits"),
            "config_name": st.just("default"),
            "splits": splits,
            "features": st.just(features),
            "columns": columns,
        },
        optional={
            "label": st.none() | names,
            "special": st.dictionaries(st.sampled_from(["train", "test"]), columns, max_size=1),
            "counter": st.none() | names,
        },
    )


FITTING = st.dictionaries(st.sampled_from("xyz"), FEATURE, min_size=1, max_size=3).flatmap(with_columns)
TWIN = st.one_of(
    FITTING,
    FITTING,
    st.tuples(FITTING, st.sampled_from(["form", "splits", "features", "columns", "label", "rows", "x"]), ANYTHING).map(
        lambda parts: {**parts[0], parts[1]: parts[2]}
    ),
    st.tuples(FITTING, st.sampled_from(["digits:make", "..x:y", ":", "os:system"])).map(
        lambda parts: {**parts[0], "rows": parts[1]}
    ),
)
MANIFEST = mangled(
    {
        "form": st.just("pytest-flops-mock/recording/1") | st.text(max_size=4),
        "dataset": st.just("acme/visits"),
        "names": st.just(["acme/visits"]),
        "config_name": st.none(),
        "asked_revision": st.none(),
        "revision": st.text(max_size=8),
        "split": st.just("train"),
        "features": st.dictionaries(st.sampled_from("xyz"), FEATURE, max_size=3),
        "rows": NUMBERS,
        "by": st.none() | st.text(max_size=3),
        "seed": NUMBERS,
        "licence": st.text(max_size=3),
        "recorded": st.text(max_size=3),
        "digest": st.text(max_size=3),
    }
)


@contextmanager
def soon() -> Iterator[None]:
    """Fails if what is done keeps the processor busy for too long, and lets documented errors pass."""
    begun = time.process_time()
    with suppress(FlopsMockError):
        yield
    assert time.process_time() - begun < IDLE * BUSY


def loaded_sla(text: str) -> None:
    for kind in (MockSLA, ProjectSLA):
        with soon():
            sla = kind.load(text)
            list(sla.problems())


def made_twin(content: Any, folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    (folder / "acme--visits.twin.json").write_text(json.dumps(content))
    list(own_descriptions(folder))
    with soon():
        data = resolve("acme/visits", DataChoice(DataSource.SYNTHETIC), folder, folder=folder)
        load(data, partitions=2, seed=1)


def replayed(content: Any, folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    (folder / "acme--visits.json").write_text(json.dumps(content))
    (folder / "acme--visits.parquet").write_bytes(b"PAR1")
    with soon(), pytest.raises(DataSourceError):
        replay(("acme/visits",), REAL, folder)


SLA_TEXTS = st.one_of(
    MDP.map(json.dumps),
    PROJECT.map(json.dumps),
    st.tuples(MDP.map(json.dumps), st.integers(0, 400), st.text('{}[]",:%\\/\n\0é1', max_size=4)).map(
        lambda parts: parts[0][: parts[1]] + parts[2] + parts[0][parts[1] :]
    ),
    st.text('{}[]",:% \n\\u1eN-', max_size=300).map(lambda text: "{" + text),
)


AMOUNTS = [
    pytest.param(FEW, id="few"),
    pytest.param(MANY, id="many", marks=pytest.mark.slow),
    pytest.param(MORE, id="more", marks=pytest.mark.exhaustive),
]


@pytest.mark.parametrize("examples", AMOUNTS)
def test_any_text_is_an_sla_or_is_refused(examples: settings) -> None:
    examples(given(SLA_TEXTS)(loaded_sla))()


@pytest.mark.parametrize("examples", AMOUNTS)
def test_of_any_description_a_twin_is_made_or_it_is_refused(examples: settings, tmp_path: Path) -> None:
    examples(given(TWIN)(lambda content: made_twin(content, tmp_path / "recordings")))()


@pytest.mark.parametrize("examples", AMOUNTS)
def test_any_manifest_is_refused_where_the_rows_are_not_its(examples: settings, tmp_path: Path) -> None:
    examples(given(MANIFEST)(lambda content: replayed(content, tmp_path / "recordings")))()
