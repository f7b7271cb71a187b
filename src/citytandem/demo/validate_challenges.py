"""Do the examples of the way from a problem to a contract hold together? Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from citytandem.challenges.funnel import Step, may_follow
from citytandem.core.languages import is_language
from citytandem.core.themes import leaf_themes
from citytandem.demo.reading import Demo
from citytandem.demo.series import NAMES

LANGUAGES = {"en", "de"}
CRITERIA = 8
# What the examples are called, so that nobody takes their figures for facts.
MARKS = {"en": "(example)", "de": "(Beispiel)"}
_TEXTS = ("title", "text", "conditions", "sites", "data", "jury_says", "because")
INTEREST = "interest"


def of_challenge(challenge: Mapping[str, Any], demo: Demo) -> Iterator[str]:
    """What is wrong with one, one sentence each."""
    problems = {record["id"] for record in demo.records if record["stream"] == "problem"}
    yield from (f"no such problem {one!r}" for one in challenge["problems"] if one not in problems)
    if not set(challenge["themes"]) <= {leaf.id for leaf in leaf_themes()}:
        yield f"themes {challenge['themes']}"
    for name in _TEXTS:
        if name in challenge and set(challenge[name]) != LANGUAGES:
            yield f"{name} is in {sorted(challenge[name])}, not in {sorted(LANGUAGES)}"
    yield from (
        f"the title in {code} does not say {mark}"
        for code, mark in MARKS.items()
        if mark not in challenge["title"][code]
    )
    days = list(challenge["days"].values())
    if days != sorted(days):
        yield f"days are out of order: {days}"
    proposals = {proposal["id"]: proposal for proposal in challenge["proposals"]}
    for proposal in proposals.values():
        yield from (f"{proposal['id']}: {complaint}" for complaint in _of_proposal(proposal, proposals, challenge))
    yield from _of_scores(challenge.get("scores", {}), proposals)
    if "pilot" in challenge:
        yield from _of_pilot(challenge["pilot"], proposals)


def _of_proposal(
    proposal: Mapping[str, Any], proposals: Mapping[str, Any], challenge: Mapping[str, Any]
) -> Iterator[str]:
    if not is_language(proposal["language"]):
        yield f"language {proposal['language']!r}"
    if proposal.get("merged_into", proposal["id"]) not in proposals:
        yield f"no such proposal {proposal['merged_into']!r}"
    now = Step.SUBMITTED
    for name in proposal.get("steps", ()):
        then = Step(name)
        # Who is screened and scored is assessed when the assessment ends: nobody has to say so.
        if now == Step.SCREENED and then != Step.ASSESSED:
            now = Step.ASSESSED
        if not may_follow(now, then):
            yield f"{then} cannot follow {now}"
        if name not in challenge["reasons"]:
            yield f"no reason for {name}"
        now = then


def _of_scores(scores: Mapping[str, Sequence[str]], proposals: Mapping[str, Any]) -> Iterator[str]:
    yield from (f"scores for {name!r}, which is no proposal" for name in scores if name not in proposals)
    if len({len(rows) for rows in scores.values()}) > 1:
        yield "not as many jurors for each proposal"
    for name, rows in scores.items():
        for row in rows:
            cells = row.split()
            if row != INTEREST and (len(cells) != CRITERIA or not set(cells) <= set("012345.")):
                yield f"scores of {name}: {row!r}"


def _of_pilot(pilot: Mapping[str, Any], proposals: Mapping[str, Any]) -> Iterator[str]:
    if pilot["proposal"] not in proposals:
        yield f"a pilot of {pilot['proposal']!r}, which is no proposal"
    unknown = {indicator["series"] for indicator in pilot["indicators"]} - NAMES
    if unknown:
        yield f"no such series {sorted(unknown)}"
