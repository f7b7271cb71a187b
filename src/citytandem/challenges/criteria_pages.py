"""The page on which criteria are edited: what each row counts of the whole, as the weights stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from citytandem.challenges.models import Challenge
from citytandem.challenges.presenters_challenges import percent, shares_of
from citytandem.challenges.shares import is_whole
from citytandem.core.versions import read


@dataclass(frozen=True, slots=True)
class Row:
    """A row with what it counts: `share` in words, `width` in hundredths; both empty where it is left out."""

    form: Any
    place: int
    share: str
    width: str


@dataclass(frozen=True, slots=True)
class CriteriaPage:
    """`total`: what the weights add up to, where that is neither 1 nor 100. `is_frozen`: nothing can be changed."""

    rows: Sequence[Row]
    language: str
    total: str
    is_frozen: bool
    is_public: bool


def criteria_page(challenge: Challenge, rows: Any, *, reader: str) -> CriteriaPage:  # noqa: ARG001 - as all pages
    """What the template shows of a form of criteria, bound or not."""
    counted = [(form, _weight(form)) for form in rows.forms]
    weights = [weight for _form, weight in counted if weight is not None]
    parts = iter(shares_of(weights))
    told = []
    for place, (form, weight) in enumerate(counted):
        part = next(parts) if weight is not None else None
        told.append(Row(form, place + 1, percent(part) if part is not None else "", f"{(part or 0) * 100:.2f}"))
    return CriteriaPage(
        rows=told,
        language=challenge.language,
        total="" if is_whole(weights) or not any(weights) else _number(sum(weights, Decimal(0))),
        is_frozen=challenge.frozen_at is not None or challenge.phase not in {"draft", "in_review", "open"},
        is_public=challenge.phase == "open",
    )


def shown_shares(challenge: Challenge, typed: Sequence[Decimal]) -> list[str]:
    """Where the weights did not add up to a whole: what they added up to, and that they count as shares of it."""
    if is_whole(typed):
        return []
    parts = ", ".join(
        f"{read(row.name, reader=challenge.language).text or row.key} {percent(row.weight)}"
        for row in challenge.criteria.all()
    )
    total = _number(sum(typed, Decimal(0)))
    told = _("Your weights add up to %(total)s. They count as shares of the whole: %(parts)s.")
    return [told % {"total": total, "parts": parts}]


def _weight(form: Any) -> Decimal | None:
    """The weight of a row as it stands; None where the row is left out or its weight is no number."""
    if not form.is_bound:
        value = form.initial.get("weight")
        return Decimal(str(value)) if value is not None else None
    told = getattr(form, "cleaned_data", None)
    if told is None or form.is_left_out or "weight" in form.errors:
        return None
    weight = told.get("weight")
    return weight if weight is not None and weight.is_finite() and weight >= 0 else None


def _number(value: Decimal) -> str:
    plain = value.normalize()
    return str(number_format(plain, max(0, -int(plain.as_tuple().exponent))))
