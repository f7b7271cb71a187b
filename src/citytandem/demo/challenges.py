"""The examples of the way from a problem to a contract, walked through with the services that people use, day by day."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db import transaction

from citytandem.accounts.contract import SYSTEM, Actor, department_by_slug
from citytandem.challenges.selectors import challenge_exists, criteria_keys
from citytandem.challenges.services.challenges import (
    assessment_start,
    challenge_draft,
    challenge_edit,
    challenge_publish,
    challenge_send,
)
from citytandem.challenges.services.deciding import challenge_decide
from citytandem.challenges.services.drafts import Draft
from citytandem.challenges.services.jury import juror_done, jury_invite
from citytandem.challenges.services.merging import proposal_merge
from citytandem.challenges.services.proposals import Offer, proposal_submit
from citytandem.challenges.services.questions import question_answer, question_ask
from citytandem.challenges.services.results import assessment_close, result_compute
from citytandem.challenges.services.scoring import Given, interest_declare, scores_save
from citytandem.challenges.services.steps import proposals_step
from citytandem.core import clock
from citytandem.core.ids import stable_id
from citytandem.demo.actors import demo_actor
from citytandem.demo.pilots import pilot_walk
from citytandem.demo.validate_challenges import INTEREST

JURY = ("waste@", "moderator@", "administrator@", "innovation@")


def challenges_load(examples: Sequence[Mapping[str, Any]], *, language: str, advance: Callable[[int], object]) -> None:
    """Walk through those that are not there yet, each in one transaction. `language` of the node: en or de."""
    today = clock.now().astimezone(UTC).replace(hour=7, minute=0, second=0, microsecond=0)
    for example in examples:
        if not challenge_exists(stable_id("challenge", example["id"])):
            with transaction.atomic():
                Walk(example, today=today, language=language).go()
        advance(1)


class Walk:
    """One example. Days of its file count from `today`."""

    def __init__(self, example: Mapping[str, Any], *, today: datetime, language: str) -> None:
        self.example, self.today, self.language = example, today, language
        self.id = stable_id("challenge", example["id"])
        self.proposals: dict[str, UUID] = {}

    @cached_property
    def unit(self) -> Actor:
        """Who does it."""
        return demo_actor("innovation@")

    @cached_property
    def second(self) -> Actor:
        """Who looks at it again."""
        return demo_actor("administrator@")

    def day(self, name: str, *, plus: int = 0) -> datetime:
        """The morning of a day of the file."""
        return self.today + timedelta(days=self.example["days"][name] + plus)

    def go(self) -> None:
        """As far as the example goes."""
        self._call()
        self._answers()
        if "frozen" not in self.example["days"]:
            return
        self._assess()
        self._choose()
        if "pilot" in self.example:
            pilot_walk(self, self.example["pilot"])
        if "decided" in self.example["days"]:
            with clock.at(self.day("decided")):
                challenge_decide(
                    self.id,
                    because=self.words("because"),
                    jury_says=self.words("jury_says"),
                    language=self.language,
                    by=self.unit,
                )

    def words(self, name: str) -> str:
        """A text of the file in the language of this node."""
        told: str = self.example[name][self.language]
        return told

    def _call(self) -> None:
        other = "en" if self.language == "de" else "de"
        with clock.at(self.day("drafted")):
            challenge_draft(self._draft(self.language), by=self.unit, identifier=self.id)
            challenge_edit(self.id, self._draft(other), version=1, by=self.unit)
            challenge_send(self.id, by=self.unit)
        with clock.at(self.day("published")):
            challenge_publish(self.id, version=2, by=self.second)

    def _draft(self, language: str) -> Draft:
        example = self.example
        low, high = example["budget"]
        department = department_by_slug("waste") if "waste" in example["themes"] else department_by_slug("digital")
        return Draft(
            language=language,
            **{name: example[name][language] for name in ("title", "text", "conditions", "sites", "data")},
            # In one language for all: the table of targets has none.
            targets=[
                {**one, "indicator": one["indicator"][self.language], "unit": self.unit_of(one)}
                for one in example["targets"]
            ],
            themes=example["themes"],
            form=example["form"],
            openness=example["openness"],
            budget_low=None if low is None else Decimal(low),
            budget_high=Decimal(high),
            questions_until=self.day("questions"),
            closes_at=self.day("closes"),
            department=department.id if department else None,
            problems=[stable_id("problem", one) for one in example["problems"]],
        )

    def unit_of(self, row: Mapping[str, Any]) -> str:
        """A unit that is the same in all languages, or one by language."""
        unit = row["unit"]
        return str(unit[self.language] if isinstance(unit, Mapping) else unit)

    def _answers(self) -> None:
        for number, row in enumerate(self.example.get("questions", ())):
            with clock.at(self.day("published", plus=3 + number)):
                asked = question_ask(self.id, by=demo_actor("resident@"), **row["ask"])
            with clock.at(self.day("published", plus=5 + number)):
                for language, text in row.get("answer", {}).items():
                    question_answer(asked.id, text=text, language=language, by=self.unit)
        for number, row in enumerate(self.example["proposals"]):
            with clock.at(self.day("published", plus=4 + number)):
                self._propose(row)

    def _propose(self, row: Mapping[str, Any]) -> None:
        offer = Offer(
            title=row["title"], text=row["text"], language=row["language"], team=row["team"],
            cost=Decimal(row["cost"]) if "cost" in row else None,
        )  # fmt: skip
        sender = demo_actor(f"{row['by']}@") if "by" in row else SYSTEM
        self.proposals[row["id"]] = proposal_submit(self.id, offer, by=sender).id

    def _assess(self) -> None:
        rows = self.example["proposals"]
        with clock.at(self.day("frozen")):
            for row in rows:
                if "merged_into" in row:
                    proposal_merge(self.proposals[row["id"]], into=self.proposals[row["merged_into"]], by=self.unit)
            assessment_start(self.id, by=self.unit)
            self.step("screened", [row["id"] for row in rows if "screened" in row.get("steps", ())])
            self.step("declined", [row["id"] for row in rows if row.get("steps") == ["declined"]])
            scores = self.example["scores"]
            jury = [demo_actor(one) for one in JURY[: len(next(iter(scores.values())))]]
            for juror in jury:
                jury_invite(self.id, person_id=juror.id, by=self.unit)
        for number, juror in enumerate(jury):
            with clock.at(self.day("frozen", plus=2 + number)):
                for name, given in scores.items():
                    self._score(self.proposals[name], given[number], juror)
                juror_done(self.id, by=juror)
        with clock.at(self.day("assessed")):
            assessment_close(self.id, by=self.unit)
            result_compute(self.id)

    def _score(self, proposal: UUID, given: str, juror: Actor) -> None:
        if given == INTEREST:
            told = {
                "en": "I am tied to it through my work.",
                "de": "Ich bin durch meine Arbeit damit verbunden.",
            }
            interest_declare(proposal, has_interest=True, text=told[self.language], by=juror)
            return
        interest_declare(proposal, has_interest=False, by=juror)
        keys = criteria_keys(self.id)
        values = {
            key: Given(None if cell == "." else float(cell)) for key, cell in zip(keys, given.split(), strict=True)
        }
        scores_save(proposal, values, by=juror)

    def _choose(self) -> None:
        with clock.at(self.day("assessed", plus=1)):
            for step in ("shortlisted", "concept_pool", "declined"):
                chosen = [
                    row["id"] for row in self.example["proposals"]
                    if step in row.get("steps", ()) and row["steps"] != ["declined"]
                ]  # fmt: skip
                self.step(step, chosen)

    def step(self, step: str, names: Sequence[str]) -> None:
        """Move proposals on, with the reason of the file."""
        if names:
            reason = self.example["reasons"][step][self.language]
            proposals_step([self.proposals[name] for name in names], step=step, reason=reason, by=self.unit)
