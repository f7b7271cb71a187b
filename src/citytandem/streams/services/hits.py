"""Feedback on a hit, with the terms of its score measured here: what a reader sends cannot bend the weights."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from citytandem.accounts.contract import Actor
from citytandem.core.errors import NotFound
from citytandem.partnerships.contract import cities_by_id
from citytandem.streams import match
from citytandem.streams.models import Feedback
from citytandem.streams.selectors import record_get
from citytandem.streams.services.feedback import feedback_give


@transaction.atomic
def feedback_on_hit(*, question: match.Question, kind: str, object_id: UUID, is_useful: bool, by: Actor) -> Feedback:
    """Keep an answer about one hit for one text. Raises NotFound where the actor may not know of such a thing."""
    if kind == "city":
        if object_id not in cities_by_id([object_id]):
            raise NotFound("city.unknown", _("There is no city of this name here."))
    else:
        record_get(by, kind=kind, key=object_id)
    scored = match.ranked(question, kind=kind, public_only=not by.is_staff)
    terms = next((hit.terms.as_dict() for hit in scored if hit.found.id == object_id), {})
    return feedback_give(
        query=question.text,
        language=question.language,
        kind=kind,
        object_id=object_id,
        is_useful=is_useful,
        terms=terms,
        by=by,
    )
