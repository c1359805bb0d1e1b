"""The twins of texts, tables and sounds: what they hold, and that a linear model learns from it."""

from __future__ import annotations

import io
import wave
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from sklearn.feature_extraction import DictVectorizer
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression, RidgeClassifier
from sklearn.metrics import balanced_accuracy_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MaxAbsScaler

from pytest_flops_mock.data.twins.catalogue import find_twin
from pytest_flops_mock.data.twins.twin import make_twin


def rows_of(name: str, split: str = "train", *, rows: int = 300, seed: int = 42) -> dict[str, list[Any]]:
    twin = find_twin(name)
    assert twin is not None
    made = make_twin(twin, rows=rows, seed=seed, splits=[split])[split]
    return made.with_format("arrow")[:].to_pydict()  # type: ignore[no-any-return]


@pytest.mark.slow
@pytest.mark.parametrize(("name", "label"), [("ag_news", "label"), ("imdb", "label"), ("sentiment140", "sentiment")])
def test_a_bag_of_words_learns_the_texts(name: str, label: str) -> None:
    train, test = rows_of(name), rows_of(name, seed=9)
    model = make_pipeline(CountVectorizer(), LogisticRegression(max_iter=500))
    assert model.fit(train["text"], train[label]).score(test["text"], test[label]) >= 0.8
    shuffled = np.random.default_rng(0).permutation(train[label])
    assert model.fit(train["text"], shuffled).score(test["text"], test[label]) < 0.7


@pytest.mark.parametrize(
    ("name", "label"),
    [("scikit-learn/adult-census-income", "income"), ("scikit-learn/iris", "Species"), ("jlh/uci-mushrooms", "poisonous")],
)
def test_a_linear_model_learns_the_tables(name: str, label: str) -> None:
    def features(columns: dict[str, list[Any]]) -> list[dict[str, Any]]:
        names = [column for column in columns if column not in (label, "Id")]
        return [dict(zip(names, row, strict=True)) for row in zip(*(columns[column] for column in names), strict=True)]

    train, test = rows_of(name, rows=600), rows_of(name, seed=9)
    model = make_pipeline(DictVectorizer(), MaxAbsScaler(), LogisticRegression(max_iter=2_000, class_weight="balanced"))
    model.fit(features(train), train[label])
    assert balanced_accuracy_score(test[label], model.predict(features(test))) >= 0.8


def test_the_next_character_is_learned_from_the_last_ones() -> None:
    def ends(columns: dict[str, list[Any]]) -> list[str]:
        return [text[-4:] for text in columns["x"]]

    train, test = rows_of("flwrlabs/shakespeare", rows=2_000), rows_of("flwrlabs/shakespeare", seed=9)
    assert all(len(text) == 80 for text in train["x"])
    assert all(len(character) == 1 for character in train["y"])
    model = make_pipeline(CountVectorizer(analyzer=lambda text: [text[place:] for place in range(4)]), RidgeClassifier())
    assert model.fit(ends(train), train["y"]).score(ends(test), test["y"]) > 0.5


def test_the_commands_are_learned_from_their_tones() -> None:
    def spectra(columns: dict[str, list[Any]]) -> tuple[npt.NDArray[Any], list[int]]:
        core = [row for row, label in enumerate(columns["label"]) if label < 10]
        clips = np.stack([samples(columns["audio"][row]["bytes"]) for row in core])
        power = np.abs(np.fft.rfft(clips.reshape(len(core), 10, -1)))  # ten moments
        return np.log1p(power.sum(axis=1)[:, 10:160]), [columns["label"][row] for row in core]

    train, test = rows_of("speech_commands", rows=600), rows_of("speech_commands", seed=9)
    model = RidgeClassifier().fit(*spectra(train))
    assert model.score(*spectra(test)) >= 0.8


def samples(file: bytes) -> npt.NDArray[np.int16]:
    with wave.open(io.BytesIO(file)) as sound:
        assert (sound.getframerate(), sound.getnchannels(), sound.getsampwidth()) == (16_000, 1, 2)
        heard = np.frombuffer(sound.readframes(sound.getnframes()), "<i2")
    assert len(heard) == 16_000
    return heard


def test_silence_has_no_speaker_and_no_word() -> None:
    columns = rows_of("speech_commands")
    silent = [row for row, label in enumerate(columns["label"]) if label == 35]
    assert silent
    for row in range(300):
        assert (columns["speaker_id"][row] is None) == (row in silent)
        assert columns["is_unknown"][row] == (10 <= columns["label"][row] < 35)
    loudest = [int(np.abs(samples(sound["bytes"])).max()) for sound in columns["audio"]]
    assert max(loudest[row] for row in silent) < 200
    assert min(loudest[row] for row in range(300) if row not in silent) > 2_000


@pytest.mark.parametrize(
    ("name", "column"),
    [
        ("flwrlabs/femnist", "writer_id"),
        ("sentiment140", "user"),
        ("flwrlabs/shakespeare", "character_id"),
        ("speech_commands", "speaker_id"),
    ],
)
def test_few_people_have_most_of_the_rows(name: str, column: str) -> None:
    people = [person for person in rows_of(name, rows=600)[column] if person is not None]
    counts = sorted((people.count(person) for person in set(people)), reverse=True)
    assert 20 <= len(counts) <= 60
    assert sum(counts[: len(counts) // 5]) > len(people) * 0.4
    assert set(rows_of(name, rows=600, seed=9)[column]) & set(people)


def test_a_writer_has_one_form() -> None:
    columns = rows_of("flwrlabs/femnist")
    assert len(set(zip(columns["writer_id"], columns["hsf_id"], strict=True))) == len(set(columns["writer_id"]))
    assert all(len(writer) == 8 for writer in columns["writer_id"])


def test_the_unsupervised_reviews_have_no_label() -> None:
    assert set(rows_of("imdb", "unsupervised")["label"]) == {-1}
    assert set(rows_of("imdb", "test")["label"]) == {0, 1}


def test_the_tweets_of_both_splits_are_as_the_real_ones() -> None:
    train, test = rows_of("sentiment140"), rows_of("sentiment140", "test", rows=1_000_000)
    assert (set(train["sentiment"]), set(train["query"])) == ({0, 4}, {"NO_QUERY"})
    assert set(test["sentiment"]) == {0, 2, 4}
    assert "NO_QUERY" not in test["query"]


def test_the_census_is_consistent_and_has_question_marks() -> None:
    columns = rows_of("scikit-learn/adult-census-income", rows=2_000)
    assert 0.2 < columns["income"].count(">50K") / 2_000 < 0.28
    assert all("?" in columns[name] for name in ("workclass", "occupation", "native.country"))
    assert len(set(zip(columns["education"], columns["education.num"], strict=True))) == len(set(columns["education"]))
    for workclass, occupation, status, relationship, sex in zip(
        *(columns[name] for name in ("workclass", "occupation", "marital.status", "relationship", "sex")), strict=True
    ):
        assert (workclass in ("?", "Never-worked")) == (occupation == "?")
        assert (status == "Married-civ-spouse") == (relationship in ("Husband", "Wife"))
        assert relationship != "Husband" or sex == "Male"
        assert relationship != "Wife" or sex == "Female"
    assert 17 <= min(columns["age"]) < max(columns["age"]) <= 90


def test_the_irises_are_numbered_from_one() -> None:
    assert rows_of("scikit-learn/iris")["Id"] == list(range(1, 301))
