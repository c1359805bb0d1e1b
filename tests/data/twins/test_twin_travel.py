"""Every twin's way through the provider, the server and the learner's loading, and what its values are."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import datasets
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from standins.data import iid_partitions
from standins.twins import make_twin

from pytest_flops_mock import MLDataServer, MockDataProvider, load_partitions
from pytest_flops_mock.data.twins.catalogue import all_twins
from pytest_flops_mock.data.twins.engine import features_of
from pytest_flops_mock.data.twins.making import make_split
from pytest_flops_mock.data.twins.twin import Twin
from pytest_flops_mock.partitions.drift import with_drift
from pytest_flops_mock.sla.schemes import Drift, drift_of

every_twin = pytest.mark.parametrize("twin", all_twins(), ids=lambda twin: twin.dataset)

# Of 20 rows with seed 42, decoded. Whoever changes one of them changes what that seed means to users.
DIGESTS: dict[str, str] = {
    "ag_news": "814e20686800f2ef",
    "cifar10": "4808b2f097394384",
    "cifar100": "a41bbaedf54a8daf",
    "fashion_mnist": "529521f40d3203eb",
    "imdb": "5a3ced226990bd76",
    "mnist": "3013f5c8b727a876",
    "sentiment140": "70f74e3b7c0dc884",
    "speech_commands": "7490db143cc1353e",
    "svhn": "12448c46275beeaa",
    "HPAI-BSC/CareQA": "b12e92143c4ae03f",
    "Mike0307/MNIST-M": "f872bba34898cff9",
    "bigbio/med_qa": "9c24b8276111f964",
    "bigbio/pubmed_qa": "c80ce0b252840b25",
    "cornell-movie-review-data/rotten_tomatoes": "5b2cbc7dab75ef55",
    "dair-ai/emotion": "27b5330670436a14",
    "fixie-ai/common_voice_17_0": "11b88c460eb87920",
    "fixie-ai/librispeech_asr": "2e4ec92b8a49bf26",
    "flwrlabs/ambient-acoustic-context": "1d4b8dd78e3321c1",
    "flwrlabs/caltech101": "57067a3a8cef7888",
    "flwrlabs/cinic10": "0c267a4ad0e129aa",
    "flwrlabs/fed-isic2019": "e428afdcbfe47a6b",
    "flwrlabs/femnist": "196c01492c9ad195",
    "flwrlabs/office-home": "0a8278d6d97f9902",
    "flwrlabs/pacs": "c8ca607e78909e62",
    "flwrlabs/shakespeare": "f3033045f4714ad6",
    "flwrlabs/usps": "12ee4f0e4831d283",
    "google-research-datasets/mbpp": "dc51287f372c5bf4",
    "jiahborcn/chembl_aqsol": "41a84b3bc9f3493b",
    "jlh/uci-mushrooms": "5d079068a30b03fa",
    "lukaemon/mmlu": "f722589e551c932c",
    "openai/openai_humaneval": "1cff3a328fd0844f",
    "openlifescienceai/medmcqa": "9f497ba98d372a73",
    "panitsasi/FedJam": "4039030522df56f7",
    "pauri32/fiqa-2018": "ce7704745b605a07",
    "sasha/dog-food": "407a055d92395466",
    "scikit-learn/adult-census-income": "8ffa66e2bc683fa1",
    "scikit-learn/iris": "f483e3e65d7fdd4d",
    "takala/financial_phrasebank": "621f636adf6fc22a",
    "tanganke/emnist_letters": "66bc0e6f44d3eedf",
    "zeroshot/twitter-financial-news-sentiment": "c873d28fb9f455d9",
    "zh-plus/tiny-imagenet": "79e4dfa1d670f0c9",
}


SENDABLE = [twin for twin in all_twins() if not any(type(kind) is datasets.Array2D for kind in features_of(twin).values())]
"""All but those with a column of which FLOps' own provider dies."""


def test_only_one_twin_cannot_be_sent() -> None:
    assert [twin.dataset for twin in all_twins() if twin not in SENDABLE] == ["panitsasi/FedJam"]


@pytest.mark.parametrize("twin", SENDABLE, ids=lambda twin: twin.dataset)
def test_a_twin_comes_back_with_equal_features_and_values(twin: Twin) -> None:
    sent = make_twin(twin, rows=12, splits=[twin.main])[twin.main]
    with MLDataServer() as server:
        sla = {
            "customerID": "Admin",
            "mock_data_configuration": {"dataset_name": twin.dataset, "number_of_partitions": 3, "data_tag": "twin"},
        }
        run = MockDataProvider(server.uri).run(sla, dataset=sent)
        loaded = load_partitions(server.uri, ["twin"])
    assert run.rows == 12
    assert loaded.features == sent.features
    assert sorted(map(repr, loaded[:].to_pylist())) == sorted(map(repr, sent.with_format("arrow")[:].to_pylist()))


@st.composite
def any_drift(draw: st.DrawFn, twin: Twin) -> Drift:
    """Drift of any size that the twin can have."""
    shares = st.sampled_from([0.0, 0.0, 0.2, 1.0])
    has_images = any(isinstance(kind, datasets.Image) for kind in features_of(twin).values())
    corrupt = draw(shares) if has_images else 0.0
    imbalance = draw(st.sampled_from([0.0, 0.5, 1.0])) if twin.label else 0.0
    return drift_of(
        {
            "missing": draw(shares),
            "corrupt_images": corrupt,
            "label_noise": draw(shares) if twin.label else 0.0,
            "imbalance": imbalance,
            "duplicates": draw(shares),
        }
    )


@pytest.mark.slow
@settings(max_examples=150, derandomize=True, database=None)
@given(st.data())
def test_any_twin_of_any_size_with_any_drift_comes_back(data: st.DataObject) -> None:
    twin = data.draw(st.sampled_from(SENDABLE))
    split = data.draw(st.sampled_from(list(twin.splits)))
    rows = data.draw(st.integers(1, 230))
    seed = data.draw(st.integers(0, 2**32 - 1))
    drift = data.draw(any_drift(twin))
    partitions = data.draw(st.integers(1, min(rows, 5)))
    made = make_split(twin, split, rows=rows, seed=seed)
    sla = {
        "customerID": "Admin",
        "mock_data_configuration": {"dataset_name": twin.dataset, "number_of_partitions": partitions, "data_tag": "twin"},
    }
    sent = [
        with_drift(partition, drift, seed=42, label=twin.label or "")
        for partition in iid_partitions(made, partitions, name=twin.dataset)
    ]
    expected = [repr(row) for part in sent for batch in part.batches() for row in batch.to_pylist()]
    with MLDataServer() as server:
        run = MockDataProvider(server.uri, drift=drift).run(sla, dataset=made)
        if not run.rows:
            return  # all are of a class that never comes: a learner would find nothing
        loaded = load_partitions(server.uri, ["twin"])
    assert loaded.features == made.features
    kept = list(map(repr, loaded.with_format("arrow")[:].to_pylist()))
    if len(set(run.names)) == partitions:
        assert sorted(kept) == sorted(expected)
    else:  # equal partitions have equal names: the server keeps one of them
        assert set(kept) == set(expected)


@every_twin
def test_values_are_the_same_on_every_platform(twin: Twin) -> None:
    assert digest(make_twin(twin, rows=20, seed=42, splits=[twin.main])[twin.main]) == DIGESTS[twin.dataset]


def digest(dataset: datasets.Dataset) -> str:
    """The values, not the files: how zlib packs a PNG differs by its version."""
    hashed = hashlib.sha256()
    raw = dataset.with_format("arrow")[:]
    for name, kind in dataset.features.items():
        if isinstance(kind, datasets.Image):
            for image in dataset[:][name]:
                pixels = np.asarray(image)
                hashed.update(repr(pixels.shape).encode() + pixels.tobytes())
        elif isinstance(kind, datasets.Audio):
            for sound in raw[name].to_pylist():
                hashed.update(sound["bytes"])
        else:
            values: list[Any] = raw[name].to_pylist()
            hashed.update(json.dumps(values).encode())
    return hashed.hexdigest()[:16]
