"""What a wave of a survey found: numbers for each question, those of few people hidden. Pure.

Everything that is told of one question comes from one table (`hiding`), and questions are told one by one: no question
is broken down by another, so there is nothing to subtract one from the other.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from scipy import stats

from citytandem.core.statistics import LEAST_CELL, Share, wilson
from citytandem.partnerships.surveys.hiding import hidden, may_be_told, tables
from citytandem.partnerships.surveys.questions import CHOICE, MULTI, NUMBER, SCALE, Answers, Question

Table = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """`count` None: hidden, or not told; then `share` is None, too."""

    key: str
    count: int | None
    share: Share | None


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean with the interval in which that of all who could have been asked lies with 95 % certainty (Student's t)."""

    value: float
    low: float
    high: float
    cases: int


@dataclass(frozen=True, slots=True)
class Finding:
    """What one question found. `is_told` False: too few answers, nothing is told. `answered` None: hidden.

    `median`: the step of a scale below and above which half of the answers lie; None where numbers are hidden.
    """

    question: Question
    is_told: bool
    answered: int | None = None
    skipped: int | None = None
    cells: Sequence[Cell] = ()
    mean: Mean | None = None
    median: float | None = None

    @property
    def has_hidden(self) -> bool:
        """Whether some of its numbers are hidden."""
        return self.is_told and (self.answered is None or any(cell.count is None for cell in self.cells))


@dataclass(frozen=True, slots=True)
class Wave:
    """What a wave found. `took_part` None: so few that not even that is told."""

    took_part: int | None
    findings: Sequence[Finding]


def analysed(questions: Sequence[Question], answers: Sequence[Answers], *, least: int = LEAST_CELL) -> Wave:
    """One finding for each question, in order. `least` 0: nothing is hidden, for who answered with their name."""
    if least and len(answers) < least:
        return Wave(None, [Finding(question, is_told=False) for question in questions])
    return Wave(len(answers), [_finding(question, answers, least) for question in questions])


def values_of(question: Question, answers: Sequence[Answers]) -> list[float]:
    """The numbers that were given to a scale or a number, in the order of `answers`."""
    return [float(one[question.key]) for one in answers if one.get(question.key) is not None]


def table_of(question: Question, answers: Sequence[Answers]) -> Table:
    """How many gave each answer, those who skipped the question last; they add up to all who took part."""
    given = [str(one[question.key]) for one in answers if one.get(question.key) is not None]
    counts = [given.count(key) for key in question.cells]
    return (*counts, len(answers) - len(given))


def mean_of_steps(steps: Sequence[int], counts: Sequence[int]) -> tuple[float, float, float] | None:
    """Mean and interval of a scale, as told: with one decimal."""
    return _interval(np.repeat(np.asarray(steps, dtype=np.float64), counts))


def _finding(question: Question, answers: Sequence[Answers], least: int) -> Finding:
    if question.kind in (SCALE, CHOICE):
        return _of_table(question, answers, least)
    if question.kind == MULTI:
        return _of_several(question, answers, least)
    given = sum(one.get(question.key) not in (None, "") for one in answers)
    told = hidden((given, len(answers) - given), least=least) if least else (given, len(answers) - given)
    if told is None:
        return Finding(question, is_told=False)
    mean = None
    values = np.array(values_of(question, answers)) if question.kind == NUMBER else np.zeros(0)
    if told[0] is not None and not (least and _is_dominated(values)):
        mean = _mean(_interval(values), given)
    return Finding(question, is_told=True, answered=told[0], skipped=told[1], mean=mean)


def _of_table(question: Question, answers: Sequence[Answers], least: int) -> Finding:
    table = table_of(question, answers)
    told = hidden(table, least=least) if least else table
    if told is None:
        return Finding(question, is_told=False)
    skipped = told[-1]
    answered = None if skipped is None else len(answers) - skipped
    cells = [_cell(key, count, answered) for key, count in zip(question.cells, told[:-1], strict=True)]
    mean = median = None
    if question.kind == SCALE:
        mean = _scale_mean(question, table, told, len(answers), least)
        if None not in told and answered:
            median = float(np.median(np.repeat(question.steps, table[:-1])))
    return Finding(question, is_told=True, answered=answered, skipped=skipped, cells=cells, mean=mean, median=median)


def _scale_mean(question: Question, table: Table, told: tuple[int | None, ...], total: int, least: int) -> Mean | None:
    steps = question.steps
    if least and None in told:
        alike = tables(told, total, least=least)
        if alike is None:
            return None
        # The number of answers stands beside the mean, so it is part of what is told.
        figures: dict[Table, Hashable] = {other: (mean_of_steps(steps, other[:-1]), sum(other[:-1])) for other in alike}
        if not may_be_told(table, figures, least=least):
            return None
    return _mean(mean_of_steps(steps, table[:-1]), sum(table[:-1]))


def _of_several(question: Question, answers: Sequence[Answers], least: int) -> Finding:
    """Of all who took part: ticking nothing is an answer. Each option is told by itself."""
    total, cells = len(answers), []
    for key in question.options:
        count = sum(key in (one.get(question.key) or ()) for one in answers)
        told = hidden((count, total - count), least=least) if least else (count, total - count)
        cells.append(_cell(key, told[0] if told else None, total))
    return Finding(question, any(cell.count is not None for cell in cells), total, 0, cells)


def _cell(key: str, count: int | None, of: int | None) -> Cell:
    return Cell(key, count, None if count is None or of is None else wilson(count, of))


def _is_dominated(values: np.ndarray) -> bool:
    """Whether one value makes up more than half of all: then their mean would tell it (Hundepool 2012, 4.2.2)."""
    sizes = np.abs(values)
    return bool(len(sizes)) and float(sizes.max()) > sizes.sum() / 2


def _interval(values: np.ndarray) -> tuple[float, float, float] | None:
    """Mean, low, high with one decimal (Student 1908, Biometrika 6, 1-25). None below two values."""
    if len(values) < 2:
        return None
    middle = float(values.mean())
    room = float(stats.t.ppf(0.975, len(values) - 1)) * float(values.std(ddof=1)) / sqrt(len(values))
    return round(middle, 1), round(middle - room, 1), round(middle + room, 1)


def _mean(figures: tuple[float, float, float] | None, cases: int) -> Mean | None:
    return Mean(*figures, cases) if figures else None
