"""Random tables to be ranked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from hypothesis import strategies as st

from citytandem.challenges.ranking.criteria import Criterion, Floats


@st.composite
def tables(
    draw: Callable[..., Any], *, missing: bool = False, most: int = 12, finest: int = 8
) -> tuple[Floats, list[Criterion]]:
    """Means (proposals, criteria) on scales from 0 to 10, with ties, and criteria of both directions."""
    proposals, criteria = draw(st.integers(2, most)), draw(st.integers(1, 6))
    seed, levels = draw(st.integers(0, 2**32 - 1)), draw(st.integers(2, finest))
    generator = np.random.default_rng(seed)
    means = generator.integers(0, levels + 1, (proposals, criteria)) * (10.0 / levels)
    if missing:
        means[generator.random(means.shape) < 0.2] = np.nan
    weights = generator.integers(0, 5, criteria) + 0.0
    weights[generator.integers(criteria)] += 1.0
    directions = generator.choice(["max", "min"], criteria)
    return means, [
        Criterion(f"c{number}", float(weights[number]), str(directions[number]), 0.0, 10.0)  # type: ignore[arg-type]
        for number in range(criteria)
    ]
