"""Between the form and a challenge: what the form begins with or shows, and what it says to write."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from citytandem.accounts.contract import Actor
from citytandem.challenges.models import Challenge
from citytandem.challenges.reading_challenges import problems_of
from citytandem.challenges.services.criteria import CriterionDraft
from citytandem.challenges.services.drafts import MOST_TARGETS, MOST_THEMES, Draft
from citytandem.challenges.shares import percentages
from citytandem.challenges.usual_kinds import UsualKind, usual_dates
from citytandem.core.errors import DomainError
from citytandem.core.languages import is_language
from citytandem.core.node import this_node
from citytandem.core.text import MAX_QUERY
from citytandem.core.versions import human_versions, read
from citytandem.streams.contract import ProblemTold, problem_id_of, problems_by_id, problems_like

_WORDS = ("text", "conditions", "sites", "data")
_PLAIN = (
    "themes", "form", "openness", "sharing", "languages", "budget_low", "budget_high", "currency", "questions_until", "closes_at",
    "assess_until", "decide_until", "pilot_until", "department",
)  # fmt: skip
# Near problems that are offered beside those that were chosen.
MOST_NEAR = 8


def start_values(
    actor: Actor, problems: Sequence[ProblemTold], *, kind: UsualKind | None, reader: str
) -> dict[str, Any]:
    """What a new challenge begins with: what its kind is usually like, and what its problems have in common."""
    themes = list(dict.fromkeys(theme for one in problems for theme in one.card.themes))[:MOST_THEMES]
    departments = [one.department for one in problems if one.department is not None]
    own = sorted(actor.departments)
    department = next((one for one in departments if actor.curates or one in actor.departments), None)
    values: dict[str, Any] = {
        "language": reader,
        "themes": themes,
        "languages": list(dict.fromkeys([this_node().language, reader])),
        "department": department or (own[0] if own and not actor.curates else None),
        "currency": "EUR",
        "openness": "after_closing",
        "sharing": "partners",
        "form": "agile",
    }
    if len(problems) == 1 and not problems[0].card.is_machine and problems[0].card.language == reader:
        values["title"] = problems[0].card.title
    if kind is not None:
        values |= {"form": kind.form, "openness": kind.openness, "conditions": kind.conditions(reader)}
        values |= usual_dates(kind)
    return values


def values_of(challenge: Challenge, *, reader: str) -> dict[str, Any]:
    """What the form of a challenge begins with: its words in the reader's language if people wrote them, else the original.

    Never the words of a machine: saved, they would pass as those of the person.
    """
    titles = human_versions(challenge.title)
    language = reader if reader in titles else challenge.language
    values: dict[str, Any] = {name: getattr(challenge, name) for name in _PLAIN if name != "department"}
    for name in ("title", *_WORDS):
        values[name] = human_versions(getattr(challenge, name)).get(language, {}).get("text", "")
    # A form has its `data` already.
    values["offered"] = values.pop("data")
    values |= {"language": language, "department": challenge.department_id, "version": challenge.version}
    values["targets"] = challenge.targets
    return values


def draft_of(values: Mapping[str, Any], targets: Iterable[Mapping[str, str]]) -> Draft:
    """What to write."""
    return Draft(
        title=values["title"],
        language=values["language"],
        targets=[dict(row) for row in targets][:MOST_TARGETS + 1],
        problems=[UUID(one) for one in values["problems"]],
        data=values["offered"],
        **{name: values[name] for name in (*_WORDS, *_PLAIN) if name != "data"},
    )  # fmt: skip


def chosen_problems(actor: Actor, keys: Iterable[str], *, reader: str) -> list[ProblemTold]:
    """Problems by code, slug or id, as an address or a form names them; what the actor may not read is left out."""
    ids: list[UUID] = []
    for key in dict.fromkeys(keys):
        try:
            ids.append(UUID(key))
        except ValueError:
            try:
                ids.append(problem_id_of(key, actor=actor))
            except DomainError:
                continue
    found = problems_by_id(ids, actor=actor, language=reader)
    return [found[one] for one in dict.fromkeys(ids) if one in found]


def near_problems(actor: Actor, asked: str, chosen: Sequence[ProblemTold], *, reader: str) -> list[ProblemTold]:
    """Problems near in meaning to what was typed, else to those chosen, in any language; without both the newest."""
    text = asked.strip() or " ".join(f"{one.card.title}. {one.text}" for one in chosen)
    known = {one.id for one in chosen}
    found = problems_like(text[:MAX_QUERY], actor=actor, language=reader, most=MOST_NEAR + len(known))
    return [one for one in found if one.id not in known][:MOST_NEAR]


def problems_joined(actor: Actor, challenge: Challenge, *, reader: str) -> list[ProblemTold]:
    """The problems that a challenge was made from and that the actor may read."""
    return list(problems_by_id(problems_of(challenge), actor=actor, language=reader).values())


def written_in(challenge: Challenge) -> str:
    """The language that its criteria are edited in."""
    return challenge.language if is_language(challenge.language) else "en"


def criteria_rows(challenge: Challenge) -> list[dict[str, Any]]:
    """The criteria as their form shows them, weights in percent."""
    rows, language = list(challenge.criteria.all()), challenge.language
    told = percentages([row.weight for row in rows])
    return [
        {
            "key": row.key,
            "name": read(row.name, reader=language, original=language).text,
            "hint": read(row.hint, reader=language, original=language).text,
            "low_anchor": read(row.anchors.get("low"), reader=language, original=language).text,
            "high_anchor": read(row.anchors.get("high"), reader=language, original=language).text,
            "weight": weight,
            "direction": row.direction,
            "low": _bare(row.low),
            "high": _bare(row.high),
        }
        for row, weight in zip(rows, told, strict=True)
    ]


def _bare(value: float) -> float:
    """Without a point where there is nothing behind it."""
    return int(value) if value == int(value) else value


def criterion_draft(values: Mapping[str, Any]) -> CriterionDraft:
    """A criterion to write."""
    return CriterionDraft(
        **{name: values[name] for name in ("name", "hint", "low_anchor", "high_anchor", "weight", "direction", "key")},
        low=float(values["low"]),
        high=float(values["high"]),
    )
