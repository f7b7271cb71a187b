"""Where our node and its partners stand in the drawing of the partners' page. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, pi, sin

WIDTH, HEIGHT = 960.0, 380.0
# One or two stand beside us, and need no more than a strip.
STRIP, _STRIP_Y = 132.0, 46.0
_HALF_WIDTH, _HALF_HEIGHT = 330.0, 120.0
# Two lines join two nodes, as the frame of a tandem: what comes, and what goes.
_APART = 5.0
_LONGEST_NAME = 26


@dataclass(frozen=True, slots=True)
class Spot:
    """A partner in the drawing, with the two lines to us. `anchor` keeps the name inside."""

    name: str
    state: str
    href: str
    x: float
    y: float
    text_x: float
    text_y: float
    anchor: str
    lines: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Drawing:
    """Us in the middle, partners around."""

    view_box: str
    x: float
    y: float
    spots: Sequence[Spot]


def drawn(partners: Sequence[tuple[str, str, str]]) -> Drawing:
    """Partners as (name, state, address of the page), evenly around us; one alone stands at our side, as in a tandem."""
    count = len(partners)
    alone = count == 1
    is_strip = count <= 2
    x, y = (WIDTH / 2 - 200 if alone else WIDTH / 2), _STRIP_Y if is_strip else HEIGHT / 2
    spots = []
    for place, (name, state, href) in enumerate(partners):
        angle = _first(count) + 2 * pi * place / count
        spot_x = WIDTH / 2 + 200 if alone else x + _HALF_WIDTH * cos(angle)
        spot_y = y if is_strip else y + _HALF_HEIGHT * sin(angle)
        spots.append(_spot(name, state, href, (x, y), (round(spot_x, 1), round(spot_y, 1))))
    return Drawing(f"0 0 {WIDTH:g} {STRIP if is_strip else HEIGHT:g}", x, y, spots)


def _first(count: int) -> float:
    """Two stand left and right; of more, nobody stands right below us, where our name is."""
    if count == 2:
        return pi
    return -pi / 2 if count % 2 else -pi / 2 + pi / count


def _spot(name: str, state: str, href: str, us: tuple[float, float], at: tuple[float, float]) -> Spot:
    (x, y), (to_x, to_y) = us, at
    length = max(((to_x - x) ** 2 + (to_y - y) ** 2) ** 0.5, 1.0)
    over_x, over_y = (to_y - y) / length * _APART, -(to_x - x) / length * _APART
    lines = [
        f"M{x + side * over_x:.1f} {y + side * over_y:.1f}L{to_x + side * over_x:.1f} {to_y + side * over_y:.1f}"
        for side in (-1, 1)
    ]
    is_above = to_y < y - 1
    return Spot(
        name=name if len(name) <= _LONGEST_NAME else name[: _LONGEST_NAME - 1] + "…",
        state=state,
        href=href,
        x=to_x,
        y=to_y,
        text_x=to_x,
        text_y=to_y - 28 if is_above else to_y + 42,
        anchor="middle",
        lines=(lines[0], lines[1]),
    )
