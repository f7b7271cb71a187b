"""How we moderate: the numbers are those of the database, counted another way."""

from __future__ import annotations

import csv
import io
import random
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from citytandem.accounts.contract import Actor
from citytandem.core import clock
from citytandem.core.ids import short_code, uuid7
from citytandem.moderation.about import duration
from citytandem.moderation.counting import counts
from citytandem.moderation.models import Appeal, Case, Decision, Report

pytestmark = pytest.mark.django_db
GROUNDS = ("house.respect", "house.spam", "law.insult")
CODES = (["pii.email", "pii.name"], ["words"], ["spam.links"], ["visitor"], ["edited", "pii.email"])


@pytest.fixture
def year(resident: Actor, moderator: Actor, second: Actor) -> None:
    """Some hundred cases of sixteen months, the same each time."""
    chance = random.Random(20260101)  # noqa: S311 - no secret
    for _number in range(240):
        _one(
            chance,
            clock.now() - timedelta(days=chance.randint(0, 480), minutes=chance.randint(0, 1_400)),
            resident,
            moderator,
            second,
        )


def _one(chance: random.Random, at: Any, resident: Actor, moderator: Actor, second: Actor) -> None:
    is_report = chance.random() < 0.4
    codes = ["report"] if is_report else chance.choice(CODES)
    base: dict[str, Any] = {
        "kind": "note",
        "object_id": uuid7(),
        "language": "en",
        "due_on": at.date(),
        "opened_at": at,
    }
    case = Case.objects.create(
        **base, codes=codes, origin="report" if is_report else "screening", state="open", author_id=resident.id
    )
    if is_report:
        Report.objects.create(
            case=case, code=short_code(uuid7()), by_id=resident.id, ground=chance.choice(GROUNDS), explanation="Why.",
            good_faith=True, language="en", at=at,
        )  # fmt: skip
    if chance.random() < 0.1:
        return
    decided = min(at + timedelta(hours=chance.randint(1, 90)), clock.now())
    verdict = chance.choice(["keep", "keep", "remove"])
    decision = Decision.objects.create(
        case=case,
        verdict=verdict,
        ground=chance.choice(GROUNDS) if verdict == "remove" else "",
        by_id=moderator.id,
        at=decided,
    )
    Case.objects.filter(id=case.id).update(state="closed", decided_at=decided)
    if verdict == "remove" and chance.random() < 0.4:
        outcome = chance.choice(["", "upheld", "overturned"])
        told = {"outcome": outcome, "decided_by_id": second.id, "decided_at": decided} if outcome else {}
        Appeal.objects.create(
            case=case, decision=decision, role="author", by_id=resident.id, against_id=moderator.id, text="Why?",
            language="en", at=decided, due_on=decided.date(), **told,
        )  # fmt: skip


def asked(sql: str) -> list[tuple[Any, ...]]:
    """Rows of a query of our own; `{since}` is the first of the month eleven months ago, in the city's own time."""
    since = "date_trunc('month', now() AT TIME ZONE 'Europe/Berlin') - interval '11 months'"
    with connection.cursor() as cursor:
        cursor.execute(sql.format(since=f"(({since}) AT TIME ZONE 'Europe/Berlin')"))
        return cursor.fetchall()


def test_the_numbers_are_those_of_the_database(year: None) -> None:
    found = counts()
    assert dict(found.reports) == dict(
        asked("SELECT ground, count(*) FROM moderation_report WHERE at >= {since} GROUP BY 1")
    )
    assert dict(found.verdicts) == dict(
        asked("SELECT verdict, count(*) FROM moderation_decision WHERE at >= {since} GROUP BY 1")
    )
    assert dict(found.removals) == dict(
        asked("SELECT ground, count(*) FROM moderation_decision WHERE at >= {since} AND verdict = 'remove' GROUP BY 1")
    )
    assert dict(found.appeals) == dict(
        asked("SELECT outcome, count(*) FROM moderation_appeal WHERE at >= {since} GROUP BY 1")
    )
    assert dict(found.detections) == dict(
        asked(
            "SELECT code, count(*) FROM moderation_case, unnest(codes) code WHERE opened_at >= {since}"
            " AND code ~ '^(pii|words|links|spam)' GROUP BY 1"
        )
    )
    [(cases,)] = asked(
        "SELECT count(*) FROM moderation_case WHERE opened_at >= {since}"
        " AND EXISTS (SELECT 1 FROM unnest(codes) code WHERE code ~ '^(pii|words|links|spam)')"
    )
    [(waiting,)] = asked("SELECT count(*) FROM moderation_case WHERE state = 'open'")
    assert (found.cases_detected, found.waiting) == (cases, waiting)
    assert min(found.report_total, found.decision_total, found.appeal_total, found.overturned, cases, waiting) > 0


def test_half_of_all_cases_were_decided_within(year: None) -> None:
    hours = sorted(
        (at - opened).total_seconds() / 3_600
        for at, opened in asked(
            "SELECT d.at, c.opened_at FROM moderation_decision d JOIN moderation_case c ON c.id = d.case_id WHERE d.at >= {since}"
        )
    )
    middle = len(hours) // 2
    median = hours[middle] if len(hours) % 2 else (hours[middle - 1] + hours[middle]) / 2
    assert counts().hours == pytest.approx(median)


def test_months_add_up_to_the_year(year: None) -> None:
    found = counts()
    assert [month.first for month in found.months] == sorted({month.first for month in found.months})
    assert found.months[-1].first == timezone.localdate().replace(day=1)
    assert sum(month.report_total for month in found.months) == found.report_total
    assert sum(month.decision_total for month in found.months) == found.decision_total
    assert sum(month.detections for month in found.months) == found.cases_detected
    assert sum(month.appeals for month in found.months) == found.appeal_total
    assert sum(month.overturned for month in found.months) == found.overturned


def test_page_api_and_table_tell_the_same(year: None) -> None:
    found, client = counts(), Client()
    page = client.get("/about/moderation?lang=en").content.decode()
    for number in (
        found.report_total,
        found.decision_total,
        found.appeal_total,
        found.cases_detected,
        found.overturned,
    ):
        assert f"<dd>{number}</dd>" in page
    assert duration(found.hours) in page
    told = client.get("/api/v1/moderation/counts").json()
    assert told["reports"] == dict(found.reports)
    assert told["decisions"] == dict(found.verdicts)
    assert told["found_by_check"] == dict(found.detections)
    assert told["waiting"] == found.waiting
    assert [month["first"] for month in told["months"]] == [month.first.isoformat() for month in found.months]
    answer = client.get("/about/moderation.csv")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode())))
    sums: dict[str, int] = {}
    for row in rows:
        if not row["key"] and row["measure"] != "median_hours_to_decision":
            sums[row["measure"]] = sums.get(row["measure"], 0) + int(row["value"])
    assert sums == {
        "reports": found.report_total,
        "cases_found_by_check": found.cases_detected,
        "decisions": found.decision_total,
        "appeals": found.appeal_total,
    }
    assert {row["month"] for row in rows} == {month.first.strftime("%Y-%m") for month in found.months}


def test_a_new_node_says_that_nothing_happened_yet() -> None:
    page = Client().get("/about/moderation?lang=en").content.decode()
    assert "Nothing was reported or decided yet" in page
    assert counts().hours is None


@pytest.mark.parametrize(
    ("hours", "words"),
    [(None, ""), (0.001, "1 minute"), (0.5, "30 minutes"), (1, "1 hour"), (47.4, "47 hours"), (60, "2.5 days")],
)
def test_durations_in_words(hours: float | None, words: str) -> None:
    from django.utils.translation import override

    with override("en"):
        assert duration(hours) == words


def test_the_first_day_is_the_first_of_a_month() -> None:
    assert counts().since == date(counts().since.year, counts().since.month, 1)
