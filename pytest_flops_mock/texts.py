"""Texts of other people, made safe to show: on a terminal, in JSON, in Markdown, in the log of a workflow."""

from __future__ import annotations

import re

# Escape sequences: with parameters; with a text up to its end; all others.
_SEQUENCES = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"
    r"|(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f])[^\x07\x1b\x90\x98\x9c-\x9f]*(?:\x07|\x1b\\|\x9c)"
    r"|\x1b[ -/]*[0-~]"
)
# What GitHub takes for a command: "::" where a line begins, "##[" wherever it is.
_COMMANDS = re.compile(r"^([^\S\n]*:)(?=:)", re.MULTILINE)
_KEPT = frozenset("\n\t\u200c\u200d")
"""Not printable, and harmless: line breaks, tabs, and what joins letters of some scripts."""


def clean(text: str) -> str:
    """The text without escape sequences, control characters, lone surrogates and workflow commands.

    Line breaks and tabs stay, other spaces become plain ones, and what cannot be shown becomes U+FFFD. What is clean stays
    as it is.
    """
    if text.isascii() and text.isprintable() and not text.lstrip().startswith("::") and "##[" not in text:
        return text  # most are
    text = _SEQUENCES.sub("", text).replace("\r\n", "\n").replace("\r", "\n")
    text = "".join(char if char.isprintable() or char in _KEPT else " " if char.isspace() else "\ufffd" for char in text)
    return _COMMANDS.sub(r"\1 ", text).replace("##[", "# #[")
