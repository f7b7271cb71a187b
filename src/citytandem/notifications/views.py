"""Notices over HTTP: what is new, how one wants to be told, stopping by one click, the log, feeds and calendars."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from citytandem.accounts.contract import ANYBODY, actor_by_id, actor_of, entry_add
from citytandem.core import subjects
from citytandem.core.errors import Invalid, NotFound
from citytandem.core.node import this_node
from citytandem.core.permissions import require
from citytandem.notifications import calendars, feeds
from citytandem.notifications.addresses import absolute
from citytandem.notifications.forms import ChoicesForm, LogForm
from citytandem.notifications.inbox import inbox, kind_label, log, target_of
from citytandem.notifications.selectors import choices_of, notice_of, owner_of_calendar, trouble_of
from citytandem.notifications.services import choosing
from citytandem.notifications.services.reading import notices_mark_read
from citytandem.notifications.tokens import read_unsubscribe_token


@never_cache
@require_GET
def notices(request: HttpRequest) -> HttpResponse:
    """What is new for the reader."""
    actor = actor_of(request)
    if actor.is_anonymous:
        return redirect_to_login(request.get_full_path())
    page = inbox(actor, email=_email(request), language=get_language() or "en", after=request.GET.get("after"))
    next_url = f"{request.path}?after={page.next_cursor}" if page.next_cursor else ""
    first_url = "" if page.is_first else request.path
    return render(request, "notifications/inbox.html", {"page": page, "next_url": next_url, "first_url": first_url})


@never_cache
@require_GET
def open_notice(request: HttpRequest, notice_id: UUID) -> HttpResponse:
    """Go to the page of a notice; it counts as read then."""
    actor = actor_of(request)
    if actor.is_anonymous:
        return redirect_to_login(request.get_full_path())
    notice = notice_of(actor, notice_id)
    notices_mark_read(by=actor, notice_id=notice_id)
    return redirect(target_of(actor, notice, language=get_language() or "en"))


@require_POST
def mark_read(request: HttpRequest) -> HttpResponse:
    """Mark one, or all that stood on the page, as read."""
    one, until = (_uuid(request.POST.get(name, "")) for name in ("notice", "until"))
    notices_mark_read(by=actor_of(request), notice_id=one, until=until)
    return redirect("notifications:list")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def settings(request: HttpRequest) -> HttpResponse:
    """How the reader wants to be told."""
    actor = actor_of(request)
    if actor.is_anonymous:
        return redirect_to_login(request.get_full_path())
    choices = choices_of(actor)
    form = ChoicesForm(choices, language=get_language() or "en", data=request.POST or None)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        choosing.preferences_set(
            hows=form.hows, hour=values["hour"], weekday=values["weekday"], language=values["language"], by=actor
        )
        messages.success(request, _("Your choices are saved. They count from now on."))
        return redirect("notifications:settings")
    context = {
        "form": form,
        "choices": choices,
        "trouble": trouble_of(_email(request)),
        "calendar": absolute(f"/calendar/{choices.calendar}.ics") if choices.calendar else "",
    }
    return render(request, "notifications/settings.html", context, status=422 if request.method == "POST" else 200)


@require_POST
def address(request: HttpRequest) -> HttpResponse:
    """The reader says that their mailbox works again."""
    choosing.address_mend(by=actor_of(request))
    messages.success(request, _("Thank you. We write to your address again."))
    return redirect("notifications:settings")


@require_POST
def calendar_address(request: HttpRequest) -> HttpResponse:
    """Make a new secret address for the reader's calendar, or end it."""
    if request.POST.get("do") == "end":
        choosing.calendar_end(by=actor_of(request))
        messages.success(request, _("The address of your calendar does not work any more."))
    else:
        choosing.calendar_make(by=actor_of(request))
        messages.success(request, _("Your calendar has a new address."))
    return redirect("/notifications/settings#calendar")


@csrf_exempt  # A mail program posts here by itself (RFC 8058): the signed address says whose wish it is.
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Stop a kind of e-mail by one click. Looking at the page changes nothing: programs that check links do that too."""
    is_done = request.method == "POST"
    _person, kind = choosing.unsubscribe(token=token) if is_done else read_unsubscribe_token(token)
    response = render(
        request, "notifications/unsubscribe.html", {"kind": kind_label(kind) if kind else "", "is_done": is_done}
    )
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex"
    return response


@never_cache
@require_GET
def delivery_log(request: HttpRequest) -> HttpResponse:
    """What became of the e-mails, for administrators; that somebody looked is written down."""
    actor = actor_of(request)
    if actor.is_anonymous:
        return redirect_to_login(request.get_full_path())
    require("notifications.log", actor)
    form = LogForm(request.GET)
    wanted = form.wanted
    page = log(wanted, after=request.GET.get("after"))
    told = {"state": wanted.state, "kind": wanted.kind, "day": wanted.day}
    entry_add("notifications.log", by=actor, facts={key: value for key, value in told.items() if value}, looked=True)
    query = request.GET.copy()
    query["after"] = page.next_cursor or ""
    next_url = f"{request.path}?{query.urlencode()}" if page.next_cursor else ""
    del query["after"]
    first_url = "" if page.is_first else f"{request.path}?{query.urlencode()}"
    return render(
        request,
        "notifications/log.html",
        {"form": form, "page": page, "next_url": next_url, "first_url": first_url},
    )


@require_GET
def calendar(request: HttpRequest, key: str) -> HttpResponse:
    """A person's own calendar; whoever knows the address can read it, so it tells only what they may read."""
    person = owner_of_calendar(key)
    actor = actor_by_id(person.id, name=person.name)
    with translation.override(person.language or this_node().language):
        name = _("%(city)s: my dates") % {"city": this_node().name}
        response = calendars.calendar(request, name=name, events=calendars.events_of(actor))
    response["Cache-Control"] = "private, no-cache"
    response["X-Robots-Tag"] = "noindex"
    return response


@require_GET
def activity(request: HttpRequest, kind: str, object_id: UUID) -> HttpResponse:
    """What happens around a thing, as a feed: only for things that everybody may read."""
    language = get_language() or "en"
    if not subjects.is_readable(ANYBODY, kind, object_id):
        raise NotFound("feed.not_found", gettext_lazy("There is no such feed."))
    thing = subjects.subject(kind, object_id, reader=language)
    if thing is None:
        raise NotFound("feed.not_found", gettext_lazy("There is no such feed."))
    return feeds.atom_feed(
        request, title=thing.title, entries=feeds.activity_of(kind, object_id, language), page=thing.path
    )


def _email(request: HttpRequest) -> str:
    return str(getattr(request.user, "email", ""))


def _uuid(text: str) -> UUID | None:
    """The id in a form's field; raises Invalid for anything else."""
    try:
        return UUID(text) if text else None
    except ValueError as error:
        raise Invalid("notice.id", gettext_lazy("This is not one of the choices."), field="notice") from error
