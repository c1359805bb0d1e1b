"""The short reports of AG News, from four departments: World, Sports, Business, Sci/Tech."""

from __future__ import annotations

from pytest_flops_mock.data.twins.drawing.words import Grammar, Texts

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_AGENCIES = ("Reuters", "AP", "AFP", "BBC News")
_SAID = ("said", "announced", "reported", "confirmed", "hinted", "denied")

DEPARTMENTS = (
    Grammar(
        patterns=(
            "{who} {said} on {day} that {what} in {where} would {go_on}.",
            "{where} - {what} {go_on} as {who} {said} talks had begun, {agency} writes.",
            "At least {number} people were hurt when {what} broke out near {where}, {who} {said}.",
        ),
        words={
            "who": ("the president", "the prime minister", "UN envoys", "rebel leaders", "the foreign ministry", "police"),
            "what": ("the election", "a bombing", "the ceasefire", "peace talks", "the siege", "protests", "an earthquake"),
            "where": ("Baghdad", "Gaza", "Kabul", "Darfur", "Jakarta", "Moscow", "Nairobi", "Tehran"),
            "go_on": ("continue", "be watched by troops", "end in exile", "divide parliament", "cost lives"),
            "number": ("three", "nine", "a dozen", "forty"),
            "said": _SAID,
            "day": _DAYS,
            "agency": _AGENCIES,
        },
    ),
    Grammar(
        patterns=(
            "{who} {won} the {match} {score} on {day}.",
            "{who}'s {player} {said} the {match} was the best of the season ({agency}).",
            "The {player} of {who} scored twice and {won} the {match}.",
        ),
        words={
            "who": ("the Red Sox", "Arsenal", "the Lakers", "Team USA", "Real Madrid", "the Yankees", "Federer", "Ferrari"),
            "won": ("won", "lost", "tied", "sealed", "dominated"),
            "match": ("final", "playoff", "derby", "race", "quarterfinal", "championship", "set"),
            "score": ("by two goals", "in overtime", "after penalties", "in the ninth inning", "before a full stadium"),
            "player": ("striker", "coach", "quarterback", "goalkeeper", "rookie", "captain"),
            "said": _SAID,
            "day": _DAYS,
            "agency": _AGENCIES,
        },
    ),
    Grammar(
        patterns=(
            "{who} {said} on {day} its {what} {moved} {amount}.",
            "Shares of {who} {moved} {amount} after its {what} surprised {people}.",
            "{people} expect the {what} of {who} to have {moved} {amount}, {agency} writes.",
        ),
        words={
            "who": ("the carmaker", "a Wall Street bank", "the retailer", "the airline", "an oil giant", "the insurer"),
            "what": ("quarterly profit", "dividend", "revenue", "merger offer", "bond sale", "payroll"),
            "moved": ("rose", "fell", "slid", "climbed", "jumped", "dropped"),
            "amount": ("two percent", "a billion dollars", "beyond forecasts", "to a record low", "ten cents a share"),
            "people": ("investors", "analysts", "economists", "shareholders", "traders"),
            "said": _SAID,
            "day": _DAYS,
            "agency": _AGENCIES,
        },
    ),
    Grammar(
        patterns=(
            "{who} {said} on {day} that a new {thing} will {work}.",
            "A {thing} can now {work}, {who} {said} ({agency}).",
            "With its latest {thing} {who} wants to {work}.",
        ),
        words={
            "who": ("NASA", "Microsoft", "Google", "researchers", "Intel", "open source developers", "astronomers"),
            "thing": (
                "browser",
                "chip",
                "space probe",
                "telescope",
                "search engine",
                "vaccine",
                "wireless network",
                "server",
            ),
            "work": ("patch a security hole", "map the genome", "orbit Saturn", "store more data", "stop spam", "run Linux"),
            "said": _SAID,
            "day": _DAYS,
            "agency": _AGENCIES,
        },
    ),
)
NEWS = Texts(DEPARTMENTS, max_sentences=3)
