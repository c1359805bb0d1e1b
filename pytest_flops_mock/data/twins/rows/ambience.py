"""Ambient Acoustic Context: seconds cut from clips, each kind of sound a beat of two tones in its own hiss."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from pytest_flops_mock.data.twins.drawing.drawn import Drawn
from pytest_flops_mock.data.twins.drawing.pixels import Ints, noise
from pytest_flops_mock.data.twins.drawing.sounds import RATE, Samples, tones, wav_column


@dataclass(frozen=True)
class Sound:
    """What one class sounds like and what AudioSet calls it.

    Attributes:
        known_as: Its numbers and ids in AudioSet.
        low: The deeper tone in Hertz; 0 is silent.
        high: The higher tone.
        beats: How often both are heard in a second, which it divides into whole samples.
        hiss: How loud the noise is: each step doubles it.
    """

    known_as: tuple[tuple[int, str], ...]
    low: int
    high: int
    beats: int
    hiss: int


# Numbers and ids: AudioSet's class_labels_indices.csv. The hub cut the names of classes at the first comma and left quotes.
SOUNDS = (
    Sound(((67, "/m/028ght"),), 1_200, 2_600, 16, 4),  # Applause
    Sound(((41, "/m/0lyf6"),), 180, 500, 2, 3),  # Breathing
    Sound(((68, "/m/07rkbfh"),), 320, 760, 5, 2),  # Chatter
    Sound(((63, "/m/0l15bq"),), 900, 1_900, 4, 3),  # Clapping
    Sound(((491, "/m/07qc9xj"),), 3_000, 4_200, 8, 0),  # Clicking
    Sound(((4, "/m/01h8n0"),), 220, 640, 2, 1),  # Conversation
    Sound(((47, "/m/01b_21"),), 400, 1_100, 2, 4),  # Cough
    Sound(((69, "/m/03qtwd"),), 260, 900, 10, 3),  # Crowd
    Sound(((354, "/m/02dgv"),), 110, 240, 1, 3),  # Door
    Sound(((2, "/m/02zsn"),), 440, 1_320, 4, 1),  # Female speech
    Sound(((70, "/m/07qfr4h"),), 300, 700, 8, 3),  # Hubbub
    Sound(((506, "/t/dd00125"), (507, "/t/dd00126")), 90, 150, 1, 1),  # Inside
    Sound(((359, "/m/07r4wb8"),), 150, 330, 4, 1),  # Knock
    Sound(((16, "/m/01j3sz"),), 520, 1_560, 5, 2),  # Laughter
    Sound(((1, "/m/05zppz"),), 130, 390, 4, 1),  # Male speech
    Sound(((-1, "none"),), 1_000, 1_500, 1, 2),  # None of the above
    Sound(((521, "/m/0cj0r"),), 60, 120, 1, 5),  # Pink noise
    Sound(((500, "/m/028v0c"),), 0, 0, 1, 0),  # Silence
    Sound(((0, "/m/09x0r"),), 200, 850, 4, 2),  # Speech
    Sound(((524, "/m/07c52"),), 700, 2_200, 4, 2),  # Television
    Sound(((48, "/m/0dl9sf8"),), 240, 480, 2, 3),  # Throat clearing
    Sound(((384, "/m/0316dw"),), 2_400, 3_300, 8, 1),  # Typing
    Sound(((53, "/m/07pbtc8"),), 100, 200, 2, 2),  # Walk
    Sound(((520, "/m/0chx_"),), 5_000, 7_000, 1, 6),  # White noise
)
IDS = sorted(name for sound in SOUNDS for _, name in sound.known_as)
CLIPS = 3  # of each sound

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def sounds_around(rng: np.random.Generator, drawn: Drawn) -> Mapping[str, Any]:
    """Seconds, and what AudioSet calls them; the ``speaker_id`` is a clip that has one label."""
    takes = noise(rng, len(drawn)) % CLIPS
    clips = drawn.classes * CLIPS + takes
    known_as = [
        SOUNDS[number].known_as[take % len(SOUNDS[number].known_as)]
        for number, take in zip(drawn.classes.tolist(), takes.tolist(), strict=True)
    ]
    return {
        "audio": wav_column(sound_of(rng, drawn.classes, clips)),
        "speaker_id": [_clip_name(clip) for clip in clips.tolist()],
        "start": [str(number) for number, _ in known_as],
        "id": [IDS.index(name) for _, name in known_as],
    }


def sound_of(rng: np.random.Generator, labels: Ints, clips: Ints) -> Samples:
    """A second for each label.

    Args:
        rng: Where the differences come from: when the beat falls, how loud it is, the hiss.
        labels: Indices of ``SOUNDS``.
        clips: Which clip it is cut from; each is a little higher or lower.

    Returns:
        Shape ``(rows, 16000)``.
    """
    rows = len(labels)
    made = rng.integers(0, 256, (rows, RATE), dtype=np.uint8).view(np.int8).astype(np.int16)
    pitch = 980 + clips * 13 % 41  # thousandths
    loud = (96 + (noise(rng, rows) >> 1))[:, None]
    starts = noise(rng, rows) * 60
    for label, sound in enumerate(SOUNDS):
        chosen = np.flatnonzero(labels == label)
        low, high = (tones(hertz * pitch[chosen] // 1_000, RATE // sound.beats) for hertz in (sound.low, sound.high))
        beat = (((low + high) >> 1) * loud[chosen] >> 8).astype(np.int16)
        made[chosen] <<= sound.hiss
        for row, part in zip(chosen.tolist(), np.tile(beat, sound.beats), strict=True):
            made[row] += np.roll(part, starts[row])
    return made


def _clip_name(clip: int) -> str:
    """A name like those of the real clips: a video's, and the ten seconds of it."""
    code = (clip + 1) * 0x9E3779B97F4A7C15
    start = clip * 37 % 50 * 10
    return f"id_{''.join(_LETTERS[code >> 6 * place & 63] for place in range(11))}_{start}_{start + 10}"
