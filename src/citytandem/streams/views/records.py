"""Lists and pages of problems and solutions, short addresses and their QR codes."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from citytandem.accounts.contract import actor_of
from citytandem.notifications.contract import atom_feed
from citytandem.streams.feeds import list_feed
from citytandem.streams.hits import hits_of
from citytandem.streams.lists import list_page
from citytandem.streams.pages import record_page_of
from citytandem.streams.remembered import match_of_record, remembered
from citytandem.streams.selectors import record_get
from citytandem.ui.qr import qr_response

# How many matches the page of a record shows.
BEST = 4


@require_safe
def record_list(request: HttpRequest, kind: str) -> HttpResponse:
    """One stream, newest first, narrowed by what the address says."""
    page = list_page(
        actor_of(request), kind=kind, wishes=request.GET, after=request.GET.get("after"), reader=get_language() or "en"
    )
    return render(request, "streams/list.html", {"page": page})


@require_safe
def record_feed(request: HttpRequest, kind: str) -> HttpResponse:
    """The newest of a stream as a web feed, narrowed as the list is: for everybody, and so only what is public."""
    reader = get_language() or "en"
    feed = list_feed(kind=kind, wishes=request.GET, reader=reader)
    return atom_feed(request, title=feed.title, entries=feed.entries, subtitle=feed.subtitle, page=feed.page)


@require_safe
def record(request: HttpRequest, kind: str, key: str) -> HttpResponse:
    """One record; its matches follow by themselves, or behind a link where there is no JavaScript.

    What went into another one keeps its page, with its comments and files, and says where it went.
    """
    actor, reader = actor_of(request), get_language() or "en"
    found = record_get(actor, kind=kind, key=key, with_answers=True)
    page = record_page_of(actor, found, kind=kind, reader=reader)
    known = remembered(page, actor=actor, reader=reader, top=BEST)
    address = request.build_absolute_uri(page.short_path).partition("://")[2]
    context = {"page": page, "address": address, "results": hits_of(known) if known else None, "kind": kind}
    return render(request, "streams/record.html", context)


@require_safe
def matches(request: HttpRequest, kind: str, key: str) -> HttpResponse:
    """The part of a record's page that says what fits it."""
    actor, reader = actor_of(request), get_language() or "en"
    found = record_get(actor, kind=kind, key=key)
    results = hits_of(match_of_record(found, actor=actor, reader=reader, top=BEST))
    return render(request, "streams/parts/record_matches.html", {"results": results, "kind": kind, "code": found.code})


@require_safe
def short_address(request: HttpRequest, kind: str, key: str) -> HttpResponse:
    """`/p/…` and `/s/…`: what stands on paper leads to the page."""
    found = record_get(actor_of(request), kind=kind, key=key)
    return HttpResponseRedirect(f"/{kind}s/{found.code}")


@require_safe
def qr_code(request: HttpRequest, kind: str, key: str) -> HttpResponse:
    """The short address as a QR code (ISO/IEC 18004)."""
    found = record_get(actor_of(request), kind=kind, key=key)
    return qr_response(request.build_absolute_uri(f"/{kind[0]}/{found.code}"))
