"""The lists of the two streams as web feeds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from citytandem.accounts.contract import ANYBODY
from citytandem.core.themes import theme_label
from citytandem.core.versions import read
from citytandem.notifications.contract import FeedEntry
from citytandem.streams.lists import list_rows

ENTRIES = 50


@dataclass(frozen=True, slots=True)
class ListFeed:
    """What a feed says. `page`: the address of the list with the same filters."""

    title: str
    subtitle: str
    page: str
    entries: Sequence[FeedEntry]


def list_feed(*, kind: str, wishes: Mapping[str, str], reader: str) -> ListFeed:
    """The newest public records that fit the wishes, in the reader's language where there is a version."""
    rows, told, page = list_rows(ANYBODY, kind=kind, wishes=wishes, reader=reader, size=ENTRIES)
    return ListFeed(
        title=_("Problems") if kind == "problem" else _("Solutions"),
        subtitle=", ".join(told),
        page=page,
        entries=[
            FeedEntry(
                id=row.id,
                title=read(row.title, reader=reader, original=row.language).text,
                path=f"/{kind}s/{row.code}",
                updated=row.changed_at,
                published=row.created_at,
                text=read(row.text, reader=reader, original=row.language).text,
                categories=[theme_label(theme, reader) for theme in row.themes],
            )
            for row in rows
        ],
    )
