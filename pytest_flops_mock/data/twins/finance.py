"""The twins of three collections of opinions on the stock market: tweets, sentences of press releases, and FiQA."""

from __future__ import annotations

import datasets
import numpy as np
import pyarrow as pa

from pytest_flops_mock.data.twins.pixels import noise
from pytest_flops_mock.data.twins.tables import choose
from pytest_flops_mock.data.twins.twin import Twin
from pytest_flops_mock.data.twins.words import Grammar, texts

_FIRMS = ("Twinex", "Mockbank", "Seedworks", "Rowland Oil", "Bytefield", "Norddata", "Fakeline Air", "Blocksteel")
_TICKERS = ("TWNX", "MCKB", "SDWK", "ROWL", "BYTF", "NRDT", "FKLA", "BLKS")
_MARKET = {
    "firm": _FIRMS,
    "ticker": _TICKERS,
    "share": ("2%", "3%", "5%", "7%", "9%", "11%", "14%", "a fifth"),
    "when": ("in premarket trading", "after hours", "on Monday", "at the open", "this week", "in early trading"),
    "bank": ("analysts", "brokers", "Wall Street banks", "two funds", "rating agencies"),
    "link": ("", "", " https://example.org/twin", " #stocks"),
}
_MOVE_PATTERNS = (
    "${ticker} - {firm} {moves} {share} {when} {because}{link}",
    "{firm} {moves} {share} as {bank} see {news}{link}",
    "{firm} {rated} by {bank}: {news}, {because}{link}",
    "why {firm} stock {moves} {share} {when}{link}",
)
# The number of a class in the column ``label`` is its place here.
TWEETS = (
    Grammar(
        patterns=_MOVE_PATTERNS,
        words={
            **_MARKET,
            "moves": ("slides", "falls", "tumbles", "sinks", "plunges", "drops"),
            "because": ("on a profit warning", "after it cut its outlook", "on weak demand", "after a recall"),
            "news": ("a missed forecast", "shrinking margins", "a cut dividend", "a price target cut"),
            "rated": ("downgraded to sell", "cut to underweight", "lowered to hold"),
        },
    ),
    Grammar(
        patterns=_MOVE_PATTERNS,
        words={
            **_MARKET,
            "moves": ("jumps", "rises", "rallies", "climbs", "surges", "gains"),
            "because": ("on record orders", "after it raised its outlook", "on strong demand", "after an approval"),
            "news": ("an earnings beat", "growing margins", "a higher dividend", "a raised price target"),
            "rated": ("upgraded to buy", "lifted to overweight", "raised to outperform"),
        },
    ),
    Grammar(
        patterns=(
            "${ticker} - {firm} schedules its {event} for {day}{link}",
            "{firm} {files} ahead of its {event} on {day}{link}",
            "{firm} names a new {person}, who joins on {day}{link}",
            "here is what to watch {day}: {firm}, {event}{link}",
        ),
        words={
            **_MARKET,
            "event": ("earnings call", "annual meeting", "investor day", "conference call", "webcast"),
            "files": ("files its annual report", "publishes a prospectus", "issues a statement"),
            "person": ("finance chief", "board member", "chairwoman", "auditor", "head of research"),
            "day": ("Tuesday", "Wednesday", "Thursday", "the 3rd", "the 14th", "the 28th", "next week"),
        },
    ),
)

_PRESS = {
    "firm": ("Twinex Oyj", "Mockbank Plc", "Seedworks Group", "Norddata", "Blocksteel", "Fakeline"),
    "what": ("Operating profit", "Net sales", "The order backlog", "Pre-tax profit", "Cash flow", "Turnover"),
    "amount": ("EUR 1.2 mn", "EUR 3.4 mn", "EUR 8.7 mn", "EUR 15.5 mn", "EUR 26.0 mn", "EUR 140 mn", "EUR 2.3 bn"),
    "when": ("the first quarter", "the second quarter", "January-June", "the financial year", "the review period"),
    "market": ("Finland", "Sweden", "the Baltic countries", "Russia", "Poland", "the Nordic region"),
    "unit": ("paper", "elevator", "software", "steel", "network", "food", "shipping"),
}
_RESULT_PATTERNS = (
    "{what} of {firm} {moved} to {amount} from {amount} in {when} .",
    "{firm} said its {unit} business in {market} {did} in {when} .",
    "{firm} expects that {unit} sales in {market} {will} .",
)
SENTENCES = (
    Grammar(
        patterns=_RESULT_PATTERNS,
        words={
            **_PRESS,
            "moved": ("fell", "decreased", "declined", "dropped", "weakened"),
            "did": ("made a loss", "lost market share", "laid off staff", "suffered from low demand"),
            "will": ("will shrink", "will stay below last year", "will be hit by lower prices"),
        },
    ),
    Grammar(
        patterns=(
            "{firm} is located in {market} and makes {unit} products worth {amount} a year .",
            "The agreement between {firm} and the {unit} company covers {market} until {when} .",
            "{firm} publishes its report for {when} on its {unit} website .",
            "The value of the {unit} order of {firm} was not disclosed ; {market} is to receive it in {when} .",
        ),
        words=_PRESS,
    ),
    Grammar(
        patterns=_RESULT_PATTERNS,
        words={
            **_PRESS,
            "moved": ("rose", "increased", "grew", "doubled", "improved"),
            "did": ("won a large contract", "gained market share", "hired staff", "profited from strong demand"),
            "will": ("will grow", "will exceed last year", "will benefit from higher prices"),
        },
    ),
)

_OPINION_PATTERNS = (
    "{part} {moves} after {event} {when}",
    "{who} {feel} {part} before {event}",
    "{event} {when}: {part} {moves}",
)
_OPINION = {
    "part": ("the stock", "the dividend", "the takeover bid", "the chart", "the outlook", "the pension fund"),
    "event": ("the results", "the merger talks", "the rate decision", "the strike", "the oil news", "the board meeting"),
    "when": ("today", "this morning", "in London", "on heavy volume", "for a third day", "in a quiet market"),
    "who": ("investors", "traders", "long-term holders", "fund managers", "short sellers"),
}
OPINIONS = (
    Grammar(
        patterns=_OPINION_PATTERNS,
        words={
            **_OPINION,
            "moves": ("soars", "looks strong", "breaks out", "recovers", "beats hopes"),
            "feel": ("love", "buy", "are bullish on", "cheer"),
        },
    ),
    Grammar(
        patterns=_OPINION_PATTERNS,
        words={
            **_OPINION,
            "moves": ("is flat", "ends unchanged", "moves sideways", "stays where it was"),
            "feel": ("wait with", "are undecided on", "watch", "hold"),
        },
    ),
    Grammar(
        patterns=_OPINION_PATTERNS,
        words={
            **_OPINION,
            "moves": ("crashes", "looks weak", "breaks down", "is under pressure", "disappoints"),
            "feel": ("fear", "sell", "are bearish on", "dump"),
        },
    ),
)
_ASPECTS = (
    *("Stock/Price Action", "Stock/Technical Analysis", "Corporate/Sales", "Corporate/Dividend Policy"),
    *("Corporate/M&A", "Corporate/Risks", "Market/Volatility", "Economy/Central Banks"),
)
# The lowest score of each class, in thousandths, and how many there are from it on.
_SCORES = np.array([(100, 800), (-99, 199), (-899, 800)])


def tweet_rows(rng: np.random.Generator, rows: int) -> pa.Table:
    """Rows of the twin of the tweets: bearish (0), bullish (1) or, two of three, neutral (2)."""
    labels = choose(rng, [(1_442, 1_923, 6_178)], np.zeros(rows, np.int64))
    return pa.table({"text": texts(rng, TWEETS, labels, least=1, most=1), "label": labels})


def sentence_rows(rng: np.random.Generator, rows: int) -> pa.Table:
    """Rows of the twin of the phrase bank: a ``sentence``, most of them neutral, few negative."""
    labels = choose(rng, [(604, 2_879, 1_363)], np.zeros(rows, np.int64))
    return pa.table({"sentence": texts(rng, SENTENCES, labels, least=1, most=1), "label": labels})


def opinion_rows(rng: np.random.Generator, rows: int) -> pa.Table:
    """Rows of the twin of FiQA: a headline or post on a firm, and the score of what it says."""
    labels = choose(rng, [(60, 8, 32)], np.zeros(rows, np.int64))
    said = texts(rng, OPINIONS, labels, least=1, most=1)
    picks = noise(rng, rows, 3).tolist()
    low, count = _SCORES[labels].T
    sentences, targets, aspects, formats = [], [], [], []
    for text, (firm, aspect, form) in zip(said, picks, strict=True):
        number, is_post = firm % len(_FIRMS), form % 5 > 1
        targets.append(_FIRMS[number])
        sentences.append(f"${_TICKERS[number]} {text}" if is_post else f"{_FIRMS[number]}: {text}")
        aspects.append(f"['{_ASPECTS[aspect % len(_ASPECTS)]}']")
        formats.append("post" if is_post else "headline")
    return pa.table(
        {
            "sentence": sentences,
            "snippets": [f"['{' '.join(text.split()[-4:])}']" for text in said],
            "target": targets,
            "sentiment_score": (low + np.floor(rng.random(rows) * count)) / 1_000,
            "aspects": aspects,
            "format": formats,
            "label": labels,
        }
    )


def _tweet_features() -> datasets.Features:
    return datasets.Features({"text": datasets.Value("string"), "label": datasets.Value("int64")})


def _sentence_features() -> datasets.Features:
    return datasets.Features(
        {"sentence": datasets.Value("string"), "label": datasets.ClassLabel(names=["negative", "neutral", "positive"])}
    )


def _opinion_features() -> datasets.Features:
    return datasets.Features(
        {
            "sentence": datasets.Value("string"),
            "snippets": datasets.Value("string"),
            "target": datasets.Value("string"),
            "sentiment_score": datasets.Value("float64"),
            "aspects": datasets.Value("string"),
            "format": datasets.Value("string"),
            "label": datasets.Value("int64"),
        }
    )


# https://huggingface.co/datasets/zeroshot/twitter-financial-news-sentiment (CSV files; the counts are what users load and,
# rounded, what the hub's viewer says; the card has 9,938 and 2,486)
FINANCIAL_TWEETS = Twin(
    name="zeroshot/twitter-financial-news-sentiment",
    config="default",
    splits=(("train", 9_543), ("validation", 2_388)),
    features=_tweet_features,
    rows=tweet_rows,
)

# https://huggingface.co/datasets/takala/financial_phrasebank, all four of whose configurations have the same columns
FINANCIAL_PHRASEBANK = Twin(
    name="takala/financial_phrasebank",
    aliases=("financial_phrasebank",),
    config="sentences_50agree",
    configs=("sentences_allagree", "sentences_75agree", "sentences_66agree", "sentences_50agree"),
    splits=(("train", 4_846),),
    features=_sentence_features,
    rows=sentence_rows,
)

# https://huggingface.co/datasets/pauri32/fiqa-2018 has no card. Columns, and 961 rows in train of 1,213 in all, are what
# users of its CSV files report (0 is positive there, 2 negative). Worked out, not looked up: 102 and 150, since FiQA's own
# files have 1,111 rows, and the types, from how datasets reads CSV.
FIQA = Twin(
    name="pauri32/fiqa-2018",
    config="default",
    splits=(("train", 961), ("validation", 102), ("test", 150)),
    features=_opinion_features,
    rows=opinion_rows,
)
