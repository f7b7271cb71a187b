"""What pages show of notices, in the reader's words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from citytandem.accounts.contract import Actor, masked
from citytandem.notifications.kinds import known_kind, notice_kinds
from citytandem.notifications.models import Notice, State
from citytandem.notifications.resolving import resolve
from citytandem.notifications.selectors import (
    LogFilter,
    Sums,
    log_page,
    log_sums,
    notices_of,
    trouble_of,
)
from citytandem.notifications.services.outbox import MAIL
from citytandem.notifications.wording import Paragraph, why_sentence, word

# Codes of `services/sorting.py` and `services/digests.py`.
_NOTES: dict[str, str | Promise] = {
    "off": gettext_lazy("the person wants no e-mail of this kind"),
    "gone": gettext_lazy("what it was about is not there any more, or not for this person"),
    "inactive": gettext_lazy("the sign-in is not active"),
    "suppressed": gettext_lazy("the address takes no mail"),
    "unknown": gettext_lazy("this kind of notice does not exist any more"),
    "summed": gettext_lazy("counted in a collected e-mail, not told one by one"),
}


@dataclass(frozen=True, slots=True)
class Told:
    """One notice in the list. `subject` is empty where nothing may be told of it any more."""

    id: UUID
    kind: str
    subject: str
    body: Sequence[Paragraph]
    why: str
    at: datetime
    is_new: bool


@dataclass(frozen=True, slots=True)
class Inbox:
    """What is new for somebody. `newest`: up to which "all read" goes. `trouble`: why their address gets nothing."""

    new: Sequence[Told]
    read: Sequence[Told]
    newest: UUID | None
    next_cursor: str | None
    is_first: bool
    trouble: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """One line of the log."""

    id: UUID
    kind: str
    to: str
    state: str
    state_label: str
    note: str
    tries: int
    created_at: datetime
    sent_at: datetime | None
    in_digest: bool


@dataclass(frozen=True, slots=True)
class Log:
    """A page of the log of deliveries."""

    rows: Sequence[Delivery]
    sums: Sums
    figures: Sequence[tuple[str, int]]
    next_cursor: str | None
    is_first: bool


def inbox(actor: Actor, *, email: str, language: str, after: str | None) -> Inbox:
    """A page of what a person with this address was told. Raises Forbidden for visitors."""
    page = notices_of(actor, after=after)
    resolved = resolve(page.items, languages={notice.id: language for notice in page.items}, actor=actor)
    rows = []
    for notice in page.items:
        known = resolved.get(notice.id)
        wording = word(notice.template, known.parameters) if known else None
        rows.append(
            Told(
                id=notice.id,
                kind=kind_label(notice.kind),
                subject=wording.subject if wording else "",
                body=wording.body if wording else (),
                why=why_sentence(notice.why),
                at=notice.created_at,
                is_new=notice.is_new,
            )
        )
    return Inbox(
        new=[row for row in rows if row.is_new],
        read=[row for row in rows if not row.is_new],
        newest=max((row.id for row in rows if row.is_new), default=None),
        next_cursor=page.next_cursor,
        is_first=page.is_first,
        trouble=trouble_of(email),
    )


def target_of(actor: Actor, notice: Notice, *, language: str) -> str:
    """The page of a notice; the list where there is none any more."""
    known = resolve([notice], languages={notice.id: language}, actor=actor).get(notice.id)
    is_ours = known is not None and known.path.startswith("/") and not known.path.startswith("//")
    return known.path if known is not None and is_ours else "/notifications"


def log(wanted: LogFilter, *, after: str | None) -> Log:
    """A page of the log, addresses shortened."""
    page = log_page(wanted, after=after)
    sums = log_sums()
    return Log(
        rows=[_delivery(notice) for notice in page.items],
        sums=sums,
        figures=[(str(State(state).label), count) for state, count in sums.by_state.items()],
        next_cursor=page.next_cursor,
        is_first=page.is_first,
    )


def kind_label(name: str) -> str:
    """A kind in the reader's words."""
    kind = known_kind(name)
    return str(kind.label) if kind else _("E-mail to an address") if name == MAIL else name


def kind_choices() -> list[tuple[str, str]]:
    """All kinds for a filter."""
    return [*((kind.name, str(kind.label)) for kind in notice_kinds()), (MAIL, kind_label(MAIL))]


def state_choices() -> list[tuple[str, str]]:
    """All states for a filter."""
    return [(state.value, str(state.label)) for state in State]


def _delivery(notice: Notice) -> Delivery:
    address = notice.person.email if notice.person else notice.address
    return Delivery(
        id=notice.id,
        kind=kind_label(notice.kind),
        to=masked(address),
        state=notice.state,
        state_label=str(State(notice.state).label),
        note=str(_NOTES.get(notice.note, notice.note)),
        tries=notice.tries,
        created_at=notice.created_at,
        sent_at=notice.sent_at,
        in_digest=notice.in_digest,
    )
