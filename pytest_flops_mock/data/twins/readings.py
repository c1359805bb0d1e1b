"""The twin of LibriSpeech: sentences read aloud, every word a melody of two tones, in the voices of different readers."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from functools import lru_cache

import datasets
import numpy as np
import pyarrow as pa

from pytest_flops_mock.data.twins.pixels import noise
from pytest_flops_mock.data.twins.sounds import RATE, Samples, tones, wav_column
from pytest_flops_mock.data.twins.twin import Twin
from pytest_flops_mock.data.twins.words import Grammar, long_tail, texts

READERS = 40
VOICES = 8
WORD = 3_200  # samples

_SENTENCES = Grammar(
    patterns=(
        "the {adjective} {who} {did} the {thing} {where}",
        "{where} the {who} had {did} a {adjective} {thing}",
        "no {who} had ever {did} such a {thing}",
        "it was the {thing} of a {adjective} {who}",
    ),
    words={
        "adjective": ("young", "silent", "weary", "noble", "pale", "little", "gentle", "foreign"),
        "who": ("captain", "widow", "stranger", "doctor", "shepherd", "governess", "sailor", "uncle"),
        "did": ("found", "painted", "carried", "locked", "admired", "guarded", "bought", "watched"),
        "thing": ("lantern", "letter", "carriage", "garden", "violin", "portrait", "harbour", "secret"),
        "where": ("at dawn", "by the river", "in the chapel", "upon the hill", "after supper", "in winter"),
    },
)


@lru_cache(maxsize=1_024)
def say_word(word: str, voice: int) -> Samples:
    """How a word sounds: the same whenever this voice says it."""
    check, high = zlib.crc32(word.encode()), 960 + 10 * voice  # thousandths
    pitches = np.array([300 + check % 601, 300 + (check >> 16) % 601]) * high // 1_000
    sound: Samples = (tones(pitches, WORD // 2).reshape(-1) >> 1).astype(np.int16)
    return sound


def read_aloud(rng: np.random.Generator, sentences: Sequence[str], voices: Sequence[int]) -> list[Samples]:
    """A clip of each sentence, word by word in one voice, with a hiss."""
    heard = [[say_word(word, voice) for word in text.lower().split()] for text, voice in zip(sentences, voices, strict=True)]
    ends = np.cumsum([len(words) * WORD for words in heard])
    hiss = rng.integers(0, 256, int(ends[-1]), dtype=np.uint8).view(np.int8).astype(np.int16)
    return [np.concatenate(words) + part for words, part in zip(heard, np.split(hiss, ends[:-1]), strict=True)]


def reading_rows(rng: np.random.Generator, rows: int) -> pa.Table:
    """Rows of the twin: short sentences by readers of whom few read most, and how an author might have gone on."""
    readers = long_tail(rng, rows, READERS).tolist()
    sentences = texts(rng, [_SENTENCES], np.zeros(rows, np.int64), least=1, most=1)
    continuations = texts(rng, [_SENTENCES], np.zeros(rows, np.int64), least=1, most=1)
    clips = read_aloud(rng, sentences, [reader % VOICES for reader in readers])
    picks = noise(rng, rows, 3).tolist()
    speakers = [61 + 211 * reader for reader in readers]
    chapters = [120_000 + 37 * reader + pick % 3 for reader, (pick, _, _) in zip(readers, picks, strict=True)]
    names = [
        f"{speaker}-{chapter}-{(high << 8 | low) % 10_000:04}"
        for speaker, chapter, (_, high, low) in zip(speakers, chapters, picks, strict=True)
    ]
    return pa.table(
        {
            "file": [f"{name}.flac" for name in names],
            "audio": wav_column(clips),
            "text": [text.upper() for text in sentences],
            "speaker_id": speakers,
            "chapter_id": chapters,
            "id": names,
            "continuation": [f"{text}." for text in continuations],
        }
    )


def _features() -> datasets.Features:
    return datasets.Features(
        {
            "file": datasets.Value("string"),
            "audio": datasets.Audio(sampling_rate=RATE),
            "text": datasets.Value("string"),
            "speaker_id": datasets.Value("int64"),
            "chapter_id": datasets.Value("int64"),
            "id": datasets.Value("string"),
            "continuation": datasets.Value("string"),
        }
    )


# https://huggingface.co/datasets/fixie-ai/librispeech_asr (configuration ``clean``; the real sentences are longer, and
# their sound is FLAC)
LIBRISPEECH = Twin(
    name="fixie-ai/librispeech_asr",
    config="clean",
    configs=("clean", "other"),
    splits=(("test", 2_620), ("validation", 2_703), ("train.360", 104_014), ("train.100", 28_539)),
    features=_features,
    rows=reading_rows,
    label="text",
)
