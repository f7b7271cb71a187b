"""Exchange by file over HTTP: make one, take one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from citytandem.accounts.contract import actor_of, may
from citytandem.core import clock
from citytandem.core.errors import DomainError
from citytandem.federation.forms import InvitationForm, MakeForm, TakeForm
from citytandem.federation.pages import count_new, file_choices, partner_get
from citytandem.federation.services.files import Taken, file_for, file_take, invitation_take
from citytandem.federation.services.pairing import own_words
from citytandem.federation.wording import said

ENDING = "citytandem"


@may("federation.exchange_files")
@require_http_methods(["GET", "HEAD", "POST"])
def files(request: HttpRequest) -> HttpResponse:
    """Take a file; the page also offers to make one."""
    form = TakeForm(request.POST or None, request.FILES or None)
    if request.method != "POST":
        return _page(request, {"form": form})
    if not form.is_valid():
        return _page(request, {"form": form}, status=422)
    before = clock.now()
    try:
        taken = file_take(form.cleaned_data["file"].file, by=actor_of(request))
    except DomainError as error:
        form.refuse(error)
        return _page(request, {"form": form}, status=error.status)
    if taken.unknown:
        return _compare(request, InvitationForm(initial={"header": taken.header.line.decode()}), taken.header.node)
    new = count_new(taken.peer, since=before) if taken.peer else 0
    return _page(request, {"form": TakeForm(), "taken": taken, "new": new, "trouble": _trouble(taken)})


def _trouble(taken: Taken) -> Any:
    return said(taken.code) if taken.code else None


def _page(request: HttpRequest, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    rows = file_choices()
    more = {"make": MakeForm(partners=rows), "has_partners": bool(rows)}
    return render(request, "federation/files.html", {**more, **context}, status=status)


@may("federation.pair")
@require_POST
def invited(request: HttpRequest) -> HttpResponse:
    """Pair with the node that a file came from, by the words that its administrator reads out."""
    form = InvitationForm(request.POST)
    node = request.POST.get("node", "")
    if not form.is_valid():
        return _compare(request, form, node, status=422)
    data = form.cleaned_data
    try:
        peer = invitation_take(
            data["header"].strip().encode(), words_read=data["words_read"], name=data["name"], by_file=data["by_file"],
            by=actor_of(request),
        )  # fmt: skip
    except DomainError as error:
        form.refuse(error)
        return _compare(request, form, node, status=error.status)
    messages.success(request, _("The words fit: this is your partner. Now agree on what flows between you."))
    return redirect("federation:agreement", peer_id=peer.id)


def _compare(request: HttpRequest, form: InvitationForm, node: str, *, status: int = 200) -> HttpResponse:
    ours = own_words()
    shown = {"address": ours.address, "words": ours.words.split("-")}
    return render(request, "federation/invited.html", {"form": form, "node": node, "ours": shown}, status=status)


@may("federation.exchange_files")
@require_POST
def make(request: HttpRequest) -> StreamingHttpResponse | HttpResponse:
    """A file for a partner; the browser saves it."""
    rows = file_choices()
    form = MakeForm(request.POST, partners=rows)
    if not form.is_valid():
        return _page(request, {"form": TakeForm(), "make": form}, status=422)
    peer = partner_get(UUID(form.cleaned_data["partner"]))
    after = 0 if form.cleaned_data["everything"] else peer.sent_number
    return _download(file_for(peer, after=after), name=f"for-{_plain(peer.name)}")


@may("federation.pair")
@require_POST
def invitation(_request: HttpRequest) -> StreamingHttpResponse:
    """A file with which another city can pair with us."""
    return _download(file_for(None), name="invitation")


def _plain(name: str) -> str:
    return "".join(letter for letter in name.lower() if letter.isascii() and letter.isalnum()) or "partner"


def _download(lines: Iterator[bytes], *, name: str) -> StreamingHttpResponse:
    # The first line is made before the answer begins, so that a missing key is an error page and no broken file.
    first = next(lines)
    response = StreamingHttpResponse(_all(first, lines), content_type="application/x-ndjson")
    response["Content-Disposition"] = f'attachment; filename="{name}-{clock.now():%Y-%m-%d}.{ENDING}"'
    return response


def _all(first: bytes, lines: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from lines
