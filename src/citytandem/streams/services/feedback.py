"""What people say of a match, and re-weighting by it: shown, reversible, never silently."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from citytandem.accounts.contract import Actor
from citytandem.core import clock
from citytandem.core.errors import Invalid, NotFound
from citytandem.core.permissions import require
from citytandem.core.text import MAX_QUERY, clean_text
from citytandem.streams.matching import Terms, Weights, refit
from citytandem.streams.models import Feedback, Weighting, WeightingSwitch
from citytandem.streams.selectors import feedback_for_learning
from citytandem.streams.weighting import forget_weights, shipped_weights

LEAST_ANSWERS = 5


@transaction.atomic
def feedback_give(
    *, query: str, language: str, kind: str, object_id: UUID, is_useful: bool, terms: dict[str, float], by: Actor
) -> Feedback:
    """Keep one answer. A person's second answer about the same hit replaces the first."""
    require("streams.give_feedback", by)
    text = clean_text(query)[:MAX_QUERY]
    if kind not in {"problem", "solution", "city"}:
        raise Invalid("kind.unknown", _("This is not one of the choices."), field="kind")
    if by.id is not None:
        Feedback.objects.filter(by_id=by.id, query=text, object_id=object_id).delete()
    return Feedback.objects.create(
        query=text,
        language=language,
        kind=kind,
        object_id=object_id,
        is_useful=is_useful,
        terms=terms,
        by_id=by.id,
        at=clock.now(),
    )


@transaction.atomic
def weighting_propose(*, by: Actor) -> Weighting:
    """Learn new weights from the feedback so far; they wait until somebody puts them in use."""
    require("streams.reweight", by)
    answers = feedback_for_learning()
    samples = [(Terms(**answer.terms), answer.is_useful) for answer in answers if set(answer.terms) == set(_TERMS)]
    if len(samples) < LEAST_ANSWERS:
        raise Invalid(
            "feedback.too_little", _("There is too little feedback to learn from: at least 5 answers are needed.")
        )
    # Always from the shipped weights: learning twice from the same answers would count them twice.
    weights = refit(shipped_weights(), samples)
    return Weighting.objects.create(
        weights=_as_dict(weights),
        reason=str(_("Learned from feedback")),
        learned_from=len(samples),
        made_by_id=by.id,
        made_at=clock.now(),
    )


@transaction.atomic
def weighting_use(*, weighting_id: int | None, by: Actor) -> Weights:
    """Put a weighting in use; None goes back to the shipped one. Any step can be taken back."""
    require("streams.reweight", by)
    # Two who switch at once take turns.
    known = {weighting.id: weighting for weighting in Weighting.objects.select_for_update().order_by("id")}
    if weighting_id is not None and weighting_id not in known:
        raise NotFound("weighting.unknown", _("There is no such weighting."))
    before = next((weighting.id for weighting in known.values() if weighting.is_in_use), None)
    if before != weighting_id:
        Weighting.objects.filter(is_in_use=True).update(is_in_use=False)
        if weighting_id is not None:
            Weighting.objects.filter(id=weighting_id).update(is_in_use=True)
        WeightingSwitch.objects.create(weighting_id=weighting_id, by_id=by.id, by_name=by.name, at=clock.now())
    transaction.on_commit(forget_weights)
    forget_weights()
    return shipped_weights() if weighting_id is None else Weights.of(known[weighting_id].weights)


_TERMS = ("similarity", "theme", "words")


def _as_dict(weights: Weights) -> dict[str, float]:
    return {name: round(getattr(weights, name), 6) for name in Weights.__dataclass_fields__}
