"""The twin of LEAF's Shakespeare: 80 characters of a part in a play, and the one that follows."""

from __future__ import annotations

import datasets
import numpy as np
import pyarrow as pa

from pytest_flops_mock.data.twins.pixels import noise
from pytest_flops_mock.data.twins.twin import Twin
from pytest_flops_mock.data.twins.words import Grammar, long_tail, texts

WINDOW = 80

_PLAYS = ("THE_TWIN_OF_VERONA", "A_SYNTHETIC_NIGHT_S_DREAM", "KING_MOCK_THE_FIRST", "MUCH_ADO_ABOUT_BYTES", "AS_YOU_SEED_IT")
_PARTS = ("DUKE", "FOOL", "LADY_ANNE", "MESSENGER", "FIRST_LORD", "NURSE", "SHEPHERD", "GHOST", "CAPTAIN", "PAGE")
CHARACTERS = tuple(f"{play}_{part}" for part in _PARTS for play in _PLAYS)

_LINES = Grammar(
    patterns=(
        "O {who}, thou {verb} my {noun} with {noun}!",
        "I {pray} thee, {who}, {verb} not the {noun} of {place}.",
        "What {noun} is this that {verb} upon {place}?",
        "Hath the {noun} of {who} {verb} the {noun}?",
        "Come, {who}; the {noun} doth bid us to {place}.",
    ),
    words={
        "who": ("gentle lord", "my lady", "good sir", "sweet cousin", "noble father", "wretched boy", "brave captain"),
        "verb": ("wound", "forswear", "adorn", "betray", "comfort", "shadow", "crown"),
        "noun": ("heart", "sword", "sorrow", "honour", "grave", "tongue", "kingdom", "night", "blood", "counsel"),
        "pray": ("pray", "beseech", "charge", "implore"),
        "place": ("the court", "the field", "this shore", "Rome", "the tower", "heaven"),
    },
)


def line_rows(rng: np.random.Generator, rows: int) -> pa.Table:
    """Rows of the twin: what a character says, from any letter on; few characters have most of the lines."""
    speeches = texts(rng, [_LINES], np.zeros(rows, np.int64), least=5, most=6)
    starts = (noise(rng, rows) % 40).tolist()
    windows = [speech[start : start + WINDOW] for speech, start in zip(speeches, starts, strict=True)]
    return pa.table(
        {
            "character_id": [CHARACTERS[number] for number in long_tail(rng, rows, len(CHARACTERS)).tolist()],
            "x": windows,
            "y": [speech[start + WINDOW] for speech, start in zip(speeches, starts, strict=True)],
        }
    )


def _features() -> datasets.Features:
    return datasets.Features({name: datasets.Value("string") for name in ("character_id", "x", "y")})


# https://huggingface.co/datasets/flwrlabs/shakespeare (one CSV file; its count is that of both splits of
# https://huggingface.co/datasets/coscotuff/shakespeare-split, and the hub's viewer says 4.23M)
SHAKESPEARE = Twin(
    name="flwrlabs/shakespeare",
    config="default",
    splits=(("train", 4_226_158),),
    features=_features,
    rows=line_rows,
    label="y",
)
