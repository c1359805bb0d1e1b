"""Handwritten letters: FEMNIST (digits and letters, by writer) and the letters of EMNIST."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np

from pytest_flops_mock.data.twins.drawing.drawn import Drawn
from pytest_flops_mock.data.twins.drawing.pixels import Bytes, noise
from pytest_flops_mock.data.twins.drawing.strokes import Glyph, Pen, draw_signs, make_pen
from pytest_flops_mock.data.twins.drawing.words import long_tail
from pytest_flops_mock.data.twins.rows.digits import DIGITS, GLYPHS

# Strokes are divided by a slash, their knots are "x,y"; see ``Glyph`` for the box.
LETTERS = {
    "A": "12,100 50,0 / 50,0 88,100 / 26,62 74,62",
    "B": "20,0 20,100 / 20,0 60,3 76,22 60,44 20,48 / 20,48 66,52 84,74 64,97 20,100",
    "C": "82,18 56,1 26,16 14,50 26,84 56,99 84,82",
    "D": "20,0 20,100 / 20,0 60,8 84,50 60,92 20,100",
    "E": "80,0 20,0 / 20,0 20,100 / 20,50 66,50 / 20,100 82,100",
    "F": "80,0 20,0 / 20,0 20,100 / 20,48 66,48",
    "G": "82,18 54,1 26,16 14,50 26,84 54,99 82,84 / 82,84 82,54 / 82,54 56,54",
    "H": "18,0 18,100 / 82,0 82,100 / 18,50 82,50",
    "I": "50,0 50,100 / 28,0 72,0 / 28,100 72,100",
    "J": "66,0 66,50 60,88 40,100 18,84 / 40,0 90,0",
    "K": "20,0 20,100 / 80,0 20,56 / 40,42 84,100",
    "L": "22,0 22,100 / 22,100 82,100",
    "M": "12,100 16,0 / 16,0 50,64 / 50,64 84,0 / 84,0 88,100",
    "N": "18,100 18,0 / 18,0 82,100 / 82,100 82,0",
    "O": "50,1 80,18 90,50 80,82 50,99 20,82 10,50 20,18 50,1",
    "P": "20,100 20,0 / 20,0 62,3 82,26 62,50 20,54",
    "Q": "50,1 80,18 90,50 80,82 50,99 20,82 10,50 20,18 50,1 / 58,68 92,100",
    "R": "20,100 20,0 / 20,0 62,3 82,26 62,50 20,54 / 46,54 84,100",
    "S": "80,14 54,1 24,14 28,40 54,50 80,64 76,90 48,100 16,88",
    "T": "10,2 90,2 / 50,2 50,100",
    "U": "16,0 18,64 36,96 64,96 82,64 84,0",
    "V": "12,0 50,100 / 50,100 88,0",
    "W": "6,0 28,100 / 28,100 50,30 / 50,30 72,100 / 72,100 94,0",
    "X": "14,0 86,100 / 86,0 14,100",
    "Y": "12,0 50,50 / 88,0 50,50 / 50,50 50,100",
    "Z": "14,2 86,2 / 86,2 14,98 / 14,98 88,98",
    "a": "74,46 50,36 24,52 22,80 44,98 70,80 74,46 / 74,40 78,98",
    "b": "24,0 24,98 / 24,62 50,42 76,58 76,82 52,99 24,86",
    "c": "76,50 52,38 28,54 26,82 50,98 78,88",
    "d": "76,0 76,98 / 76,62 50,42 24,58 24,82 48,99 76,86",
    "e": "24,68 76,66 / 76,66 74,48 50,38 26,52 24,80 48,98 78,88",
    "f": "76,12 56,2 44,20 42,100 / 20,46 70,46",
    "g": "74,28 50,22 28,34 28,54 50,64 74,50 74,28 / 74,28 74,86 50,100 24,90",
    "h": "24,0 24,100 / 24,62 48,42 72,54 74,100",
    "i": "50,38 50,100 / 50,10 50,16",
    "j": "58,34 58,84 40,100 22,90 / 58,8 58,14",
    "k": "26,0 26,100 / 70,38 26,70 / 40,60 76,100",
    "l": "44,0 44,80 58,98 70,92",
    "m": "12,40 12,100 / 12,56 30,42 48,56 50,100 / 50,56 68,42 86,56 88,100",
    "n": "24,40 24,100 / 24,58 48,42 72,54 74,100",
    "o": "50,38 76,54 76,82 50,98 24,82 24,54 50,38",
    "p": "26,26 26,100 / 26,36 52,24 76,40 52,64 26,56",
    "q": "74,26 74,100 / 74,36 48,24 24,40 48,64 74,56",
    "r": "30,40 30,100 / 30,60 48,42 72,46",
    "s": "72,46 48,38 30,50 50,66 72,80 52,98 26,90",
    "t": "48,8 46,84 58,98 74,92 / 24,36 74,36",
    "u": "24,40 26,84 46,98 72,82 / 74,40 76,100",
    "v": "22,40 50,100 / 50,100 78,40",
    "w": "10,40 30,100 / 30,100 50,56 / 50,56 70,100 / 70,100 90,40",
    "x": "24,40 76,100 / 76,40 24,100",
    "y": "22,30 50,66 / 78,30 34,100",
    "z": "24,40 76,40 / 76,40 24,98 / 24,98 78,98",
}
CHARACTERS = (*DIGITS, *LETTERS)
CAPITALS = tuple(letter for letter in LETTERS if letter.isupper())
WRITERS = 50


def femnist(rng: np.random.Generator, drawn: Drawn) -> Mapping[str, Any]:
    """Characters black on white, by writers of whom few wrote most; a writer belongs to one of the forms."""
    writers = long_tail(rng, len(drawn), WRITERS).tolist()
    return {
        "image": 255 - draw_signs(rng, _characters(), drawn.classes),
        "writer_id": [f"f{writer:04}_{writer * 37 % 100:02}" for writer in writers],
        "hsf_id": [writer % 8 for writer in writers],
    }


def emnist_letters(rng: np.random.Generator, drawn: Drawn) -> Bytes:
    """Letters white on black, capital or small."""
    return draw_signs(rng, _letters(), drawn.classes + len(CAPITALS) * (noise(rng, len(drawn)) >> 7))


@cache
def _characters() -> Pen:
    return make_pen((*GLYPHS, *_glyphs()), CHARACTERS)


@cache
def _letters() -> Pen:
    return make_pen(_glyphs(), tuple(LETTERS))


def _glyphs() -> tuple[Glyph, ...]:
    made = []
    for sign, drawing in LETTERS.items():
        strokes = [[_knot(knot) for knot in stroke.split()] for stroke in drawing.split("/")]
        knots = tuple(dict.fromkeys(knot for stroke in strokes for knot in stroke))
        made.append(Glyph(sign, knots, tuple(tuple(knots.index(knot) for knot in stroke) for stroke in strokes)))
    return tuple(made)


def _knot(text: str) -> tuple[int, int]:
    x, y = text.split(",")
    return int(x), int(y)
