"""Groupings of a programme's cities: asked for, computed in the background, pinned and forbidden, published."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from citytandem.accounts.contract import Actor
from citytandem.core import clock, jobs
from citytandem.core.errors import Conflict, Invalid, NotFound
from citytandem.core.ids import stable_id
from citytandem.core.permissions import require
from citytandem.partnerships.cohort.applicants import BadCohort
from citytandem.partnerships.models import (
    ApplicationState,
    City,
    CohortSolution,
    Partnership,
    PartnershipState,
    Programme,
    ProgrammeState,
    Seat,
    SolutionState,
)
from citytandem.partnerships.programmes.applicants import embedded, facts_of
from citytandem.partnerships.programmes.cohorts import applicant_of, computed, rules_of, scores_of
from citytandem.partnerships.programmes.profiles import contacts_of

Pin = Literal["must", "must_not", "free"]


def admitted_cities(programme: Programme) -> list[City]:
    """The cities that are matched: admitted, and their consent stands."""
    rows = programme.applications.filter(state=ApplicationState.ADMITTED, consented_at__isnull=False)
    return [row.city for row in rows.select_related("city").order_by("city__slug")]


@transaction.atomic
def solution_ask(
    *, programme_id: UUID, weights: Mapping[str, float], rules: Mapping[str, Any], note: str = "", by: Actor
) -> CohortSolution:
    """Have the cities of a programme grouped; the result comes in the background.

    Raises Forbidden, Invalid for too few cities and for weights or rules that cannot be.
    """
    programme = Programme.objects.select_for_update().get(id=programme_id)
    require("partnerships.coordinate", by, programme)
    facts = [facts_of(city) for city in admitted_cities(programme)]
    if len(facts) < 2:
        raise Invalid("cohort.too_few", _("Admit at least two cities first."))
    _check(facts, weights, rules)
    number = (programme.solutions.aggregate(last=Max("number"))["last"] or 0) + 1
    row = CohortSolution.objects.create(
        programme=programme,
        number=number,
        note=note[:200],
        weights=dict(weights),
        rules=dict(rules),
        applicants=facts,
        created_by_id=by.id,
        created_at=clock.now(),
    )
    programme.weights, programme.rules, programme.changed_at = dict(weights), dict(rules), clock.now()
    programme.save(update_fields=["weights", "rules", "changed_at"])
    jobs.enqueue("partnerships.solve", queue="heavy", solution_id=str(row.id))
    return row


def _check(facts: list[dict[str, Any]], weights: Mapping[str, float], rules: Mapping[str, Any]) -> None:
    """Without meanings, which is quick: whether it can be computed at all."""
    try:
        scores = scores_of(facts, weights, None)
        given = rules_of(rules)
        for pair in (*given.must, *given.must_not):
            for city in pair:
                scores.number(city)
    except BadCohort as error:
        fault = error.faults[0]
        if fault.code.startswith("weights"):
            odd = _("At least one term has to count, and none less than nothing.")
            raise Invalid("cohort.weights", odd, field="preset") from error
        told = _("“%(city)s” is not among the cities that were admitted.") % {"city": fault.told}
        raise Invalid("cohort.pair", told, field="must") from error


def solution_compute(solution_id: UUID) -> None:
    """Compute what was asked for; doing it twice changes nothing."""
    with transaction.atomic():
        row = CohortSolution.objects.select_for_update().filter(id=solution_id).first()
        if row is None or row.state == SolutionState.DONE:
            return
        row.state, row.failure = SolutionState.RUNNING, ""
        row.save(update_fields=["state", "failure"])

    def advance(share: int) -> None:
        CohortSolution.objects.filter(id=solution_id).update(progress=share)

    result = computed(row.applicants, row.weights, row.rules, embed=embedded, progress=advance)
    CohortSolution.objects.filter(id=solution_id).update(
        result=result, state=SolutionState.DONE, progress=100, done_at=clock.now()
    )


def solution_failed(solution_id: UUID) -> None:
    """Tell that a computation did not come to an end."""
    CohortSolution.objects.filter(id=solution_id).update(state=SolutionState.FAILED, failure="cohort.failed")


def solution_pin(*, solution: CohortSolution, first: str, second: str, pin: Pin, by: Actor) -> CohortSolution:
    """Have it computed anew with a pair that must be, must not be, or is free again. Raises as `solution_ask`."""
    pair = sorted((first, second))
    rules = {
        **solution.rules,
        "must": [one for one in solution.rules.get("must", []) if sorted(one) != pair],
        "must_not": [one for one in solution.rules.get("must_not", []) if sorted(one) != pair],
    }
    if pin != "free":
        rules[pin] = [*rules[pin], pair]
    return solution_ask(programme_id=solution.programme_id, weights=solution.weights, rules=rules, by=by)


def solution_get(programme: Programme, number: int) -> CohortSolution:
    """A grouping by its number; raises NotFound."""
    row = programme.solutions.filter(number=number).first()
    if row is None:
        raise NotFound("grouping.unknown", _("There is no such grouping."))
    return row


@transaction.atomic
def solution_publish(*, solution_id: UUID, by: Actor) -> list[Partnership]:
    """Make partnerships of the groups, with a seat for each city; twice changes nothing.

    What decided is stored as terms and facts, so that each city reads it in its own language. Raises Forbidden, Conflict
    if it is not computed, if another one was published, or if a city has withdrawn since.
    """
    row = CohortSolution.objects.select_related("programme").filter(id=solution_id).first()
    if row is None:
        raise NotFound("grouping.unknown", _("There is no such grouping."))
    programme = Programme.objects.select_for_update().get(id=row.programme_id)
    require("partnerships.coordinate", by, programme)
    row.refresh_from_db()
    if row.published_at is None:
        _publishable(row, programme)
        cities = {city.slug: city for city in City.objects.filter(slug__in=row.result["gains"])}
        for group in row.result["groups"]:
            _found(programme, row, group, cities)
        row.published_at, row.published_by_id = clock.now(), by.id
        row.save(update_fields=["published_at", "published_by"])
        programme.state, programme.changed_at = ProgrammeState.RUNNING, clock.now()
        programme.save(update_fields=["state", "changed_at"])
    return list(programme.partnerships.filter(facts__solution=row.number).order_by("slug"))


def _publishable(row: CohortSolution, programme: Programme) -> None:
    if row.state != SolutionState.DONE or not row.result.get("groups"):
        raise Conflict("solution.not_done", _("Only a grouping that has groups can be published."))
    if programme.solutions.filter(published_at__isnull=False).exists():
        raise Conflict("solution.published_already", _("Another grouping of this programme was published."))
    ready = {city.slug for city in admitted_cities(programme)}
    gone = sorted({city for group in row.result["groups"] for city in group["cities"]} - ready)
    if gone:
        told = _("These cities do not take part any more: %(cities)s. Compute anew.") % {"cities": ", ".join(gone)}
        raise Conflict("solution.outdated", told)


def _found(programme: Programme, row: CohortSolution, group: Mapping[str, Any], cities: Mapping[str, City]) -> None:
    slugs = group["cities"]
    name = "-".join(slugs)[:70]
    taken = Partnership.objects.filter(slug=name).exists()
    slug = f"{name}-{programme.slug}"[:80] if taken else name
    partnership = Partnership.objects.create(
        id=stable_id("partnership", f"{programme.slug} {'-'.join(slugs)}"),
        slug=slug,
        kind="tridem" if len(slugs) == 3 else "tandem",
        members=[cities[city].id for city in slugs],
        programme=programme,
        state=PartnershipState.PLANNED,
        starts_on=programme.starts_on,
        ends_on=programme.ends_on,
        facts={"solution": row.number, "matched_terms": group["pairs"]},
    )
    for city in slugs:
        contact, deputy = contacts_of(cities[city].id)
        Seat.objects.create(
            partnership=partnership, city=cities[city], since=programme.starts_on, contact=contact, deputy=deputy
        )


@transaction.atomic
def partnership_activate(*, partnership_id: UUID, by: Actor) -> Partnership:
    """Begin to work together. Raises Forbidden, Conflict while a city has not named a contact and a deputy."""
    row = Partnership.objects.select_for_update().get(id=partnership_id)
    require("partnerships.coordinate", by, row.programme)
    seats = row.seats.filter(until=None).select_related("city")
    lacking = [seat.city.slug for seat in seats if seat.contact_id is None or seat.deputy_id is None]
    if lacking:
        told = _("Each city names a contact and a deputy first. Missing: %(cities)s.") % {"cities": ", ".join(lacking)}
        raise Conflict("partnership.people_missing", told, cities=lacking)
    row.state = PartnershipState.ACTIVE
    row.save(update_fields=["state"])
    return row


__all__ = [
    "Pin", "admitted_cities", "applicant_of", "partnership_activate", "solution_ask", "solution_compute",
    "solution_failed", "solution_get", "solution_pin", "solution_publish",
]  # fmt: skip
