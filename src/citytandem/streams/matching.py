"""The match: how well something found answers something asked, why, and what differs. Pure.

A score is a probability: of ten hits with 0.7, about seven are useful (measured in `benchmarks/match.py`). It comes
from a sum of named terms through the logistic function, so that every score can be explained by its terms.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

# What a theme counts that people have stated; a guess counts by its share.
STATED = 0.8
# Below this probability a hit is not shown as an answer: "nothing fits yet" is the better page.
FLOOR = 0.16
LIKELY = 0.5
POSSIBLE = 0.3


@dataclass(frozen=True, slots=True)
class CityFacts:
    """What the match needs of a city."""

    id: UUID
    name: str
    slug: str
    country: str
    languages: tuple[str, ...] = ()
    population: int | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """A text, or a record, for which something is sought. `kind` is its side: `problem` or `solution`.

    `same_side`: slope and offset for the similarity to things of the same side (see `search.space`).
    `reader`: language of who reads the answer; empty: that of the text.
    """

    text: str
    language: str
    kind: str
    hubness: float = 0.0
    themes: tuple[str, ...] = ()
    theme_shares: Mapping[str, float] = field(default_factory=dict)
    city: CityFacts | None = None
    same_side: tuple[float, float] = (1.0, 0.0)
    reader: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """Something the index brought up. `similarity`: cosine in [-1, 1]; `coverage`: share of rare words, [0, 1]."""

    kind: str
    id: UUID
    title: str
    text: str
    language: str
    similarity: float
    hubness: float = 0.0
    coverage: float = 0.0
    words: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    theme_shares: Mapping[str, float] = field(default_factory=dict)
    city: CityFacts | None = None
    used_in: tuple[CityFacts, ...] = ()
    stage: str = ""
    needs: tuple[str, ...] = ()
    standards: tuple[str, ...] = ()
    phrase: str = ""


@dataclass(frozen=True, slots=True)
class Weights:
    """What each term counts. Learned in `training/match/learn.py`; people may re-weight it from feedback."""

    bias: float
    similarity: float
    theme: float
    words: float

    @classmethod
    def of(cls, values: Mapping[str, float]) -> Weights:
        """From stored numbers; raises KeyError if one is missing."""
        return cls(**{name: float(values[name]) for name in cls.__dataclass_fields__})


@dataclass(frozen=True, slots=True)
class Calibration:
    """Where the logistic's figure is too sure of itself: points (said, true), joined by straight lines, never falling.

    Isotonic regression on held-out topics (Zadrozny & Elkan 2002). Empty: the logistic's figure stands.
    """

    said: tuple[float, ...] = ()
    true: tuple[float, ...] = ()

    def share(self, said: float) -> float:
        """Share of such hits that were useful."""
        return float(np.interp(said, self.said, self.true)) if self.said else said


AS_SAID = Calibration()


@dataclass(frozen=True, slots=True)
class Terms:
    """The measured sides of one hit: `similarity` less hubness; `theme` agreement and `words`, both in [0, 1]."""

    similarity: float
    theme: float
    words: float

    def as_dict(self) -> dict[str, float]:
        """For keeping beside feedback."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Scored:
    """A hit with its probability of being useful and the terms behind it."""

    found: Found
    terms: Terms
    score: float

    @property
    def fits(self) -> bool:
        """Whether it is worth showing as an answer."""
        return self.score >= FLOOR


@dataclass(frozen=True, slots=True)
class Reason:
    """Why, or what differs: a code for the wording in nine languages, and the values to put in."""

    code: str
    values: Mapping[str, str | int] = field(default_factory=dict)


def terms_of(asked: Asked, found: Found) -> Terms:
    """The terms of one hit (Conneau et al. 2018 for the hubness correction; word hits only within a language)."""
    adjusted = found.similarity - (asked.hubness + found.hubness) / 2
    if (asked.kind == "problem") == (found.kind == "problem"):
        slope, offset = asked.same_side
        adjusted = slope * adjusted + offset
    same_language = asked.language == found.language
    return Terms(
        similarity=float(adjusted),
        theme=theme_agreement(asked, found),
        words=float(found.coverage) if same_language else 0.0,
    )


def theme_agreement(asked: Asked, found: Found) -> float:
    """In [0, 1]: cosine of the two theme profiles, times how sure it is what the question is about.

    A stated theme counts fully, a guessed one by its share. Where no theme is near (few shares, all small) a bare
    cosine would compare noise with noise; so it counts by the length of the asker's profile, up to that of one stated theme.
    """
    mine, theirs = _profile(asked.themes, asked.theme_shares), _profile(found.themes, found.theme_shares)
    shared = sum(share * theirs.get(theme, 0.0) for theme, share in mine.items())
    own, other = _length(mine), _length(theirs)
    return min(1.0, shared / (max(STATED, own) * other)) if other else 0.0


def _length(profile: Mapping[str, float]) -> float:
    return math.sqrt(sum(share * share for share in profile.values()))


def _profile(stated: Sequence[str], guessed: Mapping[str, float]) -> dict[str, float]:
    profile = {theme: share for theme, share in guessed.items() if share > 0.02}
    for theme in stated:
        profile[theme] = max(profile.get(theme, 0.0), STATED)
    return profile


def probability(terms: Terms, weights: Weights) -> float:
    """Logistic of the weighted sum."""
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, logit(terms, weights)))))


def logit(terms: Terms, weights: Weights) -> float:
    """The weighted sum itself; a ranking by it is the ranking by probability."""
    return (
        weights.bias + weights.similarity * terms.similarity + weights.theme * terms.theme + weights.words * terms.words
    )


def rank(asked: Asked, found: Iterable[Found], *, weights: Weights, calibration: Calibration = AS_SAID) -> list[Scored]:
    """Each thing once, by its best language version, most useful first; ties by id, so that the order is stable.

    Of versions that are equally good the one in the asker's language stands for the thing. The order is that of the
    weighted sum; `calibration` only says what it is worth.
    """
    best: dict[UUID, Scored] = {}
    for candidate in found:
        terms = terms_of(asked, candidate)
        scored = Scored(candidate, terms, probability(terms, weights))
        known = best.get(candidate.id)
        if known is None or _preference(asked, scored) < _preference(asked, known):
            best[candidate.id] = scored
    ordered = sorted(best.values(), key=lambda scored: (-scored.score, str(scored.found.id)))
    return [replace(scored, score=calibration.share(scored.score)) for scored in ordered]


def _preference(asked: Asked, scored: Scored) -> tuple[float, bool, str]:
    language = scored.found.language
    return -scored.score, language != asked.language, language


def reasons(asked: Asked, scored: Scored) -> list[Reason]:
    """Why this may help, most telling first."""
    found, told = scored.found, []
    mine = _profile(asked.themes, asked.theme_shares)
    theirs = _profile(found.themes, found.theme_shares)
    shared = sorted(set(mine) & set(theirs), key=lambda theme: -mine[theme] * theirs[theme])
    # Guessed themes of a hit help to rank it; told is only what people have said of it.
    strong = [theme for theme in shared if theme in found.themes and mine[theme] * theirs[theme] >= 0.08][:2]
    if strong:
        told.append(Reason("themes", {"themes": ",".join(strong)}))
    if found.words and asked.language == found.language:
        told.append(Reason("words", {"words": ", ".join(found.words[:4])}))
    if found.phrase:
        told.append(Reason("phrase", {"phrase": found.phrase}))
    told += _reasons_of_place(asked, found)
    if not told or (scored.terms.similarity > 0 and not strong and not found.phrase):
        told.insert(0, Reason("meaning"))
    return told


def _reasons_of_place(asked: Asked, found: Found) -> list[Reason]:
    told = []
    if found.used_in:
        names = ", ".join(city.name for city in found.used_in[:3])
        told.append(Reason("proven", {"cities": names, "count": len(found.used_in)}))
    elif found.stage == "tried" and found.city:
        told.append(Reason("tried", {"cities": found.city.name, "count": 1}))
    home, city = asked.city, found.city
    if home is None or city is None or home.id == city.id:
        if home is not None and city is not None:
            told.append(Reason("own_city", {"city": city.name}))
        return told
    if home.population and city.population and 0.5 <= city.population / home.population <= 2:
        told.append(Reason("size", {"city": city.name, "people": city.population}))
    if home.country == city.country:
        told.append(Reason("country", {"country": city.country}))
    return told


def differences(asked: Asked, scored: Scored) -> list[Reason]:
    """What has to be looked at before taking it over: law, language, scale, conditions."""
    found, home, city, told = scored.found, asked.city, scored.found.city, []
    if home is not None and city is not None and home.id != city.id:
        if home.country != city.country:
            told.append(Reason("law", {"country": city.country, "home": home.country}))
        if home.population and city.population:
            factor = city.population / home.population
            if factor > 2:
                told.append(Reason("larger", {"city": city.name, "factor": round(factor)}))
            elif factor < 0.5:
                told.append(Reason("smaller", {"city": city.name, "factor": round(1 / factor)}))
    if found.language != (asked.reader or asked.language):
        told.append(Reason("language", {"language": found.language}))
    told += [Reason("needs", {"condition": condition}) for condition in found.needs]
    return told


@dataclass(frozen=True, slots=True)
class CityScored:
    """A city worth asking: how likely it can help, and by which of its hits."""

    city: CityFacts
    score: float
    solutions: tuple[Scored, ...]
    problems: tuple[Scored, ...]
    profile: Scored | None


def cities_worth_asking(
    asked: Asked,
    *,
    solutions: Sequence[Scored],
    problems: Sequence[Scored],
    profiles: Sequence[Scored],
    most: int,
) -> list[CityScored]:
    """Cities that have a fitting solution, a like problem, or say that they can teach it; the own city is left out.

    The score is that of the best single ground; a like problem counts half, for who has it may not have solved it.
    """
    by_city: dict[UUID, CityScored] = {}

    def entry(city: CityFacts) -> CityScored:
        return by_city.setdefault(city.id, CityScored(city, 0.0, (), (), None))

    for scored in solutions:
        owners = {city.id: city for city in (*scored.found.used_in, scored.found.city) if city is not None}
        for city in owners.values():
            known = entry(city)
            by_city[city.id] = replace(
                known, score=max(known.score, scored.score), solutions=(*known.solutions, scored)
            )
    for scored in problems:
        if scored.found.city is not None:
            known = entry(scored.found.city)
            by_city[known.city.id] = replace(
                known, score=max(known.score, scored.score / 2), problems=(*known.problems, scored)
            )
    for scored in profiles:
        if scored.found.city is not None:
            known = entry(scored.found.city)
            by_city[known.city.id] = replace(known, score=max(known.score, scored.score), profile=scored)
    own = asked.city.id if asked.city else None
    ranked = sorted(by_city.values(), key=lambda city: (-city.score, city.city.name))
    return [city for city in ranked if city.city.id != own and city.score >= FLOOR][:most]


def refit(weights: Weights, samples: Sequence[tuple[Terms, bool]], *, trust: float = 40.0) -> Weights:
    """New weights from feedback: the most probable ones, with the old weights as prior worth `trust` answers.

    Logistic regression with a Gaussian prior around the present weights, by Newton's method (Bishop 2006, 4.3.3) with
    steps halved until they lead uphill (Nocedal & Wright 2006, 3.1): where answers contradict the weights strongly, a
    full step overshoots.
    Few answers move little, none move nothing. Signs never flip: a term that speaks for a hit keeps doing so.
    """
    if not samples:
        return weights
    start = np.array([weights.bias, weights.similarity, weights.theme, weights.words])
    rows = np.array([[1.0, terms.similarity, terms.theme, terms.words] for terms, _ in samples])
    useful = np.array([float(is_useful) for _, is_useful in samples])
    spread = np.maximum(np.abs(start), 0.5)
    precision = np.diag(trust / (4 * spread**2))
    current, free = start.copy(), np.full(4, fill_value=True)
    while True:
        inner = np.ix_(free, free)
        current[free] = _most_probable(rows[:, free], useful, start=start[free], precision=precision[inner])
        flipped = current * start < 0
        flipped[0] = False  # the bias speaks neither for nor against a hit
        if not flipped.any():
            return Weights(*(float(value) for value in current))
        # A term that would turn round counts nothing, and the others make up for it.
        current[flipped], free = 0.0, free & ~flipped


def _most_probable(
    rows: NDArray[np.float64],
    useful: NDArray[np.float64],
    *,
    start: NDArray[np.float64],
    precision: NDArray[np.float64],
) -> NDArray[np.float64]:
    """The mode of the posterior; it is concave, so there is one."""

    def log_posterior(weights: NDArray[np.float64]) -> float:
        sums, away = rows @ weights, weights - start
        return float(useful @ sums - np.logaddexp(0, sums).sum() - away @ precision @ away / 2)

    current = start.copy()
    for _ in range(100):
        share = 1 / (1 + np.exp(-np.clip(rows @ current, -30, 30)))
        gradient = rows.T @ (useful - share) - precision @ (current - start)
        curvature = rows.T @ (rows * (share * (1 - share))[:, None]) + precision
        step = np.linalg.solve(curvature, gradient)
        while log_posterior(current + step) < log_posterior(current) and np.abs(step).max() > 1e-9:
            step = step / 2
        if np.abs(step).max() < 1e-9:
            break
        current = current + step
    return current
