"""What happens when a city leaves, the hand-over pack, and the reasons of a programme that was matched by hand."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from citytandem.accounts.contract import actor_of
from citytandem.core.errors import DomainError, NotFound
from citytandem.core.permissions import allowed, require
from citytandem.partnerships.guarding import METHODS, signed_in
from citytandem.partnerships.programmes import explaining, handing_over, leaving, presenters, selectors, solving
from citytandem.partnerships.programmes.bench_pages import names_of, pair_shown
from citytandem.partnerships.programmes.forms import LeaveForm
from citytandem.partnerships.selectors import partnership_get


@never_cache
@require_safe
@signed_in
def reasons(request: HttpRequest, programme: str) -> HttpResponse:
    """The stated reasons of each partnership beside the terms of the score."""
    actor, reader = actor_of(request), get_language() or "en"
    found = selectors.programme_get(actor, programme)
    require("partnerships.read_reasons", actor, found)
    context = {
        "card": presenters.programme_card(found, reader=reader),
        "rows": explaining.reasons_page(found, reader=reader),
    }
    return render(request, "partnerships/programmes/reasons.html", context)


@never_cache
@require_http_methods(METHODS)
@signed_in
def leave(request: HttpRequest, partnership: str) -> HttpResponse:
    """A city leaves or pauses."""
    actor, reader = actor_of(request), get_language() or "en"
    row = partnership_get(partnership)
    require("partnerships.leave", actor, row)
    seats = [seat for seat in selectors.seats_of(row) if seat.until is None]
    choices = [(seat.city.slug, seat.city.name) for seat in seats]
    form = LeaveForm(request.POST or None, initial={"on": timezone.localdate()}, cities=choices)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            given = form.cleaned_data
            try:
                leaving.seat_leave(
                    partnership=partnership, city=given["city"], on=given["on"], because=given["because"], language=reader,
                    pauses=given["pauses"], by=actor,
                )  # fmt: skip
            except DomainError as error:
                error.raise_unless_about_input()
                status = error.status
                form.refuse(error)
            else:
                messages.success(request, _("It is noted. These are the ways on for the others."))
                address = reverse("partnerships:partnership-ways-on", args=[partnership])
                return HttpResponseRedirect(f"{address}?city={given['city']}&on={given['on']}")
    context = {"form": form, "row": row, "title": names_title(row, reader)}
    return render(request, "partnerships/programmes/leave.html", context, status=status)


def names_title(row: Any, reader: str) -> str:
    """The cities of a partnership in a line."""
    return " – ".join(presenters.seat_shown(seat, reader=reader).name for seat in selectors.seats_of(row)) or row.slug


@never_cache
@require_http_methods(METHODS)
@signed_in
def ways_on(request: HttpRequest, partnership: str) -> HttpResponse:
    """What those left behind can do; with POST the coordination goes one of the ways."""
    actor, reader = actor_of(request), get_language() or "en"
    row = partnership_get(partnership)
    require("partnerships.read_record", actor, row)
    given = request.POST if request.method == "POST" else request.GET
    seats = selectors.seats_of(row)
    gone = next((seat for seat in seats if seat.until or seat.is_paused), None)
    leaver = given.get("city", "") or (gone.city.slug if gone else "")
    on = _day(given.get("on", "")) or (gone.until if gone else None) or timezone.localdate()
    if leaver not in {seat.city.slug for seat in seats}:
        raise NotFound("city.unknown", _("There is no city of this name here."))
    if request.method == "POST":
        try:
            made = leaving.way_accept(
                partnership=partnership, leaver=leaver, on=on, key=given.get("key", "")[:400], by=actor
            )
        except DomainError as error:
            error.raise_unless_about_input()
            messages.error(request, str(error))
        else:
            messages.success(request, _("The seats are changed."))
            return HttpResponseRedirect(reverse("partnerships:partnership", args=[made[0].slug]))
    found = leaving.ways_on(row, leaver=leaver, on=on)
    slugs = {
        city
        for one in found
        for city in (*one["before"], *one["alone"], *(c for group in one["groups"] for c in group))
    }
    names = names_of({*slugs, leaver}, reader=reader)
    labels = {
        "go_on": _("Go on as a group of two"),
        "dock_on": _("Dock on to another group"),
        "newcomer": _("A city without a group joins"),
        "swap": _("Form two groups anew"),
    }
    ways = [
        {
            "key": one["key"],
            "label": labels[one["kind"]],
            "groups": [" – ".join(names[city] for city in group) for group in one["groups"]],
            "before": " – ".join(names[city] for city in one["before"]),
            "alone": [names[city] for city in one["alone"]],
            "points": round(100 * one["worth"], 1),
            "pairs": [pair_shown(pair, names) for pair in one["pairs"]],
        }
        for one in found
    ]
    may_accept = allowed("partnerships.coordinate", actor, row.programme) and row.state != "ended"
    context = {"row": row, "ways": ways, "city": names[leaver], "slug": leaver, "on": on, "may_accept": may_accept}
    return render(request, "partnerships/programmes/ways_on.html", {**context, "title": names_title(row, reader)})


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


@never_cache
@require_POST
@signed_in
def activate(request: HttpRequest, partnership: str) -> HttpResponse:
    """Begin to work together."""
    row = partnership_get(partnership)
    try:
        solving.partnership_activate(partnership_id=row.id, by=actor_of(request))
    except DomainError as error:
        error.raise_unless_about_input()
        messages.error(request, str(error))
    else:
        messages.success(request, _("The partnership has begun."))
    return HttpResponseRedirect(reverse("partnerships:partnership", args=[partnership]))


@never_cache
@require_safe
@signed_in
def hand_over(request: HttpRequest, partnership: str) -> HttpResponse:
    """The hand-over pack, for the screen and for paper."""
    row = partnership_get(partnership)
    require("partnerships.read_record", actor_of(request), row)
    reader = get_language() or "en"
    context = {"row": row, "title": names_title(row, reader), "sections": handing_over.pack(row, reader=reader)}
    return render(request, "partnerships/programmes/hand_over.html", context)
