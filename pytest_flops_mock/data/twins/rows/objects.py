"""The objects of CIFAR-10 and CINIC-10: simple animals and vehicles before their usual backgrounds, 32x32 pixels, RGB."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from pytest_flops_mock.data.twins.drawing.drawn import Drawn
from pytest_flops_mock.data.twins.drawing.pixels import Bytes
from pytest_flops_mock.data.twins.drawing.scenes import Scene, Shape, draw_scenes

_WHITE = (235, 235, 230)
_GREY = (150, 150, 155)
_DARK = (30, 28, 30)
_BLUE = (50, 90, 180)
_RED = (190, 45, 40)
_YELLOW = (225, 190, 60)
_ORANGE = (220, 130, 50)
_BROWN = (120, 80, 50)
_TAN = (175, 130, 85)
_CREAM = (225, 205, 170)
_SKY = (130, 180, 230)
_HAZE = (190, 205, 215)
_GRASS = (100, 150, 60)
_FOREST = (45, 80, 45)
_ASPHALT = (105, 105, 110)


SCENES: Mapping[str, Scene] = {
    "airplane": Scene(
        above=(_SKY, (90, 140, 210), _HAZE),
        below=((160, 200, 235), (120, 165, 220), _HAZE),
        horizon=90,
        paints={"body": (_WHITE, (170, 170, 175), (200, 210, 220)), "wing": (_GREY, (110, 115, 125))},
        shapes=(
            Shape("box", 54, 38, 5, 13, "wing", 0.7),
            Shape("triangle", 17, 38, 8, 12, "wing", -0.4),
            Shape("ellipse", 50, 50, 40, 8, "body"),
            Shape("box", 46, 63, 6, 15, "wing", -0.7),
        ),
    ),
    "automobile": Scene(
        above=(_GREY, (120, 140, 110), (185, 180, 170)),
        below=(_ASPHALT, (85, 85, 92), (140, 135, 130)),
        horizon=60,
        paints={
            "body": (_RED, _BLUE, _YELLOW, (30, 110, 90)),
            "glass": ((60, 75, 95),),
            "tyre": (_DARK,),
            "hub": (_GREY,),
        },
        shapes=(
            Shape("ellipse", 48, 48, 25, 17, "body"),
            Shape("ellipse", 48, 47, 19, 11, "glass"),
            Shape("box", 50, 61, 41, 11, "body"),
            Shape("ellipse", 25, 73, 10, 10, "tyre"),
            Shape("ellipse", 75, 73, 10, 10, "tyre"),
            Shape("ellipse", 25, 73, 4, 4, "hub"),
            Shape("ellipse", 75, 73, 4, 4, "hub"),
        ),
    ),
    "bird": Scene(
        above=((150, 190, 120), (185, 205, 175), (165, 185, 150)),
        below=((120, 165, 90), (150, 160, 110), (135, 150, 85)),
        horizon=78,
        paints={
            "body": (_BROWN, (165, 60, 45), (70, 100, 160)),
            "wing": ((70, 55, 45),),
            "beak": (_ORANGE,),
            "eye": (_DARK,),
        },
        shapes=(
            Shape("box", 22, 62, 13, 4, "wing", -1),
            Shape("box", 47, 76, 1.6, 10, "beak"),
            Shape("box", 55, 76, 1.6, 10, "beak"),
            Shape("ellipse", 50, 53, 23, 16, "body"),
            Shape("ellipse", 68, 35, 12, 11, "body"),
            Shape("triangle", 84, 36, 7, 4, "beak"),
            Shape("ellipse", 44, 53, 15, 9, "wing"),
            Shape("ellipse", 71, 33, 3, 3, "eye"),
        ),
    ),
    "cat": Scene(
        above=((150, 110, 130), (170, 135, 120), (125, 105, 135)),
        below=((130, 85, 75), (150, 110, 110), (110, 90, 95)),
        horizon=75,
        paints={
            "fur": ((110, 105, 105), _ORANGE, (70, 65, 65), _CREAM),
            "eye": ((150, 205, 90),),
            "pupil": (_DARK,),
            "nose": ((225, 140, 145),),
        },
        shapes=(
            Shape("triangle", 28, 24, 12, 17, "fur"),
            Shape("triangle", 72, 24, 12, 17, "fur"),
            Shape("triangle", 28, 28, 5, 9, "nose"),
            Shape("triangle", 72, 28, 5, 9, "nose"),
            Shape("ellipse", 50, 54, 33, 30, "fur"),
            Shape("ellipse", 37, 48, 8, 7, "eye"),
            Shape("ellipse", 63, 48, 8, 7, "eye"),
            Shape("ellipse", 37, 48, 2.5, 6, "pupil"),
            Shape("ellipse", 63, 48, 2.5, 6, "pupil"),
            Shape("triangle", 50, 63, 6, -4, "nose"),
        ),
    ),
    "deer": Scene(
        above=(_FOREST, (65, 85, 55), (85, 95, 65)),
        below=((95, 100, 50), (115, 95, 55), (90, 85, 60)),
        horizon=68,
        paints={"fur": (_TAN, (155, 105, 65), (190, 140, 95)), "horn": ((215, 190, 150),), "tail": (_WHITE,)},
        shapes=(
            Shape("box", 71, 14, 1.8, 11, "horn", 0.5),
            Shape("box", 84, 14, 1.8, 11, "horn", -0.5),
            Shape("box", 33, 76, 2.8, 15, "fur"),
            Shape("box", 41, 76, 2.8, 15, "fur"),
            Shape("box", 55, 76, 2.8, 15, "fur"),
            Shape("box", 62, 76, 2.8, 15, "fur"),
            Shape("ellipse", 25, 51, 5, 6, "tail"),
            Shape("ellipse", 47, 55, 23, 12, "fur"),
            Shape("box", 68, 42, 6, 15, "fur", -0.5),
            Shape("ellipse", 79, 28, 11, 7, "fur"),
        ),
    ),
    "dog": Scene(
        above=((125, 175, 95), (150, 185, 110), (180, 170, 140)),
        below=((110, 170, 70), (140, 180, 95), (155, 165, 110)),
        horizon=60,
        paints={
            "fur": (_TAN, _CREAM, (150, 100, 60)),
            "ear": ((85, 50, 35), (60, 45, 40)),
            "muzzle": (_WHITE, _CREAM),
            "dark": (_DARK,),
            "tongue": ((220, 110, 115),),
        },
        shapes=(
            Shape("ellipse", 50, 48, 28, 30, "fur"),
            Shape("ellipse", 22, 48, 10, 24, "ear", -0.2),
            Shape("ellipse", 78, 48, 10, 24, "ear", 0.2),
            Shape("ellipse", 50, 80, 5, 9, "tongue"),
            Shape("ellipse", 50, 65, 17, 14, "muzzle"),
            Shape("ellipse", 50, 57, 7, 5, "dark"),
            Shape("ellipse", 39, 40, 4.5, 4.5, "dark"),
            Shape("ellipse", 61, 40, 4.5, 4.5, "dark"),
        ),
    ),
    "frog": Scene(
        above=((95, 75, 50), (75, 65, 50), (120, 100, 75)),
        below=((80, 60, 40), (60, 70, 60), (95, 85, 55)),
        horizon=55,
        paints={
            "skin": ((95, 175, 55), (125, 160, 50), (70, 145, 75)),
            "eye": (_YELLOW,),
            "dark": (_DARK,),
            "belly": ((205, 215, 140),),
        },
        shapes=(
            Shape("ellipse", 19, 82, 15, 6, "skin"),
            Shape("ellipse", 81, 82, 15, 6, "skin"),
            Shape("ellipse", 50, 63, 37, 23, "skin"),
            Shape("ellipse", 50, 77, 22, 9, "belly"),
            Shape("ellipse", 31, 38, 12, 12, "skin"),
            Shape("ellipse", 69, 38, 12, 12, "skin"),
            Shape("ellipse", 31, 37, 7, 7, "eye"),
            Shape("ellipse", 69, 37, 7, 7, "eye"),
            Shape("ellipse", 31, 37, 3.5, 3.5, "dark"),
            Shape("ellipse", 69, 37, 3.5, 3.5, "dark"),
            Shape("box", 50, 62, 22, 1.6, "dark"),
        ),
    ),
    "horse": Scene(
        above=(_SKY, _HAZE, (165, 190, 200)),
        below=(_GRASS, (130, 160, 75), (170, 155, 90)),
        horizon=52,
        paints={"coat": ((110, 60, 35), (60, 42, 38), (150, 85, 50)), "mane": (_DARK, (70, 45, 35))},
        shapes=(
            Shape("box", 18, 60, 3.5, 16, "mane", -0.3),
            Shape("box", 29, 76, 3.6, 18, "coat"),
            Shape("box", 38, 76, 3.6, 18, "coat"),
            Shape("box", 56, 76, 3.6, 18, "coat"),
            Shape("box", 64, 76, 3.6, 18, "coat"),
            Shape("ellipse", 46, 53, 28, 15, "coat"),
            Shape("box", 66, 34, 4, 17, "mane", -0.6),
            Shape("box", 71, 37, 7, 18, "coat", -0.6),
            Shape("ellipse", 84, 25, 13, 7, "coat", 0.5),
        ),
    ),
    "ship": Scene(
        above=((170, 200, 225), _HAZE, (205, 195, 190)),
        below=((35, 80, 130), (50, 100, 140), (30, 65, 100)),
        horizon=62,
        paints={
            "hull": ((45, 45, 60), (130, 40, 40), (30, 55, 95)),
            "deck": (_WHITE,),
            "funnel": (_RED, _ORANGE, _DARK),
        },
        shapes=(
            Shape("box", 66, 33, 1.3, 18, "hull"),
            Shape("box", 38, 34, 5, 9, "funnel"),
            Shape("box", 44, 48, 20, 8, "deck"),
            Shape("box", 46, 63, 32, 9, "hull"),
            Shape("triangle", 78, 63, 17, -9, "hull"),
            Shape("triangle", 16, 63, 12, -9, "hull"),
            Shape("box", 46, 57, 36, 1.5, "deck"),
        ),
    ),
    "truck": Scene(
        above=(_HAZE, (165, 165, 160), (180, 195, 205)),
        below=(_ASPHALT, (125, 120, 110), (90, 88, 90)),
        horizon=72,
        paints={
            "cargo": (_WHITE, (215, 180, 120), (190, 205, 200)),
            "cab": (_RED, _BLUE, _ORANGE, (40, 110, 70)),
            "glass": ((60, 75, 95),),
            "tyre": (_DARK,),
        },
        shapes=(
            Shape("box", 48, 69, 42, 4, "tyre"),
            Shape("box", 37, 42, 32, 25, "cargo"),
            Shape("box", 80, 53, 11, 16, "cab"),
            Shape("box", 83, 46, 6, 6, "glass"),
            Shape("ellipse", 20, 75, 8.5, 8.5, "tyre"),
            Shape("ellipse", 42, 75, 8.5, 8.5, "tyre"),
            Shape("ellipse", 79, 75, 8.5, 8.5, "tyre"),
        ),
    ),
}


def objects(rng: np.random.Generator, drawn: Drawn) -> Bytes:
    """An object of each row's class, in the order of ``SCENES``."""
    return draw_scenes(rng, list(SCENES.values()), drawn.classes)
