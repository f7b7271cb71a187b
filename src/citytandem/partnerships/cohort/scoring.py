"""The score of two cities: a sum of named terms, all pairs of a cohort at once.

Every value is a whole number of ten-thousandths: what is shown is what is added up, and what is optimised.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from citytandem.partnerships.cohort.applicants import Applicant, BadCohort, Fault, in_order, key_of
from citytandem.partnerships.cohort.likeness import Embed, Likeness, Matrix
from citytandem.partnerships.cohort.weights import TERMS, Weights

Whole = NDArray[np.int32]
UNIT = 10_000
# A common network is half as much of a tie as a twinning.
NETWORK_TIE = 0.5
# Ten times as many people, or as few: nothing in common in size.
SIZE_DECADES = 1.0


@dataclass(frozen=True)
class Scores:
    """All pairs of a cohort. `values[term]` and `total` are (n, n), symmetric, in ten-thousandths; the diagonal is 0.

    applicants: in the order of the rows. taught: (n, n), how well the city of the column teaches what the one of the
    row wants to learn, in [0, 1].
    """

    applicants: tuple[Applicant, ...]
    values: Mapping[str, Whole]
    total: Whole
    taught: Matrix
    likeness: Likeness
    full_hours: float

    def __len__(self) -> int:
        return len(self.applicants)

    def number(self, name: str) -> int:
        """The row of a city, however its name is written. Raises BadCohort if it does not apply."""
        key = key_of(name)
        for number, one in enumerate(self.applicants):
            if one.key == key:
                return number
        raise BadCohort(Fault("city.unknown", told=name))

    def score(self, first: int, second: int) -> float:
        """In [0, 1]."""
        return int(self.total[first, second]) / UNIT


def score_cohort(
    applicants: Sequence[Applicant], *, weights: Weights | None = None, embed: Embed | None = None, seed: int = 0
) -> Scores:
    """Score every pair. `embed` makes free texts comparable across languages; without it they have to be equal.

    seed: see `in_order`.
    Raises BadCohort if two applicants have the same name.
    """
    ordered = in_order(applicants, seed=seed)
    shares = (weights or Weights.preset()).shares
    likeness = Likeness.among(ordered, embed)
    taught = _taught(ordered, likeness)
    full_hours = _full_hours(ordered)
    # One at a time: at two thousand cities each is a matrix of four million.
    strengths: dict[str, Callable[[], Matrix]] = {
        "exchange": lambda: _harmonic(taught, taught.T),
        "themes": lambda: _shared_themes(ordered, likeness),
        "tie": lambda: _ties(ordered),
        "size": lambda: _size(ordered),
        "maturity": lambda: _maturity(ordered),
        "language": lambda: _in_common([one.languages for one in ordered]).astype(np.float64),
        "border": lambda: _border(ordered),
        "hours": lambda: _hours(ordered, full_hours),
    }
    values = {}
    for term in TERMS:
        value = np.rint(strengths[term]() * (shares[term] * UNIT)).astype(np.int32)
        np.fill_diagonal(value, 0)
        values[term] = value
    total = np.zeros((len(ordered), len(ordered)), dtype=np.int32)
    for value in values.values():
        total += value
    return Scores(ordered, values, total, taught, likeness, full_hours)


def _taught(applicants: Sequence[Applicant], likeness: Likeness) -> Matrix:
    """Mean over what the row wants to learn of the best that the column teaches."""
    learns = [likeness.numbers(one.learns) for one in applicants]
    teaches = [likeness.numbers(one.teaches) for one in applicants]
    return np.asarray(_shares(learns, likeness) @ _best(teaches, likeness))


def _shared_themes(applicants: Sequence[Applicant], likeness: Likeness) -> Matrix:
    """Dice's coefficient (1945) with degrees: for each theme the likest of the other side, over the themes of both."""
    own = [likeness.numbers(one.themes) for one in applicants]
    counts = np.array([len(numbers) for numbers in own], dtype=np.float64)
    sums = (_shares(own, likeness) @ _best(own, likeness)) * counts[:, None]
    return np.asarray(_ratio(sums + sums.T, counts[:, None] + counts[None, :]))


def _shares(numbers: Sequence[Sequence[int]], likeness: Likeness) -> csr_matrix:
    """(cities, phrases): each phrase of a city with the same share."""
    rows = [row for row, own in enumerate(numbers) for _number in own]
    data = [1 / len(own) for own in numbers for _number in own]
    columns = [number for own in numbers for number in own]
    return csr_matrix((data, (rows, columns)), shape=(len(numbers), max(1, len(likeness.phrases))))


def _best(numbers: Sequence[Sequence[int]], likeness: Likeness) -> Matrix:
    """(phrases, cities): how like each phrase is the likest one of a city."""
    best = np.zeros((max(1, len(likeness.phrases)), len(numbers)))
    everything = range(len(likeness.phrases))
    for city, own in enumerate(numbers):
        if likeness.vectors is None:
            best[own, city] = 1.0
        elif own:
            best[:, city] = likeness.between(everything, own).max(axis=1)
    return best


def _harmonic(there: Matrix, back: Matrix) -> Matrix:
    """2ab / (a + b): a pair in which one side only gives loses (Palomares et al. 2021, doi 10.1016/j.inffus.2020.12.001)."""
    return _ratio(2 * there * back, there + back)


def _ratio(above: Matrix, below: Matrix) -> Matrix:
    return np.divide(above, below, out=np.zeros_like(above), where=below > 0)


def _ties(applicants: Sequence[Applicant]) -> Matrix:
    """A twinning or earlier partnership that one of the two names, else a network of both."""
    rows = {one.key: number for number, one in enumerate(applicants)}
    ties = np.where(_in_common([tuple(map(key_of, one.networks)) for one in applicants]), NETWORK_TIE, 0.0)
    for number, one in enumerate(applicants):
        for partner in one.partners:
            other = rows.get(key_of(partner))
            if other is not None:
                ties[number, other] = ties[other, number] = 1.0
    return ties


def _size(applicants: Sequence[Applicant]) -> Matrix:
    people = np.array([one.population or np.nan for one in applicants], dtype=np.float64)
    apart = np.abs(np.subtract.outer(np.log10(people), np.log10(people)))
    return np.nan_to_num(np.clip(1 - apart / SIZE_DECADES, 0, 1), nan=0.0)


def _maturity(applicants: Sequence[Applicant]) -> Matrix:
    levels = np.array([np.nan if one.maturity is None else one.maturity for one in applicants], dtype=np.float64)
    return np.nan_to_num(np.clip(1 - np.abs(np.subtract.outer(levels, levels)) / 4, 0, 1), nan=0.0)


def _in_common(words: Sequence[Sequence[str]]) -> NDArray[np.bool_]:
    """Whether two lists share a word."""
    known = {word: number for number, word in enumerate(sorted({word for own in words for word in own}))}
    has = np.zeros((len(words), max(1, len(known))), dtype=np.float32)
    for row, own in enumerate(words):
        has[row, [known[word] for word in own]] = 1
    return np.asarray(has @ has.T > 0)


def is_border(first: Applicant, second: Applicant) -> bool:
    """Each lies on the border of the other's country, and the countries are not the same."""
    return first.country != second.country and second.country in first.borders and first.country in second.borders


def _border(applicants: Sequence[Applicant]) -> Matrix:
    found = np.zeros((len(applicants), len(applicants)))
    near = [number for number, one in enumerate(applicants) if one.borders]
    for place, first in enumerate(near):
        for second in near[place + 1 :]:
            if is_border(applicants[first], applicants[second]):
                found[first, second] = found[second, first] = 1.0
    return found


def _full_hours(applicants: Sequence[Applicant]) -> float:
    """Three quarters of the cohort have at most this many hours; 1 where nobody has any."""
    known = sorted(one.hours for one in applicants if one.hours)
    return known[(3 * (len(known) - 1)) // 4] if known else 1.0


def _hours(applicants: Sequence[Applicant], full: float) -> Matrix:
    """The side that has less decides; no hours on one side are no hours together."""
    hours = np.array([one.hours or 0.0 for one in applicants], dtype=np.float64)
    return np.asarray(np.minimum(np.minimum.outer(hours, hours) / full, 1.0))
