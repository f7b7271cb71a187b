"""The conversation about a thing: reading it, and writing into it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from citytandem.accounts.contract import Actor, actor_of
from citytandem.conversation import pages
from citytandem.conversation.forms import CommentForm, voice_of
from citytandem.conversation.services.checks import comment_unknown, thing_for
from citytandem.conversation.services.writing import comment_write
from citytandem.core.errors import DomainError
from citytandem.core.subjects import Subject
from citytandem.moderation.contract import trace_of


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def conversation(request: HttpRequest, kind: str, object_id: UUID) -> HttpResponse:
    """All that is said about a thing, page by page, or one thread; POST writes a comment or a reply."""
    actor, reader = actor_of(request), get_language() or "en"
    if request.method == "POST":
        return _write(request, actor, kind=kind, object_id=object_id, reader=reader)
    after = request.GET.get("after")
    thread = request.GET.get("thread")
    if thread is None:
        page = pages.conversation_of(
            actor, kind=kind, object_id=object_id, reader=reader, after=after, is_page=True
        )  # fmt: skip
    else:
        page = pages.thread_page_of(
            actor, kind=kind, object_id=object_id, thread=_key(thread), reader=reader, after=after,
            to_reply="reply" in request.GET,
        )  # fmt: skip
    return render(request, "conversation/page.html", {"conversation": page, "sent": "sent" in request.GET})


def _write(request: HttpRequest, actor: Actor, *, kind: str, object_id: UUID, reader: str) -> HttpResponse:
    """Save and go to the comment; with whatever is wrong, the form comes back with everything typed."""
    thing = thing_for(actor, kind=kind, object_id=object_id, reader=reader)
    form = _form(request, actor, thing, reader=reader)
    if not form.is_valid():
        return _again(request, actor, thing, form, reader=reader, status=422)
    values = form.cleaned_data
    try:
        written = comment_write(
            kind=kind,
            object_id=object_id,
            text=values["text"],
            parent=values["parent"],
            visitor_name=values.get("visitor_name", ""),
            trace=trace_of(request),
            thing=thing,
            by=actor,
            **voice_of(values.get("voice", "")),
        )
    except DomainError as error:
        form.refuse(error)
        return _again(request, actor, thing, form, reader=reader, status=error.status, error=error)
    if _by_htmx(request):
        return _part(request, actor, thing, written, reader=reader)
    # No message: it would be kept in the session, and written anew each time. The page shows the comment itself.
    return HttpResponseRedirect(_target(thing, written, values["back"], is_visitor=actor.is_anonymous))


def _form(request: HttpRequest, actor: Actor, thing: Subject, *, reader: str) -> CommentForm:
    try:
        parent = UUID(request.POST.get("parent", ""))
    except ValueError:
        parent = None
    return pages.empty_form(actor, thing, reader=reader, reply_to=parent, data=request.POST)


def _target(thing: Subject, written: Any, back: str, *, is_visitor: bool) -> str:
    """Where a comment is seen: below the thing, or on the page of its thread."""
    if is_visitor:
        return f"/conversation/{thing.kind}/{thing.id}?sent=1#conversation"
    if written.parent_id is not None:
        return f"/conversation/{thing.kind}/{thing.id}?thread={written.parent_id}#c-{written.id}"
    if back == "thing":
        return f"{thing.path}#c-{written.id}"
    return f"/conversation/{thing.kind}/{thing.id}#c-{written.id}"


def _again(
    request: HttpRequest,
    actor: Actor,
    thing: Subject,
    form: CommentForm,
    *,
    reader: str,
    status: int,
    error: DomainError | None = None,
) -> HttpResponse:
    """A full page, or the form alone where htmx put it; htmx shows an answer only if its status says that all is well."""
    if _by_htmx(request):
        context = {"form": form, "kind": thing.kind, "object_id": thing.id, "departments": pages.addressable(reader)}
        response = render(request, "conversation/parts/form.html", context)
        response["HX-Retarget"] = "closest form"
        response["HX-Reswap"] = "outerHTML"
        return response
    page = pages.conversation_of(
        actor, kind=thing.kind, object_id=thing.id, reader=reader, thing=thing, form=form, is_page=True
    )
    response = render(request, "conversation/page.html", {"conversation": page, "is_refused": True}, status=status)
    if error is not None and "retry_after" in error.details:
        response["Retry-After"] = str(error.details["retry_after"])
    return response


def _part(request: HttpRequest, actor: Actor, thing: Subject, written: Any, *, reader: str) -> HttpResponse:
    """What takes the place of the part that was written in: the whole conversation, or the thread."""
    if written.parent_id is None:
        page = pages.conversation_of(actor, kind=thing.kind, object_id=thing.id, reader=reader, thing=thing)
        context = {"conversation": page, "sent": actor.is_anonymous, "written": written.id}
        response = render(request, "conversation/parts/conversation.html", context)
        response["HX-Retarget"] = "#conversation"
    else:
        page = pages.thread_page_of(
            actor, kind=thing.kind, object_id=thing.id, thread=written.parent_id, reader=reader
        )  # fmt: skip
        context = {"one": page.thread, "sent": actor.is_anonymous, "written": written.id}
        response = render(request, "conversation/parts/thread.html", context)
        response["HX-Retarget"] = f"#t-{written.parent_id}"
    response["HX-Reswap"] = "outerHTML"
    return response


def _by_htmx(request: HttpRequest) -> bool:
    return request.headers.get("HX-Request") == "true"


def _key(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise comment_unknown() from error
