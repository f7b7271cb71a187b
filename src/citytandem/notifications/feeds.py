"""Web feeds (Atom, RFC 4287): of every list, and of what happens around one thing."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import get_language

from citytandem.core.ids import stable_id
from citytandem.core.node import this_node
from citytandem.core.text import clean_line, clean_text
from citytandem.notifications.addresses import absolute

MOST_ENTRIES = 100
# A feed of which nothing is known yet; it has to say some time, and always the same.
_BEGINNING = datetime(2020, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """One entry. `id` stays the same for ever; `updated` changes when a reader should look again.

    `text` is plain. `author`: a name as pages show it; empty: the city.
    """

    id: UUID
    title: str
    path: str
    updated: datetime
    published: datetime | None = None
    text: str = ""
    author: str = ""
    categories: Sequence[str] = ()


class _Atom(Atom1Feed):
    def latest_post_date(self) -> datetime:
        """Django would say "now" of an empty feed, and so change it at each look."""
        return max((item["updateddate"] for item in self.items), default=_BEGINNING)


Activity = Callable[[str, UUID, str], Sequence[FeedEntry]]
_activities: list[Activity] = []


def register_activity(source: Activity) -> None:
    """What happens around a thing, for its feed: `source(kind, id, language)` gives public entries, newest first."""
    if source not in _activities:
        _activities.append(source)


def activity_of(kind: str, object_id: UUID, language: str) -> list[FeedEntry]:
    """All that is known of a thing, newest first."""
    found = [entry for source in _activities for entry in source(kind, object_id, language)]
    return sorted(found, key=lambda entry: (entry.updated, entry.id), reverse=True)[:MOST_ENTRIES]


def atom_feed(
    request: HttpRequest, *, title: str, entries: Sequence[FeedEntry], subtitle: str = "", page: str = ""
) -> HttpResponse:
    """The feed of a list as Atom, or 304 where the reader has it already.

    `page`: the path of the HTML page with the same content. At most the first 100 entries count. ValueError where two
    entries have one id or a time has no zone: that is a mistake of the caller.
    """
    shown = list(entries)[:MOST_ENTRIES]
    if len({entry.id for entry in shown}) < len(shown):
        raise ValueError("two entries of a feed have the same id")
    if any(when.tzinfo is None for entry in shown for when in (entry.updated, entry.published) if when):
        raise ValueError("a time in a feed has no zone")
    here = request.get_full_path()
    feed = _Atom(
        title=clean_line(title),
        link=absolute(page or "/"),
        description="",
        subtitle=clean_line(subtitle) or None,
        language=get_language() or "en",
        author_name=this_node().name,
        feed_url=absolute(here),
        feed_guid=stable_id("feed", absolute(here)).urn,
    )
    for entry in shown:
        _add(feed, entry)
    body = feed.writeString("utf-8").encode()
    response = HttpResponse(body, content_type="application/atom+xml; charset=utf-8")
    return conditional(request, response, changed=feed.latest_post_date() if shown else None)


def conditional(request: HttpRequest, response: HttpResponse, *, changed: datetime | None) -> HttpResponse:
    """The answer with ETag and Last-Modified, or 304 (RFC 9110, 13)."""
    etag = f'"{hashlib.sha256(response.content).hexdigest()[:32]}"'
    response["ETag"] = etag
    seconds = int(changed.timestamp()) if changed else None
    if changed:
        response["Last-Modified"] = changed.astimezone(UTC).strftime("%a, %d %b %Y %H:%M:%S GMT")
    found = get_conditional_response(request, etag=etag, last_modified=seconds, response=response)
    if found is None or found is response:
        return response
    return HttpResponse(status=found.status_code, headers=_kept(found))


def _kept(found: HttpResponse) -> dict[str, str]:
    return {name: value for name, value in found.items() if name in {"ETag", "Last-Modified", "Vary"}}


def _add(feed: _Atom, entry: FeedEntry) -> None:
    feed.add_item(
        title=clean_line(entry.title),
        link=absolute(entry.path),
        # Atom takes this as HTML, and ours is plain.
        description=escape(clean_text(entry.text)),
        unique_id=entry.id.urn,
        pubdate=entry.published or entry.updated,
        updateddate=entry.updated,
        author_name=clean_line(entry.author) or None,
        categories=tuple(entry.categories),
    )
