"""People, challenges and proposals for tests of the way from a challenge to a contract: rows, as plain as they can be."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from citytandem.accounts.contract import Actor
from citytandem.accounts.models import Department, Membership, Person, Role
from citytandem.accounts.selectors import actor_by_id
from citytandem.challenges.models import Challenge, Criterion, Juror, Proposal, StepTaken
from citytandem.challenges.services.log import log_append
from citytandem.challenges.usual import usual_criteria
from citytandem.core import clock
from citytandem.core.ids import short_code, uuid7
from citytandem.core.versions import translations

_PUBLISHED = ("open", "assessment", "decision", "decided", "withdrawn")
_FROZEN = ("assessment", "decision", "decided")


def unit() -> Actor:
    """Somebody of the innovation unit: always the same one in a test."""
    return _somebody("unit", Role.INNOVATION_UNIT)


def second() -> Actor:
    """Another person of the innovation unit, who may publish what `unit` sent."""
    return _somebody("second", Role.INNOVATION_UNIT)


def staff(department: str = "waste") -> Actor:
    """Somebody who works for a department, which is made where it is not there yet."""
    place, _made = Department.objects.get_or_create(slug=department, defaults={"name": translations(en=department)})
    return _somebody(f"staff-{department}", Role.DEPARTMENT_STAFF, department=place)


def council() -> Actor:
    """A member of the council."""
    return _somebody("council", Role.COUNCIL_VIEWER)


def moderator() -> Actor:
    """Somebody who decides what stays readable."""
    return _somebody("moderator", Role.MODERATOR)


def resident(name: str = "resident") -> Actor:
    """Somebody with a sign-in and nothing else; another name, another person."""
    return _somebody(name, "")


def a_challenge(phase: str = "open", *, criteria: list[dict[str, Any]] | None = None, **fields: Any) -> Challenge:
    """A challenge in a phase, with the usual criteria or those given (key, weight, direction, low, high).

    Published ones were sent by `unit` and published by `second`, and their log has begun. Open ones close in a month,
    later ones closed a week ago.
    """
    now, identifier = clock.now(), uuid7()
    is_published = phase in _PUBLISHED
    told: dict[str, Any] = {
        "language": "en",
        "title": translations(en="Bins that tell when they are full", de="Mülleimer, die melden, wenn sie voll sind"),
        "text": translations(en="Bins at the market overflow at weekends. We look for a way to empty them in time."),
        "conditions": translations(en="Works with LoRaWAN."),
        "targets": [{"indicator": "Bins that overflow", "unit": "per week", "value": "3"}],
        "themes": ["waste"],
        "languages": ["de", "en", "bg"],
        "phase_since": now,
        "closes_at": now + timedelta(days=30) if phase in ("draft", "in_review", "open") else now - timedelta(days=7),
        "created_by_id": unit().id,
        "created_at": now,
        "changed_at": now,
    }
    if phase != "draft":
        told["sent_by_id"] = unit().id
    if is_published:
        told |= {"published_by_id": second().id, "published_at": now - timedelta(days=40)}
        told["slug"] = f"bins-{short_code(identifier)}"
    if phase in _FROZEN:
        told["frozen_at"] = now - timedelta(days=6)
    if phase == "decided":
        told["decided_at"] = now - timedelta(days=1)
    if phase == "withdrawn":
        told["withdrawn_because"] = translations(en="The market has moved.")
    made = Challenge(id=identifier, code=short_code(identifier), phase=phase, **{**told, **fields})
    # Criteria come first: the database takes none once they are frozen.
    final = {"phase": made.phase, "frozen_at": made.frozen_at}
    made.phase, made.frozen_at = "draft", None
    made.save(force_insert=True)
    rows = usual_criteria(made.language) if criteria is None else [_criterion(**values) for values in criteria]
    Criterion.objects.bulk_create(
        Criterion(challenge=made, position=place, **values) for place, values in enumerate(rows)
    )
    made.phase, made.frozen_at = final["phase"], final["frozen_at"]
    made.save(update_fields=["phase", "frozen_at"])
    if is_published:
        log_append(made, "challenge.published", {"criteria": [row["key"] for row in rows]})
    return made


def a_proposal(challenge: Challenge, step: str = "submitted", *, by: Actor | None = None, **fields: Any) -> Proposal:
    """A proposal that has taken a step; by a resident of its own where nobody is given."""
    now, identifier = clock.now(), uuid7()
    sender = by or resident(f"sender-{Proposal.objects.count()}")
    told: dict[str, Any] = {
        "language": "en",
        "title": translations(en="Fill-level sensors in every bin"),
        "text": translations(en="Ultrasonic sensors tell the rounds where to go first."),
        "step_since": now,
        "created_at": now,
        "changed_at": now,
        "created_by_id": sender.id,
    }
    made = Proposal(id=identifier, code=short_code(identifier), challenge=challenge, step=step, **{**told, **fields})
    made.save(force_insert=True)
    taken = [("", "submitted", "")] + ([("submitted", step, "As the rules say.")] if step != "submitted" else [])
    StepTaken.objects.bulk_create(
        StepTaken(proposal=made, before=before, step=then, reason=reason, language="en", at=now)
        for before, then, reason in taken
    )
    return made


def a_juror(challenge: Challenge, *, by: Actor, **fields: Any) -> Juror:
    """Somebody who assesses."""
    number = challenge.jurors.count() + 1
    return Juror.objects.create(challenge=challenge, person_id=by.id, number=number, invited_at=clock.now(), **fields)


def _criterion(
    *, key: str, weight: str | float = 1, direction: str = "max", low: float = 0, high: float = 5, **more: Any
) -> dict[str, Any]:
    name = translations(en=key.replace("-", " ").capitalize())
    return {"name": name, **more, "key": key, "weight": weight, "direction": direction, "low": low, "high": high}


def _somebody(name: str, role: str, **place: Any) -> Actor:
    person, made = Person.objects.get_or_create(email=f"{name}@test.example", defaults={"name": name.capitalize()})
    if made and role:
        Membership.objects.create(person=person, role=role, since=clock.now(), **place)
    return actor_by_id(person.id, name=person.name)
