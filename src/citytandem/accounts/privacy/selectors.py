"""Reading what is kept about a person, what they agreed to, and who looked at it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Func, IntegerField, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from citytandem.accounts.consents import Purpose, fingerprint, purposes
from citytandem.accounts.holdings import Holding, holdings
from citytandem.accounts.logbook import entry_words, role_words
from citytandem.accounts.models import Consent, Entry, Export, Person, Sweep
from citytandem.accounts.privacy.periods import days_kept, period_words
from citytandem.accounts.privacy.services.exports import DAYS_KEPT
from citytandem.core import clock

MOST_LOOKS = 50
MOST_LISTED = 5_000


@dataclass(frozen=True, slots=True)
class Kept:
    """A holding as the person sees it; `count` None: the export tells."""

    holding: Holding
    period: str
    count: int | None


@dataclass(frozen=True, slots=True)
class Agreement:
    """A purpose, and whether the person agreed to it. `is_other_wording`: the words were different ones then."""

    purpose: Purpose
    given_at: datetime | None
    is_other_wording: bool = False


@dataclass(frozen=True, slots=True)
class Look:
    """Somebody looked at a person's data: in which role, never who."""

    at: datetime
    what: str
    role: str


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy that was asked for."""

    id: UUID
    state: str
    asked_at: datetime
    until: datetime
    size: int


@dataclass(frozen=True, slots=True)
class Swept:
    """When a retention rule was last carried out."""

    at: datetime
    deleted: int
    deleted_ever: int


def kept_about(person_id: UUID) -> list[Kept]:
    """Every holding with the number of rows about a person; one query for all of them."""
    known = holdings()
    counts: dict[str, Any] = {}
    for number, holding in enumerate(known):
        for part, rows in enumerate(holding.counted(person_id) if holding.counted else ()):
            counts[f"n{number}_{part}"] = _count_of(rows)
    mine: QuerySet[Any, Any] = Person.objects.filter(id=person_id).values(**counts)
    found = mine.first() if counts else None
    sums: dict[int, int] = {}
    for name, value in (found or {}).items():
        number = int(name[1:].partition("_")[0])
        sums[number] = sums.get(number, 0) + int(value)
    return [
        Kept(holding, period_words(days_kept(holding)), sums.get(number, 0) if holding.counted else None)
        for number, holding in enumerate(known)
    ]


def _count_of(rows: QuerySet[Any]) -> Coalesce:
    """How many rows, as a part of another query."""
    one = rows.order_by().annotate(_n=Func("pk", function="COUNT", output_field=IntegerField())).values("_n")
    return Coalesce(Subquery(one), 0)


def agreements_of(person_id: UUID) -> list[Agreement]:
    """All purposes, with the day on which the person agreed; one query."""
    given = {row.purpose: row for row in Consent.objects.filter(person_id=person_id, withdrawn_at=None)}
    found = []
    for purpose in purposes():
        row = given.get(purpose.name)
        told = row.wording if row else ""
        # In another language the words are other ones anyhow: only those of the same language are compared.
        found.append(Agreement(purpose, row.given_at if row else None, bool(row) and _differs(purpose, row, told)))
    return found


def _differs(purpose: Purpose, row: Consent | None, told: str) -> bool:
    from django.utils import translation

    if row is None:
        return False
    with translation.override(row.language):
        return fingerprint(str(purpose.text)) != fingerprint(told)


def has_agreed(person_id: UUID, purpose_name: str) -> bool:
    """Whether a person has agreed to a purpose and not taken it back."""
    return Consent.objects.filter(person_id=person_id, purpose=purpose_name, withdrawn_at=None).exists()


def people_who_agreed(purpose_name: str, *, among: Collection[UUID] | None = None) -> list[UUID]:
    """Ids of active people who have agreed to a purpose and not taken it back."""
    rows = Consent.objects.filter(purpose=purpose_name, withdrawn_at=None, person__is_active=True)
    if among is not None:
        rows = rows.filter(person_id__in=among)
    return list(rows.order_by("person_id").values_list("person_id", flat=True))


def agreed_counts() -> dict[str, int]:
    """How many people have agreed to each purpose."""
    rows = Consent.objects.filter(withdrawn_at=None, person__is_active=True)
    return dict(rows.values_list("purpose").annotate(n=Count("id")).values_list("purpose", "n"))


def latest_copy(person_id: UUID) -> Copy | None:
    """The copy of their data that a person asked for last, if it can still be fetched or is being made."""
    row = Export.objects.filter(person_id=person_id).order_by("-asked_at").first()
    if row is None:
        return None
    until = row.asked_at + timedelta(days=DAYS_KEPT)
    if until < clock.now():
        return None
    state = "ready" if row.ready_at else "failed" if row.failed_at else "waiting"
    return Copy(row.id, state, row.asked_at, until, row.size)


def looks_at(person_id: UUID) -> list[Look]:
    """Who looked at a person's data, newest first; their role as it was, where the log has it, else as it is."""
    looks = Entry.objects.filter(looked=True)
    # In a list that somebody read: found by the index on `facts` first, else the whole log would be walked backwards.
    listed = looks.filter(facts__contains={"people": [str(person_id)]}).values_list("id", flat=True)[:MOST_LISTED]
    # A person who looks at their own page is no news to them.
    others = Q(by=None) | ~Q(by_id=person_id)
    rows = looks.filter(Q(person_id=person_id) | Q(id__in=list(listed)), others)
    found = list(rows.order_by("-id").values_list("at", "what", "facts__as", "by_id")[:MOST_LOOKS])
    unsaid = {by for _at, _what, role, by in found if not role and by}
    roles = _roles_of(unsaid) if unsaid else {}
    return [
        Look(at, entry_words(what), role_words(role or (roles.get(by, "resident") if by else "system")))
        for at, what, role, by in found
    ]


def _roles_of(people: set[UUID]) -> dict[UUID, str]:
    from citytandem.accounts.models import Membership

    return dict(Membership.objects.filter(person_id__in=people).values_list("person_id", "role"))


def sweeps() -> dict[str, Swept]:
    """When each retention rule was last carried out, by holding."""
    return {row.holding: Swept(row.at, row.deleted, row.deleted_ever) for row in Sweep.objects.all()}


def person_named(text: str) -> UUID | None:
    """A person by e-mail address or by id, as somebody at the command line names them; erased ones by id only."""
    try:
        wanted = UUID(text)
    except ValueError:
        found = Person.objects.filter(email__iexact=text.strip(), erased_at=None)
    else:
        found = Person.objects.filter(id=wanted)
    return found.values_list("id", flat=True).first()


def all_holdings() -> Sequence[Holding]:
    """Everything that is kept about people at this node."""
    return holdings()
