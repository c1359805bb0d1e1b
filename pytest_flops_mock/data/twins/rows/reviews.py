"""Opinions: film reviews as in IMDB and Rotten Tomatoes, and the tweets of Sentiment140."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from pytest_flops_mock.data.twins.drawing.drawn import Drawn
from pytest_flops_mock.data.twins.drawing.pixels import noise
from pytest_flops_mock.data.twins.drawing.words import Grammar, Texts, long_tail

_FILM = {
    "part": ("plot", "acting", "script", "music", "camera work", "ending", "dialogue", "cast", "editing", "story"),
    "who": ("the lead", "the director", "the writer", "the villain", "her co-star", "the whole crew"),
    "film": ("film", "movie", "picture", "sequel", "remake", "drama", "comedy", "thriller"),
    "when": ("last night", "on DVD", "as a child", "at a festival", "with my brother", "for the third time"),
}
_FILM_PATTERNS = (
    "The {part} is {quality} and {who} {does}.",
    "I saw this {film} {when} and {felt}.",
    "This is one of the {rank} {film}s of its kind: the {part} is {quality}.",
    "{who} {does}, and the {part} is {quality}.",
    "It runs for two hours and I {felt}.",
)
_REVIEWS = (
    Grammar(
        patterns=_FILM_PATTERNS,
        words={
            **_FILM,
            "quality": ("awful", "dull", "a mess", "wooden", "terrible", "pointless", "laughable", "boring"),
            "does": ("overacts", "seems bored", "fails", "ruins every scene", "wastes our time"),
            "felt": ("fell asleep", "wanted my money back", "hated it", "was disappointed", "regretted it"),
            "rank": ("worst", "weakest", "cheapest", "most tedious"),
        },
    ),
    Grammar(
        patterns=_FILM_PATTERNS,
        words={
            **_FILM,
            "quality": ("superb", "moving", "a delight", "brilliant", "wonderful", "gripping", "hilarious", "perfect"),
            "does": ("shines", "is a joy to watch", "excels", "steals every scene", "deserves an award"),
            "felt": ("laughed and cried", "loved it", "was amazed", "wanted more", "recommend it"),
            "rank": ("best", "finest", "most touching", "greatest"),
        },
    ),
)

_TWEET_PATTERNS = (
    "{address}{mood} {thing} {when}{tail}",
    "{thing} {when}... {mood}{tail}",
    "{address}just got {thing} and {mood}{tail}",
)
_TWEET = {
    "thing": ("the exam", "work", "my phone", "the concert", "breakfast", "the bus", "the new episode", "homework"),
    "when": ("today", "tonight", "this morning", "again", "all week", "right now"),
    "address": ("", "", "@anna ", "@tom_88 ", "@cityfan ", "ok so "),
}
_TWEETS = (
    Grammar(
        patterns=_TWEET_PATTERNS,
        words={
            **_TWEET,
            "mood": ("so sad about", "hate", "ugh", "miss", "sick of", "cannot stand", "crying over", "tired of"),
            "tail": (" :(", " sigh", "!!", " why", "...", " not fair"),
        },
    ),
    Grammar(
        patterns=_TWEET_PATTERNS,
        words={
            **_TWEET,
            "mood": ("happy about", "love", "yay", "thanks for", "excited about", "enjoying", "so glad about", "proud of"),
            "tail": (" :)", " haha", "!!", " lol", "...", " woohoo"),
        },
    ),
    Grammar(
        patterns=_TWEET_PATTERNS,
        words={
            **_TWEET,
            "mood": ("reading about", "at", "on the way to", "watching", "back from", "waiting for", "looking at"),
            "tail": ("", ".", "...", " via web", " http://example.org"),
        },
    ),
)
_DAYS = ("Mon Apr 06", "Sat Apr 18", "Sun May 03", "Thu May 14", "Fri May 29", "Tue Jun 02", "Sat Jun 06", "Mon Jun 15")
USERS = 60

IMDB = Texts(_REVIEWS, min_sentences=3, max_sentences=9, between="<br /><br />", strays=64)
ROTTEN_TOMATOES = Texts(_REVIEWS, min_sentences=2, max_sentences=3, lower=True)
TWEETS = Texts(_TWEETS, max_sentences=2)


def sentiment140(rng: np.random.Generator, drawn: Drawn) -> Mapping[str, Any]:
    """Tweets against, for, or neither, by users of whom few wrote most."""
    clock = noise(rng, len(drawn), 4).tolist()
    users = long_tail(rng, len(drawn), USERS).tolist()
    return {
        "text": TWEETS(rng, drawn),
        "date": [
            f"{_DAYS[day % len(_DAYS)]} {hour % 24:02}:{minute % 60:02}:{second % 60:02} PDT 2009"
            for day, hour, minute, second in clock
        ],
        "user": [f"twin_user_{user:02}" for user in users],
    }
