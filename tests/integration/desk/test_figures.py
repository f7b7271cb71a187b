"""Numbers of the statistics against a plain count in Python; what others than staff do not see."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from citytandem.accounts.contract import Actor
from citytandem.core.statistics import Waited, kaplan_meier
from citytandem.core.versions import translations
from citytandem.streams.models import Problem
from citytandem.streams.staff.figures import figures
from citytandem.streams.staff.statistics_page import since_of, statistics
from tests.integration.desk.conftest import HOME, Town

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)


@pytest.fixture
def many(town: Town, resident: Actor, at: Callable[[str], None]) -> list[Problem]:
    """Two hundred problems told over a year, some answered, some solved, some that do not count."""
    at("2026-03-10")
    chance = random.Random(7)  # noqa: S311 - nothing is kept secret with it
    rows = []
    for number in range(200):
        told = NOW - timedelta(days=chance.uniform(0, 500))
        answered = told + timedelta(days=chance.expovariate(1 / 20)) if chance.random() < 0.8 else None
        solved = answered + timedelta(days=5) if answered and chance.random() < 0.5 else None
        rows.append(
            Problem(
                code=f"code{number:06}", language=chance.choice(["de", "de", "de", "el"]), title=translations(en="x"),
                city=chance.choice([HOME, HOME, None, uuid4()]), visibility=chance.choice(["public", "public", "internal", "draft"]),
                moderation=chance.choice(["", "", "", "held"]), slug=f"slug-{number}" if number % 20 == 0 else None,
                themes=chance.sample(["waste", "noise", "parking"], 2), created_at=told, changed_at=told, created_by_id=resident.id,
                department=chance.choice([town.waste, town.traffic, None]), due_on=told.date() + timedelta(days=14),
                answered_at=answered if answered and answered < NOW else None, solved_at=solved if solved and solved < NOW else None,
            )
        )  # fmt: skip
    Problem.objects.bulk_create(rows)
    return rows


def counted(rows: list[Problem], since: date, *, public_only: bool) -> list[Problem]:
    return [
        one
        for one in rows
        if one.city in {HOME, None}
        and one.slug is None
        and one.moderation == ""
        and one.visibility in ({"public"} if public_only else {"public", "internal"})
        and timezone.localdate(one.created_at) >= since
    ]


@pytest.mark.parametrize("public_only", [True, False])
def test_the_numbers_are_those_of_a_plain_count(many: list[Problem], town: Town, public_only: bool) -> None:
    since, today = date(2025, 4, 1), date(2026, 3, 10)
    mine = counted(many, since, public_only=public_only)
    found = figures(since=since, public_only=public_only)
    assert found.all.told == len(mine) > 20
    assert found.all.answered == sum(one.answered_at is not None for one in mine)
    assert found.all.solved == sum(one.solved_at is not None for one in mine)
    assert found.languages == Counter(one.language for one in mine)
    assert {theme: told for theme, (told, _answered) in found.themes.items()} == Counter(
        theme for one in mine for theme in one.themes
    )
    for department in (town.waste, town.traffic, None):
        own = [one for one in mine if one.department == department]
        group = found.departments[department.id if department else None]
        assert group.told == len(own)
        days = [
            Waited((timezone.localdate(one.answered_at or NOW) - timezone.localdate(one.created_at)).days, one.answered_at is not None)
            for one in own
        ]  # fmt: skip
        assert group.to_answer.median == kaplan_meier(days).median
        judged = [one for one in own if one.answered_at or one.due_on < today]
        in_time = [one for one in judged if one.answered_at and timezone.localdate(one.answered_at) <= one.due_on]
        assert (group.in_time.count, group.in_time.total) == (len(in_time), len(judged))
    months = Counter(timezone.localdate(one.created_at).replace(day=1) for one in mine)
    assert {month: told for month, (told, _answered) in found.months.items() if told} == months
    answers = Counter(timezone.localdate(one.answered_at).replace(day=1) for one in mine if one.answered_at)
    assert {month: answered for month, (_told, answered) in found.months.items() if answered} == answers


def test_one_department_alone_gives_its_own_numbers(many: list[Problem], town: Town) -> None:
    since = date(2025, 4, 1)
    whole = figures(since=since, public_only=False).departments[town.waste.id]
    alone = figures(since=since, department=town.waste.id, public_only=False)
    assert (alone.all.told, alone.all.to_answer.median) == (whole.told, whole.to_answer.median)


@pytest.mark.parametrize(
    ("months", "first"), [(1, date(2026, 3, 1)), (3, date(2026, 1, 1)), (12, date(2025, 4, 1)), (36, date(2023, 4, 1))]
)
def test_a_period_begins_with_a_month(months: int, first: date) -> None:
    assert since_of(months, today=date(2026, 3, 10)) == first


def test_small_numbers_are_for_staff_only(
    town: Town, told: Any, browser_of: Any, make_actor: Any, staff_of: Any
) -> None:
    for number in range(6):
        told(f"Bins {number}")
    told("Parking", themes=["parking"]), told("Parking too", themes=["parking"])
    cache.clear()
    page = statistics({}, hides=True, public_only=False, reader="en")
    cells = {line.label: line.cells[0] for line in page.tables["departments"].lines}
    assert cells == {"Waste": "hidden", "Traffic": "hidden"}  # six would tell that the other has two
    staff = browser_of(staff_of(town.waste)).get("/desk/statistics").content.decode()
    assert "hidden</td>" not in staff
    council = browser_of(make_actor("council_viewer")).get("/desk/statistics").content.decode()
    assert "hidden</td>" in council
    public = Client().get("/about/answers", headers={"accept-language": "en"})
    assert public.status_code == 200
    assert "hidden</td>" in public.content.decode()


def test_departments_show_how_they_answer_once_there_is_enough(town: Town, told: Any, at: Any) -> None:
    at("2026-03-02")
    for number in range(12):
        told(f"Bins {number}")
    at("2026-03-05")
    Problem.objects.filter(title__en__text__in=[f"Bins {n}" for n in range(8)]).update(
        answered_at=datetime(2026, 3, 5, 12, tzinfo=UTC)
    )
    cache.clear()
    page = Client().get("/departments", headers={"accept-language": "en"}).content.decode()
    assert page.count("3 days") == 1
    assert "Traffic" in page
    one = Client().get("/departments/waste", headers={"accept-language": "en"}).content.decode()
    assert "3 days" in one
    assert "12" in one


def test_an_empty_city_has_pages_too(town: Town, browser_of: Any, innovation_unit: Actor) -> None:
    assert "Nothing to count yet" in Client().get("/about/answers", headers={"accept-language": "en"}).content.decode()
    assert browser_of(innovation_unit).get("/desk/statistics").status_code == 200
    assert Client().get("/departments").status_code == 200
