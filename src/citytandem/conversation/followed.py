"""The page of what somebody follows: each thing, since when and why, and how to stop it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.http import urlencode
from django.utils.translation import gettext as _

from citytandem.accounts.contract import Actor
from citytandem.conversation.models import Following, Reason
from citytandem.conversation.reasons import SENTENCES
from citytandem.conversation.selectors import FollowingFilters, comment_counts, followings_of
from citytandem.core.subjects import Subject, subject_kind, subject_kinds, subjects

ADDRESS = "/following"
Choice = tuple[str, str, bool]


@dataclass(frozen=True, slots=True)
class Followed:
    """A thing in the list. `path` is empty where the reader may not see it any more, or it is gone."""

    kind: str
    object_id: UUID
    kind_label: str
    title: str
    language: str
    path: str
    why: str
    since: datetime
    is_muted: bool
    comments: int


@dataclass(frozen=True, slots=True)
class FollowedPage:
    """The list with its filters: each choice as (value, label, whether it is chosen)."""

    items: Sequence[Followed]
    kinds: Sequence[Choice]
    reasons: Sequence[Choice]
    states: Sequence[Choice]
    is_filtered: bool
    address: str
    next_url: str
    first_url: str


def followed_page(actor: Actor, *, wishes: Mapping[str, str], after: str | None, reader: str) -> FollowedPage:
    """One page of what the actor follows, narrowed by what the address says; two queries per kind of thing, and one."""
    filters = FollowingFilters(
        kind=wishes.get("kind", ""), reason=wishes.get("reason", ""), state=wishes.get("state", "")
    )
    page = followings_of(actor, filters=filters, after=after)
    chosen = {name: value for name in ("kind", "reason", "state") if (value := getattr(filters, name))}
    next_url = f"{ADDRESS}?{urlencode({**chosen, 'after': page.next_cursor})}" if page.next_cursor else ""
    first_url = "" if page.is_first else f"{ADDRESS}?{urlencode(chosen)}"
    return FollowedPage(
        items=_items(actor, page.items, reader=reader),
        kinds=[(one.kind, str(one.label), one.kind == filters.kind) for one in subject_kinds() if one.has_conversation],
        reasons=[(value, str(label), value == filters.reason) for value, label in Reason.choices],
        states=[
            ("told", _("I hear of it"), filters.state == "told"),
            ("silent", _("muted"), filters.state == "silent"),
        ],
        is_filtered=bool(chosen),
        address=f"{ADDRESS}?{urlencode(chosen | ({'after': after} if after else {}))}",
        next_url=next_url,
        first_url=first_url,
    )


def _items(actor: Actor, rows: Sequence[Following], *, reader: str) -> list[Followed]:
    by_kind: dict[str, list[UUID]] = {}
    for row in rows:
        by_kind.setdefault(row.kind, []).append(row.object_id)
    open_now: dict[tuple[str, UUID], Subject] = {}
    counts: dict[UUID, int] = {}
    for kind, ids in by_kind.items():
        known = subject_kind(kind)
        readable = known.readable(actor, ids) if known else set()
        open_now |= subjects([(kind, one) for one in readable], reader=reader) if readable else {}
        counts |= comment_counts(kind, readable) if readable else {}
    return [_item(row, open_now.get((row.kind, row.object_id)), counts.get(row.object_id, 0)) for row in rows]


def _item(row: Following, thing: Subject | None, comments: int) -> Followed:
    known = subject_kind(row.kind)
    return Followed(
        kind=row.kind,
        object_id=row.object_id,
        kind_label=str(known.label) if known else "",
        title=thing.title if thing else _("An entry that is not open to you any more"),
        language=thing.language if thing else "",
        path=thing.path if thing else "",
        why=str(SENTENCES[row.reason]),
        since=row.since,
        is_muted=row.is_muted,
        comments=comments,
    )
