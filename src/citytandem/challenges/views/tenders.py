"""The hand-over to a contract: which procedure may fit, tender packages with their files, reuse instead of buying."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import content_disposition_header, urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from citytandem.accounts.contract import actor_of
from citytandem.challenges.forms_tenders import BeginForm
from citytandem.challenges.frame import frame_of
from citytandem.challenges.procurement_page import ProcurementForm, answer_of, start_values
from citytandem.challenges.reading_tenders import partner_cities, tender_open, tenders_of
from citytandem.challenges.reuse_page import ReuseForm, checklist_of, sides_of
from citytandem.challenges.selectors import challenge_get, tender_get
from citytandem.challenges.services.tenders import tender_begin, tender_copy, tender_hand_over, tender_save
from citytandem.challenges.tender_faults import faults_of, ready_package
from citytandem.challenges.tender_files import tender_file
from citytandem.challenges.tender_pages import (
    package_languages,
    path_of,
    pilot_choices,
    procurement_path,
    tender_page,
    weights_shown,
)
from citytandem.challenges.tender_parts import PARTS, Part, placed
from citytandem.challenges.tender_prefill import finished_pilots
from citytandem.challenges.tender_said import package_of
from citytandem.challenges.tenders.kinds import BadTender
from citytandem.challenges.tenders.package import Buyer
from citytandem.core.errors import Conflict, DomainError, NotFound
from citytandem.core.node import this_node
from citytandem.streams.contract import solution_by_key

METHODS = ["GET", "HEAD", "POST"]
_OPEN = "ocds.json"


@require_safe
def procurement(request: HttpRequest) -> HttpResponse:
    """Which procedure may fit; the address holds what was asked."""
    if "value" not in request.GET:
        form = ProcurementForm(initial=start_values(request.GET))
        return render(request, "challenges/procurement.html", {"form": form})
    form = ProcurementForm({**start_values(request.GET), **request.GET.dict()})
    if not form.is_valid():
        return render(request, "challenges/procurement.html", {"form": form}, status=422)
    return render(request, "challenges/procurement.html", {"form": form, "answer": answer_of(form.cleaned_data)})


@never_cache
@require_http_methods(METHODS)
def reuse(request: HttpRequest, key: str) -> HttpResponse:
    """What differs between the city that has a solution and the reader's. Nothing is kept."""
    solution = solution_by_key(key, actor=actor_of(request), language=get_language() or "en")
    sides = sides_of(solution)
    context: dict[str, Any] = {"solution": solution, "city": sides.city}
    status = 200
    if request.method == "POST":
        form = ReuseForm(request.POST, giver=sides.giver)
        if form.is_valid():
            context["checklist"] = checklist_of(form)
        else:
            status = 422
    else:
        form = ReuseForm(initial=sides.start, giver=sides.giver)
    return render(request, "challenges/reuse.html", {**context, "form": form}, status=status)


@never_cache
@require_http_methods(METHODS)
def tenders(request: HttpRequest, key: str) -> HttpResponse:
    """The packages of a challenge, and beginning one."""
    actor, reader = actor_of(request), get_language() or "en"
    if actor.is_anonymous:
        return _to_sign_in(request)
    challenge = challenge_get(actor, key, permission="challenges.hand_over")
    pilots = pilot_choices(finished_pilots(challenge), reader=reader)
    start = {"pilot": pilots[0][0] if pilots else "", "language": this_node().language}
    form = BeginForm(request.POST or None, initial=start, pilots=pilots, languages=package_languages())
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                pilot = form.cleaned_data["pilot"]
                tender = tender_begin(
                    challenge.id,
                    pilot_id=UUID(pilot) if pilot else None,
                    language=form.cleaned_data["language"],
                    by=actor,
                )
            except DomainError as error:
                form.refuse(error)
                status = error.status
            else:
                messages.success(request, _("The package is begun. Go through each part: everything is a suggestion."))
                return HttpResponseRedirect(path_of(tender))
    context = {
        "frame": frame_of(actor, challenge, reader=reader, current="tenders"),
        "tenders": tenders_of(challenge),
        "form": form,
        "has_pilots": bool(pilots),
    }
    return render(request, "challenges/tenders.html", context, status=status)


@never_cache
@require_safe
def tender(request: HttpRequest, key: str) -> HttpResponse:
    """A package: its parts, what it lacks, its files, and the hand-over."""
    if actor_of(request).is_anonymous:
        return _to_sign_in(request)
    return _overview(request, tender_get(actor_of(request), key))


@never_cache
@require_http_methods(METHODS)
def write(request: HttpRequest, key: str, part: str) -> HttpResponse:
    """One part of a package. Rows are added and taken out by sending the form: nothing is kept before it is saved."""
    actor = actor_of(request)
    if actor.is_anonymous:
        return _to_sign_in(request)
    found = tender_get(actor, key)
    if part not in PARTS:
        raise NotFound("tender.part", _("A tender package has no such part."))
    if request.method == "POST":
        return _sent(request, found, part)
    if found.handed_over_at is not None:
        return HttpResponseRedirect(path_of(found))
    shown = Part(part, found)
    faults = [one for one in map(placed, faults_of(found)) if one.part == part]
    shown.show(faults)
    return _part(request, found, shown, faults=faults)


def _sent(request: HttpRequest, found: Any, part: str) -> HttpResponse:
    sent = Part(part, found, request.POST)
    if "add" in request.POST:
        sent.add(_partner(request.POST.get("partner", "")) if request.POST["add"] == "partner" else None)
        return _part(request, found, sent, is_unsaved=True)
    if request.POST.get("remove", "").isdecimal():
        sent.remove(int(request.POST["remove"][:4]))
        return _part(request, found, sent, is_unsaved=True)
    if not sent.is_valid():
        return _part(request, found, sent, status=422)
    return _saved(request, found, sent)


def _saved(request: HttpRequest, found: Any, sent: Part) -> HttpResponse:
    version = request.POST.get("version", "")
    try:
        package = sent.applied()
        saved = tender_save(
            found.id,
            package,
            currency=sent.currency,
            version=int(version) if version.isascii() and version.isdigit() and len(version) < 10 else 0,
            by=actor_of(request),
            price_confirmed=sent.price_confirmed,
        )
    except DomainError as error:
        is_stale = isinstance(error, Conflict) and found.handed_over_at is None
        return _part(request, found, sent, status=error.status, refusal=error, is_stale=is_stale)
    left = [one for one in map(placed, faults_of(saved)) if one.part == sent.key]
    if left:
        messages.info(request, _("Saved. Something is still missing in this part."))
        return HttpResponseRedirect(f"{path_of(saved)}/edit/{sent.key}")
    messages.success(request, _("Saved."))
    return HttpResponseRedirect(path_of(saved))


def _part(
    request: HttpRequest,
    found: Any,
    part: Part,
    *,
    faults: Any = (),
    status: int = 200,
    refusal: DomainError | None = None,
    is_stale: bool = False,
    is_unsaved: bool = False,
) -> HttpResponse:
    actor, reader = actor_of(request), get_language() or "en"
    ready = ready_package(found) if part.key == "criteria" and not is_unsaved else None
    context = {
        "frame": frame_of(actor, found.challenge, reader=reader, current="tenders"),
        "tender": found,
        "path": path_of(found),
        "part": part,
        "faults": faults,
        "refusal": refusal,
        "is_stale": is_stale,
        "is_unsaved": is_unsaved,
        # What the editor saw; whoever has compared may save again.
        "version": found.version if is_stale or request.method != "POST" else request.POST.get("version", ""),
        "partners": partner_cities() if part.key == "buyers" else (),
        "weights": weights_shown(ready) if ready is not None else (),
        "procurement": procurement_path(package_of(found), found.currency) if part.key == "subject" else "",
    }
    return render(request, "challenges/tender_write.html", context, status=status)


def _partner(slug: str) -> Buyer | None:
    city = next((one for one in partner_cities() if one.slug == slug), None)
    if city is None:
        return None
    name = city.name_for(get_language() or "en")
    return Buyer(name=name, country=city.country, city=name)


@never_cache
@require_POST
def hand_over(request: HttpRequest, key: str) -> HttpResponse:
    """Give a package to the procurement office."""
    actor = actor_of(request)
    found = tender_get(actor, key)
    version = request.POST.get("version", "")
    try:
        tender_hand_over(found.id, version=int(version) if version.isdecimal() else 0, by=actor)
    except DomainError as error:
        return _overview(request, found, refusal=error, status=error.status)
    messages.success(request, _("Handed over. From now on this package stays as it is."))
    return HttpResponseRedirect(path_of(found))


@never_cache
@require_POST
def copy(request: HttpRequest, key: str) -> HttpResponse:
    """Begin a new package with what this one says."""
    actor = actor_of(request)
    made = tender_copy(tender_get(actor, key).id, by=actor)
    messages.success(request, _("This is a copy with a reference of its own."))
    return HttpResponseRedirect(path_of(made))


@never_cache
@require_safe
def file(request: HttpRequest, key: str, kind: str) -> HttpResponse:
    """A file of a package. Its open data is for everybody once it is handed over."""
    actor = actor_of(request)
    found = tender_open(actor, key) if kind == _OPEN else tender_get(actor, key)
    address = request.build_absolute_uri(f"{path_of(found)}/{_OPEN}")
    try:
        made = tender_file(found, kind, address=address)
    except BadTender as error:
        # Who may not see the package learns only that there is nothing to fetch.
        tender_get(actor, key)
        return _overview(request, found, refused=error.faults, status=409)
    response = HttpResponse(made.body, content_type=made.content_type)
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=made.name)
    response["Last-Modified"] = f"{found.changed_at:%a, %d %b %Y %H:%M:%S} GMT"
    return response


def _overview(
    request: HttpRequest, found: Any, *, refused: Any = (), refusal: DomainError | None = None, status: int = 200
) -> HttpResponse:
    actor, reader = actor_of(request), get_language() or "en"
    context = {
        "frame": frame_of(actor, found.challenge, reader=reader, current="tenders"),
        "page": tender_page(found, refused=refused),
        "refusal": refusal,
        "is_refused": bool(refused),
    }
    return render(request, "challenges/tender.html", context, status=status)


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    return HttpResponseRedirect(f"/sign-in?{urlencode({'next': request.get_full_path()})}")
