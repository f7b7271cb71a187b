"""Joining problems and solutions: by people, by a source, or as the matcher's suggestion."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from citytandem.accounts.contract import SYSTEM, Actor
from citytandem.core import clock
from citytandem.core.errors import NotFound
from citytandem.core.permissions import require
from citytandem.core.versions import translations
from citytandem.federation.contract import changed
from citytandem.search.detect import detect_language
from citytandem.streams.models import Link, LinkMaker, LinkState
from citytandem.streams.selectors import record_get
from citytandem.streams.services.checks import checked_note
from citytandem.streams.services.records import log_change


@transaction.atomic
def link_make(*, problem: str | UUID, solution: str | UUID, why: str, by: Actor) -> Link:
    """Join two records by hand; a link that exists is confirmed instead."""
    one = record_get(by, kind="problem", key=problem)
    other = record_get(by, kind="solution", key=solution)
    require("streams.link", by)
    text = checked_note("why", why)
    told = translations(**{detect_language(text): text}) if text else {}
    defaults = {
        "maker": LinkMaker.PEOPLE,
        "made_by_id": by.id,
        "state": LinkState.CONFIRMED,
        "why": told,
        "created_at": clock.now(),
        "decided_at": clock.now(),
    }
    link, is_new = Link.objects.select_for_update().get_or_create(problem=one, solution=other, defaults=defaults)
    if not is_new:
        _confirm(link, told=told, by=by)
    log_change(one, "linked", by=by, fields={"solution": str(other.id)}, reason=text)
    changed("solution", other.id)
    return link


def _confirm(link: Link, *, told: Mapping[str, Any], by: Actor) -> None:
    """A person vouches for a link that was there: what a matcher only suggested is theirs from now on.

    What a source or a colleague has said stays theirs; the reason given now stands in the history.
    """
    if link.maker == LinkMaker.MATCHER:
        link.maker, link.made_by_id, link.why = LinkMaker.PEOPLE, by.id, dict(told)
    elif link.maker == LinkMaker.PEOPLE and not link.why:
        link.why = dict(told)
    link.state, link.decided_at = LinkState.CONFIRMED, clock.now()
    link.save(update_fields=["maker", "made_by", "state", "why", "decided_at"])


@transaction.atomic
def link_decide(*, link_id: UUID, accept: bool, by: Actor) -> Link:
    """Confirm or reject a suggested link; both can be taken back."""
    require("streams.link", by)
    link = Link.objects.select_for_update().select_related("problem").filter(id=link_id).first()
    if link is None:
        raise NotFound("link.unknown", _("There is no such link."))
    link.state, link.decided_at = LinkState.CONFIRMED if accept else LinkState.REJECTED, clock.now()
    link.save(update_fields=["state", "decided_at"])
    log_change(link.problem, f"link_{link.state}", by=by, fields={"solution": str(link.solution_id)})
    changed("solution", link.solution_id)
    return link


@transaction.atomic
def link_from_source(*, problem: UUID, solution: UUID, why: Mapping[str, str], basis: str) -> Link:
    """A link that a named source makes; doing it twice changes nothing, and what people decided stays."""
    same = Link.objects.filter(problem_id=problem, solution_id=solution)
    same.filter(maker=LinkMaker.MATCHER).exclude(state=LinkState.REJECTED).update(
        maker=LinkMaker.SOURCE, state=LinkState.CONFIRMED
    )
    same.filter(maker=LinkMaker.SOURCE).update(why=translations(**why), basis=basis)
    changed("solution", solution)
    link, _created = Link.objects.get_or_create(
        problem_id=problem,
        solution_id=solution,
        defaults={
            "maker": LinkMaker.SOURCE,
            "state": LinkState.CONFIRMED,
            "why": translations(**why),
            "basis": basis,
            "created_at": clock.now(),
        },
    )
    return link


@transaction.atomic
def link_suggest(*, problem: UUID, solution: UUID, score: float, why: Mapping[str, str]) -> Link | None:
    """The matcher's suggestion; what people or a source have said stays as it is."""
    link, is_new = Link.objects.get_or_create(
        problem_id=problem,
        solution_id=solution,
        defaults={
            "maker": LinkMaker.MATCHER,
            "state": LinkState.SUGGESTED,
            "score": score,
            "why": translations(**why, by="machine"),
            "created_at": clock.now(),
        },
    )
    if not is_new:
        return None
    log_change(link.problem, "link_suggested", by=SYSTEM, fields={"solution": str(solution), "score": round(score, 3)})
    return link
