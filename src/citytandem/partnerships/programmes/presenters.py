"""What the pages of programmes show, in the reader's language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from citytandem.accounts.contract import Actor
from citytandem.core.permissions import allowed
from citytandem.core.versions import Reading, read
from citytandem.partnerships.models import Partnership, Programme, Seat
from citytandem.partnerships.programmes import selectors
from citytandem.partnerships.selectors import card


@dataclass(frozen=True, slots=True)
class ProgrammeCard:
    """A programme in a list."""

    slug: str
    title: Reading
    text: Reading
    state: str
    state_label: str
    span: str

    @property
    def path(self) -> str:
        """Address of its page."""
        return f"/programmes/{self.slug}"


@dataclass(frozen=True, slots=True)
class SeatShown:
    """A city in a partnership. `until`: the day on which it left; `because` in its words."""

    slug: str
    name: str
    language: str
    is_paused: bool
    is_docked: bool
    until: str
    because: Reading
    lacks_people: bool


@dataclass(frozen=True, slots=True)
class PartnershipShown:
    """A partnership of a programme with who sits in it."""

    slug: str
    kind_label: str
    state: str
    state_label: str
    seats: Sequence[SeatShown]

    @property
    def path(self) -> str:
        """Address of its page."""
        return f"/partnerships/{self.slug}"


@dataclass(frozen=True, slots=True)
class ProgrammePage:
    """A programme with its partnerships."""

    card: ProgrammeCard
    partnerships: Sequence[PartnershipShown]
    coordinates: bool
    may_apply: bool
    may_read_reasons: bool


def span(first: date | None, last: date | None) -> str:
    """From when to when, as far as it is known."""
    days = {
        "first": date_format(first, "DATE_FORMAT") if first else "",
        "last": date_format(last, "DATE_FORMAT") if last else "",
    }
    if first and last:
        return _("%(first)s to %(last)s") % days
    if first:
        return _("from %(first)s") % days
    return _("until %(last)s") % days if last else ""


def programme_card(row: Programme, *, reader: str) -> ProgrammeCard:
    """A programme as a list shows it."""
    return ProgrammeCard(
        slug=row.slug,
        title=read(row.title, reader=reader, original=row.language),
        text=read(row.text, reader=reader, original=row.language),
        state=row.state,
        state_label=str(row.get_state_display()),
        span=span(row.starts_on, row.ends_on),
    )


def programme_page(actor: Actor, row: Programme, *, reader: str) -> ProgrammePage:
    """The page of a programme."""
    partnerships = selectors.partnerships_with_seats(row)
    return ProgrammePage(
        card=programme_card(row, reader=reader),
        partnerships=[partnership_shown(one, reader=reader) for one in partnerships],
        coordinates=allowed("partnerships.coordinate", actor, row),
        may_apply=row.state == "call" and actor.has({"innovation_unit"}),
        may_read_reasons=allowed("partnerships.read_reasons", actor, row),
    )


def partnership_shown(row: Partnership, *, reader: str) -> PartnershipShown:
    """A partnership with its seats, which have been read with it."""
    return PartnershipShown(
        slug=row.slug,
        kind_label=_("Tridem") if row.kind == "tridem" else _("Tandem"),
        state=row.state,
        state_label=str(row.get_state_display()),
        seats=[seat_shown(seat, reader=reader) for seat in row.seats.all()],
    )


def seat_shown(seat: Seat, *, reader: str) -> SeatShown:
    """Who sits there, or sat there until when."""
    city = card(seat.city)
    return SeatShown(
        slug=city.slug,
        name=city.name_for(reader),
        language=city.name_language(reader),
        is_paused=seat.is_paused,
        is_docked=seat.is_docked,
        until=date_format(seat.until, "DATE_FORMAT") if seat.until else "",
        because=read(seat.left_because, reader=reader),
        lacks_people=seat.until is None and (seat.contact_id is None or seat.deputy_id is None),
    )
