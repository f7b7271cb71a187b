"""What partners say about solutions: that they take one over, and what a pilot showed. Taken over as they publish it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from citytandem.core import clock
from citytandem.core.errors import Invalid
from citytandem.core.text import MAX_TEXT, MAX_TITLE
from citytandem.core.versions import Translations
from citytandem.federation import details as told_as
from citytandem.federation.contract import Incoming, Taker, copy_id, own_ids_of, register_taker
from citytandem.partnerships.contract import city_of_node
from citytandem.streams.details import MOST_URI, conditions_in
from citytandem.streams.models import FRAME_CONDITIONS, Solution
from citytandem.streams.models_shared import Evidence, Mirrored, Reuse, ReuseStatus
from citytandem.streams.services.mirroring import reuses_count
from citytandem.streams.translated import MAX_CONDITION

LONGEST_RESULTS = 5_000
MOST_INDICATORS = 40
DIRECTIONS = ("up", "down")


@transaction.atomic
def reuse_take(incoming: Incoming) -> None:
    """Write or refresh that a partner takes a solution over. The solution may come later."""
    details = incoming.details
    results = told_as.words(incoming.texts.get("content"), limit=LONGEST_RESULTS)
    conditions = conditions_in(details.get("frame"), known=FRAME_CONDITIONS, limit=MAX_CONDITION)
    status = told_as.choice(details.get("status"), ReuseStatus.values)
    if not status:
        raise Invalid("partner.reuse_unreadable", _("This entry does not say how far the city is with the solution."))
    uri = incoming.in_reply_to
    before = Reuse.objects.filter(origin_uri=incoming.uri).values_list("solution_id", flat=True).first()
    values = {
        **_where_from(incoming),
        "solution_id": _solution(uri),
        "solution_uri": uri,
        "status": status,
        "language": _language(details, results, *conditions.values()),
        "conditions": conditions,
        "results": results,
        "since": told_as.day(details.get("since")),
        "evidence_url": told_as.web(details.get("evidence")),
    }
    # A city says once how far it is with a solution: what it says under a new address takes the place of the old one.
    Reuse.objects.filter(origin=incoming.origin, solution_uri=uri).exclude(origin_uri=incoming.uri).delete()
    _store(Reuse, incoming, values)
    reuses_count([one for one in {before, values["solution_id"]} if one is not None])


@transaction.atomic
def reuses_drop(uris: Sequence[str]) -> None:
    """Forget what partners have withdrawn; its city no longer counts as one that uses the solution."""
    gone = Reuse.objects.filter(origin_uri__in=list(uris))
    solutions = [one for one in gone.values_list("solution_id", flat=True) if one is not None]
    gone.delete()
    reuses_count(solutions)


@transaction.atomic
def evidence_take(incoming: Incoming) -> None:
    """Write or refresh what a pilot of a partner showed about one of its solutions. The solution may come later."""
    details = incoming.details
    title = told_as.words(incoming.texts.get("name"), limit=MAX_TITLE, is_line=True)
    uri = told_as.web(details.get("solution"), limit=MOST_URI)
    # An address has no other letters: four bytes for each would not fit into the index.
    if not title or not uri or not uri.isascii():
        raise Invalid("partner.evidence_unreadable", _("This entry does not say which solution it is about."))
    values = {
        **_where_from(incoming),
        "solution_id": _solution(uri, origin=incoming.origin),
        "solution_uri": uri,
        "language": told_as.original_of(title, details.get("language")),
        "title": title,
        "text": told_as.words(incoming.texts.get("content"), limit=MAX_TEXT)
        or told_as.words(incoming.texts.get("summary"), limit=MAX_TEXT),
        "verdict": told_as.line(details.get("verdict"), limit=40),
        "indicators": [_indicator(one) for one in told_as.listed(details.get("indicators"))[:MOST_INDICATORS]],
        "costs": _costs(told_as.mapping(details.get("costs"))),
    }
    _store(Evidence, incoming, values)


@transaction.atomic
def evidence_drop(uris: Sequence[str]) -> None:
    """Forget what partners have withdrawn."""
    Evidence.objects.filter(origin_uri__in=list(uris)).delete()


def _where_from(incoming: Incoming) -> dict[str, Any]:
    return {
        "origin": incoming.origin,
        "origin_name": incoming.peer_name[:200],
        "origin_page": told_as.web(incoming.page, limit=MOST_URI),
        "expires_at": incoming.expires,
        "city": city_of_node(incoming.origin),
        "is_public": incoming.visibility == "public",
        "changed_at": min(incoming.updated, clock.now()),
    }


def _store(model: type[Mirrored], incoming: Incoming, values: Mapping[str, Any]) -> None:
    first = {"id": copy_id(incoming.uri), "created_at": min(incoming.published, clock.now())}
    model._default_manager.update_or_create(  # noqa: SLF001 - the manager that every model has
        origin_uri=incoming.uri, defaults=dict(values), create_defaults={**values, **first}
    )


def _solution(uri: str, *, origin: str = "") -> UUID | None:
    """The solution that an address names, ours or a partner's; with `origin` only one of that node: nobody else's pilot
    speaks for a solution."""
    own = own_ids_of([uri]).get(uri)
    rows = Solution.objects.filter(origin="", id=own) if own else Solution.objects.filter(origin_uri=uri)
    return (rows.filter(origin=origin) if origin else rows).values_list("id", flat=True).first()


def _language(details: Mapping[str, Any], *texts: Translations) -> str:
    merged = {code: version for versions in texts for code, version in versions.items()}
    return told_as.original_of(merged, details.get("language")) or "en"


def _indicator(value: Any) -> dict[str, Any]:
    """One figure of a pilot; what is no number is null."""
    told = told_as.mapping(value)
    interval = [told_as.figure(end) for end in told_as.listed(told.get("interval"))]
    n = told_as.mapping(told.get("n"))
    return {
        "name": told_as.line(told.get("name"), limit=200),
        "unit": told_as.line(told.get("unit"), limit=60),
        "direction": told_as.choice(told.get("direction"), DIRECTIONS),
        "baseline": told_as.figure(told.get("baseline")),
        "after": told_as.figure(told.get("after")),
        "difference": told_as.figure(told.get("difference")),
        "interval": interval if len(interval) == 2 and None not in interval else None,
        "n": {when: told_as.whole(n.get(when), least=0, most=2**31) for when in ("before", "after")},
        "verdict": told_as.line(told.get("verdict"), limit=40),
    }


def _costs(told: Mapping[str, Any]) -> dict[str, str]:
    found = {name: told_as.amount(told.get(name)) for name in ("amount", "hours", "total")}
    sums = {name: str(value) for name, value in found.items() if value is not None}
    return {"currency": told_as.line(told.get("currency"), limit=3) or "EUR", **sums} if sums else {}


def register_all() -> None:
    """Called once when Django is ready."""
    register_taker(Taker("Reuse", take=reuse_take, drop=reuses_drop))
    register_taker(Taker("Evidence", take=evidence_take, drop=evidence_drop))
