"""Pictures of flat objects before a ground."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from pytest_flops_mock.data.twins.drawing.pixels import Bytes, Floats, Ints, noise, to_bytes, uniform

SIZE = 32

RGB = tuple[int, int, int]


@dataclass(frozen=True)
class Shape:
    """One flat piece of an object, in a box of 100 by 100 units with y pointing down.

    Attributes:
        kind: What it is; a triangle points up, or down where ``height`` is negative.
        x: Its middle.
        y: Its middle.
        width: Half of its width.
        height: Half of its height.
        paint: Which of the scene's paints it has.
        lean: How far it leans to the right, in units for each unit down.
    """

    kind: Literal["ellipse", "box", "triangle"]
    x: float
    y: float
    width: float
    height: float
    paint: str
    lean: float = 0


@dataclass(frozen=True)
class Scene:
    """What the pictures of one class show.

    Attributes:
        above: Colours that the ground above the horizon may have.
        below: Colours that the ground below it may have.
        horizon: Its height in units from the top.
        paints: Colours to choose from, by what they are for.
        shapes: The object, from back to front.
    """

    above: tuple[RGB, RGB, RGB]
    below: tuple[RGB, RGB, RGB]
    horizon: int
    paints: Mapping[str, tuple[RGB, ...]]
    shapes: tuple[Shape, ...]


def draw_scenes(rng: np.random.Generator, scenes: Sequence[Scene], labels: Ints) -> Bytes:
    """Draw one object for each label.

    The pictures of a class differ in colours, side, size, place, proportions, light, texture of the ground and noise.
    One in four is before the ground of any class, so that the ground alone does not give the class away.

    Args:
        rng: Where the differences between the pictures come from.
        scenes: What each class shows.
        labels: Class numbers in the order of ``scenes``, shape ``(rows,)``.

    Returns:
        Pictures of shape ``(rows, 32, 32, 3)``, dtype ``uint8``.
    """
    strays = noise(rng, len(labels)) < 64
    pictures = _grounds(rng, scenes, np.where(strays, noise(rng, len(labels)) % len(scenes), labels))
    for number, scene in enumerate(scenes):
        chosen = np.flatnonzero(labels == number)
        pictures[chosen] = with_object(rng, scene, pictures[chosen])
    light = uniform(rng, 0.75, 1.15, len(labels), 1, 1, 1)
    grain = (noise(rng, *pictures.shape) - 128) >> 3
    pixels = np.floor(pictures * light).astype(np.int32) + grain
    return np.ascontiguousarray(to_bytes(pixels).transpose(0, 2, 3, 1))


def with_object(rng: np.random.Generator, scene: Scene, pictures: Floats) -> Floats:
    """Put the scene's object before grounds of shape ``(rows, 3, size, size)``."""
    rows, _, _, size_in_pixels = pictures.shape
    paints = {
        name: _mixed(rng, np.tile(np.array(colours, np.float32), (rows, 1, 1))) for name, colours in scene.paints.items()
    }

    unit = np.float32(size_in_pixels) / np.float32(100)
    # Pixels in the units of the object's box: moved, scaled, tilted, and mirrored for about half of the pictures.
    centres = (np.arange(size_in_pixels, dtype=np.float32) + np.float32(0.5)) / unit - np.float32(50)
    side = np.where(noise(rng, rows, 1, 1) < 128, np.float32(-1), np.float32(1))
    size = uniform(rng, 0.8, 1.12, rows, 1, 1)
    x = (centres[None, None, :] - uniform(rng, -8, 8, rows, 1, 1)) * side / size
    y = (centres[None, :, None] - uniform(rng, -7, 7, rows, 1, 1)) / size
    tilt = uniform(rng, -0.12, 0.12, rows, 1, 1)
    x, y = x + y * tilt, y - x * tilt

    for shape in scene.shapes:
        width = uniform(rng, 0.85, 1.15, rows, 1, 1) * np.float32(shape.width)
        height = uniform(rng, 0.85, 1.15, rows, 1, 1) * np.float32(shape.height)
        across = x - (uniform(rng, -2, 2, rows, 1, 1) + np.float32(shape.x - 50))
        down = y - (uniform(rng, -2, 2, rows, 1, 1) + np.float32(shape.y - 50))
        depth = _depth(shape.kind, (across - down * np.float32(shape.lean)) / width, down / height)
        edge = np.minimum(width, np.abs(height)) * size * unit  # pixels from the middle to the nearer edge
        cover = np.clip(depth * edge + np.float32(0.5), 0, 1)[:, None]
        pictures = pictures + (paints[shape.paint] - pictures) * cover
    return pictures


def _depth(kind: Literal["ellipse", "box", "triangle"], u: Floats, v: Floats) -> Floats:
    """How deep inside a shape of half width and half height 1 a point lies: 0 at its edge, negative outside."""
    depth: Floats
    if kind == "ellipse":
        depth = (np.float32(1) - (u * u + v * v)) * np.float32(0.5)
    elif kind == "box":
        depth = np.float32(1) - np.maximum(np.abs(u), np.abs(v))
    else:
        depth = np.minimum(np.float32(1) - v, (np.float32(1) + v) * np.float32(0.5) - np.abs(u))
    return depth


def _grounds(rng: np.random.Generator, scenes: Sequence[Scene], numbers: Ints) -> Floats:
    """What is behind the objects: two colours that meet at the horizon, with soft patches of light and dark.

    Channels come first: ``(rows, 3, 32, 32)``. ``numbers`` says which scene's ground each picture has.
    """
    rows = len(numbers)
    lines = np.arange(SIZE, dtype=np.float32)[None, None, :, None]
    heights = np.array([scene.horizon * SIZE / 100 for scene in scenes], np.float32)[numbers]
    horizon = uniform(rng, -3, 3, rows, 1, 1, 1) + heights[:, None, None, None]
    share = np.clip((lines - horizon) * np.float32(0.5) + np.float32(0.5), 0, 1)
    above = _mixed(rng, np.array([scene.above for scene in scenes], np.float32)[numbers])
    below = _mixed(rng, np.array([scene.below for scene in scenes], np.float32)[numbers])
    grounds: Floats = above + (below - above) * share + _patches(rng, rows)
    return grounds


def _patches(rng: np.random.Generator, rows: int) -> Floats:
    """Smooth random light, from -28 to 28, the same for all channels: ``(rows, 1, 32, 32)``."""
    coarse = uniform(rng, -28, 28, rows, 1, 6, 6)
    places = np.arange(SIZE, dtype=np.float32) * np.float32(5 / SIZE)
    near = places.astype(np.int64)
    share = places - near.astype(np.float32)
    wide = coarse[..., near] + (coarse[..., near + 1] - coarse[..., near]) * share
    share = share[:, None]
    patches: Floats = wide[..., near, :] + (wide[..., near + 1, :] - wide[..., near, :]) * share
    return patches


def _mixed(rng: np.random.Generator, colours: Floats) -> Floats:
    """For each picture one of its colours ``(rows, colours, 3)``, a little off: ``(rows, 3, 1, 1)``."""
    rows, choices = colours.shape[:2]
    chosen = colours[np.arange(rows), noise(rng, rows) % choices]
    mixed: Floats = (chosen + uniform(rng, -24, 24, rows, 3))[:, :, None, None]
    return mixed
