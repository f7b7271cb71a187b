"""The fusion weights that count now: those people have put in use, else the shipped ones."""

from __future__ import annotations

import json
from functools import cache as memory
from importlib import resources
from typing import Any

from django.core.cache import cache

from citytandem.streams.matching import Calibration, Weights
from citytandem.streams.selectors import weighting_in_use

_IN_USE = "streams.weights"


@memory
def _shipped() -> Any:
    path = resources.files("citytandem.streams").joinpath("weights.json")
    return json.loads(path.read_text(encoding="utf-8"))


def shipped_weights() -> Weights:
    """Learned in `training/match/learn.py`."""
    return Weights.of(_shipped()["weights"])


def calibration() -> Calibration:
    """What a score is worth, measured on topics that nothing was learned from."""
    points = _shipped().get("calibration", {"said": [], "true": []})
    return Calibration(tuple(points["said"]), tuple(points["true"]))


def shipped_reliability() -> list[tuple[float, float, int]]:
    """How far the shipped weights' scores are true: (mean score, share that was useful, hits) per band of scores."""
    return [(float(row["score"]), float(row["useful"]), int(row["hits"])) for row in _shipped().get("reliability", [])]


def weights_in_use() -> Weights:
    """See the module. Up to ten seconds old in other processes than the one that changed it."""
    return cache.get_or_set(_IN_USE, _read_weights, 10) or shipped_weights()


def forget_weights() -> None:
    """Read them anew: they have been changed."""
    cache.delete(_IN_USE)


def _read_weights() -> Weights:
    weighting = weighting_in_use()
    return Weights.of(weighting.weights) if weighting else shipped_weights()
