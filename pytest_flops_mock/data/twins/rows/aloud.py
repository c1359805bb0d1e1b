"""Sentences read aloud, every word a melody of two tones: LibriSpeech, and Common Voice in German."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from pytest_flops_mock.data.twins.drawing.drawn import Drawn
from pytest_flops_mock.data.twins.drawing.pixels import noise
from pytest_flops_mock.data.twins.drawing.sounds import Samples, tones, wav_column
from pytest_flops_mock.data.twins.drawing.words import Grammar, Texts, long_tail

READERS = 40
VOICES = 8
WORD = 3_200  # samples

_ENGLISH = Grammar(
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

CLIENTS = 60
AGES = ("", "teens", "twenties", "thirties", "fourties", "fifties", "sixties")  # the fourth as Common Voice spells it
GENDERS = ("", "male_masculine", "female_feminine")
ACCENTS = ("", "", "Deutschland Deutsch", "Österreichisches Deutsch", "Schweizerdeutsch")

_GERMAN = Grammar(
    patterns=(
        "{who} {does} {thing} {when}.",
        "{when} {does} {someone} {thing}.",
        "{does} {someone} {thing} {when}?",
        "Warum {does} {someone} {when} {thing}?",
    ),
    words={
        "who": ("der Lehrer", "die Bäckerin", "mein Onkel", "das Kind", "der Fahrer", "eine Nachbarin", "niemand", "Anna"),
        "someone": ("der Bauer", "die Ärztin", "unser Team", "das Mädchen", "der Koch", "jemand", "Jonas", "seine Tante"),
        "does": ("sucht", "malt", "kauft", "bringt", "findet", "repariert", "trägt", "zeigt"),
        "thing": (
            "den Schlüssel",
            "eine Lampe",
            "das Fahrrad",
            "die Karte",
            "einen Brief",
            "das Fenster",
            "die Uhr",
            "Brot",
        ),
        "when": ("am Morgen", "vor dem Haus", "im Winter", "nach der Arbeit", "ohne Eile", "jeden Sonntag", "heute"),
    },
)
ENGLISH, GERMAN = Texts((_ENGLISH,)), Texts((_GERMAN,))


def librispeech(rng: np.random.Generator, drawn: Drawn) -> Mapping[str, Any]:
    """Short sentences by readers of whom few read most, and how an author might have gone on."""
    readers = long_tail(rng, len(drawn), READERS).tolist()
    sentences, continuations = ENGLISH(rng, drawn), ENGLISH(rng, drawn)
    clips = read_aloud(rng, sentences, [reader % VOICES for reader in readers])
    picks = noise(rng, len(drawn), 3).tolist()
    speakers = [61 + 211 * reader for reader in readers]
    chapters = [120_000 + 37 * reader + pick % 3 for reader, (pick, _, _) in zip(readers, picks, strict=True)]
    names = [
        f"{speaker}-{chapter}-{(high << 8 | low) % 10_000:04}"
        for speaker, chapter, (_, high, low) in zip(speakers, chapters, picks, strict=True)
    ]
    return {
        "file": [f"{name}.flac" for name in names],
        "audio": wav_column(clips),
        "text": [text.upper() for text in sentences],
        "speaker_id": speakers,
        "chapter_id": chapters,
        "id": names,
        "continuation": [f"{text}." for text in continuations],
    }


def common_voice(rng: np.random.Generator, drawn: Drawn) -> Mapping[str, Any]:
    """One sentence each, most by few volunteers; what somebody says of themselves is the same in all their rows."""
    clients = long_tail(rng, len(drawn), CLIENTS).tolist()
    sentences = GERMAN(rng, drawn)
    clips = read_aloud(rng, [text.rstrip(".?") for text in sentences], [client % VOICES for client in clients])
    numbers = noise(rng, len(drawn), 3).tolist()
    return {
        "client_id": [hashlib.sha512(f"client {client}".encode()).hexdigest() for client in clients],
        "path": [
            f"de_train_0/common_voice_de_{17_000_000 + (high << 16 | middle << 8 | low)}.mp3"
            for high, middle, low in numbers
        ],
        "audio": wav_column(clips),
        "sentence": sentences,
        "age": [AGES[client * 5 % len(AGES)] for client in clients],
        "gender": [GENDERS[client % len(GENDERS)] for client in clients],
        "accent": [ACCENTS[client % len(ACCENTS)] for client in clients],
    }


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
