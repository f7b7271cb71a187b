"""The text of a solution with evidence: what was measured, under which conditions, what it cost, how sure it is.

Words come in the language that is active; what people wrote in another language is quoted as they wrote it.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from citytandem.challenges import finding_words as words
from citytandem.challenges.models import Pilot
from citytandem.challenges.pilots.costs import Cost, CostSum, summed
from citytandem.core.text import shorten
from citytandem.core.versions import read

_MOST_EXCERPT = 1_200


def costs_of(pilot: Pilot) -> CostSum:
    """Sums of what a pilot cost; hours count with the hourly rate, if there is one."""
    entries = [Cost(one.kind, one.amount, one.hours, pilot.currency) for one in pilot.costs.all()]
    return summed(entries, hourly_rate=pilot.hourly_rate)


def evidence(pilot: Pilot, costs: CostSum) -> str:
    """The text, in paragraphs."""
    return "\n\n".join(part for part in _parts(pilot, costs) if part)


def cost_note(pilot: Pilot, costs: CostSum) -> str:
    """What the costs stand for, in one line."""
    if not costs.by_kind:
        return ""
    told = {"amount": _money(costs.amount), "currency": pilot.currency, "hours": words.amount(float(costs.hours))}
    note = _("Costs of the pilot: %(amount)s %(currency)s and %(hours)s hours of work.") % told
    if costs.hours and costs.has_hours:
        rate = {"rate": _money(pilot.hourly_rate), "currency": pilot.currency}
        note += " " + _("An hour was counted with %(rate)s %(currency)s.") % rate
    return note


def _parts(pilot: Pilot, costs: CostSum) -> Iterator[str]:
    reader = get_language() or "en"
    proposal = pilot.proposal
    yield shorten(read(proposal.text, reader=reader, original=proposal.language).text, limit=_MOST_EXCERPT)
    yield _section(_("What was tried"), _tried(pilot, reader))
    results = list(_results(pilot))
    yield _section(_("What was measured"), "\n".join(results))
    note = cost_note(pilot, costs)
    per_unit = [words.per_unit(one, pilot.currency) for one in _indicators(pilot)]
    yield _section(_("What it cost"), "\n".join(line for line in (note, *per_unit) if line))
    if pilot.decision:
        because = read(pilot.because, reader=reader, original=pilot.language).text
        yield _section(_("What was decided"), f"{pilot.get_decision_display()}. {because}".strip())


def _section(title: str, body: str) -> str:
    return f"{title}\n{body}" if body.strip() else ""


def _tried(pilot: Pilot, reader: str) -> str:
    lines = [read(pilot.hypothesis, reader=reader, original=pilot.language).text]
    site = read(pilot.site, reader=reader, original=pilot.language).text
    if site:
        lines.append(_("Where: %(site)s") % {"site": site})
    if pilot.started_at is not None and pilot.ended_at is not None:
        days = {
            "start": date_format(timezone.localdate(pilot.started_at), "DATE_FORMAT"),
            "end": date_format(timezone.localdate(pilot.ended_at), "DATE_FORMAT"),
        }
        lines.append(_("When: from %(start)s to %(end)s") % days)
    legal = read(pilot.legal_basis, reader=reader, original=pilot.language).text
    if legal:
        lines.append(_("Legal basis: %(basis)s") % {"basis": legal})
    return "\n".join(lines)


def _results(pilot: Pilot) -> Iterator[str]:
    for one in _indicators(pilot):
        yield f"– {words.headline(one)}"
        reached = words.target(one)
        told = [*words.sentences(one), f"{reached}." if reached else "", _measured(one)]
        yield " ".join(sentence for sentence in told if sentence)


def _measured(one: words.Stored) -> str:
    numbers = {"before": number_format(one["measured_before"]), "after": number_format(one["measured_after"])}
    return _("Values: %(before)s before the start, %(after)s after it.") % numbers


def _indicators(pilot: Pilot) -> list[words.Stored]:
    return list((pilot.findings or {}).get("indicators", ()))


def _money(value: Decimal | None) -> str:
    return str(number_format(value or Decimal(0), decimal_pos=2, force_grouping=True))
