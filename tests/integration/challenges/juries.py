"""A jury with scores, for tests of the assessment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from citytandem.accounts.contract import Actor
from citytandem.challenges.models import Challenge, Proposal
from citytandem.challenges.services.jury import jury_invite
from citytandem.challenges.services.scoring import Given, interest_declare, scores_save
from tests.integration.challenges.making import a_challenge, a_proposal, resident, unit

CRITERIA = [
    {"key": "impact", "weight": "0.5"},
    {"key": "cost", "weight": "0.3"},
    {"key": "risk", "weight": "0.2", "direction": "min"},
]


@dataclass(frozen=True)
class Jury:
    """An open assessment: the challenge, its proposals, and who assesses."""

    challenge: Challenge
    proposals: list[Proposal]
    people: list[Actor]

    def gives(self, juror: int, proposal: int, **values: float | None) -> None:
        """Declare no interest and score."""
        interest_declare(self.proposals[proposal].id, has_interest=False, by=self.people[juror])
        given = {key: Given(value) for key, value in values.items()}
        scores_save(self.proposals[proposal].id, given, by=self.people[juror])


def a_jury(*, people: int = 2, proposals: int = 3, phase: str = "assessment", criteria: Any = None) -> Jury:
    """A challenge with screened proposals and a jury that has scored nothing."""
    challenge = a_challenge(phase, criteria=criteria or CRITERIA)
    made = [a_proposal(challenge, "screened") for _ in range(proposals)]
    members = [resident(f"juror-{number}") for number in range(1, people + 1)]
    for member in members:
        jury_invite(challenge.id, person_id=member.id, by=unit())
    challenge.refresh_from_db()
    return Jury(challenge, made, members)


def all_scored(jury: Jury, *, seed: int = 1) -> None:
    """Each assessor scores each proposal."""
    values = np.random.default_rng(seed).integers(0, 6, (len(jury.people), len(jury.proposals), len(CRITERIA)))
    for juror in range(len(jury.people)):
        for proposal in range(len(jury.proposals)):
            told = dict(zip((one["key"] for one in CRITERIA), values[juror, proposal].tolist(), strict=True))
            jury.gives(juror, proposal, **told)
