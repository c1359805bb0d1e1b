"""The tweets in which DAIR.AI's Emotion tells six feelings."""

from __future__ import annotations

from pytest_flops_mock.data.twins.drawing.words import Grammar, Texts

FEELINGS = (
    ("lonely", "miserable", "hopeless", "empty", "gloomy", "homesick", "worthless"),
    ("happy", "cheerful", "proud", "delighted", "content", "lucky", "thrilled"),
    ("loving", "tender", "adored", "fond", "romantic", "caring"),
    ("furious", "annoyed", "bitter", "irritated", "outraged", "jealous"),
    ("afraid", "anxious", "nervous", "terrified", "shaky", "uneasy"),
    ("amazed", "stunned", "astonished", "curious", "shocked", "impressed"),
)
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
EMOTION = Texts(tuple(Grammar(_PATTERNS, {**_SHARED, "feeling": words}) for words in FEELINGS), lower=True)
