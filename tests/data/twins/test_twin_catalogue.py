from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

import datasets
import pytest
from standins.data import loaded_data

from pytest_flops_mock.data.twins.catalogue import FACTS, all_twins, find_twin, twin_names
from pytest_flops_mock.data.twins.engine import features_of
from pytest_flops_mock.data.twins.own import own_twin, write_twin
from pytest_flops_mock.data.twins.twin import Twin, parse_twin
from pytest_flops_mock.errors import DataSourceError

IMAGE = datasets.Image()
STRING = datasets.Value("string")
INT64 = datasets.Value("int64")
FLOAT64 = datasets.Value("float64")
DIGITS = datasets.ClassLabel(names=list("0123456789"))
THINGS = datasets.ClassLabel(
    names=["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]
)

# What the cards on the hub say, at https://huggingface.co/datasets/ and the name: configuration, splits, columns.
HUB: dict[str, tuple[str, dict[str, int], dict[str, Any]]] = {
    "ylecun/mnist": ("mnist", {"train": 60_000, "test": 10_000}, {"image": IMAGE, "label": DIGITS}),
    "uoft-cs/cifar10": ("plain_text", {"train": 50_000, "test": 10_000}, {"img": IMAGE, "label": THINGS}),
    "zalando-datasets/fashion_mnist": (
        "fashion_mnist",
        {"train": 60_000, "test": 10_000},
        {
            "image": IMAGE,
            "label": datasets.ClassLabel(
                names=[
                    *("T - shirt / top", "Trouser", "Pullover", "Dress", "Coat"),
                    *("Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"),
                ]
            ),
        },
    ),
    "fancyzhx/ag_news": (
        "default",
        {"train": 120_000, "test": 7_600},
        {"text": STRING, "label": datasets.ClassLabel(names=["World", "Sports", "Business", "Sci/Tech"])},
    ),
    "scikit-learn/adult-census-income": (
        "default",
        {"train": 32_561},
        {
            "age": INT64,
            "workclass": STRING,
            "fnlwgt": INT64,
            "education": STRING,
            "education.num": INT64,
            "marital.status": STRING,
            "occupation": STRING,
            "relationship": STRING,
            "race": STRING,
            "sex": STRING,
            "capital.gain": INT64,
            "capital.loss": INT64,
            "hours.per.week": INT64,
            "native.country": STRING,
            "income": STRING,
        },
    ),
    "scikit-learn/iris": (
        "default",
        {"train": 150},
        {
            "Id": INT64,
            **dict.fromkeys(["SepalLengthCm", "SepalWidthCm", "PetalLengthCm", "PetalWidthCm"], datasets.Value("float64")),
            "Species": STRING,
        },
    ),
    "stanfordnlp/imdb": (
        "plain_text",
        {"train": 25_000, "test": 25_000, "unsupervised": 50_000},
        {"text": STRING, "label": datasets.ClassLabel(names=["neg", "pos"])},
    ),
    "ufldl-stanford/svhn": (
        "cropped_digits",
        {"train": 73_257, "test": 26_032, "extra": 531_131},
        {"image": IMAGE, "label": DIGITS},
    ),
    "flwrlabs/femnist": (
        "default",
        {"train": 814_277},
        {
            "image": IMAGE,
            "writer_id": STRING,
            "hsf_id": INT64,
            "character": datasets.ClassLabel(names=list("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")),
        },
    ),
    "tanganke/emnist_letters": (
        "emnist-letters",
        {"train": 124_800, "test": 20_800},
        {"image": IMAGE, "label": datasets.ClassLabel(names=list("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))},
    ),
    "flwrlabs/usps": ("default", {"train": 7_291, "test": 2_007}, {"image": IMAGE, "label": DIGITS}),
    "stanfordnlp/sentiment140": (
        "sentiment140",
        {"test": 498, "train": 1_600_000},
        {"text": STRING, "date": STRING, "user": STRING, "sentiment": datasets.Value("int32"), "query": STRING},
    ),
    "flwrlabs/shakespeare": ("default", {"train": 4_226_158}, {"character_id": STRING, "x": STRING, "y": STRING}),
    "flwrlabs/cinic10": (
        "default",
        {"train": 90_000, "validation": 90_000, "test": 90_000},
        {"image": IMAGE, "label": THINGS},
    ),
}

HUB["flwrlabs/pacs"] = (
    "default",
    {"train": 9_991},
    {
        "image": IMAGE,
        "domain": STRING,
        "label": datasets.ClassLabel(names=["dog", "elephant", "giraffe", "guitar", "horse", "house", "person"]),
    },
)

HUB["jlh/uci-mushrooms"] = (
    "default",
    {"train": 8_124},
    {
        "poisonous": datasets.ClassLabel(names=["e", "p"]),
        **dict.fromkeys(
            [
                *("cap-shape", "cap-surface", "cap-color", "bruises", "odor"),
                *("gill-attachment", "gill-spacing", "gill-size", "gill-color"),
                *("stalk-shape", "stalk-root", "stalk-surface-above-ring", "stalk-surface-below-ring"),
                *("stalk-color-above-ring", "stalk-color-below-ring", "veil-type", "veil-color"),
                *("ring-number", "ring-type", "spore-print-color", "population", "habitat"),
            ],
            STRING,
        ),
    },
)

HUB["zeroshot/twitter-financial-news-sentiment"] = (
    "default",
    {"train": 9_543, "validation": 2_388},
    {"text": STRING, "label": INT64},
)

HUB["takala/financial_phrasebank"] = (
    "sentences_50agree",
    {"train": 4_846},
    {"sentence": STRING, "label": datasets.ClassLabel(names=["negative", "neutral", "positive"])},
)

HUB["pauri32/fiqa-2018"] = (
    "default",
    {"train": 961, "validation": 102, "test": 150},
    {
        "sentence": STRING,
        "snippets": STRING,
        "target": STRING,
        "sentiment_score": datasets.Value("float64"),
        "aspects": STRING,
        "format": STRING,
        "label": INT64,
    },
)

HUB["openlifescienceai/medmcqa"] = (
    "default",
    {"train": 182_822, "test": 6_150, "validation": 4_183},
    {
        **dict.fromkeys(["id", "question", "opa", "opb", "opc", "opd"], STRING),
        "cop": datasets.ClassLabel(names=["a", "b", "c", "d"]),
        **dict.fromkeys(["choice_type", "exp", "subject_name", "topic_name"], STRING),
    },
)

HUB["google-research-datasets/mbpp"] = (
    "full",
    {"train": 374, "test": 500, "validation": 90, "prompt": 10},
    {
        "task_id": datasets.Value("int32"),
        "text": STRING,
        "code": STRING,
        "test_list": datasets.Sequence(STRING),
        "test_setup_code": STRING,
        "challenge_test_list": datasets.Sequence(STRING),
    },
)

HUB["openai/openai_humaneval"] = (
    "openai_humaneval",
    {"test": 164},
    dict.fromkeys(["task_id", "prompt", "canonical_solution", "test", "entry_point"], STRING),
)

HUB["bigbio/pubmed_qa"] = (
    "pubmed_qa_artificial_source",
    {"train": 200_000, "validation": 11_269},
    {
        "QUESTION": STRING,
        "CONTEXTS": datasets.Sequence(STRING),
        "LABELS": datasets.Sequence(STRING),
        "MESHES": datasets.Sequence(STRING),
        "YEAR": STRING,
        "reasoning_required_pred": STRING,
        "reasoning_free_pred": STRING,
        "final_decision": STRING,
        "LONG_ANSWER": STRING,
    },
)

HUB["bigbio/med_qa"] = (
    "med_qa_en_source",
    {"train": 10_178, "test": 1_273, "validation": 1_272},
    {
        **dict.fromkeys(["meta_info", "question", "answer_idx", "answer"], STRING),
        "options": [{"key": STRING, "value": STRING}],
    },
)

HUB["HPAI-BSC/CareQA"] = (
    "CareQA_en",
    {"test": 5_621},
    {
        "exam_id": INT64,
        **dict.fromkeys(["question", "op1", "op2", "op3", "op4"], STRING),
        "cop": INT64,
        "year": INT64,
        "category": STRING,
        "unique_id": STRING,
    },
)

HUB["panitsasi/FedJam"] = (
    "default",
    {"train": 28_800, "test": 7_200},
    {
        "image": IMAGE,
        "timeseries": datasets.Array2D(shape=(256, 5), dtype="float32"),
        "label": datasets.ClassLabel(names=["benign", "pulse", "single_tone", "wideband"]),
    },
)

HUB["cornell-movie-review-data/rotten_tomatoes"] = (
    "default",
    {"train": 8_530, "validation": 1_066, "test": 1_066},
    {"text": STRING, "label": datasets.ClassLabel(names=["neg", "pos"])},
)

HUB["dair-ai/emotion"] = (
    "split",
    {"train": 16_000, "validation": 2_000, "test": 2_000},
    {"text": STRING, "label": datasets.ClassLabel(names=["sadness", "joy", "love", "anger", "fear", "surprise"])},
)

HUB["Mike0307/MNIST-M"] = ("default", {"train": 59_001, "test": 9_001}, {"image": IMAGE, "label": DIGITS})

HUB["sasha/dog-food"] = (
    "default",
    {"train": 2_100, "test": 900},
    {"image": IMAGE, "label": datasets.ClassLabel(names=["dog", "food"])},
)

HUB["flwrlabs/fed-isic2019"] = (
    "default",
    {"train": 18_597, "test": 4_650},
    {"image": IMAGE, "center": INT64, "label": datasets.ClassLabel(names=list("01234567"))},
)

HUB["fixie-ai/common_voice_17_0"] = (
    "de",
    {"train": 589_100, "validation": 16_183, "test": 16_183},
    {
        "client_id": STRING,
        "path": STRING,
        "audio": datasets.Audio(sampling_rate=48_000),
        "sentence": STRING,
        "up_votes": INT64,
        "down_votes": INT64,
        "age": STRING,
        "gender": STRING,
        "accent": STRING,
        "locale": STRING,
        "segment": STRING,
        "variant": STRING,
    },
)

HUB["jiahborcn/chembl_aqsol"] = (
    "default",
    {"train": 12_889, "test": 3_223},
    {
        "smiles": STRING,
        "logS": FLOAT64,
        "molecule_chembl_id": STRING,
        "assay_description": STRING,
        "MW": FLOAT64,
        "LogP": FLOAT64,
        "TPSA": FLOAT64,
        "Complexity": FLOAT64,
    },
)

HUB["lukaemon/mmlu"] = (
    "abstract_algebra",
    {"test": 100, "validation": 11, "train": 5},
    {"input": STRING, "A": STRING, "B": STRING, "C": STRING, "D": STRING, "target": STRING},
)

HUB["fixie-ai/librispeech_asr"] = (
    "clean",
    {"test": 2_620, "validation": 2_703, "train.360": 104_014, "train.100": 28_539},
    {
        "file": STRING,
        "audio": datasets.Audio(sampling_rate=16_000),
        "text": STRING,
        "speaker_id": INT64,
        "chapter_id": INT64,
        "id": STRING,
        "continuation": STRING,
    },
)

# Too many class names to repeat; their first, last and number.
MANY: dict[str, tuple[str, dict[str, int], dict[str, Any]]] = {
    "zh-plus/tiny-imagenet": (
        "default",
        {"train": 100_000, "valid": 10_000},
        {"image": IMAGE, "label": ("n01443537", "n14991210", 200)},
    ),
    "uoft-cs/cifar100": (
        "cifar100",
        {"train": 50_000, "test": 10_000},
        {"img": IMAGE, "fine_label": ("apple", "worm", 100), "coarse_label": ("aquatic_mammals", "vehicles_2", 20)},
    ),
    "google/speech_commands": (
        "v0.02",
        {"train": 84_848, "validation": 9_982, "test": 4_890},
        {
            "file": STRING,
            "audio": datasets.Audio(sampling_rate=16_000),
            "label": ("yes", "_silence_", 36),
            "is_unknown": datasets.Value("bool"),
            "speaker_id": STRING,
            "utterance_id": datasets.Value("int8"),
        },
    ),
}

MANY["flwrlabs/office-home"] = (
    "default",
    {"train": 15_588},
    {"image": IMAGE, "domain": STRING, "label": ("Alarm_Clock", "Webcam", 65)},
)

MANY["flwrlabs/caltech101"] = (
    "default",
    {"train": 8_677},
    {"image": IMAGE, "label": ("accordion", "yin_yang", 101)},
)

MANY["flwrlabs/ambient-acoustic-context"] = (
    "default",
    {"train": 70_254},
    {
        "audio": datasets.Audio(),
        "speaker_id": STRING,
        "label": ('"Applause"', '"White noise"', 24),
        "start": STRING,
        "id": ("/m/01b_21", "none", 25),
    },
)

LEGACY = {
    "mnist": "ylecun/mnist",
    "cifar10": "uoft-cs/cifar10",
    "cifar100": "uoft-cs/cifar100",
    "fashion_mnist": "zalando-datasets/fashion_mnist",
    "ag_news": "fancyzhx/ag_news",
    "imdb": "stanfordnlp/imdb",
    "svhn": "ufldl-stanford/svhn",
    "sentiment140": "stanfordnlp/sentiment140",
    "speech_commands": "google/speech_commands",
    "Maysee/tiny-imagenet": "zh-plus/tiny-imagenet",
    "financial_phrasebank": "takala/financial_phrasebank",
    "medmcqa": "openlifescienceai/medmcqa",
    "mbpp": "google-research-datasets/mbpp",
    "openai_humaneval": "openai/openai_humaneval",
    "rotten_tomatoes": "cornell-movie-review-data/rotten_tomatoes",
    "emotion": "dair-ai/emotion",
    "panitsasi/fedjam": "panitsasi/FedJam",
}


def found(name: str) -> Twin:
    twin = find_twin(name)
    assert twin is not None, name
    return twin


@pytest.mark.parametrize("name", HUB)
def test_a_twin_declares_what_the_hub_declares(name: str) -> None:
    twin = found(name)
    config, splits, columns = HUB[name]
    assert twin.config_name == config
    assert list(twin.splits.items()) == list(splits.items())
    assert features_of(twin) == datasets.Features(columns)
    assert list(features_of(twin)) == list(columns)


@pytest.mark.parametrize("name", MANY)
def test_a_twin_with_many_classes_declares_what_the_hub_declares(name: str) -> None:
    twin = found(name)
    config, splits, columns = MANY[name]
    assert twin.config_name == config
    assert list(twin.splits.items()) == list(splits.items())
    features = features_of(twin)
    assert list(features) == list(columns)
    for column, meant in columns.items():
        if isinstance(meant, tuple):
            names = features[column].names
            assert (names[0], names[-1], len(names), len(set(names))) == (*meant, meant[-1])
        else:
            assert features[column] == meant


def test_the_fine_labels_of_cifar100_are_in_the_hubs_order() -> None:
    features = features_of(found("cifar100"))
    fine, coarse = features["fine_label"].names, features["coarse_label"].names
    assert fine[24:29] == ["cockroach", "couch", "cra", "crocodile", "cup"]
    assert fine[46:49] == ["man", "maple_tree", "motorcycle"]
    assert coarse[9:14] == [
        *("large_man-made_outdoor_things", "large_natural_outdoor_scenes", "large_omnivores_and_herbivores"),
        *("medium_mammals", "non-insect_invertebrates"),
    ]


def test_the_classes_of_flowers_own_data_sets_are_in_the_hubs_order() -> None:
    home = features_of(found("flwrlabs/office-home"))["label"].names
    assert home[20:24] == ["File_Cabinet", "Flipflops", "Flowers", "Folder"]
    assert home[57:63] == ["Spoon", "TV", "Table", "Telephone", "ToothBrush", "Toys"]
    things = features_of(found("flwrlabs/caltech101"))["label"].names
    assert things[15:17] == ["car_side", "ceiling_fan"]
    assert things[94:98] == ["watch", "water_lilly", "wheelchair", "wild_cat"]
    sounds = features_of(found("flwrlabs/ambient-acoustic-context"))
    assert sounds["label"].names[8:12] == ['"Door"', '"Female speech', '"Hubbub', '"Inside']
    assert sounds["id"].names[11:17] == [
        *("/m/07pbtc8", "/m/07qc9xj", "/m/07qfr4h", "/m/07r4wb8", "/m/07rkbfh", "/m/09x0r"),
    ]


@pytest.mark.parametrize(("short", "full"), LEGACY.items())
def test_a_twin_is_found_with_and_without_its_organisation(short: str, full: str) -> None:
    assert found(short) is found(full)


@pytest.mark.parametrize("name", ["", "MNIST", "someone/mnist", "unheard-of", "femnist", "iris"])
def test_a_name_that_the_hub_does_not_know_has_no_twin(name: str) -> None:
    assert find_twin(name) is None


def test_every_name_is_listed_once_and_found() -> None:
    names = twin_names()
    assert names[:3] == ("ag_news", "fancyzhx/ag_news", "cifar10")
    assert len(set(names)) == len(names)
    assert all(find_twin(name) for name in names)
    assert {*HUB, *MANY, *LEGACY} == set(names)


@pytest.mark.parametrize("twin", all_twins(), ids=lambda twin: twin.dataset)
def test_a_twin_is_a_value_and_its_label_a_column(twin: Twin) -> None:
    with pytest.raises(AttributeError):
        twin.dataset = "other"  # type: ignore[misc]
    assert hash(twin)
    assert twin.label in features_of(twin)
    assert twin.main in dict(twin.splits)


def test_the_facts_say_where_they_were_looked_up_and_what_is_unsure_in_sentences() -> None:
    for twin in all_twins():
        assert twin.source, twin.dataset
        assert all(source.startswith("https://") for source in twin.source)
        assert all(doubt[0].isupper() and doubt.endswith(".") for doubt in twin.unsure), twin.dataset
    unsure = {twin.dataset: " ".join(twin.unsure) for twin in all_twins()}
    assert "450 pixels, is a guess" in unsure["panitsasi/FedJam"]
    assert "48,000 Hz" in unsure["fixie-ai/common_voice_17_0"]
    assert "cais/mmlu" in unsure["lukaemon/mmlu"]
    assert "FLAC" in unsure["fixie-ai/librispeech_asr"]
    assert "transposed" in unsure["tanganke/emnist_letters"]
    assert unsure["mnist"] == unsure["cifar10"] == ""


def test_the_facts_name_only_columns_and_splits_that_there_are() -> None:
    for twin in all_twins():
        described = {*twin.columns, *(column for columns in twin.special.values() for column in columns)}
        assert described <= set(twin.features), twin.dataset
        assert set(twin.special) <= set(twin.splits), twin.dataset
        assert twin.counter in (None, *twin.features)


@pytest.mark.parametrize("path", sorted(FACTS.iterdir()), ids=lambda path: path.name)
def test_a_file_of_facts_works_as_a_description_of_ones_own(path: Path, tmp_path: Path) -> None:
    shutil.copy(path, tmp_path)
    twin = parse_twin(path.read_text(encoding="utf-8"))
    assert path.name == f"{twin.dataset.replace('/', '--')}.twin.json"
    assert own_twin([twin.dataset], tmp_path) == twin == find_twin(twin.dataset)
    write_twin(twin, tmp_path)
    assert own_twin([twin.dataset], tmp_path) == twin


def test_features_are_written_in_the_form_that_the_learners_datasets_reads() -> None:
    for twin in all_twins():
        assert "List" not in re.findall(r"'_type': '(\w+)'", str(twin.features)), twin.dataset


def test_what_is_unsure_of_a_twin_is_said_where_its_rows_come_from() -> None:
    def origin(name: str) -> str:
        return loaded_data(name, seed=1).origin

    assert origin("jlh/uci-mushrooms") == "synthetic twin of jlh/uci-mushrooms, 600 rows, seed 1"
    assert origin("flwrlabs/shakespeare") == (
        "synthetic twin of flwrlabs/shakespeare, 600 rows, seed 1; 1 fact unsure, see flops-mock twin flwrlabs/shakespeare"
    )
    assert origin("emotion").endswith(", seed 1; 2 facts unsure, see flops-mock twin dair-ai/emotion")


def test_asking_for_a_name_loads_neither_datasets_nor_numpy_nor_row_code() -> None:
    program = """
import json, sys
from pytest_flops_mock.cli import main
from pytest_flops_mock.data.twins.catalogue import find_twin, twin_names
from pytest_flops_mock.data.twins.own import own_names, own_twin
from pathlib import Path
find_twin("mnist"), twin_names(), own_names(Path("none")), own_twin(["mnist"], Path("none"))
main(["twin"])
print(json.dumps(sorted(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=300)
    *_, last = done.stdout.splitlines()
    loaded = set(json.loads(last))
    assert not loaded & {"datasets", "numpy", "pyarrow", "pandas", "huggingface_hub"}
    ours = {name.removeprefix("pytest_flops_mock.data.twins.") for name in loaded if ".data.twins." in name}
    assert ours == {"catalogue", "own", "twin"}


def test_a_data_set_without_train_has_nothing_that_the_provider_sends() -> None:
    without = [twin.dataset for twin in all_twins() if twin.main != "train"]
    assert without == ["HPAI-BSC/CareQA", "fixie-ai/librispeech_asr", "openai/openai_humaneval"]
    ask = partial(loaded_data, "openai/openai_humaneval")
    with pytest.raises(DataSourceError, match="the provider dies before it sends anything") as caught:
        ask()
    assert "has no split 'train'" in str(caught.value)
    assert ask(split="test", max_rows=9).dataset.num_rows == 9


def test_the_phrase_bank_wants_a_configuration() -> None:
    with pytest.raises(DataSourceError, match=r"sentences_allagree, .*there is a synthetic twin of sentences_50agree"):
        loaded_data("financial_phrasebank")
