"""The way from problems to solutions as a drawing: one layer a stage, as wide as the share of challenges that got there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

# Of a layer, in SVG units; drawn without keeping proportions, so that layers join at any width of the page.
WIDTH, HEIGHT = 100.0, 40.0
# What nobody reached is still a line, so that the eye finds the end.
THINNEST = 1.0


@dataclass(frozen=True, slots=True)
class Reach:
    """A stage: how many `things` there are, and in how many challenges there is at least one."""

    key: str
    things: int
    challenges: int


@dataclass(frozen=True, slots=True)
class Layer:
    """A stage as it is drawn. `share` of all challenges, in [0, 1]; `points` of a polygon, from left to right."""

    key: str
    share: float
    points: str


def layers(reached: Sequence[Reach], *, challenges: int) -> list[Layer]:
    """One layer for each stage: at its top as wide as its own share, at its bottom as the next one's."""
    shares = [min(one.challenges / challenges, 1.0) if challenges else 0.0 for one in reached]
    drawn = []
    for number, (one, share) in enumerate(zip(reached, shares, strict=True)):
        below = shares[number + 1] if number + 1 < len(shares) else share
        drawn.append(Layer(one.key, share, _trapezium(share, below)))
    return drawn


def _trapezium(above: float, below: float) -> str:
    corners = [*_edge(above, 0.0), *reversed(_edge(below, HEIGHT))]
    return " ".join(f"{x:.2f},{y:.0f}" for x, y in corners)


def _edge(share: float, y: float) -> list[tuple[float, float]]:
    half = max(share * WIDTH, THINNEST) / 2
    return [(WIDTH / 2 - half, y), (WIDTH / 2 + half, y)]
