"""Who may report, decide and appeal (DSA art. 16 and 20)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import rules
from django.db.models import QuerySet

from citytandem.accounts.contract import Actor
from citytandem.moderation.models import Case, Decision, Report


@rules.predicate
def moderates(actor: Actor) -> bool:
    """Decides what stays readable."""
    return actor.moderates


@rules.predicate
def is_a_person(actor: Actor) -> bool:
    """Somebody who signed in; never a program."""
    return actor.id is not None


@rules.predicate
def is_author(actor: Actor, case: Case | None) -> bool:
    """Wrote the thing that the case is about."""
    return case is not None and actor.id is not None and case.author_id == actor.id


@rules.predicate
def is_kept_from(actor: Actor, case: Case | None) -> bool:
    """Is of the demo, whose sign-ins everybody knows, and the author is a real person."""
    return actor.is_demo and case is not None and case.author is not None and not case.author.is_demo


@rules.predicate
def is_reporter(actor: Actor, case: Case | None) -> bool:
    """Reported it, with a sign-in."""
    return case is not None and actor.id is not None and _of(Report, case, actor).exists()


@rules.predicate
def has_decided(actor: Actor, case: Case | None) -> bool:
    """Has decided something in this case already."""
    return case is not None and actor.id is not None and _of(Decision, case, actor).exists()


@rules.predicate
def decided_before_an_appeal(actor: Actor, thing: tuple[str, UUID]) -> bool:
    """Has decided about this thing (kind, id), and a second person has decided an appeal about that since."""
    kind, object_id = thing
    return actor.id is not None and appealed_decisions(actor, kind=kind, object_id=object_id).exists()


@rules.predicate
def decided_before_an_earlier_appeal(actor: Actor, case: Case | None) -> bool:
    """The same for the thing of a case: with this appeal they would undo that one."""
    return case is not None and decided_before_an_appeal(actor, (case.kind, case.object_id))


def appealed_decisions(actor: Actor, *, kind: Any, object_id: Any) -> QuerySet[Decision]:
    """What the actor decided first about a thing, and a second person looked at again. Values, or columns of a query."""
    rows = Decision.objects.filter(on_appeal=False, case__kind=kind, case__object_id=object_id, by_id=actor.id)
    return rows.filter(case__appeals__decided_at__isnull=False)


def _of(model: type[Report | Decision], case: Case, actor: Actor) -> Any:
    return model._default_manager.filter(case_id=case.id, by_id=actor.id)  # noqa: SLF001 - the manager of every model


# Nobody decides about their own words, and nobody decides twice about the same.
rules.add_perm("moderation.report", rules.always_allow)
rules.add_perm("moderation.decide", moderates & is_a_person & ~is_author & ~is_kept_from)
rules.add_perm("moderation.decide_again", ~decided_before_an_appeal)
rules.add_perm("moderation.appeal", is_author | is_reporter)
_is_second = ~is_author & ~is_reporter & ~has_decided & ~decided_before_an_earlier_appeal
rules.add_perm("moderation.decide_appeal", moderates & is_a_person & _is_second & ~is_kept_from)
rules.add_perm("moderation.read_statement", is_author | (moderates & ~is_kept_from))
