"""The twin of Speech Commands: every word is a melody of two tones, said higher or lower by different speakers."""

from __future__ import annotations

import datasets
import numpy as np
import pyarrow as pa

from pytest_flops_mock.data.twins.pixels import Ints, balanced_labels, noise
from pytest_flops_mock.data.twins.sounds import RATE, Samples, tones, wav_column
from pytest_flops_mock.data.twins.twin import Twin
from pytest_flops_mock.data.twins.words import long_tail

COMMANDS = ("yes", "no", "up", "down", "left", "right", "on", "off", "stop", "go")
OTHERS = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "bed", "bird", "cat", "dog"),
    *("happy", "house", "marvin", "sheila", "tree", "wow", "backward", "forward", "follow", "learn", "visual"),
)
SILENCE = "_silence_"
LABELS = (*COMMANDS, *OTHERS, SILENCE)
SPEAKERS = 50

_SYLLABLE = 2_400  # samples


def say(rng: np.random.Generator, labels: Ints, voices: Ints) -> Samples:
    """A clip of one second for each label.

    Args:
        rng: Where the differences between clips come from: when the word starts, how loud it is, the noise.
        labels: Indices of ``LABELS``.
        voices: Numbers of the speakers; each has a pitch of its own.

    Returns:
        Shape ``(rows, 16000)``.
    """
    rows = len(labels)
    clips = rng.integers(0, 256, (rows, RATE), dtype=np.uint8).view(np.int8).astype(np.int16)
    high = 980 + voices * 13 % 41  # thousandths
    first, second = (300 + 170 * part for part in (labels % 6, labels // 6))
    word = np.concatenate([tones(pitch * high // 1_000, _SYLLABLE) for pitch in (first, second)], axis=1)
    loud = np.where(labels == LABELS.index(SILENCE), 0, 96 + (noise(rng, rows) >> 1))[:, None]
    spoken = ((word * loud.astype(np.int32)) >> 8).astype(np.int16)
    starts = (2_000 + noise(rng, rows) * 30).tolist()
    for clip, start, sound in zip(clips, starts, spoken, strict=True):
        clip[start : start + 2 * _SYLLABLE] += sound
    return clips


def word_rows(rng: np.random.Generator, rows: int) -> pa.Table:
    """Rows of the twin: balanced words (and silence) by speakers, of whom few said most."""
    labels = balanced_labels(rng, rows, len(LABELS))
    voices = long_tail(rng, rows, SPEAKERS)
    takes = (noise(rng, rows) % 5).tolist()
    words = [LABELS[label] for label in labels.tolist()]
    speakers = [
        None if word == SILENCE else f"{voice * 2_654_435_761 % 2**32:08x}"
        for word, voice in zip(words, voices.tolist(), strict=True)
    ]
    return pa.table(
        {
            "file": [
                f"{word}/running_tap_{take}.wav" if speaker is None else f"{word}/{speaker}_nohash_{take}.wav"
                for word, speaker, take in zip(words, speakers, takes, strict=True)
            ],
            "audio": wav_column(say(rng, labels, voices)),
            "label": labels,
            "is_unknown": [word in OTHERS for word in words],
            "speaker_id": pa.array(speakers, pa.string()),
            "utterance_id": [0 if speaker is None else take for speaker, take in zip(speakers, takes, strict=True)],
        }
    )


def _features() -> datasets.Features:
    return datasets.Features(
        {
            "file": datasets.Value("string"),
            "audio": datasets.Audio(sampling_rate=RATE),
            "label": datasets.ClassLabel(names=list(LABELS)),
            "is_unknown": datasets.Value("bool"),
            "speaker_id": datasets.Value("string"),
            "utterance_id": datasets.Value("int8"),
        }
    )


# https://huggingface.co/datasets/google/speech_commands (configuration ``v0.02``; silence has no speaker)
SPEECH_COMMANDS = Twin(
    name="speech_commands",
    aliases=("google/speech_commands",),
    config="v0.02",
    configs=("v0.01", "v0.02"),
    splits=(("train", 84_848), ("validation", 9_982), ("test", 4_890)),
    features=_features,
    rows=word_rows,
)
