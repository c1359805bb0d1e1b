"""Speech Commands: every word is a melody of two tones, said higher or lower by different speakers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from pytest_flops_mock.data.twins.drawing.drawn import Drawn
from pytest_flops_mock.data.twins.drawing.pixels import Ints, noise
from pytest_flops_mock.data.twins.drawing.sounds import RATE, Samples, tones, wav_column
from pytest_flops_mock.data.twins.drawing.words import long_tail

COMMANDS, SILENCE = 10, 35
"""Classes below are the commands, up to silence other words."""

SPEAKERS = 50

_SYLLABLE = 2_400  # samples


def commands(rng: np.random.Generator, drawn: Drawn) -> Mapping[str, Any]:
    """Words, and silence, by speakers of whom few said most."""
    voices = long_tail(rng, len(drawn), SPEAKERS)
    takes = (noise(rng, len(drawn)) % 5).tolist()
    words = [(drawn.names[number], number == SILENCE) for number in drawn.classes.tolist()]
    speakers = [
        None if is_silent else f"{voice * 2_654_435_761 % 2**32:08x}"
        for (_, is_silent), voice in zip(words, voices.tolist(), strict=True)
    ]
    return {
        "file": [
            f"{word}/running_tap_{take}.wav" if speaker is None else f"{word}/{speaker}_nohash_{take}.wav"
            for (word, _), speaker, take in zip(words, speakers, takes, strict=True)
        ],
        "audio": wav_column(say(rng, drawn.classes, voices)),
        "is_unknown": (drawn.classes >= COMMANDS) & (drawn.classes < SILENCE),
        "speaker_id": pa.array(speakers, pa.string()),
        "utterance_id": [0 if speaker is None else take for speaker, take in zip(speakers, takes, strict=True)],
    }


def say(rng: np.random.Generator, labels: Ints, voices: Ints) -> Samples:
    """A clip of one second for each label.

    Args:
        rng: Where the differences between clips come from: when the word starts, how loud it is, the noise.
        labels: Class numbers.
        voices: Numbers of the speakers; each has a pitch of its own.

    Returns:
        Shape ``(rows, 16000)``.
    """
    rows = len(labels)
    clips = rng.integers(0, 256, (rows, RATE), dtype=np.uint8).view(np.int8).astype(np.int16)
    high = 980 + voices * 13 % 41  # thousandths
    first, second = (300 + 170 * part for part in (labels % 6, labels // 6))
    word = np.concatenate([tones(pitch * high // 1_000, _SYLLABLE) for pitch in (first, second)], axis=1)
    loud = np.where(labels == SILENCE, 0, 96 + (noise(rng, rows) >> 1))[:, None]
    spoken = ((word * loud.astype(np.int32)) >> 8).astype(np.int16)
    starts = (2_000 + noise(rng, rows) * 30).tolist()
    for clip, start, sound in zip(clips, starts, spoken, strict=True):
        clip[start : start + 2 * _SYLLABLE] += sound
    return clips
