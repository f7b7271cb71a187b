"""Ranks and shares, against counting one by one."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from citytandem.partnerships.twinnings.measures import per_link, ranks, summary


@given(
    st.lists(st.integers(0, 5), min_size=1, max_size=30),
    st.data(),
)
def test_a_rank_counts_who_stands_above(values: list[int], data: st.DataObject) -> None:
    scores = np.array(values, dtype=np.float32)
    hidden = data.draw(st.lists(st.integers(0, len(values) - 1), min_size=1, unique=True))
    allowed = np.array(data.draw(st.lists(st.booleans(), min_size=len(values), max_size=len(values))))
    allowed[hidden] = True
    found = ranks(scores, allowed, np.array(hidden))
    for rank, place in zip(found, hidden, strict=True):
        rivals = [scores[other] for other in range(len(values)) if allowed[other] and other != place]
        above = sum(value > scores[place] for value in rivals)
        equal = sum(value == scores[place] for value in rivals)
        assert rank == above + 1 + equal / 2


def test_a_place_counts_by_its_best_partner() -> None:
    rows = [np.array([4.0, 1.0]), np.array([20.0])]
    assert summary(rows) == {"mrr": 0.525, "hit@10": 0.5, "hit@50": 1.0, "hit@200": 1.0}


def test_a_link_is_ranked_without_the_other_hidden_ones() -> None:
    rows = [np.array([2.0, 1.0]), np.array([60.0])]
    assert per_link(rows) == {"mrr": round((1 + 1 + 1 / 60) / 3, 4), "hit@10": 0.6667, "hit@50": 0.6667, "hit@200": 1.0}
