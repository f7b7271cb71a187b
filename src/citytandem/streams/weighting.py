"""The fusion weights that count now: those people have put in use, else the shipped ones."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources

from citytandem.streams.matching import Weights
from citytandem.streams.selectors import weighting_in_use


@cache
def shipped_weights() -> Weights:
    """Learned in `training/match/learn.py`."""
    path = resources.files("citytandem.streams").joinpath("weights.json")
    return Weights.of(json.loads(path.read_text(encoding="utf-8"))["weights"])


def weights_in_use() -> Weights:
    """See the module."""
    weighting = weighting_in_use()
    return Weights.of(weighting.weights) if weighting else shipped_weights()
