"""Pages of cities, partnerships and the programme."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from citytandem.accounts.contract import actor_of
from citytandem.core.text import clean_line
from citytandem.partnerships import presenters, presenters_programme, selectors
from citytandem.partnerships.accompanying.public_part import public_part
from citytandem.partnerships.partners_page import NarrowForm, partners_page
from citytandem.ui.qr import qr_response

LONGEST_NAME = 120


@require_safe
def cities(request: HttpRequest) -> HttpResponse:
    """The cities of the programme; with `?all=1` every place that this node knows, to be searched by name."""
    if "all" not in request.GET:
        return render(request, "partnerships/cities.html", {"page": presenters.cities_page(actor_of(request))})
    text = clean_line(request.GET.get("q", ""))[:LONGEST_NAME]
    country = request.GET.get("country", "")
    page = presenters.places_page(text=text, country=country, after=request.GET.get("after"))
    wishes = {"all": "1", "q": text, "country": country}
    kept = {name: value for name, value in wishes.items() if value}
    context = {
        "page": page,
        "text": text,
        "country": country,
        "next_url": f"?{urlencode({**kept, 'after': page.next_cursor})}" if page.next_cursor else "",
        "first_url": f"?{urlencode(kept)}",
    }
    return render(request, "partnerships/places.html", context)


@require_safe
def city(request: HttpRequest, slug: str) -> HttpResponse:
    """What a city teaches, wants to learn, and why it would be a good partner."""
    page = presenters.city_page(actor_of(request), slug=slug, language=get_language() or "en")
    address = request.build_absolute_uri(request.path)
    return render(request, "partnerships/city.html", {"page": page, "address": address})


@require_safe
def city_partners(request: HttpRequest, slug: str) -> HttpResponse:
    """The best partners of a city among all that this node knows."""
    found = selectors.city_get(slug)
    form = NarrowForm(request.GET or None)
    valid = not form.is_bound or form.is_valid()
    told = form.cleaned_data if form.is_bound and valid else {}
    page = partners_page(
        found,
        country=told.get("country") or "",
        smallest=told.get("smallest") or 0,
        largest=told.get("largest") or 0,
    )
    context = {"page": page, "form": form}
    return render(request, "partnerships/partners.html", context, status=200 if valid else 422)


@require_safe
def city_qr(request: HttpRequest, slug: str) -> HttpResponse:
    """The address of a city's page as a QR code."""
    return qr_response(request.build_absolute_uri(reverse("partnerships:city", args=[selectors.city_get(slug).slug])))


@require_safe
def partnerships(request: HttpRequest) -> HttpResponse:
    """All partnerships."""
    return render(request, "partnerships/partnerships.html", {"page": presenters_programme.partnerships_page()})


@require_safe
def partnership(request: HttpRequest, slug: str) -> HttpResponse:
    """What a partnership did, and what it learned."""
    page = presenters_programme.partnership_page(actor_of(request), slug=slug, language=get_language() or "en")
    address = request.build_absolute_uri(request.path)
    context = {"page": page, "address": address, "work": public_part(actor_of(request), slug)}
    return render(request, "partnerships/partnership.html", context)


@require_safe
def partnership_qr(request: HttpRequest, slug: str) -> HttpResponse:
    """The address of a partnership's page as a QR code."""
    found = selectors.partnership_get(slug)
    return qr_response(request.build_absolute_uri(reverse("partnerships:partnership", args=[found.slug])))


@require_safe
def programme(request: HttpRequest) -> HttpResponse:
    """The programme: its numbers and its events in time."""
    return render(request, "partnerships/programme.html", {"page": presenters_programme.programme_page()})
