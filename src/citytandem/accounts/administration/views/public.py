"""What the administration makes public: the city's colour and logo, its own texts."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from citytandem.accounts.administration.brand import stylesheet
from citytandem.accounts.administration.contrast import is_colour
from citytandem.accounts.administration.selectors import logo_content
from citytandem.accounts.administration.texts import city_text_named
from citytandem.core.node import this_node

# The address changes with the content, so browsers need never ask again.
FOR_EVER = cache_control(public=True, max_age=31_536_000, immutable=True)


@require_safe
@FOR_EVER
def colours(_request: HttpRequest, key: str) -> HttpResponse:
    """The city's colour as a stylesheet."""
    colour = f"#{key}"
    if not is_colour(colour):
        raise Http404
    return HttpResponse(stylesheet(colour), content_type="text/css; charset=utf-8")


@require_safe
@FOR_EVER
def logo(_request: HttpRequest, key: str) -> HttpResponse:
    """The city's logo."""
    content = logo_content(key)
    if content is None:
        raise Http404
    return HttpResponse(content, content_type="image/png")


@require_safe
def text_page(request: HttpRequest, name: str) -> HttpResponse:
    """One of the city's own texts on a page of its own, once it is written."""
    found = city_text_named(name)
    if found is None or not found.is_page or not this_node().texts.get(name):
        raise Http404
    return render(request, "accounts/administration/text_page.html", {"text": found})
