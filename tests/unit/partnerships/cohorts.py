"""Cohorts out of random numbers, for the tests of matching."""

from __future__ import annotations

import random

from citytandem.partnerships.cohort.applicants import Applicant

THEMES = [f"t-{number}" for number in range(8)]


def applicants(n: int, seed: int, *, countries: int = 5) -> list[Applicant]:
    """`n` cities of a few countries with themes in common."""
    drawn = random.Random(seed)  # noqa: S311 - the same every time
    names = [f"City {number:04d}" for number in range(n)]
    codes = ["DE", "FR", "IT", "NL", "PL", "RO", "GR"][:countries]
    return [
        Applicant(
            name=name,
            country=drawn.choice(codes),
            population=drawn.choice([None, 12_000, 45_000, 80_000, 300_000]),
            languages=tuple(drawn.sample(["de", "en", "fr"], drawn.randint(0, 2))),
            themes=tuple(drawn.sample(THEMES, drawn.randint(0, 3))),
            teaches=tuple(drawn.sample(THEMES, drawn.randint(0, 3))),
            learns=tuple(drawn.sample(THEMES, drawn.randint(0, 3))),
            partners=tuple(drawn.sample(names, drawn.randint(0, 1))),
            hours=drawn.choice([None, 0, 5, 10, 40]),
            borders=tuple(drawn.sample(codes, drawn.randint(0, 2))),
            is_newcomer=drawn.random() < 0.3,
        )
        for name in names
    ]
