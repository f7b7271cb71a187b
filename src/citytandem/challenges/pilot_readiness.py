"""What a pilot still lacks before it may start. Pure: the shell reads the rows, and words what is missing."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Literal

Obstacle = Literal[
    "data_protection_open",
    "data_protection_refused",
    "ethics_open",
    "ethics_refused",
    "ai_class_missing",
    "prohibited",
    "board_needed",
    "no_indicator",
    "no_baseline",
]
_THROUGH = frozenset({"passed", "not_needed"})


def obstacles(
    *, gates: Mapping[str, str], ai_class: str, indicators: Collection[str], without_baseline: Collection[str]
) -> tuple[Obstacle, ...]:
    """All of them. gates: state by kind. without_baseline: those of the indicators that have neither a baseline nor a
    measurement before."""
    return tuple(_obstacles(gates, ai_class, indicators, without_baseline))


def _obstacles(
    gates: Mapping[str, str], ai_class: str, indicators: Collection[str], without_baseline: Collection[str]
) -> Iterator[Obstacle]:
    if ai_class == "prohibited":
        yield "prohibited"
    if not ai_class:
        yield "ai_class_missing"
    data_protection, ethics = gates.get("data_protection", "open"), gates.get("ethics", "open")
    if data_protection not in _THROUGH:
        yield "data_protection_refused" if data_protection == "refused" else "data_protection_open"
    if ethics not in _THROUGH:
        yield "ethics_refused" if ethics == "refused" else "ethics_open"
    # A class that was raised after the board had nothing to look at.
    if ai_class == "high" and ethics == "not_needed":
        yield "board_needed"
    if not indicators:
        yield "no_indicator"
    if without_baseline:
        yield "no_baseline"
