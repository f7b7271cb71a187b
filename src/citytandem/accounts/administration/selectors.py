"""Reading for the pages of the administration."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Lower
from django.utils.translation import ngettext

from citytandem.accounts.administration.texts import TEXTS
from citytandem.accounts.directory import departments
from citytandem.accounts.logbook import detail_words, entry_words, role_words
from citytandem.accounts.masking import address_shown, masked
from citytandem.accounts.models import (
    Entry,
    Invitation,
    Membership,
    Organisation,
    Person,
    Role,
)
from citytandem.accounts.privacy.outside import mail_is_set_up
from citytandem.core import clock
from citytandem.core.models import Node
from citytandem.core.node import this_node
from citytandem.core.paging import Page, decode_cursor, encode_cursor, keyset_page
from citytandem.core.text import clean_line
from citytandem.core.versions import read

PEOPLE_ON_A_PAGE = 25
ENTRIES_ON_A_PAGE = 50


# --- the node ---------------------------------------------------------------------------------------------------------


def node_version() -> int:
    """Which version of the settings the page shows; for `node_change`."""
    return Node.objects.filter(id=1).values_list("version", flat=True).first() or 1


def logo_content(key: str) -> bytes | None:
    """The logo under this key, or None."""
    content = Node.objects.filter(id=1, logo_key=key).exclude(logo_key="").values_list("logo", flat=True).first()
    return bytes(content) if content is not None else None


@dataclass(frozen=True, slots=True)
class Readiness:
    """What a node has of that which it needs before people come."""

    departments: int
    moderators: int
    administrators: int
    open_invitations: int
    mail_is_set_up: bool
    mail_was_tried: bool


def readiness() -> Readiness:
    """Counts for the checklist; four queries at most."""
    held = Membership.objects.filter(person__is_active=True, role__in=[Role.MODERATOR, Role.ADMINISTRATOR])
    people = set(held.values_list("person_id", "role"))
    return Readiness(
        departments=len(departments()),
        moderators=sum(role == Role.MODERATOR for _person, role in people),
        administrators=sum(role == Role.ADMINISTRATOR for _person, role in people),
        open_invitations=Invitation.objects.exclude(email="").filter(sent_at__gte=_still_valid()).count(),
        mail_is_set_up=mail_is_set_up(),
        mail_was_tried=Entry.objects.filter(what="mail.tried", looked=False).exists(),
    )


def texts_written() -> dict[str, list[str]]:
    """In which languages each of the city's own texts is there."""
    kept = this_node().texts
    return {text.name: list(kept.get(text.name, {})) for text in TEXTS}


# --- people -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Asked:
    """What a list of people is narrowed to; empty: everybody."""

    begins: str = ""
    role: str = ""
    state: str = ""
    consent: str = ""


@dataclass(frozen=True, slots=True)
class Held:
    """A role of a person, in words, with where it counts."""

    id: UUID
    role: str
    label: str
    place: str
    place_path: str
    is_lead: bool
    since: datetime


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A person in the list and on their page."""

    id: UUID
    email: str
    name: str
    language: str
    is_active: bool
    is_erased: bool
    is_demo: bool
    created_at: datetime
    last_login: datetime | None
    roles: Sequence[Held] = field(default_factory=tuple)

    @property
    def path(self) -> str:
        """Address of their page in the administration."""
        return f"/administration/people/{self.id}"


def people_page(
    asked: Asked, *, after: str | None, reader: str, masks: bool = False
) -> tuple[list[PersonRow], Page[Person]]:
    """People, newest first; `masks` their addresses for a reader of the demo. Three queries, whatever their number."""
    page = keyset_page(_people(asked, masks=masks), order=("-created_at", "-id"), after=after, size=PEOPLE_ON_A_PAGE)
    roles = _roles_of([person.id for person in page.items], reader)
    return [_row(person, roles.get(person.id, []), masks=masks) for person in page.items], page


def _people(asked: Asked, *, masks: bool) -> QuerySet[Person]:
    rows = Person.objects.filter(erased_at=None)
    begins = clean_line(asked.begins).lower()
    if begins:
        # As the indexes have it, so that 50,000 people cost no more than a few.
        rows = rows.annotate(low_email=Lower("email"), low_name=Lower("name"))
        by_email = Q(low_email__startswith=begins)
        if masks:
            # Else one could find an address out letter by letter.
            by_email &= Q(is_demo=True)
        rows = rows.filter(by_email | Q(low_name__startswith=begins))
    if asked.role == Role.RESIDENT:
        rows = rows.filter(~Exists(Membership.objects.filter(person=OuterRef("pk"))))
    elif asked.role:
        rows = rows.filter(id__in=Membership.objects.filter(role=asked.role).values("person_id"))
    if asked.state:
        rows = rows.filter(is_active=asked.state == "active")
    if asked.consent:
        rows = rows.filter(consents__purpose=asked.consent, consents__withdrawn_at=None, is_active=True)
    return rows


def person_row(person_id: UUID, *, reader: str, masks: bool = False) -> PersonRow | None:
    """One person, or None where there is none or they are erased."""
    person = Person.objects.filter(id=person_id, erased_at=None).first()
    return _row(person, _roles_of([person.id], reader).get(person.id, []), masks=masks) if person else None


def _row(person: Person, roles: Sequence[Held], *, masks: bool) -> PersonRow:
    return PersonRow(
        id=person.id,
        email=masked(person.email) if masks and not person.is_demo else person.email,
        name=person.name,
        language=person.language,
        is_active=person.is_active,
        is_erased=person.erased_at is not None,
        is_demo=person.is_demo,
        created_at=person.created_at,
        last_login=person.last_login,
        roles=roles,
    )


def _roles_of(people: Sequence[UUID], reader: str) -> dict[UUID, list[Held]]:
    found: dict[UUID, list[Held]] = {}
    rows = Membership.objects.filter(person_id__in=people).select_related("department", "organisation")
    for row in rows.order_by("since", "id"):
        found.setdefault(row.person_id, []).append(_held(row, reader))
    return found


def _held(row: Membership, reader: str) -> Held:
    place = path = ""
    if row.department is not None:
        place, path = (
            read(row.department.name, reader=reader).text or row.department.slug,
            f"/departments/{row.department.slug}",
        )
    elif row.organisation is not None:
        place, path = row.organisation.name, f"/organisations/{row.organisation.slug}"
    return Held(row.id, row.role, role_words(row.role), place, path, row.is_lead, row.since)


# --- invitations ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Invited:
    """An invitation in the list. `state`: open, expired, accepted or withdrawn; the address only while it is open."""

    id: UUID
    email: str
    role: str
    place: str
    state: str
    created_at: datetime
    sent_at: datetime
    until: datetime
    sent: int


def invitations_page(*, after: str | None, reader: str, masks: bool = False) -> tuple[list[Invited], Page[Invitation]]:
    """Invitations, newest first; `masks` the addresses for a reader of the demo."""
    rows = Invitation.objects.select_related("department", "organisation")
    page = keyset_page(rows, order=("-created_at", "-id"), after=after, size=PEOPLE_ON_A_PAGE)
    return [_invited(row, reader, masks=masks) for row in page.items], page


def _invited(row: Invitation, reader: str, *, masks: bool) -> Invited:
    from citytandem.accounts.administration.services.invitations import DAYS_VALID

    until = row.sent_at + timedelta(days=DAYS_VALID)
    state = "open" if until > clock.now() else "expired"
    state = "accepted" if row.accepted_at else "withdrawn" if row.withdrawn_at else state
    place = row.organisation.name if row.organisation else ""
    if row.department is not None:
        place = read(row.department.name, reader=reader).text or row.department.slug
    email = address_shown(row.email, masks=masks)
    return Invited(row.id, email, role_words(row.role), place, state, row.created_at, row.sent_at, until, row.sent)


def _still_valid() -> datetime:
    from citytandem.accounts.administration.services.invitations import DAYS_VALID

    return clock.now() - timedelta(days=DAYS_VALID)


def organisation_choices() -> list[tuple[str, str]]:
    """All organisations by name, for a form."""
    return [(str(key), name) for key, name in Organisation.objects.order_by("name").values_list("id", "name")[:1_000]]


# --- the log ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Logged:
    """An entry of the log. `changes`: field, before, after; `people`: how many were looked at."""

    id: int
    at: datetime
    what: str
    detail: str
    by: str
    role: str
    person: UUID | None
    looked: bool
    changes: Sequence[tuple[str, str, str]]
    people: int
    reason: str


def log_page(
    *, show: str, after: str | None, person: UUID | None = None, masks: bool = False
) -> tuple[list[Logged], str | None]:
    """Entries, newest first, and the cursor of the next page. `show`: looked, changed or empty for both; `masks`: for a
    reader of the demo."""
    rows = Entry.objects.select_related("by", "person")
    if show:
        rows = rows.filter(looked=show == "looked")
    if person is not None:
        rows = rows.filter(Q(person_id=person) | Q(looked=True, facts__contains={"people": [str(person)]}))
    if after:
        rows = rows.filter(id__lt=_number(after))
    found = list(rows.order_by("-id")[: ENTRIES_ON_A_PAGE + 1])
    cursor = encode_cursor([found[ENTRIES_ON_A_PAGE - 1].id]) if len(found) > ENTRIES_ON_A_PAGE else None
    return [_logged(row, masks=masks) for row in found[:ENTRIES_ON_A_PAGE]], cursor


def _number(after: str) -> int:
    from citytandem.core.paging import invalid_cursor

    (number,) = decode_cursor(after, length=1)
    if not isinstance(number, int) or not 0 < number < 2**63:
        raise invalid_cursor()
    return number


def _logged(row: Entry, *, masks: bool) -> Logged:
    facts: Mapping[str, Any] = row.facts
    is_told = not masks or (row.person is not None and row.person.is_demo)
    return Logged(
        id=row.id,
        at=row.at,
        what=entry_words(row.what),
        detail=detail_words(facts),
        by=(row.by.name or role_words(Role.RESIDENT)) if row.by else "",
        role=role_words(str(facts.get("as", ""))),
        person=row.person_id,
        looked=row.looked,
        changes=[*_changes(facts, _short), *_changes(facts.get("lengths", {}), _length)],
        people=len(facts.get("people", ())),
        reason=row.reason if is_told else "",
    )


def _changes(facts: Mapping[str, Any], words: Callable[[Any], str]) -> Iterator[tuple[str, str, str]]:
    for name, value in facts.items():
        if isinstance(value, list) and len(value) == 2 and name != "people":
            yield name, words(value[0]), words(value[1])


def _length(characters: Any) -> str:
    return ngettext("%(n)s character", "%(n)s characters", characters) % {"n": characters}


def _short(value: Any) -> str:
    from citytandem.core.text import shorten

    if isinstance(value, dict):
        told = ", ".join(f"{name}: {part}" for name, part in value.items())
    else:
        told = ", ".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)
    return shorten(told, limit=200)
