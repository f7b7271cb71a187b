"""The fusion weights that count now: those people have put in use, else the shipped ones."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from typing import Any

from citytandem.streams.matching import Weights
from citytandem.streams.selectors import weighting_in_use


@cache
def _shipped() -> Any:
    path = resources.files("citytandem.streams").joinpath("weights.json")
    return json.loads(path.read_text(encoding="utf-8"))


def shipped_weights() -> Weights:
    """Learned in `training/match/learn.py`."""
    return Weights.of(_shipped()["weights"])


def shipped_reliability() -> list[tuple[float, float, int]]:
    """How far the shipped weights' scores are true: (mean score, share that was useful, hits) per band of scores."""
    return [(float(row["score"]), float(row["useful"]), int(row["hits"])) for row in _shipped().get("reliability", [])]


def weights_in_use() -> Weights:
    """See the module."""
    weighting = weighting_in_use()
    return Weights.of(weighting.weights) if weighting else shipped_weights()
