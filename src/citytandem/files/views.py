"""Files over HTTP: their content, and the page on which those of a thing are looked after."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from citytandem.accounts.contract import Actor, actor_of
from citytandem.core.errors import DomainError, NotFound
from citytandem.files.forms import AddForm, FilesField
from citytandem.files.managing import FilesPage, add_form, descriptions_save, files_page, one_file
from citytandem.files.naming import is_renamed
from citytandem.files.sending import sent
from citytandem.files.services.attaching import attach
from citytandem.files.services.describing import file_remove
from citytandem.files.serving import served
from citytandem.files.visitors import key_made, key_of


@require_safe
def content(request: HttpRequest, file_id: UUID, variant: str) -> HttpResponseBase:
    """A picture or a document. What is in it can neither run nor load anything (CSP sandbox, no sniffing)."""
    return sent(request, served(file_id, variant, actor=actor_of(request), key=key_of(request)))


@never_cache
@require_safe
def look(request: HttpRequest, file_id: UUID) -> HttpResponse:
    """The picture of one file on the page of files; asked for again while it is being checked."""
    file = one_file(file_id, actor=actor_of(request), key=key_of(request))
    return render(request, "files/parts/preview.html", {"file": file})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def of_thing(request: HttpRequest, kind: str, object_id: UUID) -> HttpResponse:
    """All files of a thing: add, describe, remove."""
    actor = actor_of(request)
    try:
        if request.method == "POST":
            return _changed(request, kind, object_id, actor)
        page = files_page(kind, object_id, actor=actor, key=key_of(request))
    except NotFound:
        if actor.is_anonymous:
            return HttpResponseRedirect(f"/sign-in?{urlencode({'next': request.get_full_path()})}")
        raise
    return _shown(request, page, add_form())


def _changed(request: HttpRequest, kind: str, object_id: UUID, actor: Actor) -> HttpResponse:
    if "add" in request.POST:
        return _added(request, kind, object_id, actor)
    key = key_of(request)
    page = files_page(kind, object_id, actor=actor, key=key, sent=request.POST)
    is_saved = descriptions_save(page, by=actor, key=key)
    removed = request.POST.get("remove", "")
    for one in page.files:
        if one.form is not None and str(one.file.id) == removed:
            file_remove(file_id=one.file.id, by=actor, key=key)
            messages.success(request, _("“%(name)s” is removed.") % {"name": one.file.name})
    if not is_saved:
        return _shown(request, page, add_form(), status=422)
    if not removed:
        messages.success(request, _("Your descriptions are saved."))
    return HttpResponseRedirect(page.path)


def _added(request: HttpRequest, kind: str, object_id: UUID, actor: Actor) -> HttpResponse:
    """Takes what is good, and says of the rest why it is not."""
    form = add_form(request.POST, request.FILES)
    is_good = form.is_valid()
    made, status, sent = [], 422, _good(form)
    try:
        made = attach(kind=kind, object_id=object_id, by=actor, files=sent, key=key_made(request))
    except DomainError as error:
        form.refuse(error)
        is_good, status = False, error.status
    if made:
        told = ngettext(
            "%(number)s file is here and is being checked.",
            "%(number)s files are here and are being checked.",
            len(made),
        )
        messages.success(request, told % {"number": len(made)})
    for file, one in zip(made, sent, strict=False):
        if is_renamed(file.name, sent=one.name):
            told = _("The name of a file held personal data. Here it is called “%(name)s”.")
            messages.info(request, told % {"name": file.name})
    if is_good:
        return HttpResponseRedirect(f"/files/of/{kind}/{object_id}#files")
    return _shown(request, files_page(kind, object_id, actor=actor, key=key_of(request)), form, status=status)


def _good(form: AddForm) -> list[Any]:
    field = form.fields["files"]
    assert isinstance(field, FilesField)  # noqa: S101 - for the type checker
    return list(field.good)


def _shown(request: HttpRequest, page: FilesPage, form: AddForm, *, status: int = 200) -> HttpResponse:
    return render(request, "files/of_thing.html", {"page": page, "form": form}, status=status)
