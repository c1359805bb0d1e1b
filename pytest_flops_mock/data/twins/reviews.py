"""The twins of three collections of opinions: film reviews from IMDB and Rotten Tomatoes, the tweets of Sentiment140."""

from __future__ import annotations

import datasets
import numpy as np
import pyarrow as pa

from pytest_flops_mock.data.twins.pixels import Ints, balanced_labels, noise
from pytest_flops_mock.data.twins.twin import Twin
from pytest_flops_mock.data.twins.words import Grammar, long_tail, texts

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
FILM_REVIEWS = (
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
TWEETS = (
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
_QUERIES = ("kindle2", "nike", "obama", "stanford", "google", "at&t")
USERS = 60


def review_rows(rng: np.random.Generator, rows: int) -> pa.Table:
    """Rows of the twin of IMDB: a ``text`` and whether it is for or against the film, as balanced ``label``."""
    labels = balanced_labels(rng, rows, 2)
    reviews = texts(rng, FILM_REVIEWS, labels, least=3, most=9, between="<br /><br />", strays=64)
    return pa.table({"text": reviews, "label": labels})


def unlabelled_rows(rng: np.random.Generator, rows: int) -> pa.Table:
    """Rows of IMDB's split ``unsupervised``: the label is -1."""
    reviews = review_rows(rng, rows)["text"]
    return pa.table({"text": reviews, "label": np.full(rows, -1)})


def snippet_rows(rng: np.random.Generator, rows: int) -> pa.Table:
    """Rows of the twin of Rotten Tomatoes: as IMDB's, but two or three sentences in small letters."""
    labels = balanced_labels(rng, rows, 2)
    reviews = texts(rng, FILM_REVIEWS, labels, least=2, most=3)
    return pa.table({"text": [review.lower() for review in reviews], "label": labels})


def tweet_rows(rng: np.random.Generator, rows: int) -> pa.Table:
    """Rows of the split ``train`` of Sentiment140: against (0) or for (4) something, by users of a long tail."""
    return _tweets(rng, balanced_labels(rng, rows, 2), ["NO_QUERY"])


def queried_rows(rng: np.random.Generator, rows: int) -> pa.Table:
    """Rows of its split ``test``: some are neither for nor against (2), and all were found by a query."""
    return _tweets(rng, balanced_labels(rng, rows, 3), _QUERIES)


def _tweets(rng: np.random.Generator, labels: Ints, queries: list[str] | tuple[str, ...]) -> pa.Table:
    rows = len(labels)
    clock = noise(rng, rows, 4).tolist()
    users = long_tail(rng, rows, USERS).tolist()
    return pa.table(
        {
            "text": texts(rng, TWEETS, labels, least=1, most=2),
            "date": [
                f"{_DAYS[day % len(_DAYS)]} {hour % 24:02}:{minute % 60:02}:{second % 60:02} PDT 2009"
                for day, hour, minute, second in clock
            ],
            "user": [f"twin_user_{user:02}" for user in users],
            "sentiment": np.array([0, 4, 2])[labels],
            "query": [queries[pick % len(queries)] for pick in noise(rng, rows).tolist()],
        }
    )


def _review_features() -> datasets.Features:
    return datasets.Features({"text": datasets.Value("string"), "label": datasets.ClassLabel(names=["neg", "pos"])})


def _tweet_features() -> datasets.Features:
    return datasets.Features(
        {
            "text": datasets.Value("string"),
            "date": datasets.Value("string"),
            "user": datasets.Value("string"),
            "sentiment": datasets.Value("int32"),
            "query": datasets.Value("string"),
        }
    )


# https://huggingface.co/datasets/stanfordnlp/imdb
IMDB = Twin(
    name="imdb",
    aliases=("stanfordnlp/imdb",),
    config="plain_text",
    splits=(("train", 25_000), ("test", 25_000), ("unsupervised", 50_000)),
    features=_review_features,
    rows=review_rows,
    special=(("unsupervised", unlabelled_rows),),
)

# https://huggingface.co/datasets/cornell-movie-review-data/rotten_tomatoes
ROTTEN_TOMATOES = Twin(
    name="cornell-movie-review-data/rotten_tomatoes",
    aliases=("rotten_tomatoes",),
    config="default",
    splits=(("train", 8_530), ("validation", 1_066), ("test", 1_066)),
    features=_review_features,
    rows=snippet_rows,
)

# https://huggingface.co/datasets/stanfordnlp/sentiment140 (its card names the split ``test`` first)
SENTIMENT140 = Twin(
    name="sentiment140",
    aliases=("stanfordnlp/sentiment140",),
    config="sentiment140",
    splits=(("test", 498), ("train", 1_600_000)),
    features=_tweet_features,
    rows=tweet_rows,
    label="sentiment",
    special=(("test", queried_rows),),
)
