"""Tables of proposals over HTTP: sending one, watching how far it is, fetching what was left out."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from citytandem.accounts.contract import Actor, actor_of
from citytandem.challenges.forms_proposals import TableForm
from citytandem.challenges.frame import frame_of, path_of
from citytandem.challenges.import_pages import bad_rows_csv, cards_of, import_page_of
from citytandem.challenges.intake.table import COLUMNS
from citytandem.challenges.rules import takes_proposals
from citytandem.challenges.selectors import challenge_get
from citytandem.challenges.services.importing import columns_left, import_start
from citytandem.challenges.views.proposals import METHODS, to_sign_in
from citytandem.core.errors import DomainError
from citytandem.core.permissions import require


@never_cache
@require_http_methods(METHODS)
def imports(request: HttpRequest, key: str) -> HttpResponse:
    """Send a table; the newest ones."""
    actor, reader = actor_of(request), get_language() or "en"
    challenge = challenge_get(actor, key)
    if actor.is_anonymous and request.method != "POST":
        return to_sign_in(request)
    require("challenges.run", actor, challenge)
    form, status = TableForm(request.POST or None, request.FILES or None), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            file = form.cleaned_data["file"]
            data = file.read()
            try:
                made = import_start(
                    challenge.id, data, name=file.name or "", by=actor, reason=form.cleaned_data["reason"]
                )
            except DomainError as error:
                form.refuse(error)
                status = error.status
            else:
                left = columns_left(data)
                if left:
                    told = _("These columns are not read: %(names)s.") % {"names": ", ".join(left)}
                    messages.info(request, told)
                return HttpResponseRedirect(f"{path_of(challenge)}/proposals/import/{made.id}")
    context = {
        "form": form,
        "cards": cards_of(challenge),
        "columns": COLUMNS,
        "takes": challenge.phase == "open",
        "is_late": not takes_proposals(challenge),
        "frame": frame_of(actor, challenge, reader=reader, current="proposals"),
    }
    return render(request, "challenges/import.html", context, status=status)


@never_cache
@require_safe
def one_import(request: HttpRequest, key: str, import_id: UUID) -> HttpResponse:
    """How far a table is, and what was left out."""
    actor, reader = actor_of(request), get_language() or "en"
    if actor.is_anonymous:
        return to_sign_in(request)
    challenge = _challenge(actor, key)
    card, bad, is_more = import_page_of(challenge, import_id)
    context = {
        "card": card,
        "bad": bad,
        "is_more": is_more,
        "frame": frame_of(actor, challenge, reader=reader, current="proposals"),
        "path": f"{path_of(challenge)}/proposals/import",
    }
    return render(request, "challenges/import_one.html", context)


@never_cache
@require_safe
def left_out(request: HttpRequest, key: str, import_id: UUID) -> HttpResponseBase:
    """The rows that were left out, with line and reason, as CSV."""
    challenge = _challenge(actor_of(request), key)
    lines = bad_rows_csv(challenge, import_id, language=get_language() or "en")
    answer = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="left-out.csv"'
    return answer


def _challenge(actor: Actor, key: str) -> Any:
    challenge = challenge_get(actor, key)
    require("challenges.run", actor, challenge)
    return challenge
