"""Meetings, actions and the calendar over HTTP."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from citytandem.accounts.contract import actor_of
from citytandem.core.errors import DomainError
from citytandem.partnerships.accompanying import calendars
from citytandem.partnerships.accompanying import meetings as services
from citytandem.partnerships.accompanying.forms import CancelForm
from citytandem.partnerships.accompanying.meeting_page import meeting_page
from citytandem.partnerships.accompanying.meeting_page import meetings as meetings_page
from citytandem.partnerships.accompanying.shown import frame_of, reading
from citytandem.partnerships.accompanying.typing_records import any_of, own
from citytandem.partnerships.accompanying.views.guard import for_those_who_work
from citytandem.partnerships.guarding import METHODS, answer


@require_safe
@for_those_who_work
def meetings(request: HttpRequest, partnership: Any) -> HttpResponse:
    """What is planned, what was, and all actions."""
    frame = frame_of(partnership, current="meetings")
    context = {
        "frame": frame,
        "page": meetings_page(partnership, frame),
        "feed": calendars.feed_path(partnership),
    }
    return render(request, "partnerships/work/meetings.html", context)


@require_safe
@for_those_who_work
def meeting(request: HttpRequest, partnership: Any, record_id: UUID) -> HttpResponse:
    """Agenda, minutes, what comes back, who interprets."""
    row = any_of("meeting", record_id, partnership)
    frame = frame_of(partnership, current="meetings")
    context = {"frame": frame, "page": meeting_page(row, partnership, frame)}
    return render(request, "partnerships/work/meeting.html", context)


@require_POST
@for_those_who_work
def hold(request: HttpRequest, partnership: Any, record_id: UUID) -> HttpResponse:
    """It took place."""
    return _done(
        request, partnership, f"meetings/{record_id}", _("Noted: it took place."),
        lambda: services.meeting_hold(record_id, partnership_id=partnership.id, by=actor_of(request)),
    )  # fmt: skip


@require_http_methods(METHODS)
@for_those_who_work
def cancel(request: HttpRequest, partnership: Any, record_id: UUID) -> HttpResponse:
    """It does not take place, and why."""
    row = own("meeting", record_id, partnership)
    frame = frame_of(partnership, current="meetings")
    form = CancelForm(request.POST or None)
    back = f"{frame.path}/meetings/{record_id}"

    def save() -> str:
        because = form.cleaned_data["because"]
        services.meeting_cancel(record_id, partnership_id=partnership.id, because=because, by=actor_of(request))
        return back

    heading = _("Cancel: %(title)s") % {"title": reading(row, "title").text}
    context = {"frame": frame, "heading": heading, "back": back}
    thanks = _("It is cancelled. Calendars show it crossed out.")
    return answer(request, form, save, template="partnerships/work/write.html", context=context, thanks=thanks)


@require_POST
@for_those_who_work
def done(request: HttpRequest, partnership: Any, record_id: UUID) -> HttpResponse:
    """An action is done."""
    return _done(
        request, partnership, "meetings", _("Done. It does not come back any more."),
        lambda: services.action_done(record_id, partnership_id=partnership.id, by=actor_of(request)),
    )  # fmt: skip


@require_POST
@for_those_who_work
def reopen(request: HttpRequest, partnership: Any, record_id: UUID) -> HttpResponse:
    """It is not done after all."""
    return _done(
        request, partnership, "meetings", _("It is open again."),
        lambda: services.action_reopen(record_id, partnership_id=partnership.id, by=actor_of(request)),
    )  # fmt: skip


@require_safe
@for_those_who_work
def invitation(_request: HttpRequest, partnership: Any, record_id: UUID) -> HttpResponse:
    """A meeting as a file for a calendar."""
    return calendars.invitation(any_of("meeting", record_id, partnership), partnership)


@require_POST
@for_those_who_work
def renew(request: HttpRequest, partnership: Any) -> HttpResponse:
    """A new secret address of the calendar."""
    return _done(
        request, partnership, "meetings", _("Here is the new address. The one before leads nowhere."),
        lambda: services.calendar_renew(partnership_id=partnership.id, by=actor_of(request)),
    )  # fmt: skip


@never_cache
@require_safe
def feed(request: HttpRequest, slug: str, key: str) -> HttpResponse:  # noqa: ARG001 - no actor: who has the key may read
    """The calendar under its secret address."""
    return calendars.feed(slug, key)


def _done(request: HttpRequest, partnership: Any, part: str, thanks: str, does: Any) -> HttpResponse:
    """Do it, and go back with a word: also where it was refused."""
    try:
        does()
    except DomainError as error:
        error.raise_unless_about_input()
        messages.error(request, str(error.message))
    else:
        messages.success(request, thanks)
    return HttpResponseRedirect(f"/partnerships/{partnership.slug}/work/{part}")
