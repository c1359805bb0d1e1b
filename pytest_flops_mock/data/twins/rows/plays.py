"""LEAF's Shakespeare: 80 characters of a part in a play, and the one that follows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from pytest_flops_mock.data.twins.drawing.drawn import Drawn
from pytest_flops_mock.data.twins.drawing.pixels import noise
from pytest_flops_mock.data.twins.drawing.words import Grammar, Texts, long_tail

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
SPEECHES = Texts((_LINES,), min_sentences=5, max_sentences=6)


def lines(rng: np.random.Generator, drawn: Drawn) -> Mapping[str, Any]:
    """What a character says, from any letter on; few characters have most of the lines."""
    starts = (noise(rng, len(drawn)) % 40).tolist()
    said = [speech[start : start + WINDOW + 1] for speech, start in zip(SPEECHES(rng, drawn), starts, strict=True)]
    return {
        "character_id": [CHARACTERS[number] for number in long_tail(rng, len(drawn), len(CHARACTERS)).tolist()],
        "x": [text[:WINDOW] for text in said],
        "y": [text[WINDOW] for text in said],
    }
