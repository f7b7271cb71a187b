"""Challenges as lists and pages show them: plain values in the reader's language, so that templates only lay out."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils.formats import number_format
from django.utils.timezone import localdate, localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from citytandem.challenges.frame import path_of
from citytandem.challenges.models import Challenge, Criterion, Direction, Openness, PartnerChallenge, Sharing
from citytandem.challenges.reading_challenges import CLOSED, state_of
from citytandem.challenges.shares import BadWeights, shares
from citytandem.core import clock
from citytandem.core.text import shorten
from citytandem.core.versions import Reading, read

EXCERPT = 180


@dataclass(frozen=True, slots=True)
class Card:
    """A challenge in a list. `left`: how long people can still hand in, in words; `is_soon`: a week or less. `origin`: the
    partner city whose it is, empty for our own."""

    path: str
    code: str
    title: Reading
    excerpt: Reading
    original: str
    state: str
    state_label: str
    left: str
    is_soon: bool
    closes_at: datetime | None
    form: str
    budget: str
    themes: Sequence[str]
    proposals: str
    origin: str = ""


@dataclass(frozen=True, slots=True)
class Moment:
    """A date on the way of a challenge. `state`: done, now or ahead; `has_time`: to the minute, not only the day."""

    key: str
    label: str
    at: datetime | date
    state: str
    has_time: bool
    note: str = ""


@dataclass(frozen=True, slots=True)
class Measure:
    """A criterion on a page. `share`: of all weights, in words; `width`: the same in hundredths of the largest bar."""

    key: str
    name: Reading
    hint: Reading
    share: str
    width: str
    counts: bool
    less_is_better: bool
    low: str
    high: str
    low_anchor: Reading
    high_anchor: Reading


def card(challenge: Challenge, *, reader: str, proposals: int | None = None) -> Card:
    """The card of a challenge."""
    now = clock.now()
    state = state_of(challenge, now=now)
    text = read(challenge.text, reader=reader, original=challenge.language)
    days = days_left(challenge.closes_at, now=now) if state == "open" else None
    told = ngettext("%(number)s proposal", "%(number)s proposals", proposals or 0)
    return Card(
        path=path_of(challenge),
        code=challenge.code,
        title=read(challenge.title, reader=reader, original=challenge.language),
        excerpt=Reading(shorten(text.text, limit=EXCERPT), text.language, text.by, text.is_original),
        original=challenge.language,
        state=state,
        state_label=state_label(challenge, state),
        left=left_words(days) if days is not None else "",
        is_soon=days is not None and days <= 7,
        closes_at=challenge.closes_at,
        form=str(challenge.get_form_display()),
        budget=budget_words(challenge),
        themes=tuple(challenge.themes),
        proposals=told % {"number": number_format(proposals, force_grouping=True)} if proposals is not None else "",
    )


def cards(rows: Sequence[Challenge], *, reader: str, counts: Mapping[UUID, int]) -> list[Card]:
    """The cards of some challenges."""
    return [card(row, reader=reader, proposals=counts.get(row.id)) for row in rows]


def state_label(challenge: Challenge, state: str) -> str:
    """How far it is, in a word."""
    return _("Closed, waits for the assessment") if state == CLOSED else str(challenge.get_phase_display())


def days_left(closes_at: datetime | None, *, now: datetime) -> int:
    """Days by the calendar until the last one: 0 on that day."""
    return (localdate(closes_at) - localdate(now)).days if closes_at is not None else 0


def left_words(days: int) -> str:
    """“3 days left”, in words."""
    if days <= 0:
        return _("last day today")
    return ngettext("%(days)s day left", "%(days)s days left", days) % {"days": days}


def budget_words(challenge: Challenge | PartnerChallenge) -> str:
    """The budget frame, or nothing."""
    low, high = (amount_words(one) for one in (challenge.budget_low, challenge.budget_high))
    told = {"low": low, "high": high, "currency": challenge.currency}
    if low and high:
        return _("%(low)s to %(high)s %(currency)s") % told if low != high else f"{low} {challenge.currency}"
    if high:
        return _("up to %(high)s %(currency)s") % told
    return _("from %(low)s %(currency)s") % told if low else ""


def amount_words(amount: Decimal | None) -> str:
    """Without cents where there are none."""
    if amount is None:
        return ""
    return str(number_format(amount, 0 if amount == amount.to_integral_value() else 2, force_grouping=True))


def moments(challenge: Challenge | PartnerChallenge) -> list[Moment]:
    """The dates of a challenge in their order; the first that has not passed is where it stands."""
    today, ends = localdate(clock.now()), list(_ends(challenge))
    over = challenge.phase in {"decided", "withdrawn"}
    passed = [over or _has_passed(at, today=today) for _key, _label, at, _note in ends]
    now_at = passed.index(False) if False in passed else len(ends)
    told = []
    for place, (key, label, at, note) in enumerate(ends):
        state = "done" if passed[place] else "now" if place == now_at else "ahead"
        told.append(Moment(key, label, at, state, isinstance(at, datetime), note))
    return told


def _ends(challenge: Challenge | PartnerChallenge) -> Iterator[tuple[str, str, datetime | date, str]]:
    if challenge.published_at is not None:
        yield "published", _("Published"), localdate(challenge.published_at), ""
    if challenge.questions_until is not None:
        note = _("Questions and answers can be read by everybody.")
        yield "questions", _("Questions until"), localtime(challenge.questions_until), note
    if challenge.closes_at is not None:
        yield "closes", _("Proposals until"), localtime(challenge.closes_at), ""
    if challenge.assess_until is not None:
        yield "assess", _("Assessed until"), challenge.assess_until, ""
    if challenge.decide_until is not None:
        yield "decide", _("Decided until"), challenge.decide_until, ""
    if challenge.pilot_until is not None:
        yield "pilot", _("Pilot until"), challenge.pilot_until, ""


def _has_passed(at: datetime | date, *, today: date) -> bool:
    return at <= clock.now() if isinstance(at, datetime) else at <= today


def measures(criteria: Sequence[Criterion], *, reader: str, original: str) -> list[Measure]:
    """The criteria with what each counts of the whole."""
    parts = shares_of([row.weight for row in criteria])
    largest = max(parts, default=Decimal(1)) or Decimal(1)
    return [
        Measure(
            key=row.key,
            name=read(row.name, reader=reader, original=original),
            hint=read(row.hint, reader=reader, original=original),
            share=percent(part),
            # With a point in all languages: it is an attribute of a drawing.
            width=f"{part / largest * 100:.1f}",
            counts=part > 0,
            less_is_better=row.direction == Direction.MIN,
            low=plain_number(row.low),
            high=plain_number(row.high),
            low_anchor=read(row.anchors.get("low"), reader=reader, original=original),
            high_anchor=read(row.anchors.get("high"), reader=reader, original=original),
        )
        for row, part in zip(criteria, parts, strict=True)
    ]


def shares_of(weights: Sequence[Decimal]) -> list[Decimal]:
    """What each weight counts of the whole; nothing where none counts."""
    try:
        return shares(weights)
    except BadWeights:
        return [Decimal(0)] * len(weights)


def percent(share: Decimal) -> str:
    """“12.5 %” as the reader's language writes numbers, with a digit behind the comma only where it says something."""
    hundred = (share * 100).normalize()
    digits = max(0, min(2, -int(hundred.as_tuple().exponent)))
    return _("%(number)s %%") % {"number": number_format(hundred, digits)}


def plain_number(value: float) -> str:
    """Without a comma where there is nothing behind it."""
    whole = math.isfinite(value) and value == int(value)
    return str(number_format(int(value) if whole else value, force_grouping=True))


def openness_words(challenge: Challenge) -> str:
    """From when on everybody may read proposals."""
    return str(Openness(challenge.openness).label)


def sharing_words(challenge: Challenge) -> str:
    """Which other cities get it on nodes of their own."""
    return str(Sharing(challenge.sharing).label)


def targets_of(challenge: Challenge) -> list[dict[str, Any]]:
    """What is to be reached, row by row."""
    return [dict(row) for row in challenge.targets]
