"""What the database refuses of moderation, whatever code stands in front of it."""

from __future__ import annotations

from typing import Any

import pytest

from citytandem.accounts.models import Person
from citytandem.core.ids import stable_id
from citytandem.moderation.models import Appeal, Case, Decision, Report
from tests.constraints import NOW, Fault, check_refused, table, untested

pytestmark = pytest.mark.django_db
THING, REPORT, FIRST, SECOND = (stable_id("test", name) for name in ("thing", "report", "first", "second"))
DECIDED = {"outcome": "upheld", "decided_by_id": SECOND, "decided_at": NOW}


def good(model: type[Any]) -> dict[str, Any]:
    """A row that is taken."""
    day = NOW.date()
    case = {"kind": "note", "object_id": THING, "origin": "report", "language": "en", "opened_at": NOW, "due_on": day}
    if model is Case:
        return case
    made = Case.objects.create(**case)
    if model is Decision:
        return {"case": made, "verdict": "keep", "at": NOW}
    person = Person.objects.create(id=FIRST, email="anna@test.example")
    Person.objects.create(id=SECOND, email="boris@test.example")
    report = {
        "case": made, "code": "abcdefghjk", "by": person, "ground": "house.respect", "explanation": "It is rude.",
        "good_faith": True, "language": "en", "at": NOW,
    }  # fmt: skip
    if model is Report:
        return report
    Report.objects.create(id=REPORT, **report)
    decision = Decision.objects.create(case=made, verdict="keep", at=NOW, by=person)
    return {
        "case": made, "decision": decision, "role": "reporter", "language": "en", "at": NOW, "due_on": day,
        "against": person,
    }  # fmt: skip


FAULTS = table(
    Fault("case_one_open_per_thing", Case, first={}),
    Fault("case_origin_known", Case, {"origin": "wind"}),
    Fault("case_state_known", Case, {"state": "lost", "decided_at": NOW}),
    Fault("case_language_known", Case, {"language": "es"}),
    Fault("case_decided_has_time", Case, {"state": "decided"}),
    Fault("report_in_good_faith", Report, {"good_faith": False}),
    Fault("report_ground_known", Report, {"ground": "house.boring"}),
    Fault("report_somebody_answers_for_it", Report, {"by": None}),
    Fault("report_is_explained", Report, {"explanation": ""}),
    Fault("decision_verdict_known", Decision, {"verdict": "burn"}, without="decision_merger_has_target"),
    Fault("decision_ground_known", Decision, {"ground": "house.boring"}),
    Fault("decision_removal_has_ground", Decision, {"verdict": "remove"}),
    Fault("decision_merger_has_target", Decision, {"verdict": "merge"}),
    Fault("decision_merger_has_target", Decision, {"target": THING}),
    Fault("decision_first_of_case", Decision, first={}),
    Fault("appeal_once_per_person", Appeal, {"by_id": SECOND}, first={"by_id": SECOND}),
    Fault("appeal_once_per_report", Appeal, {"report_id": REPORT}, first={"report_id": REPORT}),
    Fault("appeal_role_known", Appeal, {"role": "judge"}),
    Fault("appeal_decided_by_a_person", Appeal, {"outcome": "upheld", "decided_at": NOW}),
    Fault("appeal_decided_by_a_person", Appeal, {"decided_by_id": SECOND, "decided_at": NOW}),
    Fault("appeal_decided_by_a_person", Appeal, {**DECIDED, "outcome": "drawn"}),
    Fault("appeal_second_person", Appeal, {**DECIDED, "decided_by_id": FIRST}),
)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_row_that_must_not_be_is_refused(fault: Fault) -> None:
    check_refused(fault, good)


def test_every_constraint_has_such_a_row() -> None:
    assert untested(FAULTS, {"citytandem.moderation.models"}) == set()
