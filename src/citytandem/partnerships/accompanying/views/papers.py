"""Papers over HTTP: the list, a memorandum, its draft, its offer, its signatures."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from citytandem.accounts.contract import actor_of
from citytandem.core.errors import DomainError
from citytandem.files.contract import attachment_send
from citytandem.partnerships.accompanying import paper_links
from citytandem.partnerships.accompanying import papers as services
from citytandem.partnerships.accompanying.files import KIND
from citytandem.partnerships.accompanying.forms import SignForm
from citytandem.partnerships.accompanying.papers_page import memorandum_page
from citytandem.partnerships.accompanying.papers_page import papers as papers_page
from citytandem.partnerships.accompanying.shown import frame_of
from citytandem.partnerships.accompanying.typing_records import any_of
from citytandem.partnerships.accompanying.views.guard import for_those_who_work


@require_safe
@for_those_who_work
def papers(request: HttpRequest, partnership: Any) -> HttpResponse:
    """Documents, memoranda, applications, stays."""
    frame = frame_of(partnership, current="papers")
    page = papers_page(partnership, frame)
    return render(request, "partnerships/work/papers.html", {"frame": frame, "page": page})


@never_cache
@require_safe
def file(request: HttpRequest, document_id: UUID, file_id: UUID, seal: str) -> HttpResponseBase:
    """A file of a document of ours for the people of a partner city: whoever has the sealed address may read it."""
    paper_links.require_seal(document_id, file_id, seal)
    return attachment_send(request, kind=KIND, object_id=document_id, file_id=file_id)


@require_safe
@for_those_who_work
def memorandum(request: HttpRequest, partnership: Any, record_id: UUID) -> HttpResponse:
    """A version, who signed it, and what can be done."""
    return _memorandum(request, partnership, record_id, form=SignForm(), status=200)


@require_POST
@for_those_who_work
def draft(request: HttpRequest, partnership: Any) -> HttpResponse:
    """A new version out of the record."""
    row = services.memorandum_draft(partnership_id=partnership.id, by=actor_of(request))
    messages.success(request, _("Here is a draft of what stands in the record. Read it through and change it."))
    return HttpResponseRedirect(f"/partnerships/{partnership.slug}/work/memoranda/{row.id}")


@require_POST
@for_those_who_work
def offer(request: HttpRequest, partnership: Any, record_id: UUID) -> HttpResponse:
    """Its words stay from now on."""
    try:
        services.memorandum_offer(record_id, partnership_id=partnership.id, by=actor_of(request))
    except DomainError as error:
        error.raise_unless_about_input()
        messages.error(request, str(error.message))
    else:
        messages.success(request, _("Its words stay as they are now. Both cities can sign."))
    return HttpResponseRedirect(f"/partnerships/{partnership.slug}/work/memoranda/{record_id}")


@require_POST
@for_those_who_work
def sign(request: HttpRequest, partnership: Any, record_id: UUID) -> HttpResponse:
    """Our city signs."""
    form = SignForm(request.POST)
    if form.is_valid():
        function = form.cleaned_data["function"]
        try:
            services.memorandum_sign(record_id, partnership_id=partnership.id, function=function, by=actor_of(request))
        except DomainError as error:
            error.raise_unless_about_input()
            form.refuse(error)
        else:
            messages.success(request, _("Signed. Your partner's node gets the signature."))
            return HttpResponseRedirect(f"/partnerships/{partnership.slug}/work/memoranda/{record_id}")
    return _memorandum(request, partnership, record_id, form=form, status=422)


def _memorandum(request: HttpRequest, partnership: Any, record_id: UUID, *, form: Any, status: int) -> HttpResponse:
    row = any_of("memorandum", record_id, partnership)
    frame = frame_of(partnership, current="papers")
    context = {"frame": frame, "page": memorandum_page(row, frame), "form": form}
    return render(request, "partnerships/work/memorandum.html", context, status=status)
