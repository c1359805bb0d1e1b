"""The twins of texts, tables and sounds: what they hold, and that a linear model learns from it."""

from __future__ import annotations

import io
import re
import wave
from typing import Any
from uuid import UUID

import numpy as np
import numpy.typing as npt
import pytest
from sklearn.feature_extraction import DictVectorizer
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LinearRegression, LogisticRegression, RidgeClassifier
from sklearn.metrics import balanced_accuracy_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MaxAbsScaler
from standins.twins import make_twin

from pytest_flops_mock.data.twins.catalogue import find_twin


def rows_of(name: str, split: str = "", *, rows: int = 300, seed: int = 42) -> dict[str, list[Any]]:
    """Rows of a twin; of its main split unless another one is named."""
    twin = find_twin(name)
    assert twin is not None
    split = split or twin.main
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


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "text", "label"),
    [
        ("zeroshot/twitter-financial-news-sentiment", "text", "label"),
        ("financial_phrasebank", "sentence", "label"),
        ("pauri32/fiqa-2018", "sentence", "label"),
        ("medmcqa", "question", "cop"),
        ("bigbio/med_qa", "question", "answer_idx"),
        ("HPAI-BSC/CareQA", "question", "cop"),
        ("bigbio/pubmed_qa", "LONG_ANSWER", "final_decision"),
        ("lukaemon/mmlu", "input", "target"),
        ("rotten_tomatoes", "text", "label"),
        ("emotion", "text", "label"),
    ],
)
def test_a_bag_of_words_learns_the_further_texts(name: str, text: str, label: str) -> None:
    train, test = rows_of(name, rows=600), rows_of(name, seed=9)
    model = make_pipeline(CountVectorizer(), LogisticRegression(max_iter=500))
    predicted = model.fit(train[text], train[label]).predict(test[text])
    assert balanced_accuracy_score(test[label], predicted) >= 0.8  # by class: most of them are skewed
    shuffled = np.random.default_rng(0).permutation(train[label])
    assert balanced_accuracy_score(test[label], model.fit(train[text], shuffled).predict(test[text])) < 0.7


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


def test_how_well_a_molecule_dissolves_is_learned_from_its_properties() -> None:
    def properties(columns: dict[str, list[Any]]) -> tuple[npt.NDArray[Any], list[float]]:
        return np.array([columns[name] for name in ("MW", "LogP", "TPSA", "Complexity")]).T, columns["logS"]

    train, test = rows_of("jiahborcn/chembl_aqsol", rows=600), rows_of("jiahborcn/chembl_aqsol", seed=9)
    score = LinearRegression().fit(*properties(train)).score(*properties(test))
    assert 0.8 <= score < 0.995
    assert -12 < min(train["logS"]) < -5 < 0 < max(train["logS"]) < 3
    assert all(re.fullmatch(r"[CNOSFlc()=1]+", smiles) for smiles in train["smiles"])
    assert all(re.fullmatch(r"CHEMBL[1-9]\d*", molecule) for molecule in train["molecule_chembl_id"])


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


def test_the_sounds_around_are_learned_from_their_spectra() -> None:
    def spectra(columns: dict[str, list[Any]]) -> tuple[npt.NDArray[Any], list[int]]:
        clips = np.stack([samples(sound["bytes"]) for sound in columns["audio"]])
        power = np.abs(np.fft.rfft(clips.reshape(len(clips), 20, -1)))
        return np.log1p(power.sum(axis=1)), columns["label"]

    train, test = rows_of("flwrlabs/ambient-acoustic-context"), rows_of("flwrlabs/ambient-acoustic-context", seed=9)
    assert RidgeClassifier().fit(*spectra(train)).score(*spectra(test)) >= 0.8


@pytest.mark.parametrize(
    ("name", "split", "column"),
    [("fixie-ai/librispeech_asr", "train.100", "text"), ("fixie-ai/common_voice_17_0", "train", "sentence")],
)
def test_the_words_of_a_sentence_are_heard(name: str, split: str, column: str) -> None:
    def words(columns: dict[str, list[Any]]) -> tuple[npt.NDArray[Any], list[str]]:
        spoken = [text.rstrip(".?").lower().split() for text in columns[column]]
        clips = [samples(sound["bytes"], 3_200 * len(text)) for sound, text in zip(columns["audio"], spoken, strict=True)]
        power = np.abs(np.fft.rfft(np.concatenate(clips).reshape(-1, 2, 1_600)))  # both tones of each word
        return np.log1p(power[:, :, 20:110]).reshape(len(power), -1), [word for text in spoken for word in text]

    train, test = (rows_of(name, split, rows=400, seed=seed) for seed in (42, 9))
    assert RidgeClassifier().fit(*words(train)).score(*words(test)) >= 0.8


def test_a_volunteer_says_the_same_of_themselves_in_every_row() -> None:
    columns = rows_of("fixie-ai/common_voice_17_0", rows=300)
    clients = set(columns["client_id"])
    assert 20 <= len(clients) <= 60
    assert all(len(client) == 128 for client in clients)
    assert len(set(zip(*(columns[key] for key in ("client_id", "age", "gender", "accent")), strict=True))) == len(clients)
    assert 0.1 < columns["age"].count("") / 300 < 0.6
    assert len(set(columns["path"])) > 290


def test_the_named_answer_is_the_right_one() -> None:
    columns = rows_of("lukaemon/mmlu", rows=300)
    right: dict[str, Any] = {"sum": lambda a, b, n: (a + b) % n, "difference": lambda a, b, n: (a - b) % n}
    for number, question in enumerate(columns["input"]):
        options = [columns[letter][number] for letter in "ABCD"]
        assert len(set(options)) == 4
        if question.split()[2] in right:
            a, b, n = map(int, re.findall(r"\d+", question))
            assert columns[columns["target"][number]][number] == str(right[question.split()[2]](a, b, n))
    assert set(columns["target"]) == set("ABCD")


def test_the_readers_have_chapters_and_few_read_most() -> None:
    columns = rows_of("fixie-ai/librispeech_asr", "train.100", rows=300)
    for file, speaker, chapter, name in zip(
        *(columns[key] for key in ("file", "speaker_id", "chapter_id", "id")), strict=True
    ):
        assert file == f"{name}.flac"
        assert name.startswith(f"{speaker}-{chapter}-")
    counts = sorted((columns["speaker_id"].count(reader) for reader in set(columns["speaker_id"])), reverse=True)
    assert 20 <= len(counts) <= 60
    assert sum(counts[: len(counts) // 5]) > 300 * 0.4


def test_the_seconds_of_a_clip_sound_alike() -> None:
    columns = rows_of("flwrlabs/ambient-acoustic-context")
    clips, labels, starts, ids = (columns[name] for name in ("speaker_id", "label", "start", "id"))
    assert len(set(zip(clips, labels, starts, ids, strict=True))) == len(set(clips))
    assert len(set(zip(starts, ids, strict=True))) == len(set(starts)) == len(set(ids)) == 25
    assert all(re.fullmatch(r"id_[\w-]{11}_\d+_\d+", clip) for clip in clips)
    nothing, _, minus_one, none = next(row for row in zip(labels, clips, starts, ids, strict=True) if row[0] == 15)
    assert (nothing, minus_one, none) == (15, "-1", 24)


def samples(file: bytes, count: int = 16_000) -> npt.NDArray[np.int16]:
    with wave.open(io.BytesIO(file)) as sound:
        assert (sound.getframerate(), sound.getnchannels(), sound.getsampwidth()) == (16_000, 1, 2)
        heard = np.frombuffer(sound.readframes(sound.getnframes()), "<i2")
    assert len(heard) == count
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


def test_a_score_of_fiqa_agrees_with_its_label() -> None:
    columns = rows_of("pauri32/fiqa-2018", rows=600)
    assert set(columns["label"]) == {0, 1, 2}
    assert set(columns["format"]) == {"headline", "post"}
    for score, label, snippet, sentence in zip(
        *(columns[name] for name in ("sentiment_score", "label", "snippets", "sentence")), strict=True
    ):
        assert label == (0 if score >= 0.1 else 2 if score < -0.1 else 1)
        assert snippet[2:-2] in sentence


def test_the_medical_questions_have_their_answers_but_in_the_split_test() -> None:
    train, test = rows_of("medmcqa"), rows_of("medmcqa", "test", rows=10_000)
    explained = [row for row, text in enumerate(train["exp"]) if text is not None]
    assert 200 < len(explained) < 300
    assert 150 < sum(topic is not None for topic in train["topic_name"]) < 250
    assert all(train["op" + "abcd"[train["cop"][row]]][row] in train["exp"][row] for row in explained)
    assert (set(test["cop"]), set(test["exp"]), set(test["topic_name"])) == ({-1}, {""}, {None})
    assert set(rows_of("medmcqa", "validation", rows=3_000)["topic_name"]) == {None}
    exam = rows_of("bigbio/med_qa")
    for options, key, answer in zip(exam["options"], exam["answer_idx"], exam["answer"], strict=True):
        assert {"key": key, "value": answer} in options


def test_the_questions_of_careqa_are_numbered_from_one_and_of_six_exams() -> None:
    exam = rows_of("HPAI-BSC/CareQA", rows=600)
    assert set(exam["cop"]) == {1, 2, 3, 4}
    assert set(exam["year"]) == set(range(2020, 2025))
    assert set(exam["category"]) == {"Medicine", "Nursing", "Biology", "Chemistry", "Psychology", "Pharmacology"}
    assert 1 <= min(exam["exam_id"]) < max(exam["exam_id"]) <= 210
    assert len({UUID(name) for name in exam["unique_id"]}) == 600
    assert {UUID(name).version for name in exam["unique_id"]} == {4}


def test_what_a_jammed_link_measures_gives_the_jammer_away() -> None:
    def means(columns: dict[str, list[Any]]) -> tuple[npt.NDArray[Any], list[int]]:
        return np.array(columns["timeseries"]).mean(axis=1) * 10, columns["label"]

    train, test = rows_of("panitsasi/FedJam", rows=600), rows_of("panitsasi/FedJam", seed=9)
    assert LogisticRegression(max_iter=2_000).fit(*means(train)).score(*means(test)) >= 0.8
    tables = np.array(train["timeseries"])
    assert tables.shape == (600, 256, 5)
    assert tables.min() == 0 < tables.max() <= 1
    assert not tables[:, 0, 3:].any()  # noise and SNR are not yet known
    assert not tables[:, 245:].any()  # the measurement is over
    assert tables[:, 1:236, 4].all()
    benign = tables[np.array(train["label"]) == 0]
    assert not benign[..., 2].any()  # nothing is lost


def test_the_programs_pass_their_tests() -> None:
    mbpp, humaneval = rows_of("mbpp"), rows_of("openai_humaneval", "test")
    for code, tests in zip(mbpp["code"], mbpp["test_list"], strict=True):
        assert len(tests) == 3
        exec("\n".join([code, *tests]), {})
    for prompt, body, check, name in zip(
        *(humaneval[column] for column in ("prompt", "canonical_solution", "test", "entry_point")), strict=True
    ):
        exec(f"{prompt}{body}{check}\ncheck({name})\n", {})
    assert len(set(humaneval["task_id"])) == 300


def test_the_irises_are_numbered_from_one() -> None:
    assert rows_of("scikit-learn/iris")["Id"] == list(range(1, 301))
