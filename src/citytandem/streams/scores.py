"""How scores come about and how far they can be trusted, in plain words and numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from django.conf import settings
from django.utils.formats import number_format

from citytandem.streams.desk import TERMS, WeightShown, weights_shown
from citytandem.streams.matching import FLOOR, LIKELY, POSSIBLE
from citytandem.streams.weighting import shipped_reliability, shipped_weights, weights_in_use
from citytandem.ui import charts


@dataclass(frozen=True, slots=True)
class Band:
    """Hits with about the same score: what the score says, what was found, and of how many hits; all as text."""

    said: str
    found: str
    hits: str
    is_few: bool


@dataclass(frozen=True, slots=True)
class ScoresPage:
    """The reliability of the shipped weights, the weights that count now, and where the words begin (in percent).

    `is_local`: texts are read on this machine.
    """

    plot: charts.Plot
    bands: Sequence[Band]
    hits: int
    weights: Sequence[WeightShown]
    is_shipped: bool
    is_local: bool
    likely: int
    possible: int
    floor: int


# Below so many hits a share can be chance.
FEW = 30


def scores_page() -> ScoresPage:
    """The page that explains scores."""
    measured = shipped_reliability()
    shipped, in_use = asdict(shipped_weights()), asdict(weights_in_use())
    return ScoresPage(
        plot=charts.reliability(measured),
        bands=[
            Band(_percent(said), _percent(found), number_format(hits, force_grouping=True), hits < FEW)
            for said, found, hits in measured
        ],
        hits=sum(hits for _, _, hits in measured),
        weights=weights_shown(in_use, in_use=shipped, largest=max(abs(in_use[name]) for name in TERMS)),
        is_shipped=in_use == shipped,
        is_local=not settings.EMBEDDING_URL,
        likely=round(100 * LIKELY),
        possible=round(100 * POSSIBLE),
        floor=round(100 * FLOOR),
    )


def _percent(share: float) -> str:
    return f"{number_format(round(100 * share))} %"
