"""Reading who has which role."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils import timezone

from citytandem.accounts.actors import Actor
from citytandem.accounts.models import Role

# Asked on every page of who is signed in: as it stands, for putting it together anew costs more than the answer.
# Two halves: each has an index, both at once would read all memberships. Who has no role has one row without any.
_ROLES = """
    SELECT me.is_demo, held.role, held.department_id, held.organisation_id, held.is_lead
      FROM accounts_person AS me
      LEFT JOIN LATERAL (
        SELECT role, department_id, organisation_id, is_lead FROM accounts_membership WHERE person_id = %(person)s
        UNION
        SELECT theirs.role, theirs.department_id, theirs.organisation_id, false
          FROM accounts_absence AS absence
          JOIN accounts_person AS away ON away.id = absence.person_id AND away.is_active AND away.is_demo = me.is_demo
          JOIN accounts_membership AS theirs ON theirs.person_id = away.id AND theirs.role <> 'administrator'
         WHERE absence.deputy_id = %(person)s AND %(today)s BETWEEN absence.first_day AND absence.last_day
           AND EXISTS (SELECT FROM accounts_membership AS own WHERE own.person_id = %(person)s
                          AND own.organisation_id IS NOT DISTINCT FROM theirs.organisation_id)
      ) AS held ON true
     WHERE me.id = %(person)s
"""


def actor_by_id(person_id: UUID, *, name: str = "") -> Actor:
    """The person as an actor: with their own roles, and with those of everybody whose deputy they are today.

    A deputy never gets an administrator's rights, and never leads, for who leads gives roles for good. Only who works
    for the city stands in there, and only a member in an organisation, for whoever has left has no rights from others
    either. Nobody of the demo stands in for a real person, nor the other way round. One query.
    """
    with connection.cursor() as cursor:
        cursor.execute(_ROLES, {"person": person_id, "today": timezone.localdate()})
        rows = cursor.fetchall()
    held = [membership for _is_demo, *membership in rows if membership[0]]
    return actor_from(person_id, name=name, memberships=held, is_demo=any(is_demo for is_demo, *_membership in rows))


def actor_from(
    person_id: UUID,
    *,
    name: str,
    memberships: Iterable[Sequence[Any]],
    is_demo: bool = False,
) -> Actor:
    """Put an actor together from rows of (role, department, organisation, whether they lead it)."""
    rows = list(memberships)
    places = [(department or organisation, is_lead) for _role, department, organisation, is_lead in rows]
    return Actor(
        id=person_id,
        name=name,
        roles=frozenset({Role.RESIDENT.value, *(role for role, *_rest in rows)}),
        departments=frozenset(department for _role, department, *_rest in rows if department),
        organisations=frozenset(organisation for _role, _department, organisation, _lead in rows if organisation),
        leads=frozenset(place for place, is_lead in places if place and is_lead),
        is_demo=is_demo,
    )
