"""A problem of a resident that a department answers for, and people around it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.cache import cache

from citytandem.accounts.contract import Actor
from citytandem.accounts.models import Department, Membership, Organisation, Person, Role
from citytandem.accounts.selectors import actor_by_id
from citytandem.conversation.contract import comment_write
from citytandem.core import clock
from citytandem.streams.models import Problem
from citytandem.streams.services.records import Wording, record_submit


@dataclass(frozen=True)
class Talk:
    """Who talks about what."""

    problem: Problem
    sender: Actor
    neighbour: Actor
    staff: Actor
    unit: Actor
    moderator: Actor
    member: Actor
    department: UUID
    other_department: UUID
    organisation: UUID

    def say(self, text: str, *, by: Actor | None = None, **more: Any) -> Any:
        """A comment on the problem."""
        return comment_write(kind="problem", object_id=self.problem.id, text=text, by=by or self.neighbour, **more)


def _person(name: str, **membership: Any) -> Actor:
    person = Person.objects.create(email=f"{name.replace(' ', '-')}@test.example", name=name, language="en")
    if membership:
        Membership.objects.create(person=person, since=clock.now(), **membership)
    return actor_by_id(person.id, name=name)


def make_talk() -> Talk:
    """For tests that commit as well."""
    cache.clear()
    waste = Department.objects.create(slug="waste", name={"en": {"text": "Waste management", "by": "human"}})
    parks = Department.objects.create(slug="parks", name={"en": {"text": "Parks", "by": "human"}})
    garden = Organisation.objects.create(slug="garden", name="Garden association", created_at=clock.now())
    sender = _person("sender")
    problem = record_submit(
        kind="problem",
        wording=Wording("Bins overflow at the market", "Each Saturday the bins overflow.", "en"),
        by=sender,
        details={"themes": ["waste"]},
    )
    Problem.objects.filter(id=problem.id).update(department=waste)
    problem.refresh_from_db()
    return Talk(
        problem=problem,
        sender=sender,
        neighbour=_person("neighbour"),
        staff=_person("staff member", role=Role.DEPARTMENT_STAFF, department=waste),
        unit=_person("unit", role=Role.INNOVATION_UNIT),
        moderator=_person("moderator", role=Role.MODERATOR),
        member=_person("member", role=Role.ORGANISATION_MEMBER, organisation=garden),
        department=waste.id,
        other_department=parks.id,
        organisation=garden.id,
    )
