"""The twin of Common Voice in German: sentences read aloud, most of them by few volunteers, of whom some tell their age."""

from __future__ import annotations

import hashlib

import datasets
import numpy as np
import pyarrow as pa

from pytest_flops_mock.data.twins.pixels import noise
from pytest_flops_mock.data.twins.readings import VOICES, read_aloud
from pytest_flops_mock.data.twins.sounds import wav_column
from pytest_flops_mock.data.twins.twin import Twin
from pytest_flops_mock.data.twins.words import Grammar, long_tail, texts

CLIENTS = 60
AGES = ("", "teens", "twenties", "thirties", "fourties", "fifties", "sixties")  # the fourth as Common Voice spells it
GENDERS = ("", "male_masculine", "female_feminine")
ACCENTS = ("", "", "Deutschland Deutsch", "Österreichisches Deutsch", "Schweizerdeutsch")

_SENTENCES = Grammar(
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
_NUMBERS = np.array([1, 256, 65_536])


def voice_rows(rng: np.random.Generator, rows: int) -> pa.Table:
    """Rows of the twin: one sentence each; what somebody says of themselves is the same in all their rows."""
    clients = long_tail(rng, rows, CLIENTS).tolist()
    sentences = texts(rng, [_SENTENCES], np.zeros(rows, np.int64), least=1, most=1)
    clips = read_aloud(rng, [text.rstrip(".?") for text in sentences], [client % VOICES for client in clients])
    picks = noise(rng, rows, 5)
    numbers = (picks[:, :3] @ _NUMBERS + 17_000_000).tolist()
    return pa.table(
        {
            "client_id": [hashlib.sha512(f"client {client}".encode()).hexdigest() for client in clients],
            "path": [f"de_train_0/common_voice_de_{number}.mp3" for number in numbers],
            "audio": wav_column(clips),
            "sentence": sentences,
            "up_votes": picks[:, 3] % 4 + 2,
            "down_votes": (picks[:, 4] % 8 == 0).astype(np.int64),
            "age": [AGES[client * 5 % len(AGES)] for client in clients],
            "gender": [GENDERS[client % len(GENDERS)] for client in clients],
            "accent": [ACCENTS[client % len(ACCENTS)] for client in clients],
            "locale": ["de"] * rows,
            "segment": [""] * rows,
            "variant": [""] * rows,
        }
    )


def _features() -> datasets.Features:
    text, number = datasets.Value("string"), datasets.Value("int64")
    return datasets.Features(
        {
            "client_id": text,
            "path": text,
            "audio": datasets.Audio(sampling_rate=48_000),
            "sentence": text,
            "up_votes": number,
            "down_votes": number,
            **dict.fromkeys(("age", "gender", "accent", "locale", "segment", "variant"), text),
        }
    )


# The columns are those of Mozilla's Common Voice 17, of which the set is a copy; the configurations and the order of the
# splits are those that https://huggingface.co/datasets/fixie-ai/common_voice_17_0/viewer/ar/train shows, and the counts
# those of its owner, https://github.com/fixie-ai/ultravox/blob/main/ultravox/data/configs/commonvoice.py (the sum fits the
# viewer). Not looked up on the card itself: the types, 48,000 Hz among them. The real sound is MP3; that of the twin has
# 16,000 Hz and is resampled when it is decoded.
COMMON_VOICE = Twin(
    name="fixie-ai/common_voice_17_0",
    config="de",
    configs=(
        *(
            "ar",
            "ast",
            "be",
            "bg",
            "bn",
            "br",
            "cs",
            "cy",
            "da",
            "de",
            "el",
            "en",
            "es",
            "et",
            "fa",
            "fi",
            "fr",
            "frold",
            "gl",
        ),
        *("ha", "hi", "hu", "it", "ja", "ka", "ko", "lt", "lv", "mk", "ml", "mn", "mr", "nl", "oc", "pl", "pt", "ro", "ru"),
        *("sk", "sl", "sr", "sv-SE", "sw", "ta", "te", "th", "tr", "uk", "ur", "vi"),
    ),
    splits=(("train", 589_100), ("validation", 16_183), ("test", 16_183)),
    features=_features,
    rows=voice_rows,
    label="sentence",
)
