"""Opinions on the stock market: tweets, sentences of press releases, and FiQA."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from pytest_flops_mock.data.twins.drawing.drawn import Drawn
from pytest_flops_mock.data.twins.drawing.pixels import noise
from pytest_flops_mock.data.twins.drawing.words import Grammar, Texts

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
_TWEETS = (
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
_SENTENCES = (
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
_OPINIONS = (
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
# The lowest score of each class, in thousandths, and how many there are from it on.
_SCORES = np.array([(100, 800), (-99, 199), (-899, 800)])

TWEETS, SENTENCES, OPINIONS = Texts(_TWEETS), Texts(_SENTENCES), Texts(_OPINIONS)


def fiqa(rng: np.random.Generator, drawn: Drawn) -> Mapping[str, Any]:
    """A headline or post on a firm, and the score of what it says."""
    said, formats = OPINIONS(rng, drawn), drawn.values("format")
    firms = (noise(rng, len(drawn)) % len(_FIRMS)).tolist()
    low, count = _SCORES[drawn.classes].T
    return {
        "sentence": [
            f"${_TICKERS[firm]} {text}" if form == "post" else f"{_FIRMS[firm]}: {text}"
            for text, firm, form in zip(said, firms, formats, strict=True)
        ],
        "snippets": [f"['{' '.join(text.split()[-4:])}']" for text in said],
        "target": [_FIRMS[firm] for firm in firms],
        "sentiment_score": (low + np.floor(rng.random(len(drawn)) * count)) / 1_000,
    }
