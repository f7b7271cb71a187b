"""What a tender package starts with: the need from the challenge, requirements and prices from the pilot.

Everything is a suggestion that a person goes through; the words are in the language of the package.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from citytandem.accounts.contract import Actor
from citytandem.challenges.models import Challenge, Indicator, Pilot, PilotCost
from citytandem.challenges.tenders import formats
from citytandem.challenges.tenders.checking import percentages
from citytandem.challenges.tenders.package import (
    AwardCriterion,
    Buyer,
    Money,
    PriceLine,
    Requirement,
    TenderPackage,
    Timetable,
)
from citytandem.core.node import this_node
from citytandem.core.text import clean_text, shorten
from citytandem.core.versions import read
from citytandem.partnerships.contract import cities_by_id
from citytandem.streams.contract import problems_by_id

# What the price counts until somebody has decided on it, in per cent.
PRICE_WEIGHT = 30
_BULLET = re.compile(r"^[-*•–]\s+")
_LONGEST_NAME = 120
# Days from today on: publication, and from there questions, bids (35 days in an open procedure), decision, start.
_NOTICE, _QUESTIONS, _BIDS, _DECISION, _START = 28, 21, 35, 65, 95
_NOON = 12


def package_for(
    challenge: Challenge, *, pilot: Pilot | None, reference: str, language: str, today: date, by: Actor
) -> TenderPackage:
    """The package that a challenge, and its finished pilot, suggest."""
    with override(language):
        return TenderPackage(
            reference=reference,
            title=read(challenge.title, reader=language, original=challenge.language).text,
            need=_need(challenge, language, by),
            contract="services",
            language=language,
            buyers=(own_buyer(language),),
            requirements=tuple(_requirements(challenge, pilot, language)),
            criteria=tuple(_criteria(challenge, language)),
            prices=tuple(_prices(pilot, language)) if pilot is not None else (),
            dates=_dates(today),
            value=Money(challenge.budget_high, challenge.currency) if challenge.budget_high else None,
        )


def own_buyer(language: str) -> Buyer:
    """The city of this node, as far as it is known."""
    node = this_node()
    city = cities_by_id([node.home_city]).get(node.home_city) if node.home_city else None
    return Buyer(
        name=node.name,
        country=city.country if city is not None else "",
        city=city.name_for(language) if city is not None else node.name,
        email=node.contact_email,
    )


def _need(challenge: Challenge, language: str, by: Actor) -> str:
    parts = [read(challenge.text, reader=language, original=challenge.language).text]
    rows = challenge.problems.values_list("problem", flat=True)
    problems = problems_by_id(list(rows), actor=by, language=language)
    if problems:
        told = [f"- {one.card.title}: {shorten(one.text, limit=400)}".rstrip(": ") for one in problems.values()]
        parts.append("\n".join([_("The problems behind it:"), *told]))
    return clean_text("\n\n".join(part for part in parts if part))


def _requirements(challenge: Challenge, pilot: Pilot | None, language: str) -> Iterator[Requirement]:
    number = 0
    conditions = read(challenge.conditions, reader=language, original=challenge.language).text
    for line in conditions.splitlines():
        text = _BULLET.sub("", line.strip())
        if text:
            number += 1
            yield Requirement(f"R{number}", text, "must")
    measured = _measured(pilot, language) if pilot is not None else []
    for indicator, evidence, is_reached in measured:
        number += 1
        yield Requirement(f"R{number}", _asked(indicator, language), "must" if is_reached else "should", evidence)
    known = {indicator.name.casefold() for indicator, _evidence, _reached in measured}
    for target in challenge.targets:
        name = str(target.get("indicator", "")).strip()
        if name and name.casefold() not in known:
            number += 1
            told = " ".join(filter(None, (str(target.get("value", "")), str(target.get("unit", "")))))
            yield Requirement(f"R{number}", f"{name}: {told}" if told else name, "should")


def _measured(pilot: Pilot, language: str) -> list[tuple[Indicator, str, bool]]:
    """Indicators with a target that something was measured for: what was shown, and whether the target was reached.

    As the page of the pilot says it: reached is only what lies on the right side with its whole interval.
    """
    shown = {one["indicator"]: one for one in (pilot.findings or {}).get("indicators", ())}
    found = []
    for indicator in pilot.indicators.exclude(target=None):
        one = shown.get(indicator.id)
        if one is None or one["finding"] is None:
            continue
        result = one["finding"]
        told = _evidence(indicator, result["before"]["mean"], result["after"]["mean"], one["measured_after"], language)
        found.append((indicator, told, result["target"] == "yes"))
    return found


def _evidence(indicator: Indicator, before: float, after: float, count: int, language: str) -> str:
    values = {
        "before": _number(before, language),
        "after": _number(after, language),
        "unit": indicator.unit,
        "count": formats.number(Decimal(count), language),
    }
    words = ngettext(
        "In the pilot: %(before)s %(unit)s before, %(after)s %(unit)s with it (%(count)s measurement).",
        "In the pilot: %(before)s %(unit)s before, %(after)s %(unit)s with it, on average (%(count)s measurements).",
        count,
    )
    return words % values


def _asked(indicator: Indicator, language: str) -> str:
    values = {"name": indicator.name, "target": _number(indicator.target or 0.0, language), "unit": indicator.unit}
    if indicator.direction == "up":
        return _("%(name)s: at least %(target)s %(unit)s") % values
    return _("%(name)s: at most %(target)s %(unit)s") % values


def _number(value: float, language: str) -> str:
    return formats.number(Decimal(f"{value:.2f}").normalize() + 0, language)


def _criteria(challenge: Challenge, language: str) -> Iterator[AwardCriterion]:
    """Those of the challenge share what the price leaves over."""
    yield AwardCriterion(_("Price"), PRICE_WEIGHT, "price")
    rows = [row for row in challenge.criteria.all() if row.weight > 0]
    left = Decimal(100 - PRICE_WEIGHT) / 100
    for row, share in zip(rows, percentages([float(row.weight) for row in rows]) if rows else (), strict=True):
        yield AwardCriterion(
            name=shorten(read(row.name, reader=language, original=challenge.language).text, limit=_LONGEST_NAME),
            weight=float(share * left),
            kind="quality",
            description=read(row.hint, reader=language, original=challenge.language).text,
        )


def _prices(pilot: Pilot, language: str) -> Iterator[PriceLine]:
    """A line for each kind of cost that the pilot had; what the city's own people did is not bought."""
    names: dict[str, tuple[str, str]] = {
        PilotCost.Kind.DEVICES: (_("Devices"), _("piece")),
        PilotCost.Kind.SOFTWARE: (_("Software"), _("year")),
        PilotCost.Kind.SERVICE: (_("Services"), _("lump sum")),
        PilotCost.Kind.OTHER: (_("Other"), _("lump sum")),
    }
    totals = pilot.costs.filter(kind__in=list(names), amount__gt=0).values("kind").annotate(sum=Sum("amount"))
    paid = {row["kind"]: row["sum"] for row in totals}
    for kind, (item, unit) in names.items():
        if kind in paid:
            amount = formats.amount(paid[kind], pilot.currency, language)
            yield PriceLine(item, unit, Decimal(1), _("The pilot paid %(amount)s for this.") % {"amount": amount})


def _dates(today: date) -> Timetable:
    notice = _working(today + timedelta(days=_NOTICE))
    bids = _noon(notice + timedelta(days=_BIDS))
    return Timetable(
        notice=notice,
        questions_until=_noon(notice + timedelta(days=_QUESTIONS)),
        tenders_until=bids,
        opening=bids + timedelta(hours=1),
        decision=_working(notice + timedelta(days=_DECISION)),
        start=_working(notice + timedelta(days=_START)),
    )


def _working(day: date) -> date:
    """The day itself, or the Monday after it: holidays are left to people."""
    return day + timedelta(days=max(0, 7 - day.weekday()) if day.weekday() > 4 else 0)


def _noon(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(_working(day), time(_NOON)), timezone.get_default_timezone())


def finished_pilots(challenge: Challenge) -> Sequence[Pilot]:
    """The pilots of a challenge that have shown something, the newest first."""
    rows = challenge.pilots.select_related("proposal").filter(state__in=("finished", "decided"))
    return list(rows.order_by("-ended_at", "-created_at"))
