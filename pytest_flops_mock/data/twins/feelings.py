"""The twin of the tweets in which DAIR.AI's Emotion tells six feelings."""

from __future__ import annotations

from collections.abc import Mapping

import datasets
import numpy as np
import pyarrow as pa

from pytest_flops_mock.data.twins.tables import choose
from pytest_flops_mock.data.twins.twin import Twin
from pytest_flops_mock.data.twins.words import Grammar, texts

# How often each comes among 16,000, and what its tweets are made of.
FEELINGS: Mapping[str, tuple[int, tuple[str, ...]]] = {
    "sadness": (4_666, ("lonely", "miserable", "hopeless", "empty", "gloomy", "homesick", "worthless")),
    "joy": (5_362, ("happy", "cheerful", "proud", "delighted", "content", "lucky", "thrilled")),
    "love": (1_304, ("loving", "tender", "adored", "fond", "romantic", "caring")),
    "anger": (2_159, ("furious", "annoyed", "bitter", "irritated", "outraged", "jealous")),
    "fear": (1_937, ("afraid", "anxious", "nervous", "terrified", "shaky", "uneasy")),
    "surprise": (572, ("amazed", "stunned", "astonished", "curious", "shocked", "impressed")),
}
_PATTERNS = (
    "i feel {so} {feeling} {when} {because}",
    "i was {so} {feeling} {because}",
    "{when} i feel {feeling} and {so} {feeling} again",
    "im feeling {so} {feeling} about {what} {when}",
)
_SHARED = {
    "so": ("so", "really", "a bit", "quite", "rather", "just", "still"),
    "when": ("today", "every morning", "at work", "these days", "on the bus", "since monday", "when i wake up"),
    "because": ("because of my boss", "and i cannot say why", "after the call", "as my sister left", "while i wrote this"),
    "what": ("the move", "my exam", "the new house", "his letter", "our trip", "the weather", "this blog"),
}
GRAMMARS = tuple(Grammar(patterns=_PATTERNS, words={**_SHARED, "feeling": words}) for _, words in FEELINGS.values())


def feeling_rows(rng: np.random.Generator, rows: int) -> pa.Table:
    """Rows of the twin: a ``text`` in small letters and the feeling as ``label``, joy ten times as often as surprise."""
    labels = choose(rng, [[count for count, _ in FEELINGS.values()]], np.zeros(rows, np.int64))
    said = texts(rng, GRAMMARS, labels, least=1, most=1)
    return pa.table({"text": [text.lower() for text in said], "label": labels})


def _features() -> datasets.Features:
    return datasets.Features({"text": datasets.Value("string"), "label": datasets.ClassLabel(names=list(FEELINGS))})


# https://huggingface.co/datasets/dair-ai/emotion (that ``split`` is the default, not ``unsplit``, and how often each feeling
# comes, could not be looked up)
EMOTION = Twin(
    name="dair-ai/emotion",
    aliases=("emotion",),
    config="split",
    splits=(("train", 16_000), ("validation", 2_000), ("test", 2_000)),
    features=_features,
    rows=feeling_rows,
)
