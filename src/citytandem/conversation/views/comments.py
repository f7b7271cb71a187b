"""Single comments: their lasting address, replying, mending, taking back, and what they said before."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from citytandem.accounts.contract import actor_of
from citytandem.conversation import pages, selectors
from citytandem.conversation.forms import EditForm
from citytandem.conversation.services.checks import thing_for
from citytandem.conversation.services.writing import comment_edit, comment_withdraw
from citytandem.core.errors import DomainError
from citytandem.core.permissions import require


@never_cache
@require_safe
def permalink(request: HttpRequest, comment_id: UUID) -> HttpResponse:
    """`/comments/…` leads to the comment in its thread."""
    actor = actor_of(request)
    return HttpResponseRedirect(pages.place_of(actor, selectors.comment_get(actor, comment_id)))


@never_cache
@require_safe
def reply(request: HttpRequest, comment_id: UUID) -> HttpResponse:
    """The form to reply: alone for htmx, else on the page of the thread."""
    actor, reader = actor_of(request), get_language() or "en"
    comment = selectors.comment_get(actor, comment_id)
    thread = comment.parent_id or comment.id
    page = pages.thread_page_of(
        actor, kind=comment.kind, object_id=comment.object_id, thread=thread, reader=reader, to_reply=True
    )  # fmt: skip
    if request.headers.get("HX-Request") != "true":
        return render(request, "conversation/page.html", {"conversation": page})
    context = {
        "form": page.form,
        "kind": page.kind,
        "object_id": page.object_id,
        "departments": page.departments,
        "closed": page.closed,
    }
    return render(request, "conversation/parts/form.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, comment_id: UUID) -> HttpResponse:
    """Mend one's own comment."""
    actor = actor_of(request)
    if actor.is_anonymous and request.method != "POST":
        return redirect_to_login(request.get_full_path())
    comment = selectors.comment_get(actor, comment_id)
    require("conversation.edit", actor, comment)
    thing = thing_for(actor, kind=comment.kind, object_id=comment.object_id, reader=get_language() or "en")
    form = EditForm(request.POST or None, initial={"text": comment.text})
    back = pages.place_of(actor, comment)
    context = {"form": form, "comment": comment, "thing": thing, "back": back}
    if request.method != "POST":
        return render(request, "conversation/edit.html", context)
    if not form.is_valid():
        return render(request, "conversation/edit.html", context, status=422)
    try:
        comment_edit(comment_id=comment.id, text=form.cleaned_data["text"], by=actor)
    except DomainError as error:
        form.refuse(error)
        return render(request, "conversation/edit.html", context, status=error.status)
    messages.success(request, _("Your changes are saved."))
    return HttpResponseRedirect(back)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, comment_id: UUID) -> HttpResponse:
    """Take back one's own comment; asked for once more, since its words do not come back."""
    actor = actor_of(request)
    if actor.is_anonymous and request.method != "POST":
        return redirect_to_login(request.get_full_path())
    comment = selectors.comment_get(actor, comment_id)
    if request.method == "POST":
        comment_withdraw(comment_id=comment.id, by=actor)
        messages.success(request, _("Your comment is withdrawn. Its place stays, its words do not."))
        return HttpResponseRedirect(pages.place_of(actor, comment))
    require("conversation.withdraw", actor, comment)
    thing = thing_for(actor, kind=comment.kind, object_id=comment.object_id, reader=get_language() or "en")
    return render(
        request,
        "conversation/withdraw.html",
        {"comment": comment, "thing": thing, "back": pages.place_of(actor, comment)},
    )


@never_cache
@require_safe
def versions(request: HttpRequest, comment_id: UUID) -> HttpResponse:
    """What a comment said before it was mended; for moderators."""
    actor = actor_of(request)
    if actor.is_anonymous:
        return redirect_to_login(request.get_full_path())
    require("conversation.read_versions", actor)
    comment = selectors.comment_get(actor, comment_id)
    thing = thing_for(actor, kind=comment.kind, object_id=comment.object_id, reader=get_language() or "en")
    context = {
        "comment": comment,
        "thing": thing,
        "versions": selectors.versions_of(comment),
        "back": pages.place_of(actor, comment),
    }
    return render(request, "conversation/versions.html", context)
