"""What stands below a solution of what others made of it: cities that take it over, and what pilots showed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar
from uuid import UUID

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from citytandem.accounts.contract import Actor
from citytandem.core.versions import Reading, read
from citytandem.partnerships.contract import CityCard
from citytandem.streams.contract import FromNode
from citytandem.streams.models import FRAME_CONDITIONS, Solution
from citytandem.streams.models_shared import Evidence, Reuse, ReuseStatus
from citytandem.streams.origins import from_node_of
from citytandem.streams.rules import visibilities_for

M = TypeVar("M", Reuse, Evidence)
COUNTED = frozenset({ReuseStatus.RUNNING.value, ReuseStatus.DONE.value})


@dataclass(frozen=True, slots=True)
class ReuseView:
    """One city with the solution. `is_ours`: our own city."""

    city: CityCard | None
    from_node: FromNode | None
    is_ours: bool
    status: str
    status_words: str
    since: date | None
    conditions: Sequence[tuple[str, Reading]]
    results: Reading
    original: str
    evidence_url: str


@dataclass(frozen=True, slots=True)
class IndicatorView:
    """One figure of a pilot, in words."""

    name: str
    before: str
    after: str
    change: str
    values: str
    verdict: str


@dataclass(frozen=True, slots=True)
class EvidenceView:
    """What one pilot showed."""

    title: Reading
    text: Reading
    original: str
    from_node: FromNode | None
    verdict: str
    indicators: Sequence[IndicatorView]
    costs: str


@dataclass(frozen=True, slots=True)
class Answers:
    """What others made of a solution. `words`: in how many cities it was taken over, empty if in none."""

    reuses: Sequence[ReuseView] = ()
    evidence: Sequence[EvidenceView] = ()
    words: str = ""
    may_reuse: bool = False
    is_reused: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """The rows behind `Answers`, read before their cities are."""

    reuses: Sequence[Reuse] = ()
    evidence: Sequence[Evidence] = ()

    @property
    def cities(self) -> set[UUID]:
        """Cities that are named."""
        return {row.city for row in self.reuses if row.city is not None}


NOTHING = Found()


def answers_to(actor: Actor, record: Any) -> Found:
    """What was said of a solution and the actor may read; no query, for `record_get` has read it with the record."""
    if not isinstance(record, Solution):
        return NOTHING
    sees_all = actor.is_staff or "partners" in visibilities_for(actor)
    reuses = [_row(Reuse, told) for told in getattr(record, "told_reuses", ())]
    # Nobody else's pilot speaks for our own solution.
    evidence = [_row(Evidence, told) for told in getattr(record, "told_evidence", ()) if record.is_from_partner]
    return Found(
        [row for row in reuses if sees_all or row.is_public], [row for row in evidence if sees_all or row.is_public]
    )


def _row(model: type[M], told: Mapping[str, Any]) -> M:
    """A row as it was read within another one: what JSON does not know becomes itself again."""
    values = dict(told)
    values |= {"city": UUID(values["city"])} if values.get("city") else {}
    values |= {"since": date.fromisoformat(values["since"])} if values.get("since") else {}
    return model(**values)


def answers_view(
    found: Found, *, record: Any, cities: Mapping[UUID, CityCard], may_reuse: bool, reader: str
) -> Answers:
    """As the page shows them."""
    cities_using = {row.city or row.origin for row in found.reuses if row.status in COUNTED}
    return Answers(
        reuses=[_reuse(row, cities, reader=reader) for row in found.reuses],
        evidence=[_evidence(row, reader=reader) for row in found.evidence],
        words=reused_words(len(cities_using)),
        may_reuse=may_reuse and isinstance(record, Solution) and record.is_from_partner,
        is_reused=any(not row.is_from_partner for row in found.reuses),
    )


def reused_words(count: int) -> str:
    """“reused in 2 cities”, or nothing."""
    return ngettext("reused in %(count)s city", "reused in %(count)s cities", count) % {"count": count} if count else ""


def status_labels() -> dict[str, str]:
    """How far a city is with a solution of somebody else."""
    return {
        ReuseStatus.PLANNED.value: _("Planned"),
        ReuseStatus.RUNNING.value: _("In use"),
        ReuseStatus.DONE.value: _("Taken over for good"),
        ReuseStatus.STOPPED.value: _("Stopped"),
    }


def _reuse(row: Reuse, cities: Mapping[UUID, CityCard], *, reader: str) -> ReuseView:
    from citytandem.streams.pages import condition_labels

    labels = condition_labels()
    return ReuseView(
        city=cities.get(row.city) if row.city else None,
        from_node=from_node_of(row),
        is_ours=not row.is_from_partner,
        status=row.status,
        status_words=status_labels()[row.status],
        since=row.since,
        conditions=[
            (labels[name], read(row.conditions[name], reader=reader, original=row.language))
            for name in FRAME_CONDITIONS
            if row.conditions.get(name)
        ],
        results=read(row.results, reader=reader, original=row.language),
        original=row.language,
        evidence_url=row.evidence_url,
    )


def _evidence(row: Evidence, *, reader: str) -> EvidenceView:
    return EvidenceView(
        title=read(row.title, reader=reader, original=row.language),
        text=read(row.text, reader=reader, original=row.language),
        original=row.language,
        from_node=from_node_of(row),
        verdict=_decisions().get(row.verdict, ""),
        indicators=[_indicator(one) for one in row.indicators if one.get("name")],
        costs=_costs(row.costs),
    )


def _decisions() -> dict[str, str]:
    return {
        "scale": _("Taken to the whole city"),
        "change": _("To be changed and tried again"),
        "stop": _("Stopped"),
    }


def _verdicts() -> dict[str, str]:
    return {
        "better": _("better"),
        "worse": _("worse"),
        "no_clear_change": _("no clear change"),
        "too_few": _("too few values to say"),
    }


def _indicator(one: Mapping[str, Any]) -> IndicatorView:
    unit = one.get("unit", "")
    difference, interval = one.get("difference"), one.get("interval")
    change = _signed(difference)
    if change and interval:
        span = {"change": change, "low": _signed(interval[0]), "high": _signed(interval[1])}
        change = _("%(change)s (%(low)s to %(high)s)") % span
    counts = [value for when in ("before", "after") if (value := (one.get("n") or {}).get(when)) is not None]
    return IndicatorView(
        name=f"{one['name']} ({unit})" if unit else one["name"],
        before=_number(one.get("baseline")),
        after=_number(one.get("after")),
        change=change,
        values=" + ".join(_number(value) for value in counts),
        verdict=_verdicts().get(one.get("verdict", ""), ""),
    )


def _number(value: float | None) -> str:
    if value is None:
        return ""
    return str(number_format(float(f"{value:.3g}"), force_grouping=True)).removesuffix(".0").removesuffix(",0")


def _signed(value: float | None) -> str:
    if value is None:
        return ""
    # The sign of mathematics, which screen readers say.
    return f"+{_number(value)}" if value > 0 else _number(value).replace("-", "\N{MINUS SIGN}")


def _costs(costs: Mapping[str, str]) -> str:
    total = costs.get("total") or costs.get("amount")
    if not total:
        return ""
    return f"{number_format(float(total), decimal_pos=0, force_grouping=True)} {costs.get('currency', 'EUR')}"
