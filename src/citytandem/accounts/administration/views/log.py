"""The log: who changed or looked at what."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from citytandem.accounts.administration.selectors import log_page
from citytandem.accounts.administration.views.guard import administrators_only
from citytandem.accounts.contract import reads_masked

SHOWS = ("", "changed", "looked")


@administrators_only
@require_safe
def log(request: HttpRequest) -> HttpResponse:
    """Entries, newest first; only changes or only looks, of all or about one person."""
    show = request.GET.get("show", "")
    show = show if show in SHOWS else ""
    person = _uuid(request.GET.get("person", ""))
    masks = reads_masked(request)
    rows, cursor = log_page(show=show, after=request.GET.get("after"), person=person, masks=masks)
    kept = {name: value for name, value in (("show", show), ("person", str(person or ""))) if value}
    context = {
        "rows": rows,
        "show": show,
        "person": person,
        "next_url": f"?{urlencode({**kept, 'after': cursor})}" if cursor else "",
        "first_url": f"?{urlencode(kept)}" if request.GET.get("after") else "",
    }
    return render(request, "accounts/administration/log.html", context)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
